// A camera that we did not write: GStreamer's RTSP server with a live H.264 and AAC test picture, for tests.
// usage: gst_rtsp_server PORT [USER PASSWORD]     with credentials it asks for digest authentication
// Prints "ready" when it listens.

#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <stdio.h>

static void require_digest(GstRTSPServer* server, GstRTSPMediaFactory* factory, const char* user,
                           const char* password) {
    GstRTSPAuth* auth = gst_rtsp_auth_new();
    gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
    GstRTSPToken* token =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", (const char*)NULL);
    gst_rtsp_auth_add_digest(auth, user, password, token);
    gst_rtsp_token_unref(token);
    gst_rtsp_server_set_auth(server, auth);
    g_object_unref(auth);

    gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN,
                                    TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE,
                                    (const char*)NULL);
}

int main(int argc, char** argv) {
    if (argc != 2 && argc != 4) {
        fprintf(stderr, "usage: gst_rtsp_server PORT [USER PASSWORD]\n");
        return 2;
    }
    gst_init(NULL, NULL);
    GMainLoop* loop = g_main_loop_new(NULL, FALSE);
    GstRTSPServer* server = gst_rtsp_server_new();
    gst_rtsp_server_set_address(server, "127.0.0.1");
    gst_rtsp_server_set_service(server, argv[1]);

    GstRTSPMediaFactory* factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(
        factory,
        "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=25/1"
        " ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=800 key-int-max=50"
        " ! video/x-h264,profile=constrained-baseline ! rtph264pay name=pay0 pt=96"
        " audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=1 ! voaacenc bitrate=64000"
        " ! rtpmp4gpay name=pay1 pt=97 )");
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    if (argc == 4) require_digest(server, factory, argv[2], argv[3]);

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
