// A session whose media comes in datagrams: what is asked for, what is sent, what is made of what comes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "rtsp/client_session.hpp"

namespace vedette::rtsp {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view camera_sdp =
    "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    "a=fmtp:96 "
    "packetization-mode=1;sprop-parameter-sets=Z2QAKKzZQHgCJ+XAWoCAgKAAAAMAIAAAB4HjBjLA,aOvjyyLA\r\n"
    "a=control:trackID=0\r\n";

/// A camera that answers everything with success.
class DatagramSession : public testing::Test {
  protected:
    void begin(ClientOptions options, std::string_view transport, std::uint16_t setup_status = 200,
               std::string_view feedback = "") {
        session.emplace(parse_url("rtsp://192.0.2.7/live")->url, Credentials{}, std::move(options), now);
        answer("Public: OPTIONS\r\n", "");
        answer("Content-Type: application/sdp\r\n", std::string(camera_sdp) + std::string(feedback));
        answer(fmt::format("Session: 7\r\nTransport: {}\r\n", transport), "", setup_status);
        if (!session->closed()) answer("", "");
        drain();
    }
    void answer(const std::string& headers, std::string_view body, std::uint16_t status = 200) {
        sent += session->take_output();
        const std::string text =
            fmt::format("RTSP/1.0 {} X\r\nCSeq: {}\r\n{}{}\r\n{}", status, ++number, headers,
                        body.empty() ? "" : fmt::format("Content-Length: {}\r\n", body.size()), body);
        session->receive(as_bytes(text), now);
    }
    /// A key picture in one packet, or any other.
    void picture(std::uint16_t sequence, bool key = true, std::uint8_t payload_type = 96) {
        const auto header = rtp_header({.marker = true,
                                        .payload_type = payload_type,
                                        .sequence = sequence,
                                        .timestamp = sequence * 3600U,
                                        .ssrc = 0x1234});
        ByteWriter packet;
        packet.bytes(header).u8(key ? 0x65 : 0x41).u32(0x88'84'00'10);
        const Bytes bytes = std::move(packet).finish();
        session->receive_datagram(0, false, bytes, now);
        drain();
    }
    void drain() {
        sent += session->take_output();
        for (auto& datagram : session->take_datagrams()) datagrams.push_back(std::move(datagram));
        while (auto event = session->next_event()) {
            if (const auto* unit = std::get_if<media::AccessUnit>(&*event))
                log += fmt::format("unit {};", (unit->time + unit->presentation_offset) / 3600);
            else if (const auto* loss = std::get_if<Loss>(&*event))
                log += fmt::format("loss {};", loss->packets);
            else if (const auto* address = std::get_if<MediaAddress>(&*event))
                log += fmt::format("from '{}' to '{}' {};", address->source, address->group, address->port);
            else if (auto* closed = std::get_if<Closed>(&*event))
                error = closed->error;
        }
    }

    std::optional<ClientSession> session;
    MonotonicTime now{};
    unsigned number = 0;
    std::string sent;
    std::string log;
    std::vector<OutgoingDatagram> datagrams;
    std::optional<Error> error;
};

ClientOptions udp() {
    return {.transport = Transport::udp, .client_ports = {40'000, 40'002}};
}

TEST_F(DatagramSession, AsksForItsPortsAndOpensThePath) {
    begin(udp(), "RTP/AVP;unicast;client_port=40000-40001;server_port=6970-6971;ssrc=1234");
    EXPECT_THAT(sent, HasSubstr("Transport: RTP/AVP;unicast;client_port=40000-40001\r\n"));
    EXPECT_THAT(sent, Not(HasSubstr("mode")));
    ASSERT_EQ(datagrams.size(), 2U);
    EXPECT_EQ(datagrams[0].port, 6970);
    EXPECT_EQ(datagrams[1].port, 6971);
    EXPECT_TRUE(datagrams[1].rtcp);
    EXPECT_TRUE(parse_rtp(datagrams[0].bytes));
    EXPECT_TRUE(parse_rtcp(datagrams[1].bytes));
    EXPECT_EQ(log, "") << "the camera itself sends";
}

TEST_F(DatagramSession, PacketsAreOrderedAndLossIsCounted) {
    begin(udp(), "RTP/AVP;unicast;client_port=40000-40001;server_port=6970-6971");
    picture(1);
    picture(3, false);
    picture(3, false, 50);  // quirk 43: another payload type with the same sequence number
    picture(2, false);
    EXPECT_EQ(log, "unit 1;unit 2;unit 3;");
    picture(6, false);
    now += max_reordering;
    EXPECT_LE(session->deadline(), now);
    session->on_time(now);
    drain();
    EXPECT_THAT(log, HasSubstr("loss 2;"));
}

TEST_F(DatagramSession, ReportsWhatItReceived) {
    begin(udp(), "RTP/AVP;unicast;client_port=40000-40001;server_port=6970-6971");
    datagrams.clear();
    for (const int sequence : {1, 2, 4, 5}) picture(static_cast<std::uint16_t>(sequence));
    now += 5s;
    session->on_time(now);
    drain();
    ASSERT_EQ(datagrams.size(), 1U);
    EXPECT_EQ(datagrams[0].port, 6971);
    const auto compound = parse_rtcp(datagrams[0].bytes);
    ASSERT_TRUE(compound);
    ASSERT_EQ(compound->receiver_reports.size(), 1U);
    const RtcpReportBlock& block = compound->receiver_reports[0].reports.at(0);
    EXPECT_EQ(block.ssrc, 0x1234U);
    EXPECT_EQ(block.packets_lost, 1U);
    EXPECT_EQ(block.fraction_lost, 256 / 5);
    EXPECT_EQ(block.extended_highest, 5U);
    EXPECT_EQ(compound->cname, "vedette");
}

TEST_F(DatagramSession, SilenceOverUdpIsNamedSoon) {
    begin(udp(), "RTP/AVP;unicast;client_port=40000-40001;server_port=6970-6971");
    now += 5s;
    session->on_time(now);
    drain();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, ErrorKind::timeout);
    EXPECT_THAT(error->message, HasSubstr("arrived over UDP within 5 s"));
}

// quirk 46
TEST_F(DatagramSession, CameraWithoutServerPortIsNotWrittenTo) {
    begin(udp(), "RTP/AVP/UDP;unicast;client_port=40000-40001");
    picture(1);
    EXPECT_EQ(log, "unit 1;");
    now += 5s;
    session->on_time(now);
    drain();
    EXPECT_TRUE(datagrams.empty());
}

TEST_F(DatagramSession, SourceElsewhereIsToldWhenItIsAnAddress) {
    begin(udp(), "RTP/AVP;unicast;source=192.0.2.99;client_port=40000-40001;server_port=6970-6971");
    EXPECT_EQ(log, "from '192.0.2.99' to '' 0;");
    const TransportAnswer name = parse_transport("RTP/AVP;unicast;source=evil.example;server_port=1-2");
    EXPECT_EQ(name.source, "") << "names are not looked up";
    EXPECT_EQ(parse_transport("RTP/AVP;source=[2001:db8::1]").source, "2001:db8::1");
}

// quirk 18
TEST_F(DatagramSession, CameraThatChoosesTheConnectionInsteadIsFollowed) {
    begin(udp(), "RTP/AVP/TCP;unicast;interleaved=0-1");
    picture(1);
    EXPECT_EQ(log, "") << "datagrams don't count then";
    EXPECT_TRUE(datagrams.empty());
}

TEST_F(DatagramSession, RefusalOfUdpIsNamed) {
    begin(udp(), "", 461);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, ErrorKind::unsupported);
    EXPECT_THAT(error->message, HasSubstr("does not send over UDP"));
}

TEST_F(DatagramSession, MulticastGroupComesFromTheCamera) {
    begin({.transport = Transport::multicast},
          "RTP/AVP;multicast;destination=239.1.2.3;port=5000-5001;ttl=1");
    EXPECT_THAT(sent, HasSubstr("Transport: RTP/AVP;multicast\r\n"));
    EXPECT_EQ(log, "from '' to '239.1.2.3' 5000;");
    picture(1);
    EXPECT_THAT(log, HasSubstr("unit 1;"));
    EXPECT_TRUE(datagrams.empty()) << "no holes are punched to a group";
}

TEST_F(DatagramSession, ReportsGoOverTheConnectionToo) {
    begin({}, "RTP/AVP/TCP;unicast;interleaved=4-5");
    sent.clear();
    now += 5s;
    session->on_time(now);
    drain();
    ASSERT_GE(sent.size(), 4U);
    EXPECT_EQ(sent.substr(0, 2), "$\x05");
    EXPECT_TRUE(parse_rtcp(as_bytes(sent).subspan(4)));
}

TEST_F(DatagramSession, AfterLossAKeyFrameIsAskedForWhereFeedbackIsOffered) {
    for (const auto& [line, request] :
         {std::pair("a=rtcp-fb:96 nack pli\r\n", "81ce0002"),
          std::pair("a=rtcp-fb:* ccm fir\r\n", "84ce0004"), std::pair("", "")}) {
        SCOPED_TRACE(line);
        number = 0;
        begin(udp(), "RTP/AVP;unicast;client_port=40000-40001;server_port=6970-6971", 200, line);
        now += 1ms;
        picture(1);
        datagrams.clear();
        const auto requests = [&] {
            std::size_t count = 0;
            for (const OutgoingDatagram& datagram : datagrams) {
                EXPECT_EQ(datagram.port, 6971);
                EXPECT_TRUE(parse_rtcp(datagram.bytes)) << "a report comes first (RFC 4585 section 3.1)";
                count += *request != '\0' && to_hex(datagram.bytes).find(request) != std::string::npos;
            }
            return count;
        };
        const auto lose = [&](std::uint16_t sequence) {
            const auto header =
                rtp_header({.payload_type = 96, .sequence = sequence, .timestamp = 1, .ssrc = 0x1234});
            ByteWriter packet;  // the end of a fragmented slice whose start is lost
            packet.bytes(header).u8(0x7c).u8(0x45).u32(0);
            const Bytes bytes = std::move(packet).finish();
            session->receive_datagram(0, false, bytes, now);
            picture(static_cast<std::uint16_t>(sequence + 1), false);
            now += max_reordering;
            session->on_time(now);
            drain();
        };
        now += 3s;
        lose(5);
        EXPECT_EQ(requests(), *request == '\0' ? 0U : 1U);
        lose(9);
        EXPECT_EQ(requests(), *request == '\0' ? 0U : 1U) << "not again so soon";
        now += 2s;
        lose(15);
        EXPECT_EQ(requests(), *request == '\0' ? 0U : 2U);
    }
}

}  // namespace
}  // namespace vedette::rtsp
