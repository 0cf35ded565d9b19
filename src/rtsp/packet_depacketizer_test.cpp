#include "rtsp/packet_depacketizer.hpp"

#include <gtest/gtest.h>

#include "rtsp/packet_log.hpp"

namespace vedette::rtsp {
namespace {

using media::Codec;
using SoundLog = PacketLog<PacketDepacketizer>;

TEST(PacketDepacketizer, PayloadsAreFrames) {
    SoundLog log(PacketDepacketizer({.codec = Codec::pcma}));
    EXPECT_EQ(log.push("d5d5", 0).push("", 2).push("5555", 4, false, true).log(), "key 0 d5d5;key 4 5555;");
}

TEST(PacketDepacketizer, L16KeepsWholeSamplesInBigEndianOrder) {  // quirk 61
    EXPECT_EQ(SoundLog(PacketDepacketizer({.codec = Codec::l16, .channels = 2})).push("0102030405", 0).log(),
              "key 0 01020304;");
    EXPECT_EQ(
        SoundLog(PacketDepacketizer({.codec = Codec::l16, .little_endian = true})).push("01020304", 0).log(),
        "key 0 02010403;");
}

TEST(PacketDepacketizer, G726CodeWordsComeAsFilesHaveThem) {
    const PlainAudioFormat format{.codec = Codec::g726, .bits_per_sample = 4, .little_endian = true};
    EXPECT_EQ(SoundLog(PacketDepacketizer(format)).push("2143", 0).log(), "key 0 1234;");
    PlainAudioFormat aal2 = format;
    aal2.little_endian = false;
    EXPECT_EQ(SoundLog(PacketDepacketizer(aal2)).push("2143", 0).log(), "key 0 2143;");
}

}  // namespace
}  // namespace vedette::rtsp
