#include "rtsp/h264_depacketizer.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/test_hex.hpp"

namespace vedette::rtsp {
namespace {

const std::string h264_sps_hex = "67640028acd940780227e5c05a808080a0000003002000000781e30632c0";
const std::string h264_pps_hex = "68ebe3cb22c0";

/// Pushes packets and writes down what comes out, as text.
class H264Bench {
  public:
    H264Bench& push(const std::string& payload, std::int64_t time, bool marker = false, bool lost = false) {
        const Bytes bytes = hex(payload);
        RtpPacket packet{.marker = marker};
        packet.payload = bytes;
        std::vector<H264Event> events;
        depacketizer_.push(packet, time, lost, events);
        for (const H264Event& event : events) note(event);
        return *this;
    }
    const std::string& log() const { return log_; }

  private:
    void note(const H264Event& event) {
        if (const auto* sets = std::get_if<ParameterSets>(&event))
            log_ += fmt::format("sets {}+{};", sets->sps.size(), sets->pps.size());
        if (const auto* damaged = std::get_if<DamagedUnit>(&event))
            log_ += fmt::format("damaged {};", damaged->time);
        const auto* unit = std::get_if<DepacketizedUnit>(&event);
        if (unit == nullptr) return;
        log_ += fmt::format("{}{}", unit->random_access ? "key " : "", unit->time);
        ByteReader reader(*unit->data);
        while (!reader.at_end()) {
            const ByteView nal = reader.take(reader.u32());
            log_ += nal.size() > 8 ? fmt::format(" {}..", to_hex(nal.first(1))) : " " + to_hex(nal);
        }
        log_ += ';';
    }
    H264Depacketizer depacketizer_;
    std::string log_;
};

TEST(H264Depacketizer, SingleNalUnits) {
    EXPECT_EQ(H264Bench()
                  .push(h264_sps_hex, 0)
                  .push(h264_pps_hex, 0)
                  .push("658801", 0, true)
                  .push("419a02", 3000, true)
                  .log(),
              "sets 1+1;key 0 67.. 68ebe3cb22c0 658801;3000 419a02;");
}

TEST(H264Depacketizer, StapAndFragments) {
    const std::string stap = "78001e" + h264_sps_hex + "0006" + h264_pps_hex;
    EXPECT_EQ(H264Bench().push(stap, 0).push("7c8588aa", 0).push("7c05bb", 0).push("7c45cc", 0, true).log(),
              "sets 1+1;key 0 67.. 68ebe3cb22c0 6588aabbcc;");
}

TEST(H264Depacketizer, FragmentThatStartsAndEnds) {
    EXPECT_EQ(H264Bench().push("7cc588aa", 0, true).log(), "key 0 6588aa;");
}

TEST(H264Depacketizer, FragmentsWithReservedBitChangingTypeAndEmptyParts) {
    EXPECT_EQ(H264Bench().push("7ca588aa", 0).push("7c01", 0).push("7c01bb", 0).push("7c61cc", 0, true).log(),
              "key 0 6588aabbcc;");
}

TEST(H264Depacketizer, WithoutMarkerTheTimestampEndsTheUnit) {
    EXPECT_EQ(H264Bench().push("658801", 0).push("419a02", 3000).push("419a03", 6000).log(),
              "key 0 658801;3000 419a02;");
}

TEST(H264Depacketizer, MarkerOnParameterSetsAndTheirOwnTimestamp) {
    EXPECT_EQ(
        H264Bench().push(h264_sps_hex, 0, true).push(h264_pps_hex, 1, true).push("658801", 2, true).log(),
        "sets 1+1;key 2 67.. 68ebe3cb22c0 658801;");
}

TEST(H264Depacketizer, TimestampThatRunsOnInsideAPicture) {
    EXPECT_EQ(H264Bench().push("7c8588aa", 0).push("7c45bb", 7).push("6508cc", 9, true).log(),
              "key 0 6588aabb 6508cc;");
}

TEST(H264Depacketizer, AnnexBInsideOfPackets) {
    EXPECT_EQ(H264Bench()
                  .push(h264_sps_hex + "00000001" + h264_pps_hex + "000001658801", 0, true)
                  .push("00000001419a02", 9, true)
                  .log(),
              "sets 1+1;key 0 67.. 68ebe3cb22c0 658801;9 419a02;");
}

TEST(H264Depacketizer, BytesLikeAStartCodeInSeiStay) {
    EXPECT_EQ(H264Bench().push("0605000001ff", 0).push("658801", 0, true).log(),
              "key 0 0605000001ff 658801;");
}

TEST(H264Depacketizer, LossDropsTheUnitAndTheNextIsWhole) {
    EXPECT_EQ(H264Bench().push("7c8588aa", 0).push("7c45bb", 0, true, true).push("419a02", 3000, true).log(),
              "damaged 0;3000 419a02;");
    EXPECT_EQ(H264Bench().push("7c8588aa", 0).push("419a02", 3000, true, true).log(),
              "damaged 0;3000 419a02;");
    EXPECT_EQ(
        H264Bench().push("7c8588aa", 0).push("7c01bb", 3000, false, true).push("7c41bb", 3000, true).log(),
        "damaged 0;damaged 3000;");
    EXPECT_EQ(H264Bench().push("7c45bb", 0, true).log(), "damaged 0;");
}

TEST(H264Depacketizer, ChangedParameterSetsComeOnce) {
    std::string other = h264_pps_hex;
    other[4] = 'f';
    H264Bench bench;
    for (std::int64_t time : {0, 1})
        bench.push(h264_sps_hex, time).push(h264_pps_hex, time).push("658801", time, true);
    EXPECT_EQ(bench.push(other, 2).push("658801", 2, true).log(),
              "sets 1+1;key 0 67.. 68ebe3cb22c0 658801;key 1 67.. 68ebe3cb22c0 658801;sets 1+1;key 2 "
              "68ebf3cb22c0 658801;");
}

TEST(H264Depacketizer, TruncatedAggregateIsDamaged) {
    EXPECT_EQ(H264Bench().push("780006" + h264_pps_hex + "0020aabb", 0).push("658801", 0, true).log(),
              "damaged 0;");
}

}  // namespace
}  // namespace vedette::rtsp
