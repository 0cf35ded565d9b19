#include "rtsp/latm_depacketizer.hpp"

#include <gtest/gtest.h>

#include "media/bit_reader.hpp"
#include "rtsp/packet_log.hpp"

namespace vedette::rtsp {
namespace {

using LatmLog = PacketLog<LatmDepacketizer>;

// AAC-LC of 24 kHz, one channel, frame lengths told (RFC 6416 section 7.4.1 has the like).
const std::string config = "400026103fc0";

LatmFormat out_of_band() {
    return {.clock_rate_hz = 24'000, .config_in_band = false, .config = config};
}

TEST(LatmDepacketizer, ConfigurationOfTheDescription) {
    const LatmDepacketizer depacketizer(out_of_band());
    ASSERT_TRUE(depacketizer.parameters());
    EXPECT_EQ(depacketizer.parameters()->rfc6381, "mp4a.40.2");
    EXPECT_EQ(depacketizer.parameters()->sample_rate_hz, 24'000U);
    EXPECT_EQ(depacketizer.parameters()->channels, 1);
    // Nothing readable there: the first element has to bring it (quirk 60).
    EXPECT_FALSE(LatmDepacketizer({.clock_rate_hz = 24'000, .config = "40zz"}).parameters());
}

TEST(LatmDepacketizer, ConfigurationThatEndsAfterTheAudioConfig) {  // quirk 60
    const LatmDepacketizer depacketizer(
        {.clock_rate_hz = 48'000, .config_in_band = false, .config = "40002310"});
    ASSERT_TRUE(depacketizer.parameters());
    EXPECT_EQ(depacketizer.parameters()->sample_rate_hz, 48'000U);
}

TEST(LatmDepacketizer, FramesWithTheirLength) {
    EXPECT_EQ(
        LatmLog(LatmDepacketizer(out_of_band())).push("03aabbcc", 0, true).push("02ddee", 1024, true).log(),
        "key 0 aabbcc;key 1024 ddee;");
}

TEST(LatmDepacketizer, ElementInSeveralPackets) {
    EXPECT_EQ(LatmLog(LatmDepacketizer(out_of_band())).push("05aabb", 0).push("ccddee", 0, true).log(),
              "key 0 aabbccddee;");
    // Without a marker the next time ends it.
    EXPECT_EQ(LatmLog(LatmDepacketizer(out_of_band()))
                  .push("02aabb", 0)
                  .push("02ccdd", 1024)
                  .push("01ee", 2048)
                  .log(),
              "key 0 aabb;key 1024 ccdd;");
}

TEST(LatmDepacketizer, LongFramesSayTheirLengthInSeveralBytes) {
    std::string element = "ff02";
    for (int i = 0; i < 257; ++i) element += "5a";
    LatmLog log{LatmDepacketizer(out_of_band())};
    EXPECT_EQ(log.push(element, 0, true).log(), "key 0 257 bytes;");
}

TEST(LatmDepacketizer, LossDropsTheElement) {
    EXPECT_EQ(LatmLog(LatmDepacketizer(out_of_band()))
                  .push("05aabb", 0)
                  .push("02eeff", 1024, true, true)
                  .push("01aa", 2048, true)
                  .log(),
              "damaged 0;key 1024 eeff;key 2048 aa;");
    EXPECT_EQ(LatmLog(LatmDepacketizer(out_of_band())).push("05aabb", 0, true).log(), "damaged 0;");
}

TEST(LatmDepacketizer, ConfigurationInBand) {
    // StreamMuxConfig behind useSameStreamMux 0, then one frame; then the same configuration goes on.
    const Bytes mux_config = from_hex(config).value();
    media::BitReader bits(mux_config);
    std::string in_band = "0";  // the flag
    for (std::size_t i = 0; i < 44; ++i) in_band += bits.flag() ? '1' : '0';
    // 44 bits: up to crcCheckPresent. Then length 2 and the frame.
    in_band +=
        "00000010"
        "1010101010111011";
    while (in_band.size() % 8 != 0) in_band += '0';
    Bytes first;
    for (std::size_t at = 0; at < in_band.size(); at += 8)
        first.push_back(static_cast<std::byte>(std::stoi(in_band.substr(at, 8), nullptr, 2)));
    LatmLog log{LatmDepacketizer({.clock_rate_hz = 24'000})};
    log.push("8081", 0, true);  // the same as before, and there was none
    log.push_bytes(first, 1024, true);
    log.push("81555d80", 2048, true);  // 1, length 2, AA BB
    EXPECT_EQ(log.log(), "damaged 0;track mp4a.40.2;key 1024 aabb;key 2048 aabb;");
}

}  // namespace
}  // namespace vedette::rtsp
