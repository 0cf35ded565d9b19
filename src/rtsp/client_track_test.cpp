#include "rtsp/client_track.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "rtsp/rtcp.hpp"
#include "rtsp/rtp.hpp"
#include "rtsp/session_plan.hpp"

namespace vedette::rtsp {
namespace {

constexpr std::string_view track_sdp =
    "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    "a=fmtp:96 packetization-mode=0;sprop-parameter-sets=Z0LAHtoCgL/lwEQAAAMABAAAAwDIPFi6gA==,aM48gA==\r\n"
    "a=control:v\r\n";

/// A track of that track_sdp, and what its packets became, as text.
class Camera {
  public:
    explicit Camera(std::string_view sdp = track_sdp)
        : track_(std::move(plan_tracks(*parse_sdp(sdp), "rtsp://c/live", true)->at(0))) {}

    Camera& accept(std::optional<std::uint32_t> ssrc) {
        track_.accept(ssrc);
        return *this;
    }
    Camera& rtp(std::uint16_t sequence, std::uint32_t time, std::string_view payload, std::uint32_t ssrc = 7,
                std::uint8_t payload_type = 96) {
        const Bytes bytes = from_hex(payload).value();
        const auto header = rtp_header({.marker = true,
                                        .payload_type = payload_type,
                                        .sequence = sequence,
                                        .timestamp = time,
                                        .ssrc = ssrc});
        Bytes packet(header.begin(), header.end());
        packet.insert(packet.end(), bytes.begin(), bytes.end());
        std::vector<ClientEvent> events;
        track_.on_rtp(packet, events);
        note(events);
        return *this;
    }
    Camera& rtcp(ByteView bytes) {
        std::vector<ClientEvent> events;
        track_.on_rtcp(bytes, events);
        note(events);
        return *this;
    }
    const std::string& log() const { return log_; }

  private:
    void note(const std::vector<ClientEvent>& events) {
        for (const ClientEvent& event : events) {
            if (const auto* unit = std::get_if<media::AccessUnit>(&event))
                log_ +=
                    fmt::format("{}{}{};", unit->random_access ? "key " : "", unit->time,
                                unit->presentation_offset != 0 ? fmt::format("+{}", unit->presentation_offset)
                                                               : std::string());
            if (const auto* loss = std::get_if<Loss>(&event)) log_ += fmt::format("loss {};", loss->packets);
            if (std::holds_alternative<UnitDamaged>(event)) log_ += "damaged;";
            if (std::holds_alternative<SenderReport>(event)) log_ += "report;";
        }
    }
    ClientTrack track_;
    std::string log_;
};

TEST(ClientTrack, AWrongSsrcInTheTransportHeaderIsAHint) {  // quirk 42
    Camera camera;
    camera.accept(0x12345678);
    for (std::uint16_t i = 0; i < 20; ++i) camera.rtp(i, i * 3600U, i == 17 ? "658801" : "419a02");
    EXPECT_EQ(camera.log(), "54000;57600;key 61200;64800;68400;")
        << "the announced one is given up after a while";
}

TEST(ClientTrack, PacketsOfAnotherPayloadTypeTakeNoSequenceNumbers) {  // quirk 43
    EXPECT_EQ(Camera()
                  .rtp(1, 0, "658801")
                  .rtp(2, 3600, "ffffffff", 7, 50)
                  .rtp(2, 3600, "419a02")
                  .rtp(3, 7200, "ffffffff", 7, 50)
                  .rtp(3, 7200, "419a02")
                  .log(),
              "key 0;3600;7200;");
}

TEST(ClientTrack, RtcpThatIsBrokenOrOfSomebodyElseIsIgnored) {  // quirk 44
    const Bytes foreign = print_sender_report({.ssrc = 99, .ntp = 1, .rtp_time = 0}, "x");
    const Bytes own = print_sender_report({.ssrc = 7, .ntp = 1, .rtp_time = 0}, "x");
    EXPECT_EQ(Camera()
                  .rtp(1, 0, "658801")
                  .rtcp(foreign)
                  .rtcp(ByteView(own).first(9))
                  .rtcp(from_hex("00000000ffff").value())
                  .rtcp(own)
                  .rtp(2, 3600, "419a02")
                  .log(),
              "key 0;report;3600;");
}

TEST(ClientTrack, WithoutSenderReportsNothingWaits) {  // quirk 45
    EXPECT_EQ(Camera().rtp(1, 0, "658801").rtp(2, 3600, "419a02").log(), "key 0;3600;");
}

TEST(ClientTrack, LossOverTcpIsCounted) {  // quirk 48
    EXPECT_EQ(Camera().rtp(1, 0, "658801").rtp(5, 7200, "419a02").log(), "key 0;loss 3;7200;");
}

TEST(ClientTrack, FragmentsAndAggregatesInPacketizationModeZero) {  // quirk 52
    EXPECT_EQ(Camera().rtp(1, 0, "7cc588aa").rtp(2, 3600, "780003419a020003410102").log(), "key 0;3600;");
}

TEST(ClientTrack, BFramesGetDecodingTimesThatGrow) {  // quirk 56
    // A slice's first byte: first_mb 0, then slice type 5 (P) or 6 (B).
    EXPECT_EQ(Camera()
                  .rtp(1, 0, "658801")
                  .rtp(2, 10'800, "419a02")
                  .rtp(3, 3'600, "019e02")
                  .rtp(4, 7'200, "019e03")
                  .rtp(5, 21'600, "419a04")
                  .rtp(6, 14'400, "019e05")
                  .rtp(7, 18'000, "019e06")
                  .log(),
              "key 0;10800;10801+-7201;10802+-3602;10803+10797;14400;18000;");
}

TEST(ClientTrack, PicturesWithoutBSlicesKeepTheTimesThatTheyHave) {
    EXPECT_EQ(Camera().rtp(1, 0, "658801").rtp(2, 10'800, "419a02").rtp(3, 3'600, "419a02").log(),
              "key 0;10800;3600;");
}

}  // namespace
}  // namespace vedette::rtsp
