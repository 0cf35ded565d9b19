#include "rtsp/av1_depacketizer.hpp"

#include <gtest/gtest.h>

#include "rtsp/packet_log.hpp"

namespace vedette::rtsp {
namespace {

using Av1Log = PacketLog<Av1Depacketizer>;

const std::string sequence_header = "080000000337fbe6d7c802";  // by libaom: 128x96, without a size field
const std::string key_frame = "3010aa";                        // OBU_FRAME, shown key inter_frame
const std::string inter_frame = "3030bb";                      // inter inter_frame

TEST(Av1Depacketizer, ElementsGetTheirSizes) {
    // N, two elements: the first with its length.
    EXPECT_EQ(Av1Log()
                  .push("280b" + sequence_header + key_frame, 0, true)
                  .push("10" + inter_frame, 3600, true)
                  .log(),
              "track av01.0.00M.08;key 0 0a0a0000000337fbe6d7c802320210aa;3600 320230bb;");
}

TEST(Av1Depacketizer, LengthsOfAllElements) {
    EXPECT_EQ(Av1Log().push("000b" + sequence_header + "03" + key_frame, 0, true).log(),
              "track av01.0.00M.08;key 0 0a0a0000000337fbe6d7c802320210aa;");
}

TEST(Av1Depacketizer, ElementsThatHaveASizeOfTheirOwn) {
    EXPECT_EQ(Av1Log().push("10320230bb", 0, true).log(), "0 320230bb;");
}

TEST(Av1Depacketizer, ObuInSeveralPackets) {
    EXPECT_EQ(Av1Log().push("503030bb", 0).push("d0cc", 0).push("90dd", 0, true).log(), "0 320430bbccdd;");
}

TEST(Av1Depacketizer, DelimitersAreLeftOut) {
    EXPECT_EQ(Av1Log().push("200110" + inter_frame, 0, true).log(), "0 320230bb;");
}

TEST(Av1Depacketizer, LossDropsTheTemporalUnit) {
    EXPECT_EQ(
        Av1Log().push("503030bb", 0).push("90dd", 0, true, true).push("10" + inter_frame, 3600, true).log(),
        "damaged 0;3600 320230bb;");
    EXPECT_EQ(Av1Log().push("90dd", 0, true).log(), "damaged 0;");
    EXPECT_EQ(Av1Log().push("503030bb", 0, true).log(), "damaged 0;") << "its end never came";
}

TEST(Av1Depacketizer, ImpossibleElementsAreDamage) {
    EXPECT_EQ(Av1Log().push("00ff", 0, true).log(), "damaged 0;");
    EXPECT_EQ(Av1Log().push("0005aa", 0, true).log(), "damaged 0;");
    EXPECT_EQ(Av1Log().push("10ff", 0, true).log(), "damaged 0;");
}

TEST(Av1Depacketizer, WithoutMarkerTheTimestampEndsTheUnit) {
    EXPECT_EQ(Av1Log()
                  .push("10" + inter_frame, 0)
                  .push("10" + inter_frame, 3600)
                  .push("10" + inter_frame, 7200)
                  .log(),
              "0 320230bb;3600 320230bb;");
}

}  // namespace
}  // namespace vedette::rtsp
