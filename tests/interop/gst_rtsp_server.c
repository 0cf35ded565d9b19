// A camera that we did not write: GStreamer's RTSP server with a live test picture and sound, for tests.
// usage: gst_rtsp_server [--media NAME] [--profile savp] [--tls PEM] [--transport udp|multicast|tcp] [--bind
// ADDRESS]
// [--interface NAME] [--back-channel FILE] PORT [USER PASSWORD] With credentials it asks for digest
// authentication. NAME is one of `media` below, h264-aac when absent. FILE gets what comes for an ONVIF
// loudspeaker, as 16 bit samples. PEM holds a certificate and its key. Prints "ready" when it listens.

#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-onvif-media-factory.h>
#include <gst/rtsp-server/rtsp-onvif-media.h>
#include <gst/rtsp-server/rtsp-onvif-server.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <stdio.h>
#include <string.h>

#define PICTURE "videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=25/1"
#define X264 PICTURE " ! x264enc speed-preset=ultrafast bitrate=800 key-int-max=50"
#define H264 X264 " tune=zerolatency ! video/x-h264,profile=constrained-baseline ! rtph264pay name=pay0 pt=96"
#define SOUND(format) \
    " audiotestsrc is-live=true wave=ticks ! audioconvert ! audioresample ! audio/x-raw," format
#define AAC SOUND("rate=48000,channels=1") " ! voaacenc bitrate=64000"

static const struct {
    const char* name;
    const char* launch;
} media[] = {
    {"h264-aac", "( " H264 AAC " ! rtpmp4gpay name=pay1 pt=97 )"},
    {"h265-pcmu",
     "( " PICTURE
     " ! x265enc tune=zerolatency speed-preset=ultrafast bitrate=800 key-int-max=50 log-level=none"
     " ! rtph265pay name=pay0 pt=96 aggregate-mode=max config-interval=-1" SOUND(
         "rate=8000,channels=1") " ! mulawenc ! rtppcmupay name=pay1 pt=0 )"},
    // Two pictures that others refer to lie between the reference pictures: both orders differ by two.
    {"h264-bframes-pcma",
     "( " X264
     " bframes=3 b-adapt=false b-pyramid=true ref=4 rc-lookahead=4 sync-lookahead=0 sliced-threads=true"
     " ! video/x-h264,profile=main ! rtph264pay name=pay0 pt=96 config-interval=-1" SOUND(
         "rate=8000,channels=1") " ! alawenc ! rtppcmapay name=pay1 pt=8 )"},
    {"jpeg-l16", "( " PICTURE ",format=I420 ! jpegenc quality=60 ! rtpjpegpay name=pay0 pt=26" SOUND(
                     "format=S16BE,rate=44100,channels=2") " ! rtpL16pay name=pay1 pt=97 )"},
    {"h264-opus",
     "( " H264 SOUND("rate=48000,channels=2") " ! opusenc bitrate=64000 ! rtpopuspay name=pay1 pt=97 )"},
    {"h264-latm", "( " H264 AAC " ! rtpmp4apay name=pay1 pt=97 )"},
};

static const char* launch_of(const char* name) {
    for (size_t i = 0; i < sizeof media / sizeof media[0]; ++i)
        if (strcmp(media[i].name, name) == 0) return media[i].launch;
    return NULL;
}

static void require_digest(GstRTSPAuth* auth, GstRTSPMediaFactory* factory, const char* user,
                           const char* password) {
    gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
    GstRTSPToken* token =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", (const char*)NULL);
    gst_rtsp_auth_add_digest(auth, user, password, token);
    gst_rtsp_token_unref(token);
    gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN,
                                    TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE,
                                    (const char*)NULL);
}

static void allow_everybody(GstRTSPAuth* auth, GstRTSPMediaFactory* factory) {
    GstRTSPToken* token =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "anybody", (const char*)NULL);
    gst_rtsp_auth_set_default_token(auth, token);
    gst_rtsp_token_unref(token);
    gst_rtsp_media_factory_add_role(factory, "anybody", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN,
                                    TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE,
                                    (const char*)NULL);
}

static int use_tls(GstRTSPAuth* auth, const char* pem) {
    GError* error = NULL;
    GTlsCertificate* certificate = g_tls_certificate_new_from_file(pem, &error);
    if (certificate == NULL) {
        fprintf(stderr, "%s\n", error->message);
        g_error_free(error);
        return 0;
    }
    gst_rtsp_auth_set_tls_certificate(auth, certificate);
    g_object_unref(certificate);
    return 1;
}

static int restrict_transport(GstRTSPMediaFactory* factory, const char* name, const char* interface) {
    if (strcmp(name, "tcp") == 0) {
        gst_rtsp_media_factory_set_protocols(factory, GST_RTSP_LOWER_TRANS_TCP);
    } else if (strcmp(name, "udp") == 0) {
        gst_rtsp_media_factory_set_protocols(factory, GST_RTSP_LOWER_TRANS_UDP);
    } else if (strcmp(name, "multicast") == 0) {
        gst_rtsp_media_factory_set_protocols(factory, GST_RTSP_LOWER_TRANS_UDP_MCAST);
        GstRTSPAddressPool* pool = gst_rtsp_address_pool_new();
        gst_rtsp_address_pool_add_range(pool, "239.255.12.1", "239.255.12.9", 42000, 42099, 1);
        gst_rtsp_media_factory_set_address_pool(factory, pool);
        gst_rtsp_media_factory_set_multicast_iface(factory, interface);
        g_object_unref(pool);
    } else {
        return 0;
    }
    return 1;
}

static GstRTSPMediaFactory* with_loudspeaker(const char* file) {
    GstRTSPMediaFactory* factory = gst_rtsp_onvif_media_factory_new();
    gchar* launch = g_strdup_printf(
        "( capsfilter caps=\"application/x-rtp,media=audio,payload=0,clock-rate=8000,encoding-name=PCMU\""
        " name=depay_backchannel ! rtppcmudepay ! mulawdec ! filesink async=false sync=false"
        " buffer-mode=unbuffered location=%s )",
        file);
    gst_rtsp_onvif_media_factory_set_backchannel_launch(GST_RTSP_ONVIF_MEDIA_FACTORY(factory), launch);
    g_free(launch);
    gst_rtsp_media_factory_set_media_gtype(factory, GST_TYPE_RTSP_ONVIF_MEDIA);
    return factory;
}

int main(int argc, char** argv) {
    const char* loudspeaker = NULL;
    const char* pem = NULL;
    const char* transport = NULL;
    const char* bind_address = "127.0.0.1";
    const char* interface = "lo";
    const char* name = "h264-aac";
    const char* profile = "avp";
    while (argc > 3 && strncmp(argv[1], "--", 2) == 0) {
        if (strcmp(argv[1], "--media") == 0) name = argv[2];
        if (strcmp(argv[1], "--profile") == 0) profile = argv[2];
        if (strcmp(argv[1], "--tls") == 0) pem = argv[2];
        if (strcmp(argv[1], "--transport") == 0) transport = argv[2];
        if (strcmp(argv[1], "--bind") == 0) bind_address = argv[2];
        if (strcmp(argv[1], "--interface") == 0) interface = argv[2];
        if (strcmp(argv[1], "--back-channel") == 0) loudspeaker = argv[2];
        argc -= 2;
        argv += 2;
    }
    const char* launch = launch_of(name);
    if ((argc != 2 && argc != 4) || launch == NULL) {
        fprintf(stderr,
                "usage: gst_rtsp_server [--media NAME] [--profile savp] [--tls PEM] [--transport "
                "udp|multicast|tcp] [--bind ADDRESS] "
                "[--interface NAME] [--back-channel FILE] PORT [USER PASSWORD]\n");
        return 2;
    }
    gst_init(NULL, NULL);
    GMainLoop* loop = g_main_loop_new(NULL, FALSE);
    GstRTSPServer* server = loudspeaker != NULL ? gst_rtsp_onvif_server_new() : gst_rtsp_server_new();
    gst_rtsp_server_set_address(server, bind_address);
    gst_rtsp_server_set_service(server, argv[1]);

    GstRTSPMediaFactory* factory =
        loudspeaker != NULL ? with_loudspeaker(loudspeaker) : gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, launch);
    // Each session has its own loudspeaker: that is how GStreamer does it.
    gst_rtsp_media_factory_set_shared(factory, loudspeaker == NULL);
    if (strcmp(profile, "savp") == 0) gst_rtsp_media_factory_set_profiles(factory, GST_RTSP_PROFILE_SAVP);
    if (transport != NULL && !restrict_transport(factory, transport, interface)) return 2;
    if (argc == 4 || pem != NULL) {
        GstRTSPAuth* auth = gst_rtsp_auth_new();
        if (pem != NULL && !use_tls(auth, pem)) return 1;
        if (argc == 4)
            require_digest(auth, factory, argv[2], argv[3]);
        else
            allow_everybody(auth, factory);
        gst_rtsp_server_set_auth(server, auth);
        g_object_unref(auth);
    }

    GstRTSPMountPoints* mounts = gst_rtsp_server_get_mount_points(server);
    gst_rtsp_mount_points_add_factory(mounts, "/live", factory);
    g_object_unref(mounts);
    if (gst_rtsp_server_attach(server, NULL) == 0) {
        fprintf(stderr, "can't listen on port %s\n", argv[1]);
        return 1;
    }
    printf("ready\n");
    fflush(stdout);
    g_main_loop_run(loop);
    return 0;
}
