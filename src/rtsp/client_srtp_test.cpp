// Sessions whose media is SRTP: when keys are believed, and that nothing else than what they protect is
// taken.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "rtsp/client_session.hpp"
#include "rtsp/sdes.hpp"

namespace vedette::rtsp {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string description(std::string_view profile, std::string_view key_lines) {
    return fmt::format(
        "v=0\r\ns=x\r\nt=0 0\r\nm=video 0 {} 96\r\na=rtpmap:96 H264/90000\r\n"
        "a=fmtp:96 packetization-mode=1;"
        "sprop-parameter-sets=Z2QAKKzZQHgCJ+XAWoCAgKAAAAMAIAAAB4HjBjLA,aOvjyyLA\r\n"
        "a=control:trackID=0\r\n{}",
        profile, key_lines);
}

std::string sdes_line(const crypto::SrtpKey& key) {
    return fmt::format("a=crypto:{}\r\n", print_sdes(key, 1));
}

std::string mikey_line(const crypto::SrtpKey& key) {
    const MikeyMessage message{.bundle = 9,
                               .sources = {{.policy = 0, .ssrc = 0x1234, .rollovers = 0}},
                               .key = key.duplicate(),
                               .policy = mikey_policy(key.suite)};
    return fmt::format("a=key-mgmt:mikey {}\r\n", crypto::to_base64(print_mikey(message, 1)));
}

class SrtpSession : public testing::Test {
  protected:
    void begin(ClientOptions options, const std::string& sdp, std::string_view transport,
               const std::string& more = "") {
        session.emplace(parse_url("rtsps://192.0.2.7/live")->url, Credentials{}, std::move(options), now);
        answer("Public: OPTIONS\r\n", "");
        answer("Content-Type: application/sdp\r\n", sdp);
        if (session->closed()) return drain();
        answer(fmt::format("Session: 7\r\nTransport: {}\r\n{}", transport, more), "");
        answer("", "");
        drain();
    }
    void answer(const std::string& headers, std::string_view body) {
        sent += session->take_output();
        session->receive(as_bytes(fmt::format(
                             "RTSP/1.0 200 X\r\nCSeq: {}\r\n{}{}\r\n{}", ++number, headers,
                             body.empty() ? "" : fmt::format("Content-Length: {}\r\n", body.size()), body)),
                         now);
    }
    Bytes picture(std::uint16_t sequence) const {
        const auto header = rtp_header({.marker = true,
                                        .payload_type = 96,
                                        .sequence = sequence,
                                        .timestamp = sequence * 3600U,
                                        .ssrc = 0x1234});
        ByteWriter packet;
        packet.bytes(header).u8(0x65).u32(0x88'84'00'10);
        return std::move(packet).finish();
    }
    void interleave(ByteView packet) {
        Bytes frame;
        for (const std::byte b : interleaved_header(0, packet.size())) frame.push_back(b);
        frame.insert(frame.end(), packet.begin(), packet.end());
        session->receive(frame, now);
        drain();
    }
    void drain() {
        sent += session->take_output();
        for (auto& datagram : session->take_datagrams()) datagrams.push_back(std::move(datagram));
        while (auto event = session->next_event()) {
            units += std::holds_alternative<media::AccessUnit>(*event);
            if (auto* closed = std::get_if<Closed>(&*event)) {
                error = closed->error;
                refused = closed->transport_refused;
            }
        }
    }

    std::optional<ClientSession> session;
    MonotonicTime now{};
    unsigned number = 0;
    std::string sent;
    int units = 0;
    std::vector<OutgoingDatagram> datagrams;
    std::optional<Error> error;
    bool refused = false;
    crypto::SrtpKey key = crypto::make_srtp_key(crypto::SrtpSuite::aes_cm_128_hmac_sha1_80);
};

constexpr std::string_view interleaved = "RTP/SAVP/TCP;unicast;interleaved=0-1";

TEST_F(SrtpSession, TakesWhatTheKeyOpensAndNothingElse) {
    begin({.encrypted = true}, description("RTP/SAVP", sdes_line(key)), interleaved);
    EXPECT_THAT(sent, HasSubstr("Transport: RTP/SAVP/TCP;unicast;interleaved=0-1\r\n"));
    EXPECT_THAT(sent, Not(HasSubstr("KeyMgmt")));
    crypto::SrtpSender camera(key);
    Bytes sealed;
    camera.protect_rtp(picture(1), sealed);
    interleave(sealed);
    EXPECT_EQ(units, 1);
    interleave(sealed);  // repeated
    interleave(picture(2));
    EXPECT_EQ(units, 1) << "a session that agreed upon SRTP takes no plain RTP";
    EXPECT_EQ(session->refused_packets(), 2U);
    camera.protect_rtp(picture(3), sealed);
    interleave(sealed);
    EXPECT_EQ(units, 2);
}

TEST_F(SrtpSession, MikeyTellsOurKeyWithSetUp) {
    begin({.encrypted = true}, description("RTP/SAVP", mikey_line(key)), interleaved);
    const std::string_view start = "KeyMgmt: prot=mikey;uri=\"rtsps://192.0.2.7/live/trackID=0\";data=\"";
    const std::size_t at = sent.find(start);
    ASSERT_NE(at, std::string::npos) << sent;
    const std::string data =
        sent.substr(at + start.size(), sent.find('"', at + start.size()) - at - start.size());
    const auto told = parse_mikey(*crypto::from_base64(data));
    ASSERT_TRUE(told);
    EXPECT_FALSE(std::ranges::equal(told->key.master.reveal(), key.master.reveal()));
    crypto::SrtpSender camera(key);
    Bytes sealed;
    camera.protect_rtp(picture(1), sealed);
    interleave(sealed);
    EXPECT_EQ(units, 1);
}

TEST_F(SrtpSession, AKeyInTheAnswerToSetUpCounts) {
    const crypto::SrtpKey other = crypto::make_srtp_key(crypto::SrtpSuite::aead_aes_128_gcm);
    const std::string line = mikey_line(other);
    const std::string data = line.substr(line.find("mikey ") + 6, line.size() - line.find("mikey ") - 8);
    begin({.encrypted = true}, description("RTP/SAVP", mikey_line(key)), interleaved,
          fmt::format("KeyMgmt: prot=mikey; uri=\"\"; data=\"{}\"\r\n", data));
    crypto::SrtpSender camera(other);
    Bytes sealed;
    camera.protect_rtp(picture(1), sealed);
    interleave(sealed);
    EXPECT_EQ(units, 1);
}

TEST_F(SrtpSession, KeysThatTravelReadablyAreRefused) {
    for (const std::string& line : {sdes_line(key), mikey_line(key)}) {
        number = 0;
        begin({.encrypted = false}, description("RTP/SAVP", line), interleaved);
        ASSERT_TRUE(error);
        EXPECT_THAT(error->message, HasSubstr("RTSPS"));
        EXPECT_THAT(sent, Not(HasSubstr("SETUP")));
    }
}

TEST_F(SrtpSession, ThePlainOneOfTwoIsTakenWhereKeysTravelReadably) {
    begin({.encrypted = false},
          description("RTP/SAVP", sdes_line(key)) +
              description("RTP/AVP", "").substr(std::string("v=0\r\ns=x\r\nt=0 0\r\n").size()),
          "RTP/AVP/TCP;unicast;interleaved=0-1");
    EXPECT_THAT(sent, HasSubstr("Transport: RTP/AVP/TCP"));
    interleave(picture(1));
    EXPECT_EQ(units, 1);
}

TEST_F(SrtpSession, NoVideoLeavesTlsWithoutSrtp) {
    begin({.transport = Transport::udp, .encrypted = true, .client_ports = {40'000, 40'002}},
          description("RTP/AVP", ""), "");
    ASSERT_TRUE(error);
    EXPECT_TRUE(refused);
    EXPECT_THAT(sent, Not(HasSubstr("SETUP")));
}

TEST_F(SrtpSession, OverUdpEverythingThatWeSendIsSealed) {
    begin({.transport = Transport::udp, .encrypted = true, .client_ports = {40'000, 40'002}},
          description("RTP/SAVP", sdes_line(key)),
          "RTP/SAVP;unicast;client_port=40000-40001;server_port=6970-6971");
    EXPECT_THAT(sent, HasSubstr("Transport: RTP/SAVP;unicast;client_port=40000-40001\r\n"));
    ASSERT_EQ(datagrams.size(), 2U);
    crypto::SrtpReceiver camera(key);
    EXPECT_TRUE(camera.unprotect_rtp(datagrams[0].bytes));
    EXPECT_TRUE(camera.unprotect_rtcp(datagrams[1].bytes));
    crypto::SrtpSender sender(key);
    Bytes sealed;
    sender.protect_rtp(picture(1), sealed);
    session->receive_datagram(0, false, picture(1), now);
    session->receive_datagram(0, false, sealed, now);
    drain();
    EXPECT_EQ(units, 1);
}

TEST_F(SrtpSession, WrongKeysAreSaid) {
    begin({.encrypted = true}, description("RTP/SAVP", sdes_line(key)), interleaved);
    crypto::SrtpSender stranger(crypto::make_srtp_key(key.suite));
    Bytes sealed;
    stranger.protect_rtp(picture(1), sealed);
    interleave(sealed);
    now += std::chrono::seconds(11);
    session->on_time(now);
    drain();
    ASSERT_TRUE(error);
    EXPECT_THAT(error->message, HasSubstr("can't be opened with the key"));
}

TEST_F(SrtpSession, OfSeveralKeysTheCameraChooses) {
    const crypto::SrtpKey other = crypto::make_srtp_key(crypto::SrtpSuite::aead_aes_256_gcm);
    begin({.encrypted = true}, description("RTP/SAVP", sdes_line(key) + sdes_line(other)), interleaved);
    crypto::SrtpSender camera(other);
    crypto::SrtpSender before(key);
    Bytes sealed;
    for (std::uint16_t sequence = 1; sequence <= 3; ++sequence) {
        camera.protect_rtp(picture(sequence), sealed);
        interleave(sealed);
        EXPECT_EQ(units, sequence);
    }
    before.protect_rtp(picture(4), sealed);
    interleave(sealed);
    EXPECT_EQ(units, 3) << "the choice stays";
}

}  // namespace
}  // namespace vedette::rtsp
