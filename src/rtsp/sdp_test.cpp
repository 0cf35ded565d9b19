#include "rtsp/sdp.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "rtsp/sdp_formats.hpp"
#include "rtsp/session_plan.hpp"

namespace vedette::rtsp {
namespace {

/// The fuzzer's seeds are this test's table.
Sdp read(const std::string& name) {
    std::ifstream file(std::string(VEDETTE_SOURCE_DIR "/src/rtsp/testdata/rtsp_sdp_fuzz/") + name,
                       std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto sdp = parse_sdp(text);
    EXPECT_TRUE(sdp) << name;
    return sdp.value_or(Sdp{});
}

TEST(Sdp, Plain) {
    const Sdp sdp = read("plain.sdp");
    EXPECT_EQ(sdp.session_name, "cam");
    EXPECT_EQ(sdp.control, "*");
    const auto tracks = plan_tracks(sdp, "rtsp://c/live/", true);
    ASSERT_TRUE(tracks);
    ASSERT_EQ(tracks->size(), 2U);
    EXPECT_EQ((*tracks)[0].control_url(), "rtsp://c/live/trackID=0");
    const auto video = (*tracks)[0].description();
    ASSERT_TRUE(video.parameters);
    EXPECT_EQ(video.parameters->rfc6381, "avc1.640028");
    EXPECT_EQ(video.parameters->width, 1920);
    const auto audio = (*tracks)[1].description();
    EXPECT_EQ(audio.parameters->rfc6381, "mp4a.40.2");
    EXPECT_EQ(audio.clock_rate_hz, 16'000U);
    EXPECT_EQ(plan_tracks(sdp, "rtsp://c/live/", false)->size(), 1U);
}

TEST(Sdp, WithoutSessionLines) {
    const Sdp sdp = read("no_session_lines.sdp");
    const auto tracks = plan_tracks(sdp, "rtsp://c/live", true);
    ASSERT_TRUE(tracks);
    EXPECT_EQ((*tracks)[0].control_url(), "rtsp://10.0.0.5/media/video1");
    EXPECT_EQ(h264_format(sdp.media[0])->payload_type, 35);
    EXPECT_FALSE((*tracks)[0].description().parameters);
}

TEST(Sdp, BrokenSessionLinesAndUnknownMedia) {
    const Sdp sdp = read("broken_session_lines.sdp");
    EXPECT_EQ(sdp.session_name, "one");
    const auto format = h264_format(sdp.media.back());
    ASSERT_TRUE(format);
    EXPECT_EQ(format->clock_rate_hz, 90'000U);
    EXPECT_EQ(format->packetization_mode, 0);
}

TEST(Sdp, FmtpUnderOtherMedia) {
    const Sdp sdp = read("fmtp_under_other_media.sdp");
    EXPECT_EQ(h264_format(sdp.media[0])->sprop_parameter_sets.size(), 2U);
    EXPECT_EQ(aac_format(sdp.media[1])->config, "1190");
    EXPECT_TRUE(plan_tracks(sdp, "rtsp://c", true)->at(0).description().parameters);
}

TEST(Sdp, BackChannelIsLeftOut) {
    const auto tracks = plan_tracks(read("back_channel.sdp"), "rtsp://c/live", true);
    ASSERT_EQ(tracks->size(), 2U);
    EXPECT_EQ(tracks->at(1).control_url(), "rtsp://c/live/listen");
}

TEST(Sdp, H265WithItsParameterSets) {
    const auto tracks = plan_tracks(read("h265.sdp"), "rtsp://c/live", true);
    ASSERT_TRUE(tracks) << tracks.error().message;
    const auto video = tracks->at(0).description();
    ASSERT_TRUE(video.parameters);
    EXPECT_EQ(video.parameters->rfc6381, "hvc1.1.6.L30.90");
    EXPECT_EQ(video.parameters->width, 64);
}

TEST(Sdp, H265WithIncompleteParameterSetsWaitsForBetter) {  // quirk 54
    const Sdp sdp = read("h265_incomplete_sprop.sdp");
    const auto tracks = plan_tracks(sdp, "rtsp://c/live", true);
    ASSERT_TRUE(tracks);
    EXPECT_EQ(tracks->at(0).description().codec, media::Codec::h265);
    EXPECT_FALSE(tracks->at(0).description().parameters);
    EXPECT_TRUE(h265_format(sdp.media[0])->decoding_order_numbers);
}

/// The tracks of a description: each one's codec, rate and channels.
std::string planned(const std::string& name) {
    const auto tracks = plan_tracks(read(name), "rtsp://c/live", true);
    if (!tracks) return tracks.error().message;
    std::string out;
    for (const ClientTrack& track : *tracks) {
        const TrackDescription d = track.description();
        out += fmt::format("{} {}", media::to_string(d.codec), d.clock_rate_hz);
        if (d.parameters && d.parameters->channels > 0) out += fmt::format("/{}", d.parameters->channels);
        out += ';';
    }
    return out;
}

TEST(Sdp, StaticPayloadTypesNeedNoName) {
    EXPECT_EQ(planned("static_audio.sdp"), "MJPEG 90000;G.711 mu-law 8000/1;");
}

TEST(Sdp, ZeroClockRatesBecomeTheUsualOnes) {  // quirk 40
    EXPECT_EQ(planned("zero_rates.sdp"), "H.265 90000;G.711 A-law 8000/1;");
}

TEST(Sdp, OpusWithOneChannel) {  // quirk 40
    EXPECT_EQ(planned("opus_one_channel.sdp"), "AV1 90000;Opus 48000/1;");
}

TEST(Sdp, PcmOnThePayloadTypeOfL16) {  // quirk 61
    EXPECT_EQ(planned("hikvision_pcm.sdp"), "H.264 90000;L16 48000/1;");
    EXPECT_TRUE(plain_audio_format(read("hikvision_pcm.sdp").media[1])->little_endian);
}

TEST(Sdp, AacInLatmWithAndWithoutItsConfiguration) {  // quirk 60
    EXPECT_EQ(planned("latm.sdp"), "H.264 90000;AAC 24000/1;");
    EXPECT_EQ(planned("latm_bare.sdp"), "H.264 90000;AAC 90000;");
    EXPECT_TRUE(latm_format(read("latm_bare.sdp").media[1])->config_in_band);
}

TEST(Sdp, MetadataIsATrackAndItsCompressedFormsAreNot) {  // quirk 63
    EXPECT_EQ(planned("g726_and_metadata.sdp"), "H.264 90000;G.726 8000/1;ONVIF metadata 90000;");
    EXPECT_EQ(planned("metadata_compressed.sdp"), "H.264 90000;");
}

TEST(Sdp, NamesTheCodecThatIsNotSupported) {
    const auto tracks = plan_tracks(read("unknown_video.sdp"), "rtsp://c/live", true);
    ASSERT_FALSE(tracks);
    EXPECT_EQ(tracks.error().kind, ErrorKind::unsupported);
    EXPECT_NE(tracks.error().message.find("MP4V-ES"), std::string::npos);
    EXPECT_FALSE(parse_sdp("v=0\r\ns=x\r\n"));
}

TEST(Sdp, PrintedAndParsedAgain) {
    for (const char* name : {"plain.sdp", "back_channel.sdp", "fmtp_under_other_media.sdp"}) {
        Sdp sdp = read(name);
        if (sdp.session_name.empty()) sdp.session_name = "-";
        EXPECT_EQ(parse_sdp(print(sdp)).value(), sdp) << name;
    }
}

}  // namespace
}  // namespace vedette::rtsp
