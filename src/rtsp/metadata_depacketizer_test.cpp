#include "rtsp/metadata_depacketizer.hpp"

#include <gtest/gtest.h>

#include "rtsp/packet_log.hpp"

namespace vedette::rtsp {
namespace {

using MetadataLog = PacketLog<MetadataDepacketizer>;

TEST(MetadataDepacketizer, DocumentInSeveralPackets) {  // quirk 63
    EXPECT_EQ(MetadataLog().push_bytes(as_bytes("<a>"), 0).push_bytes(as_bytes("</a>"), 0, true).log(),
              "key 0 3c613e3c2f613e;");
}

TEST(MetadataDepacketizer, WithoutMarkerTheTimestampEndsTheDocument) {
    EXPECT_EQ(MetadataLog().push_bytes(as_bytes("<a/>"), 0).push_bytes(as_bytes("<b/>"), 9).log(),
              "key 0 3c612f3e;");
}

TEST(MetadataDepacketizer, LossDropsTheDocument) {
    EXPECT_EQ(MetadataLog()
                  .push_bytes(as_bytes("<a>"), 0)
                  .push_bytes(as_bytes("</a>"), 0, true, true)
                  .push_bytes(as_bytes("<b/>"), 9, true, true)
                  .push_bytes(as_bytes("rest</c>"), 18, true, true)
                  .log(),
              "damaged 0;key 9 3c622f3e;damaged 18;");
}

TEST(MetadataDepacketizer, DocumentsAreBounded) {
    const std::string much(60'000, ' ');
    MetadataLog log;
    log.push_bytes(as_bytes("<a>"), 0);
    for (int i = 0; i < 20; ++i) log.push_bytes(as_bytes(much), 0);
    EXPECT_EQ(log.push_bytes(as_bytes("</a>"), 0, true).push_bytes(as_bytes("<b/>"), 9, true).log(),
              "damaged 0;key 9 3c622f3e;");
}

}  // namespace
}  // namespace vedette::rtsp
