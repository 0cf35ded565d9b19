#include "rtsp/aac_depacketizer.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace vedette::rtsp {
namespace {

class Bench {
  public:
    Bench& push(const std::string& payload, std::int64_t time, bool lost = false) {
        const Bytes bytes = from_hex(payload).value();
        RtpPacket packet;
        packet.payload = bytes;
        std::vector<MediaEvent> events;
        depacketizer_.push(packet, time, lost, events);
        for (const MediaEvent& event : events) {
            if (const auto* unit = std::get_if<DepacketizedUnit>(&event))
                log_ += fmt::format("{} {};", unit->time, to_hex(*unit->data));
            else
                log_ += fmt::format("damaged {};", std::get<DamagedUnit>(event).time);
        }
        return *this;
    }
    const std::string& log() const { return log_; }

  private:
    AacDepacketizer depacketizer_{AacFormat{.clock_rate_hz = 16'000}, 1024};
    std::string log_;
};

TEST(AacDepacketizer, SeveralFramesInAPacket) {
    EXPECT_EQ(Bench()
                  .push("0020"
                        "0010"
                        "0018"
                        "2110"
                        "211aff",
                        100)
                  .log(),
              "100 2110;1124 211aff;");
}

TEST(AacDepacketizer, OneFrameInSeveralPackets) {
    EXPECT_EQ(Bench()
                  .push("00100028"
                        "2110",
                        0)
                  .push("00100028"
                        "aabb",
                        0)
                  .push("00100028"
                        "cc",
                        0)
                  .log(),
              "0 2110aabbcc;");
}

TEST(AacDepacketizer, LossDropsTheFrame) {
    EXPECT_EQ(Bench()
                  .push("00100028"
                        "2110",
                        0)
                  .push("00100028"
                        "cc",
                        0, true)
                  .push("00100010"
                        "2110",
                        1024)
                  .log(),
              "damaged 0;1024 2110;");
    EXPECT_EQ(Bench()
                  .push("00100028"
                        "2110",
                        0)
                  .push("00100010"
                        "2110",
                        1024)
                  .log(),
              "damaged 0;1024 2110;");
    EXPECT_EQ(Bench()
                  .push("00100028"
                        "2110",
                        9, true)
                  .push("00100028"
                        "aabbcc",
                        9)
                  .log(),
              "damaged 9;");
}

TEST(AacDepacketizer, AdtsIsTakenOff) {
    EXPECT_EQ(Bench()
                  .push("00100058"
                        "fff16c40021ffc"
                        "21102233",
                        0)
                  .log(),
              "0 21102233;");
}

TEST(AacDepacketizer, RefusesBrokenHeaders) {
    EXPECT_EQ(Bench().push("ffff00", 0).log(), "damaged 0;");
    EXPECT_EQ(Bench()
                  .push("0020"
                        "0010"
                        "0018"
                        "2110",
                        0)
                  .log(),
              "0 2110;damaged 1024;");
}

}  // namespace
}  // namespace vedette::rtsp
