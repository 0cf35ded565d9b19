#pragma once
// One RTSP conversation with a camera (RFC 2326), without I/O: bytes and time in, bytes and events out.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "rtsp/auth.hpp"
#include "rtsp/back_channel.hpp"
#include "rtsp/client_events.hpp"
#include "rtsp/client_track.hpp"
#include "rtsp/media_path.hpp"
#include "rtsp/session_plan.hpp"
#include "rtsp/stream_parser.hpp"
#include "rtsp/url.hpp"

namespace vedette::rtsp {

constexpr unsigned max_session_redirects = 5;  ///< to the same authority, within one session

/// What a camera kept is asked for instead of what it sees (ONVIF Streaming Specification, section 6).
struct ReplayRange {
    UtcTime start;  ///< by the camera's clock
    UtcTime end;
};

struct ClientOptions {
    enum class StopAfter : std::uint8_t { never, described, key_frame };

    bool audio = true;
    BasicUse basic = BasicUse::refuse;
    StopAfter stop_after = StopAfter::never;  ///< for "test connection": a Closed without error then
    Transport transport = Transport::tcp_interleaved;
    UtcTime begun{};         ///< the wall clock's time, for key messages
    bool encrypted = false;  ///< the connection is TLS: keys for SRTP may be told over it
    std::vector<std::uint16_t>
        client_ports{};                   ///< for udp: the even port of each track's pair; two are enough
    std::optional<ReplayRange> replay{};  ///< silence after pictures is its end: Closed without error then
    /// The camera's loudspeaker is set up, and nothing else: talk() after Playing. Over TCP.
    bool back_channel = false;
    bool receiver_reports = true;
    std::chrono::seconds response_timeout{10};
    std::chrono::seconds first_datagram_timeout{5};  ///< nothing comes over UDP at all
    std::chrono::seconds media_timeout{10};          ///< without a packet of the video track
    /// Without one: a camera that was switched off and on answers a request by ending the connection, which
    /// it can't when it is only listened to.
    std::chrono::seconds silence_probe{3};
    std::chrono::seconds first_picture_timeout{30};  ///< packets come, and no picture can be decoded
    std::string user_agent = "Vedette";              ///< some cameras refuse requests without (quirk 14)
};

/// OPTIONS, DESCRIBE, SETUP of each supported media, PLAY, keep-alive, TEARDOWN. The owner connects to the
/// URL's host and port, writes what take_output() gives, passes what it reads to receive(), calls
/// on_time() at deadline(), and ends the connection after Closed or Redirected once the output is written.
/// Not thread-safe. No sentence in an error holds credentials.
class ClientSession {
  public:
    ClientSession(Url url, Credentials credentials, ClientOptions options, MonotonicTime now);

    /// Bytes from the camera, in order, in any portions. Media is copied once, into its access unit.
    void receive(ByteView bytes, MonotonicTime now);
    /// The camera closed the connection, or it failed.
    void on_disconnected();
    /// A datagram that came to a track's RTP or RTCP port, from a sender that the owner has checked.
    void receive_datagram(std::uint8_t track, bool rtcp, ByteView datagram, MonotonicTime now);
    /// What is to be sent from a track's ports; never media that matters: lost ones are not missed.
    std::vector<OutgoingDatagram> take_datagrams() { return std::exchange(datagrams_, {}); }
    /// With options.back_channel, after Playing: at most 20 ms of linear sound at 8 kHz, now. Not before, and
    /// not after the end, it is dropped.
    void talk(std::span<const std::int16_t> samples);
    /// True once for each 20 ms while the back-channel is open: then talk() or pause_talk() is due.
    bool take_talk_turn(MonotonicTime now);
    /// So many samples were not said.
    void pause_talk(std::uint32_t samples);
    /// Acts on what is due; harmless when called early.
    void on_time(MonotonicTime now);
    /// When on_time() is due next; MonotonicTime::max() once closed.
    MonotonicTime deadline() const;
    /// Ends the session, with TEARDOWN where one was set up. Closed follows.
    void close();

    /// Bytes to be sent; empty when there are none.
    std::string take_output() { return std::exchange(output_, {}); }
    bool has_output() const { return !output_.empty(); }

    /// The next event in order; nullopt when there is none.
    std::optional<ClientEvent> next_event();
    bool closed() const { return state_ == State::closed; }
    bool has_played() const { return state_ == State::playing; }

    /// Bytes in the stream that belonged to nothing.
    std::uint64_t junk_bytes() const { return parser_.junk_bytes(); }
    /// Packets of all tracks that overtook others.
    std::uint64_t reordered_packets() const;
    /// SRTP packets that were dropped: forged, damaged, or seen before.
    std::uint64_t refused_packets() const;

  private:
    enum class State : std::uint8_t { options, describe, setup, play, playing, closed };
    struct Pending {
        std::uint32_t cseq = 0;
        Request request;  ///< without CSeq and Authorization, to be sent again after a 401
    };
    struct Channel {
        std::uint8_t track = 0;
        enum class Use : std::uint8_t { none, rtp, rtcp } use = Use::none;
    };

    // client_session.cpp: time, bytes and media
    void on_frame(const InterleavedFrame& frame, MonotonicTime now);
    void on_media(std::uint8_t track, ByteView packet, MonotonicTime now);
    void on_control(std::uint8_t track, ByteView packet, MonotonicTime now);
    void send_reports(MonotonicTime now);
    void send_control(std::size_t track, Bytes compound);
    void ask_for_key_frame(std::size_t events_before, MonotonicTime now);
    void punch_holes();
    void on_request(const Request& request);
    void keep_alive(MonotonicTime now);
    void finish(std::optional<Error> error);
    void refuse_transport(Error error);
    void fail_with(ErrorKind kind, std::string message) { finish(Error{kind, std::move(message)}); }
    std::string silence() const;
    std::string media_silence() const;
    std::optional<ByteView> open(std::uint8_t track, ByteView packet, bool rtcp);
    Bytes seal(std::size_t track, Bytes packet, bool rtcp);
    /// Whom our reports on a track come from. Tracks may share a key, so that two of them under one SSRC
    /// would share a keystream.
    std::uint32_t own_ssrc(std::size_t track) const { return own_ssrc_ + static_cast<std::uint32_t>(track); }

    // client_handshake.cpp: one function per answer
    void on_response(const Response& response, MonotonicTime now);
    void on_options(const Response& response, MonotonicTime now);
    void on_describe(const Response& response, MonotonicTime now);
    void on_redirect(const Response& response, MonotonicTime now);
    void on_setup(const Response& response, MonotonicTime now);
    void on_play(const Response& response, MonotonicTime now);
    void on_keep_alive(const Response& response, MonotonicTime now);
    std::string wanted_transport() const;
    Result<> accept_transport(const Response& response);
    Result<> accept_datagrams(const TransportAnswer& answer);
    void refuse_track(Error error);
    void describe(MonotonicTime now);
    void set_up_next(MonotonicTime now);
    void require_features(Request& request) const;
    Result<std::vector<ClientTrack>> plan(const Sdp& sdp, const MediaRules& rules) const;
    void begin_talk(MonotonicTime now);
    void play_range(Request& request) const;
    Request make_request(std::string_view method, std::string_view uri) const;
    void send(Request request, MonotonicTime now);
    std::uint32_t write(const Request& request);

    Url url_;
    ClientOptions options_;
    Authenticator authenticator_;
    StreamParser parser_;
    State state_ = State::options;
    std::string output_;
    std::vector<ClientEvent> events_;
    std::size_t events_taken_ = 0;

    std::uint32_t next_cseq_ = 1;
    std::optional<Pending> pending_;
    MonotonicTime response_due_ = MonotonicTime::max();
    bool heard_rtsp_ = false;
    bool heard_bytes_ = false;
    unsigned redirects_ = 0;

    std::string base_;         ///< base of control URLs
    std::string session_url_;  ///< for PLAY, keep-alive and TEARDOWN
    std::vector<ClientTrack> tracks_;
    std::vector<MediaPath> paths_;  ///< one for each track
    std::vector<OutgoingDatagram> datagrams_;
    std::size_t setting_up_ = 0;
    std::array<Channel, 256> channels_{};
    std::string session_id_;
    std::chrono::milliseconds keep_alive_period_{30'000};
    bool has_get_parameter_ = false;
    std::optional<Pending> keep_alive_;
    MonotonicTime keep_alive_due_ = MonotonicTime::max();
    MonotonicTime media_due_ = MonotonicTime::max();
    MonotonicTime probe_due_ = MonotonicTime::max();
    MonotonicTime picture_due_ = MonotonicTime::max();
    MonotonicTime report_due_ = MonotonicTime::max();
    MonotonicTime asked_for_key_frame_{};
    bool heard_datagram_ = false;
    bool transport_refused_ = false;
    std::uint32_t own_ssrc_ = 0;
    std::optional<BackChannelSender> talker_;
    MonotonicTime talk_due_ = MonotonicTime::max();  ///< of the next packet of sound
    std::uint8_t talk_channel_ = 0;                  ///< interleaved, as the camera chose
};

}  // namespace vedette::rtsp
