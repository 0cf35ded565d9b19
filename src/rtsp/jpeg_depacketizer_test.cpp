#include "rtsp/jpeg_depacketizer.hpp"

#include <gtest/gtest.h>

#include "rtsp/packet_log.hpp"

namespace vedette::rtsp {
namespace {

using JpegLog = PacketLog<JpegDepacketizer>;

/// Main header (RFC 2435 section 3.1) of a 64x48 picture.
std::string header(unsigned offset, unsigned type, unsigned quality) {
    return fmt::format("00{:06x}{:02x}{:02x}0806", offset, type, quality);
}

std::string text_of(const DepacketizedUnit& unit) {
    return to_hex(*unit.data);
}

TEST(JpegDepacketizer, HeadersAreMadeAgain) {
    JpegLog log;
    log.push(header(0, 1, 80) + "aabb", 0).push(header(2, 1, 80) + "ccdd", 0, true);
    ASSERT_EQ(log.units().size(), 1U);
    const std::string file = text_of(log.units()[0]);
    EXPECT_TRUE(file.starts_with("ffd8ffdb0043")) << file;
    EXPECT_NE(file.find("ffc00011080030004003012200021101031101"), std::string::npos)
        << "48 x 64, 4:2:0: " << file;
    EXPECT_TRUE(file.ends_with("003f00aabbccddffd9")) << file;
    EXPECT_EQ(log.log().substr(0, 21), "track mp4v.6C;key 0 6") << log.log();
}

TEST(JpegDepacketizer, TypeZeroIsHalfWidthChroma) {
    JpegLog log;
    log.push(header(0, 0, 80) + "aa", 0, true);
    EXPECT_NE(text_of(log.units().at(0)).find("0301210002"), std::string::npos);
}

TEST(JpegDepacketizer, AnyQualityAndTypesUpTo63) {  // quirk 58
    JpegLog log;
    for (const unsigned quality : {0U, 1U, 99U, 100U, 127U}) log.push(header(0, 1, quality) + "aa", 0, true);
    log.push(header(0, 33, 50) + "aa", 0, true);
    EXPECT_EQ(log.units().size(), 6U);
}

TEST(JpegDepacketizer, TablesInThePacketAndOnlyTheFirstTime) {  // quirk 58
    const std::string tables = "00000080" + std::string(128, '1') + std::string(128, '2');
    JpegLog log;
    log.push(header(0, 1, 200) + tables + "aa", 0, true);
    log.push(header(0, 1, 200) + "00000000" + "bb", 9, true);
    ASSERT_EQ(log.units().size(), 2U) << log.log();
    for (const DepacketizedUnit& unit : log.units())
        EXPECT_NE(text_of(unit).find("ffdb00430011111111"), std::string::npos);
    EXPECT_TRUE(text_of(log.units()[1]).ends_with("bbffd9"));
    // 255 has its tables in each picture.
    EXPECT_EQ(JpegLog().push(header(0, 1, 255) + "00000000" + "bb", 9, true).log(), "damaged 9;");
    EXPECT_EQ(JpegLog().push(header(0, 1, 201) + "00000000" + "bb", 9, true).log(), "damaged 9;");
}

TEST(JpegDepacketizer, RestartMarkers) {
    JpegLog log;
    log.push(header(0, 65, 50) + "0004ffff" + "aa", 0).push(header(1, 65, 50) + "0004ffff" + "bb", 0, true);
    ASSERT_EQ(log.units().size(), 1U) << log.log();
    EXPECT_NE(text_of(log.units()[0]).find("ffdd00040004"), std::string::npos);
    EXPECT_TRUE(text_of(log.units()[0]).ends_with("aabbffd9"));
}

TEST(JpegDepacketizer, FrameWithoutItsBeginningIsDropped) {  // quirk 58
    EXPECT_EQ(JpegLog().push(header(2, 1, 80) + "ccdd", 0, true).log(), "damaged 0;");
    JpegLog log;
    log.push(header(0, 1, 80) + "aabb", 0).push(header(4, 1, 80) + "ccdd", 0, true, true);
    EXPECT_EQ(log.log(), "damaged 0;");
    log.push(header(0, 1, 80) + "aa", 9, true);
    EXPECT_EQ(log.units().size(), 1U);
}

TEST(JpegDepacketizer, WithoutMarkerTheTimestampEndsThePicture) {  // quirk 49
    JpegLog log;
    log.push(header(0, 1, 80) + "aa", 0).push(header(0, 1, 80) + "bb", 9).push(header(0, 1, 80) + "cc", 18);
    EXPECT_EQ(log.units().size(), 2U);
}

TEST(JpegDepacketizer, ImpossiblePacketsAreDamage) {
    EXPECT_EQ(JpegLog().push("00", 0, true).push("0000000101500006", 1, true).push("", 2, true).log(),
              "damaged 0;damaged 1;damaged 2;");
    EXPECT_EQ(JpegLog().push(header(0, 200, 50) + "aa", 0, true).log(), "damaged 0;");
}

}  // namespace
}  // namespace vedette::rtsp
