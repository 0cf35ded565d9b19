#pragma once
// What the main process and the camera process say to each other. Pure: values to bytes and back. Commands
// come from the main process, which is trusted; reports from the camera process, which is not.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/tls_session.hpp"
#include "onvif/question.hpp"
#include "rtsp/client_events.hpp"
#include "rtsp/client_session.hpp"
#include "rtsp/media_path.hpp"
#include "rtsp/url.hpp"

namespace vedette::gateway::camera_process {

/// Names a session or a question within one camera process; never used twice.
using SessionId = std::uint32_t;

inline constexpr std::size_t max_command_bytes = 32 * 1024;
/// Descriptors that come with a command: a connection, and pairs of RTP and RTCP sockets.
inline constexpr std::size_t max_pairs = 4;
inline constexpr std::size_t max_descriptors = 1 + 2 * max_pairs;
/// Without media.
inline constexpr std::size_t max_report_bytes = 512 * 1024;
inline constexpr std::size_t max_text_bytes = 1024;  ///< of a sentence
inline constexpr std::size_t max_said_samples = 4'000;

// ---- commands

/// Begins a session. With it come the TCP connection and the datagram sockets of options.client_ports.
struct Open {
    SessionId session = 0;
    rtsp::Url url;
    rtsp::Credentials credentials;
    rtsp::ClientOptions options;
    net::TlsFloor floor = net::TlsFloor::modern;
    bool http = false;       ///< through HTTP, or with a secure URL HTTPS
    std::uint16_t port = 0;  ///< that is connected to
    bool sign_in = false;    ///< a web server's question for a password is answered
};
/// The certificate that was shown is trusted.
struct GoOn {
    SessionId session = 0;
};
/// The answer to a MediaAddress with a group; with it come the group's RTP and RTCP socket.
struct Joined {
    SessionId session = 0;
};
/// The answer to DialAgain: with it comes the connection.
struct Dialled {
    SessionId session = 0;
    std::optional<Error> error;  ///< set: there is none
};
struct Tune {
    SessionId session = 0;
    std::uint32_t low_water_mark = 1;  ///< of the TCP connection, in bytes
    bool watched = false;              ///< report media at once
};
/// Drops the session without a word; nothing is reported of it any more.
struct Close {
    SessionId session = 0;
};
struct Ping {};
/// What somebody says through the camera, of a session with options.back_channel: linear sound at 8 kHz.
struct Say {
    SessionId session = 0;
    std::vector<std::int16_t> samples;  ///< at most max_said_samples
};
/// Reads what a device has answered. With it comes a file of `size` bytes, at most onvif::max_answer_bytes,
/// that holds nothing else. No session is begun: one DeviceReply follows.
struct ReadAnswer {
    SessionId session = 0;
    onvif::Question question;
    std::uint32_t size = 0;
};
struct Command : std::variant<Open, GoOn, Joined, Dialled, Tune, Close, Ping, Say, ReadAnswer> {
    using variant::variant;
    Command() noexcept;
    Command(Command&&) noexcept;
    Command& operator=(Command&&) noexcept;
    ~Command();
};

Bytes encode(const Command& command);
Result<Command> decode_command(ByteView bytes);

// ---- reports

/// The sandbox is closed; the first report, of session 0.
struct Ready {
    bool empty_network = false;
    std::uint8_t landlock_abi = 0;
};
struct Pong {};
/// Who answered the TLS handshake. The session waits for GoOn.
struct Shown {
    bool by_authority = false;
    std::string fingerprint;  ///< 64 hexadecimal digits
    std::string protocol;
};
/// TLS could not be agreed upon, or a tunnel not established; the session is over.
struct HandshakeFailed {
    Error error;
};
/// The tunnel through HTTP is there; without one, nothing is said.
struct Established {};
/// A tunnel needs another connection to the camera.
struct DialAgain {};
struct Counters {
    std::uint64_t reordered_packets = 0;
    std::uint64_t refused_packets = 0;

    friend bool operator==(const Counters&, const Counters&) = default;
};
/// The session is forgotten; its last report.
struct Ended {};
/// What a device's answer says.
struct DeviceReply {
    std::optional<Error> error;  ///< it is a fault, or can't be read
    onvif::Reply reply;
};

struct Report : std::variant<Ready, Pong, Shown, HandshakeFailed, Established, DialAgain, rtsp::ClientEvent,
                             rtsp::OutgoingDatagram, Counters, Ended, DeviceReply> {
    using variant::variant;
    Report() noexcept;
    Report(Report&&) noexcept;
    Report& operator=(Report&&) noexcept;
    ~Report();
};
struct SessionReport {
    SessionId session = 0;
    Report report;
};

/// Not for access units, which have a form of their own.
Bytes encode(const SessionReport& report);
Result<SessionReport> decode_report(ByteView bytes);

/// A piece of an access unit: the first of `total` bytes, or what follows. Its bytes stand behind.
struct MediaHead {
    static constexpr std::size_t bytes = 32;
    SessionId session = 0;
    bool first = true;
    media::AccessUnit unit;  ///< without data
    std::uint32_t total = 0;
};
void encode_media(const MediaHead& head, std::span<std::byte, MediaHead::bytes> out);
/// nullopt: the message is another report. `head` is a copy that its writer can't change.
Result<std::optional<MediaHead>> decode_media(ByteView head);

}  // namespace vedette::gateway::camera_process
