#include "media/clear_parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/test_hex.hpp"
#include "media/h264.hpp"
#include "media/h265.hpp"

namespace vedette::media {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Made by x264 (High, with CABAC; and Baseline), and by x265 without and with wavefronts.
constexpr std::string_view high_sps = "6764001eacb201405ff2e022000003000200000300641e2c5c90";
constexpr std::string_view cabac_pps = "68ebc3cb22c0";
constexpr std::string_view cavlc_pps = "68ce3c80";
constexpr std::string_view x265_vps = "40010c01ffff01600000030090000003000003003c928090";
constexpr std::string_view x265_sps =
    "42010101600000030090000003000003003ca00a080b9f7964a924caf0168080000003008000000c84";
constexpr std::string_view plain_pps = "4401c172b42240";
constexpr std::string_view wavefront_pps = "4401c172b46240";

TrackParameters h264(std::initializer_list<std::string_view> pps) {
    const Bytes sps = hex(high_sps);
    const ByteView sps_list[] = {sps};
    std::vector<Bytes> owned;
    for (const auto text : pps) owned.push_back(hex(text));
    const std::vector<ByteView> pps_list(owned.begin(), owned.end());
    return h264_track_parameters(sps_list, pps_list).value();
}
TrackParameters h265(std::string_view pps, std::string_view sps = x265_sps) {
    return h265_track_parameters({.vps = {hex(x265_vps)}, .sps = {hex(sps)}, .pps = {hex(pps)}}).value();
}

// A NAL unit of `size` bytes with this beginning, behind its length.
void add(ByteWriter& out, std::string_view beginning, std::size_t size) {
    const Bytes start = hex(beginning);
    out.u32(static_cast<std::uint32_t>(size)).bytes(start);
    for (std::size_t i = start.size(); i < size; ++i) out.u8(static_cast<std::uint8_t>(i | 1));
}

// An access unit delimiter, SEI and two slices that refer to picture parameter set 0.
Bytes h264_unit() {
    ByteWriter out;
    add(out, "09f0", 2);
    add(out, "0605", 4000);
    add(out, "6588843f", 9000);
    add(out, "419a02", 7000);
    return std::move(out).finish();
}
Bytes h265_unit() {
    ByteWriter out;
    add(out, "460150", 3);
    add(out, "4e0105", 4000);
    add(out, "2601af08", 9000);  // IDR_W_RADL, first slice, pps 0
    add(out, "0201d0", 7000);    // TRAIL_R
    return std::move(out).finish();
}

std::vector<ByteRange> clear_of(const TrackParameters& track, const Bytes& unit, std::uint32_t at = 0) {
    std::vector<ByteRange> ranges;
    ClearParts(track).append(unit, at, ranges);
    return ranges;
}

constexpr std::uint32_t start = sealed_slice_start;

TEST(ClearParts, TheRestOfSlicesOfCabac) {
    constexpr std::uint32_t first = 4 + 2 + 4 + 4000 + 4;
    EXPECT_TRUE(ClearParts(h264({cabac_pps})).any());
    EXPECT_THAT(clear_of(h264({cabac_pps}), h264_unit(), 100),
                ElementsAre(ByteRange{100 + first + start, 9000 - start},
                            ByteRange{100 + first + 9000 + 4 + start, 7000 - start}));
    EXPECT_THAT(clear_of(h265(plain_pps), h265_unit()),
                ElementsAre(ByteRange{1 + first + start, 9000 - start},
                            ByteRange{1 + first + 9000 + 4 + start, 7000 - start}));
}

TEST(ClearParts, NothingOfWhatADecoderCanEnterInItsMiddle) {
    EXPECT_FALSE(ClearParts(h264({cavlc_pps})).any());
    EXPECT_THAT(clear_of(h264({cavlc_pps}), h264_unit()), IsEmpty());
    EXPECT_FALSE(ClearParts(h265(wavefront_pps)).any());
    EXPECT_THAT(clear_of(h265(wavefront_pps), h265_unit()), IsEmpty());
    for (const Codec codec : {Codec::mjpeg, Codec::av1, Codec::aac, Codec::onvif_metadata}) {
        TrackParameters other = h264({cabac_pps});
        other.codec = codec;
        EXPECT_FALSE(ClearParts(other).any());
        EXPECT_THAT(clear_of(other, h264_unit()), IsEmpty());
    }
}

TEST(ClearParts, OnlySlicesWhoseParameterSetIsKnownForIt) {
    // A second set, id 1, with CABAC; the slices name id 0, which has CAVLC.
    const TrackParameters track = h264({cavlc_pps, "685af0f2c8b0"});
    EXPECT_TRUE(ClearParts(track).any());
    EXPECT_THAT(clear_of(track, h264_unit()), IsEmpty());
    // The same slices beside a parameter set that came with them.
    ByteWriter with_set;
    add(with_set, cavlc_pps, 4);
    with_set.bytes(h264_unit());
    EXPECT_THAT(clear_of(h264({cabac_pps}), std::move(with_set).finish()), IsEmpty());
}

TEST(ClearParts, NoOtherKindsOfUnits) {
    for (const auto beginning : {"019a02", "029a02", "039a02", "049a02", "149a02", "0c9a02"}) {
        ByteWriter out;
        add(out, beginning, 7000);
        const bool is_slice = std::string_view(beginning).starts_with("01");
        EXPECT_EQ(clear_of(h264({cabac_pps}), std::move(out).finish()).size(), is_slice ? 1u : 0u)
            << beginning;
    }
    // TRAIL_R; of layer 1; reserved types 10, 22 and 31; SEI.
    for (const auto beginning : {"0201d0", "0209d0", "1401d0", "2c01d0", "3e01d0", "4e01d0"}) {
        ByteWriter out;
        add(out, beginning, 7000);
        const bool is_slice = std::string_view(beginning) == "0201d0";
        EXPECT_EQ(clear_of(h265(plain_pps), std::move(out).finish()).size(), is_slice ? 1u : 0u) << beginning;
    }
}

TEST(ClearParts, ShortSlicesAreSealedWhole) {
    for (const std::size_t size :
         {sealed_slice_start + least_clear_rest - 1, sealed_slice_start + least_clear_rest}) {
        ByteWriter out;
        add(out, "419a02", size);
        EXPECT_EQ(clear_of(h264({cabac_pps}), std::move(out).finish()).size(),
                  size < sealed_slice_start + least_clear_rest ? 0u : 1u);
    }
}

TEST(ClearParts, NothingOfAUnitThatDoesNotAddUp) {
    const Bytes whole = h264_unit();
    for (const std::size_t cut : {1u, 100u, 6999u, 7001u, 7003u, 16'005u}) {
        const Bytes shorter(whole.begin(), whole.end() - cut);
        EXPECT_THAT(clear_of(h264({cabac_pps}), shorter), IsEmpty()) << cut;
    }
}

TEST(ClearParts, HevcProfilesWithRawSamplesOrExtensionsStaySealed) {
    const Bytes sps = hex(x265_sps);
    EXPECT_EQ(parse_hevc_sps(sps)->has_pcm, false);
    Bytes range_extensions = sps;
    range_extensions[3] = std::byte{4};  // general_profile_idc
    const auto track =
        h265_track_parameters({.vps = {hex(x265_vps)}, .sps = {range_extensions}, .pps = {hex(plain_pps)}});
    ASSERT_TRUE(track);
    EXPECT_FALSE(ClearParts(*track).any());
    // Cut off before pcm_enabled_flag: nobody knows.
    std::size_t not_known = 0;
    for (std::size_t size = 20; size < sps.size(); ++size)
        if (const auto cut = parse_hevc_sps(ByteView(sps).first(size)))
            not_known += cut->has_pcm.has_value() ? 0 : 1;
    EXPECT_GT(not_known, 0u);
}

}  // namespace
}  // namespace vedette::media
