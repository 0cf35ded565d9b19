#include "media/h265.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/test_hex.hpp"
#include "media/fmp4.hpp"

namespace vedette::media {
namespace {

using testing::HasSubstr;

// Made by x265: Main with B-frames, 320x180 at 25; Main 10 with scaling lists and HRD, 1920x1080 at 29.97.
constexpr std::string_view main_vps = "40010c01ffff01600000030090000003000003003c959409";
constexpr std::string_view main_sps =
    "42010101600000030090000003000003003ca00a080c1f3e595952930bc05a020000030002000003003210";
constexpr std::string_view main_pps = "4401c073c189";
constexpr std::string_view main10_sps =
    "420101022000000300900000030000030078a003c0801107cad96e929385e02d0100000303e9000075306124905e000f424001e8"
    "48"
    "80";

HevcParameterSets main_sets() {
    return {.vps = {hex(main_vps)}, .sps = {hex(main_sps)}, .pps = {hex(main_pps)}};
}

TEST(HevcSps, PictureProfileReorderingAndFrameRate) {
    const auto sps = parse_hevc_sps(hex(main_sps));
    ASSERT_TRUE(sps) << sps.error().message;
    EXPECT_EQ(sps->width, 320);
    EXPECT_EQ(sps->height, 180);
    EXPECT_EQ(sps->max_reorder, 2);
    EXPECT_EQ(sps->frame_rate, (FrameRate{25, 1}));
    EXPECT_EQ(sps->profile.level_idc, 60);
    EXPECT_TRUE(sps->temporal_id_nested);
    EXPECT_EQ(rfc6381_h265(sps->profile), "hvc1.1.6.L60.90");

    const auto ten = parse_hevc_sps(hex(main10_sps));
    ASSERT_TRUE(ten) << ten.error().message;
    EXPECT_EQ(ten->width, 1920);
    EXPECT_EQ(ten->height, 1080) << "cropped from 1088";
    EXPECT_EQ(ten->bit_depth_luma, 10);
    EXPECT_EQ(ten->max_reorder, 0);
    EXPECT_EQ(ten->frame_rate, (FrameRate{30'000, 1001}));
    EXPECT_EQ(rfc6381_h265(ten->profile), "hvc1.2.4.L120.90");
}

TEST(HevcSps, BytesAfterItAreIgnoredAndEveryCutIsSafe) {
    Bytes longer = hex(main_sps);
    longer.resize(longer.size() + 5, std::byte{0xff});
    EXPECT_EQ(parse_hevc_sps(longer).value(), parse_hevc_sps(hex(main_sps)).value());
    const Bytes whole = hex(main10_sps);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto cut = parse_hevc_sps(ByteView(whole).first(size));
        if (cut) EXPECT_EQ(cut->width, 1920) << size;  // the frame rate alone may be missing
    }
    EXPECT_FALSE(parse_hevc_sps(ByteView(whole).first(20)));
    EXPECT_FALSE(parse_hevc_sps(hex(main_pps)));
}

TEST(HevcSps, ImpossibleOnesAreRefused) {
    for (std::size_t bit = 0; bit < hex(main_sps).size() * 8; ++bit) {
        Bytes changed = hex(main_sps);
        changed[bit / 8] ^= std::byte(1U << bit % 8);
        const auto sps = parse_hevc_sps(changed);
        if (!sps) continue;
        EXPECT_GT(sps->width, 0) << bit;
        EXPECT_LE(sps->width, max_picture_side) << bit;
        EXPECT_LE(sps->max_reorder, 16) << bit;
    }
}

TEST(Hvcc, IsReadBackAndBecomesATrack) {
    const auto record = build_hvcc(main_sets());
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(to_hex(ByteView(*record).first(23)), "0101600000009000000000003cf000fcfdf8f800000f03");
    EXPECT_EQ(parse_hvcc(*record).value(), main_sets());
    const auto track = h265_track_parameters(main_sets());
    ASSERT_TRUE(track);
    EXPECT_EQ(track->width, 320);
    EXPECT_EQ(track->reorder_depth, 2);
    const auto segment = init_segment(std::vector{*track});
    ASSERT_TRUE(segment) << segment.error().message;
    EXPECT_THAT(std::string(as_text(*segment)), HasSubstr("hvc1"));
    EXPECT_EQ(parse_init_segment(*segment).value(), std::vector{*track});
    EXPECT_EQ(mime_type(std::vector{*track}), "video/mp4; codecs=\"hvc1.1.6.L60.90\"");
}

TEST(Hvcc, NeedsEachKindOfParameterSet) {
    for (auto list : {&HevcParameterSets::vps, &HevcParameterSets::sps, &HevcParameterSets::pps}) {
        HevcParameterSets sets = main_sets();
        (sets.*list).clear();
        EXPECT_FALSE(build_hvcc(sets));
        (sets.*list) = {hex("2601af")};
        EXPECT_FALSE(build_hvcc(sets));
    }
    const Bytes record = build_hvcc(main_sets()).value();
    for (std::size_t size = 0; size < record.size(); ++size)
        EXPECT_FALSE(parse_hvcc(ByteView(record).first(size))) << size;
}

TEST(HevcNal, BeginningsOfAccessUnits) {
    EXPECT_TRUE(starts_hevc_access_unit(hex("2601af")));   // first slice segment
    EXPECT_FALSE(starts_hevc_access_unit(hex("26012f")));  // a further one
    EXPECT_TRUE(starts_hevc_access_unit(hex(main_vps)));
    EXPECT_FALSE(starts_hevc_access_unit(hex("500100")));  // suffix SEI
    EXPECT_TRUE(is_random_access(hevc_nal_type(std::byte{0x2a})));
    EXPECT_TRUE(is_skipped_leading(hevc_nal_type(std::byte{0x10})));
}

}  // namespace
}  // namespace vedette::media
