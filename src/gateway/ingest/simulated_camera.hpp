#pragma once
// For this folder's tests alone: an RTSP camera without a socket, on a simulated clock, and the network
// between it and us with the faults that networks have.

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/hex.hpp"
#include "base/time.hpp"
#include "rtsp/client_session.hpp"
#include "rtsp/rtcp.hpp"

namespace vedette::gateway::ingest {

using Random = std::minstd_rand;  // the same on every machine

/// What happens to what the camera sends. Rates are of packets (UDP) or of portions (TCP).
struct NetworkFaults {
    double lose = 0;
    double repeat = 0;
    double overtake = 0;                ///< is delayed by up to 60 ms, so that others come first
    double corrupt = 0;                 ///< one bit of a datagram is turned round
    bool corrupts_connections = false;  ///< as no network does: TCP has checksums
    std::chrono::milliseconds delay{0};
    std::chrono::milliseconds jitter{0};
};

/// One picture in a packet or three, 25 a second, a key picture a second, with G.711 sound and sender
/// reports.
class SimulatedCamera {
  public:
    struct Output {
        bool datagram = false;
        std::uint8_t track = 0;
        bool rtcp = false;
        std::string bytes{};
    };

    SimulatedCamera(bool udp, std::uint32_t seed) : udp_(udp), ssrc_(seed * 2654435761U | 1) {}

    /// A client has connected.
    void begin(MonotonicTime now) {
        *this = SimulatedCamera(udp_, ssrc_ + 1);
        began_ = now;
    }
    /// Bytes of the client; the answers.
    std::vector<Output> receive(std::string_view bytes) {
        std::vector<Output> out;
        const std::string kept(bytes);
        requests_.feed(as_bytes(kept));
        for (auto item = requests_.next(); item && !std::holds_alternative<rtsp::NeedMore>(*item);
             item = requests_.next())
            if (const auto* request = std::get_if<rtsp::Request>(&*item))
                out.push_back({.bytes = answer(*request)});
        return out;
    }
    /// What is due by now.
    std::vector<Output> media(MonotonicTime now) {
        std::vector<Output> out;
        while (playing_ && now >= began_ + picture_period * (pictures_ + 1)) {
            if (pictures_ % 125 == 0) out.push_back(media_packet(0, true, report()));
            const bool key = pictures_ % 25 == 0;
            if (key) {
                // In band too, as cameras do: what is corrupted may be they.
                add_unit(out, *from_hex("67640028acd940780227e5c05a808080a0000003002000000781e30632c0"),
                         false);
                add_unit(out, *from_hex("68ebe3cb22c0"), false);
                fragment(out);
            } else {
                ByteWriter slice;
                slice.u32(0x41'9a'00'10).zeros(40 + static_cast<std::size_t>(pictures_ % 7) * 20);
                add_unit(out, slice.view(), true);
            }
            sound(out);
            ++pictures_;
        }
        return out;
    }
    bool playing() const { return playing_; }

  private:
    static constexpr std::chrono::milliseconds picture_period{40};

    std::string answer(const rtsp::Request& request) {
        std::string headers;
        std::string body;
        if (request.method == "OPTIONS") headers = "Public: OPTIONS, DESCRIBE, GET_PARAMETER\r\n";
        if (request.method == "DESCRIBE") {
            headers = "Content-Base: rtsp://cam/live/\r\nContent-Type: application/sdp\r\n";
            body =
                "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
                "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets="
                "Z2QAKKzZQHgCJ+XAWoCAgKAAAAMAIAAAB4HjBjLA,aOvjyyLA\r\na=rtcp-fb:96 nack pli\r\n"
                "a=control:trackID=0\r\nm=audio 0 RTP/AVP 0\r\na=control:trackID=1\r\n";
        }
        if (request.method == "SETUP") {
            const int track = request.uri.ends_with("1") ? 1 : 0;
            headers = udp_ ? "Transport: RTP/AVP;unicast;server_port=6970-6971\r\n"
                           : fmt::format("Transport: RTP/AVP/TCP;unicast;interleaved={}-{}\r\n", 2 * track,
                                         2 * track + 1);
            headers += "Session: 77;timeout=60\r\n";
        }
        if (request.method == "PLAY") playing_ = true;
        if (!body.empty()) headers += fmt::format("Content-Length: {}\r\n", body.size());
        return fmt::format("RTSP/1.0 200 OK\r\nCSeq: {}\r\n{}\r\n{}", rtsp::cseq(request.headers).value_or(0),
                           headers, body);
    }
    Output media_packet(std::uint8_t track, bool rtcp, Bytes packet) const {
        std::string bytes(as_text(packet));
        if (!udp_) {
            const auto header = rtsp::interleaved_header(
                static_cast<std::uint8_t>(2 * track + (rtcp ? 1 : 0)), packet.size());
            bytes.insert(0, as_text(header));
        }
        return {.datagram = udp_, .track = track, .rtcp = rtcp, .bytes = std::move(bytes)};
    }
    std::uint32_t video_time() const { return 1'000'000 + static_cast<std::uint32_t>(pictures_) * 3'600; }
    Bytes report() const {
        rtsp::RtcpSenderReport report;
        report.ssrc = ssrc_;
        report.ntp = (4'000'000'000ULL + static_cast<std::uint64_t>(pictures_) / 25) << 32;
        report.rtp_time = video_time();
        return rtsp::print_sender_report(report, "camera");
    }
    Bytes packet(std::uint8_t type, std::uint16_t& sequence, std::uint32_t time, std::uint32_t ssrc,
                 bool marker, ByteView payload) const {
        const auto header = rtsp::rtp_header({.marker = marker,
                                              .payload_type = type,
                                              .sequence = sequence++,
                                              .timestamp = time,
                                              .ssrc = ssrc});
        ByteWriter out;
        out.bytes(header).bytes(payload);
        return std::move(out).finish();
    }
    /// One NAL unit, alone in its packet.
    void add_unit(std::vector<Output>& out, ByteView unit, bool marker) {
        out.push_back(media_packet(0, false, packet(96, video_sequence_, video_time(), ssrc_, marker, unit)));
    }
    /// A key picture in three fragments (RFC 6184 section 5.8).
    void fragment(std::vector<Output>& out) {
        for (int part = 0; part < 3; ++part) {
            ByteWriter payload;
            payload.u8(0x7c).u8(
                static_cast<std::uint8_t>((part == 0 ? 0x85 : 0x05) | (part == 2 ? 0x40 : 0)));
            if (part == 0) payload.u32(0x88'84'00'10);
            payload.zeros(60);
            const Bytes bytes = std::move(payload).finish();
            out.push_back(
                media_packet(0, false, packet(96, video_sequence_, video_time(), ssrc_, part == 2, bytes)));
        }
    }
    void sound(std::vector<Output>& out) {
        const Bytes silence(320, std::byte{0xff});
        out.push_back(
            media_packet(1, false,
                         packet(0, sound_sequence_, 5'000 + static_cast<std::uint32_t>(pictures_) * 320,
                                ssrc_ + 1, true, silence)));
    }

    bool udp_;
    std::uint32_t ssrc_;
    rtsp::StreamParser requests_;
    MonotonicTime began_{};
    bool playing_ = false;
    std::int64_t pictures_ = 0;
    std::uint16_t video_sequence_ = 65'500;  // wraps early
    std::uint16_t sound_sequence_ = 9;
};

/// Brings what the camera sends to the session, faults included.
class SimulatedNetwork {
  public:
    explicit SimulatedNetwork(std::uint32_t seed) : random_(seed) {}

    NetworkFaults faults;

    void send(SimulatedCamera::Output output, MonotonicTime now) {
        MonotonicTime due = now + faults.delay + some(faults.jitter);
        if (output.datagram && chance(faults.lose)) return;
        const bool may_corrupt = output.datagram || faults.corrupts_connections;
        if (may_corrupt && chance(faults.corrupt) && !output.bytes.empty())
            output.bytes[random_() % output.bytes.size()] ^= static_cast<char>(1U << (random_() % 8));
        if (output.datagram) {
            if (chance(faults.repeat)) waiting_.emplace(due + some(std::chrono::milliseconds(30)), output);
            if (chance(faults.overtake)) due += some(std::chrono::milliseconds(60));
        } else {
            due = last_due_ = std::max(due, last_due_);  // a connection keeps the order
        }
        waiting_.emplace(due, std::move(output));
    }
    /// What has arrived by now; bytes of the connection in portions of any size.
    void deliver(rtsp::ClientSession& session, MonotonicTime now) {
        while (!waiting_.empty() && waiting_.begin()->first <= now) {
            const SimulatedCamera::Output output = std::move(waiting_.begin()->second);
            waiting_.erase(waiting_.begin());
            if (output.datagram) {
                session.receive_datagram(output.track, output.rtcp, as_bytes(output.bytes), now);
                continue;
            }
            for (std::string_view rest = output.bytes; !rest.empty();) {
                const std::size_t portion = std::min<std::size_t>(rest.size(), 1 + random_() % 200);
                session.receive(as_bytes(rest.substr(0, portion)), now);
                rest.remove_prefix(portion);
            }
        }
    }
    void clear() {
        waiting_.clear();
        last_due_ = {};
    }

  private:
    bool chance(double rate) { return rate > 0 && static_cast<double>(random_() % 1'000'000) < rate * 1e6; }
    std::chrono::milliseconds some(std::chrono::milliseconds most) {
        if (most.count() == 0) return most;
        return std::chrono::milliseconds(random_() % static_cast<std::uint32_t>(most.count() + 1));
    }

    Random random_;
    std::multimap<MonotonicTime, SimulatedCamera::Output> waiting_;
    MonotonicTime last_due_{};
};

}  // namespace vedette::gateway::ingest
