#include "media/h264.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/test_hex.hpp"

namespace vedette::media {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Made by x264: 64x48 baseline, and 1920x1080 high, both 25 frames per second.
const Bytes sps_small = hex("6742c00ada11ec0440000003004000000c83c489a8");
const Bytes pps_small = hex("68ce0fc8");
const Bytes sps_1080 = hex("67640028acb403c0113f2e0220000003002000000641e30654");
const Bytes pps_1080 = hex("68ef0fcb");

TEST(AnnexB, SplitsAtBothStartCodesAndDropsTrailingZeros) {
    const Bytes stream =
        hex("ffff"
            "00000001"
            "0910"
            "000001"
            "6501020300"
            "0000"
            "000001"
            "4188");
    const auto units = split_annex_b(stream);
    ASSERT_TRUE(units);
    std::vector<std::string> text;
    for (const ByteView unit : *units) text.push_back(to_hex(unit));
    EXPECT_THAT(text, ElementsAre("0910", "65010203", "4188"));
}

TEST(AnnexB, IsEmptyWithoutStartCodeAndLimited) {
    EXPECT_TRUE(split_annex_b(hex("0102030405"))->empty());
    EXPECT_TRUE(split_annex_b({})->empty());
    EXPECT_TRUE(split_annex_b(hex("000001"))->empty());
    EXPECT_FALSE(split_annex_b(hex("000001090000010900000109"), 2));
}

TEST(SequenceParameterSet, ReadsSizeProfileAndTiming) {
    const auto small = parse_sps(sps_small);
    ASSERT_TRUE(small) << small.error().message;
    EXPECT_EQ(small->width, 64);
    EXPECT_EQ(small->height, 48);
    EXPECT_EQ(small->profile_idc, 66);
    EXPECT_EQ(small->frame_rate, (FrameRate{50, 2}));

    const auto large = parse_sps(sps_1080);
    ASSERT_TRUE(large) << large.error().message;
    EXPECT_EQ(large->width, 1920);
    EXPECT_EQ(large->height, 1080) << "8 lines are cropped";
    EXPECT_EQ(rfc6381_h264(*large), "avc1.640028");
    ASSERT_TRUE(large->frame_rate);
    EXPECT_EQ(large->frame_rate->numerator / large->frame_rate->denominator, 25U);
}

TEST(SequenceParameterSet, ToleratesBytesAfterItAndACutVui) {
    Bytes longer = sps_1080;
    longer.insert(longer.end(), 9, std::byte{0xAB});
    EXPECT_EQ(parse_sps(longer)->width, 1920);
    const auto cut = parse_sps(ByteView(sps_1080).first(14));
    ASSERT_TRUE(cut) << cut.error().message;
    EXPECT_EQ(cut->height, 1080);
    EXPECT_FALSE(cut->frame_rate);
}

TEST(SequenceParameterSet, EveryShorterPrefixIsAnErrorOrWhole) {
    for (std::size_t size = 0; size < sps_1080.size(); ++size) {
        const auto sps = parse_sps(ByteView(sps_1080).first(size));
        if (sps) EXPECT_EQ(sps->width, 1920) << size;
    }
    EXPECT_FALSE(parse_sps(ByteView(sps_1080).first(8)));
}

TEST(AvcConfiguration, RoundTrips) {
    const ByteView sps[] = {sps_1080};
    const ByteView pps[] = {pps_1080};
    const auto record = build_avcc(sps, pps);
    ASSERT_TRUE(record);
    EXPECT_EQ(to_hex(*record),
              "01640028ffe1"
              "0019" +
                  to_hex(sps_1080) +
                  "01"
                  "0004" +
                  to_hex(pps_1080) + "fdf8f800");
    const auto config = parse_avcc(*record);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->length_size, 4);
    EXPECT_THAT(config->sps, ElementsAre(sps_1080));
    EXPECT_THAT(config->pps, ElementsAre(pps_1080));
    EXPECT_FALSE(parse_avcc(ByteView(*record).first(20)));
}

TEST(AvcConfiguration, GivesTrackParameters) {
    const ByteView sps[] = {sps_small};
    const ByteView pps[] = {pps_small};
    const auto track = h264_track_parameters(sps, pps);
    ASSERT_TRUE(track);
    EXPECT_EQ(track->rfc6381, "avc1.42c00a");
    EXPECT_EQ(track->clock_rate_hz, 90'000U);
    EXPECT_EQ(track->width, 64);
    EXPECT_EQ(track->height, 48);

    const auto swapped = h264_track_parameters(pps, sps);
    ASSERT_FALSE(swapped);
    EXPECT_THAT(swapped.error().message, HasSubstr("where the SPS should be"));
    EXPECT_FALSE(h264_track_parameters(sps, {}));
}

TEST(Slice, HeaderTellsIdrAndStartOfPicture) {
    const auto idr = peek_slice_header(hex("65888400"));
    ASSERT_TRUE(idr);
    EXPECT_TRUE(idr->idr);
    EXPECT_TRUE(idr->starts_picture());
    EXPECT_EQ(idr->slice_type, 7U);
    const auto second = peek_slice_header(hex("414680"));  // first_mb_in_slice 1
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->idr);
    EXPECT_FALSE(second->starts_picture());
    EXPECT_FALSE(peek_slice_header(sps_small));
    EXPECT_FALSE(peek_slice_header(hex("65")));
    EXPECT_FALSE(peek_slice_header({}));
    EXPECT_TRUE(starts_access_unit(hex("0910")));
    EXPECT_FALSE(starts_access_unit(hex("414680")));
}

}  // namespace
}  // namespace vedette::media
