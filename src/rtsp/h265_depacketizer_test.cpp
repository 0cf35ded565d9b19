#include "rtsp/h265_depacketizer.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/test_hex.hpp"

namespace vedette::rtsp {
namespace {

const std::string vps_hex = "40010c01ffff01600000030090000003000003001eba0240";
const std::string h265_sps_hex =
    "42010101600000030090000003000003001ea02083165ba4a4c2f0168080000003008000000c84";
const std::string h265_pps_hex = "4401c0718112";

std::string prefixed(const std::string& nal) {
    return fmt::format("{:04x}", nal.size() / 2) + nal;
}

/// Pushes packets and writes down what comes out, as text.
class H265Bench {
  public:
    explicit H265Bench(bool decoding_order_numbers = false) : depacketizer_(decoding_order_numbers) {}
    H265Bench& push(const std::string& payload, std::int64_t time, bool marker = false, bool lost = false) {
        const Bytes bytes = hex(payload);
        RtpPacket packet{.marker = marker};
        packet.payload = bytes;
        std::vector<MediaEvent> events;
        depacketizer_.push(packet, time, lost, events);
        for (const MediaEvent& event : events) note(event);
        return *this;
    }
    const std::string& log() const { return log_; }

  private:
    void note(const MediaEvent& event) {
        if (const auto* track = std::get_if<media::TrackParameters>(&event))
            log_ += fmt::format("track {}x{};", track->width, track->height);
        if (const auto* damaged = std::get_if<DamagedUnit>(&event))
            log_ += fmt::format("damaged {};", damaged->time);
        const auto* unit = std::get_if<DepacketizedUnit>(&event);
        if (unit == nullptr) return;
        log_ += fmt::format("{}{}{}", unit->random_access ? "key " : "",
                            unit->skipped_leading ? "leading " : "", unit->time);
        ByteReader reader(*unit->data);
        while (!reader.at_end()) {
            const ByteView nal = reader.take(reader.u32());
            log_ += nal.size() > 8 ? fmt::format(" {}..", to_hex(nal.first(2))) : " " + to_hex(nal);
        }
        log_ += ';';
    }
    H265Depacketizer depacketizer_;
    std::string log_;
};

TEST(H265Depacketizer, SingleNalUnitsAndParameterSetsInBand) {
    EXPECT_EQ(H265Bench()
                  .push(vps_hex, 0)
                  .push(h265_sps_hex, 0)
                  .push(h265_pps_hex, 0)
                  .push("2801af01", 0, true)
                  .push("0201d0aa", 3000, true)
                  .log(),
              "track 64x48;key 0 4001.. 4201.. 4401c0718112 2801af01;3000 0201d0aa;");
}

TEST(H265Depacketizer, AggregationAndFragmentation) {
    const std::string together = "6001" + prefixed(vps_hex) + prefixed(h265_sps_hex) + prefixed(h265_pps_hex);
    EXPECT_EQ(H265Bench()
                  .push(together, 0)
                  .push("620194afaa", 0)
                  .push("620114bb", 0)
                  .push("620154cc", 0, true)
                  .log(),
              "track 64x48;key 0 4001.. 4201.. 4401c0718112 2801afaabbcc;");
}

TEST(H265Depacketizer, DecodingOrderNumbersAreSkipped) {
    std::string together = "60010007" + prefixed(vps_hex);
    together += "00" + prefixed(h265_sps_hex) + "01" + prefixed(h265_pps_hex);
    EXPECT_EQ(H265Bench(true)
                  .push(together, 0)
                  .push("6201940008afaa", 0)
                  .push("620154cc", 0, true)
                  .push("02010009d0aa", 3000, true)
                  .log(),
              "track 64x48;key 0 4001.. 4201.. 4401c0718112 2801afaacc;3000 0201d0aa;");
}

TEST(H265Depacketizer, TrailingPictureOfTypeZero) {  // quirk 57
    EXPECT_EQ(H265Bench().push("2801af01", 0, true).push("0002d0aa", 3000, true).log(),
              "key 0 2801af01;3000 0002d0aa;");
}

TEST(H265Depacketizer, LeadingPicturesOfAnOpenGroupAreMarked) {
    EXPECT_EQ(H265Bench()
                  .push("2a01af01", 9000, true)
                  .push("1001d0aa", 3000, true)
                  .push("0201d0ab", 12000, true)
                  .log(),
              "key 9000 2a01af01;leading 3000 1001d0aa;12000 0201d0ab;");
}

TEST(H265Depacketizer, FragmentThatStartsAndEnds) {  // quirk 51
    EXPECT_EQ(H265Bench().push("6201d4afaa", 0, true).log(), "key 0 2801afaa;");
}

TEST(H265Depacketizer, WithoutMarkerTheTimestampEndsTheUnit) {  // quirk 49
    EXPECT_EQ(H265Bench().push("2801af01", 0).push("0201d0aa", 3000).push("0201d0ab", 6000).log(),
              "key 0 2801af01;3000 0201d0aa;");
}

TEST(H265Depacketizer, MarkerOnParameterSetsAndTheirOwnTimestamp) {  // quirk 49
    EXPECT_EQ(H265Bench()
                  .push(vps_hex, 0, true)
                  .push(h265_sps_hex, 1, true)
                  .push(h265_pps_hex, 2, true)
                  .push("2801af01", 3, true)
                  .log(),
              "track 64x48;key 3 4001.. 4201.. 4401c0718112 2801af01;");
}

TEST(H265Depacketizer, TimestampThatRunsOnInsideAPicture) {  // quirk 50
    EXPECT_EQ(H265Bench().push("620194afaa", 0).push("620154bb", 7).push("28012fcc", 9, true).log(),
              "key 0 2801afaabb 28012fcc;");
}

TEST(H265Depacketizer, AnnexBInsideOfPackets) {  // quirk 53
    EXPECT_EQ(H265Bench()
                  .push("00000001" + vps_hex + "00000001" + h265_sps_hex + "00000001" + h265_pps_hex +
                            "0000012801af01",
                        0, true)
                  .push("000000010201d0aa", 9, true)
                  .log(),
              "track 64x48;key 0 4001.. 4201.. 4401c0718112 2801af01;9 0201d0aa;");
}

TEST(H265Depacketizer, LossDropsTheUnitAndTheNextIsWhole) {
    EXPECT_EQ(
        H265Bench().push("620194afaa", 0).push("620154bb", 0, true, true).push("0201d0aa", 3000, true).log(),
        "damaged 0;3000 0201d0aa;");
    EXPECT_EQ(H265Bench().push("620154bb", 0, true).log(), "damaged 0;");
    EXPECT_EQ(H265Bench().push("6001002028", 0).push("2801af01", 0, true).log(), "damaged 0;");
}

TEST(H265Depacketizer, OtherLayersAreLeftOut) {
    EXPECT_EQ(H265Bench().push("2801af01", 0).push("2809af02", 0, true).log(), "key 0 2801af01;");
}

TEST(H265Depacketizer, IncompleteParameterSetsOfTheDescriptionAreNotEnough) {  // quirk 54
    H265Depacketizer depacketizer;
    depacketizer.add_parameter_set(hex(h265_sps_hex));
    depacketizer.add_parameter_set(hex("4401"));
    depacketizer.add_parameter_set({});
    EXPECT_FALSE(depacketizer.parameters());
    depacketizer.add_parameter_set(hex("00000001" + vps_hex + "00000001" + h265_pps_hex));
    ASSERT_TRUE(depacketizer.parameters());
    EXPECT_EQ(depacketizer.parameters()->rfc6381, "hvc1.1.6.L30.90");
}

TEST(H265Depacketizer, ChangedParameterSetsComeOnce) {
    std::string other = h265_pps_hex;
    other[11] = '4';
    H265Bench bench;
    const std::string sets = "6001" + prefixed(vps_hex) + prefixed(h265_sps_hex) + prefixed(h265_pps_hex);
    for (const std::int64_t time : {0, 1}) bench.push(sets, time).push("2801af01", time, true);
    EXPECT_EQ(
        bench.push(other, 2).push("2801af01", 2, true).log(),
        "track 64x48;key 0 4001.. 4201.. 4401c0718112 2801af01;key 1 4001.. 4201.. 4401c0718112 2801af01;"
        "track 64x48;key 2 4401c0718114 2801af01;");
}

}  // namespace
}  // namespace vedette::rtsp
