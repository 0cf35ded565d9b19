#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "media/aac.hpp"
#include "media/fmp4.hpp"
#include "media/h264.hpp"

namespace vedette::media {
namespace {

TrackParameters video() {
    const Bytes sps = *from_hex("6742c01eda0280bfe5c044000003000400000300c83c58ba80");
    const Bytes pps = *from_hex("68ce3c80");
    const ByteView sps_list[] = {sps};
    const ByteView pps_list[] = {pps};
    return h264_track_parameters(sps_list, pps_list).value();
}

TrackParameters audio(std::string_view config) {
    return aac_track_parameters(*from_hex(config)).value();
}

std::vector<std::vector<TrackParameters>> kinds_of_streams() {
    return {{video()}, {video(), audio("1190")}, {video(), audio("1208")}, {audio("1190")}};
}

TEST(InitSegmentReader, GivesBackWhatWasWritten) {
    for (const auto& tracks : kinds_of_streams()) {
        const auto segment = init_segment(tracks);
        ASSERT_TRUE(segment) << segment.error().message;
        const auto parsed = parse_init_segment(*segment);
        ASSERT_TRUE(parsed) << parsed.error().message;
        EXPECT_EQ(*parsed, tracks);
        EXPECT_EQ(mime_type(*parsed), mime_type(tracks));
    }
}

TEST(InitSegmentReader, RefusesEveryCut) {
    const std::vector<TrackParameters> tracks{video(), audio("1190")};
    const Bytes good = init_segment(tracks).value();
    for (std::size_t size = 0; size < good.size(); ++size) {
        const auto parsed = parse_init_segment(ByteView(good).first(size));
        if (!parsed) EXPECT_EQ(parsed.error().kind, ErrorKind::corrupt) << size;
        // What comes after the last track (mvex) is not read.
        if (parsed) EXPECT_EQ(*parsed, tracks) << size;
    }
}

TEST(InitSegmentReader, SurvivesEveryChangedByte) {
    const Bytes good = init_segment(std::vector{video(), audio("1190")}).value();
    for (std::size_t at = 0; at < good.size(); ++at)
        for (const auto flip : {std::byte{1}, std::byte{0x80}, std::byte{0xff}}) {
            Bytes bad = good;
            bad[at] ^= flip;
            const auto parsed = parse_init_segment(bad);  // a tool for the sanitizers
            if (parsed) EXPECT_LE(parsed->size(), 2U);
        }
}

TEST(InitSegmentReader, RefusesMoreTracksThanAStreamHas) {
    const Bytes one = init_segment(std::vector{video()}).value();
    const std::string_view text = as_text(one);
    const std::size_t trak = text.find("trak") - 4;
    const std::size_t trak_end = text.find("mvex") - 4;
    ASSERT_LT(trak, trak_end);
    ByteWriter moov;
    for (std::size_t i = 0; i <= max_tracks; ++i) moov.bytes(ByteView(one).subspan(trak, trak_end - trak));
    ByteWriter segment;
    segment.u32(static_cast<std::uint32_t>(8 + moov.size())).text("moov").bytes(moov.view());
    const auto parsed = parse_init_segment(segment.view());
    ASSERT_FALSE(parsed);
    EXPECT_THAT(parsed.error().message, testing::HasSubstr("too many tracks"));
}

}  // namespace
}  // namespace vedette::media
