#pragma once
// The RTSP server side of one connection (RFC 2326): requests in, responses and what to do out. No I/O.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "rtsp/auth.hpp"
#include "rtsp/message.hpp"
#include "simulate/camera_control.hpp"
#include "simulate/datagrams.hpp"
#include "simulate/srtp.hpp"
#include "simulate/timeline.hpp"

namespace vedette::simulate {

inline constexpr std::string_view replay_suffix = "/replay";

/// One path of the farm.
struct FarmStream {
    std::string path;  ///< /cam1 or /cam1/sub
    std::string name;
    std::size_t timeline = 0;
    const PackedClip* clip = nullptr;
    bool replay = false;  ///< what was stored, not what is seen now
};

/// The session description of a stream (RFC 4566, RFC 6184 section 8, RFC 3640 section 4.1).
/// With `srtp` its media is of the secure profile; `ntp` is the time that its keys are told with.
std::string describe(const FarmStream& stream, const ProtectedTracks* srtp = nullptr, std::uint64_t ntp = 0);
/// The media that it takes (ONVIF Streaming Specification, section 5.3.1).
std::string describe_back_channel();

inline constexpr unsigned back_channel_track = 2;
inline constexpr std::uint8_t back_channel_number = 4;  ///< interleaved

struct AuthPolicy {
    const rtsp::Credentials* credentials = nullptr;  ///< null: anybody may watch
    bool offer_basic = false;                        ///< beside Digest
    bool only_basic = false;
    const CameraControl* control = nullptr;  ///< knows of passwords that were changed; may be null
};

/// What the farm sends media over.
struct MediaPolicy {
    bool tcp = true;
    std::optional<std::uint16_t> udp_port{};  ///< the farm's even port; unset: no UDP
    std::optional<SrtpPolicy> srtp{};         ///< set: SRTP, and nothing else
    bool back_channel = false;                ///< takes sound from clients that ask for it
};

/// clock=20261121T023506.120Z-20261121T023530Z (RFC 2326 section 3.7); an open end is far away.
std::optional<UtcInterval> parse_clock_range(std::string_view range);

class Session {
  public:
    enum class Action : std::uint8_t { none, play, replay, pause, close };
    struct Reply {
        rtsp::Response response;
        Action action = Action::none;
        UtcInterval range{};    ///< of a replay, by the camera's clock
        std::uint8_t cseq = 0;  ///< the low byte of a replay's request
    };

    /// `streams` and the credentials outlive the session. `id` is what clients see as session identifier,
    /// `nonce` what they sign: both unpredictable.
    Session(const std::vector<FarmStream>& streams, AuthPolicy auth, std::string id, std::string nonce,
            unsigned timeout_seconds, MediaPolicy media = {});

    Reply on_request(const rtsp::Request& request);

    /// What clients sign from now on; answers for another nonce are refused.
    void change_nonce(const std::string& nonce);
    /// Whether a request of HTTP may pass: nullopt, or the challenges. `target` names the camera.
    std::optional<std::vector<std::string>> challenge(std::string_view method, std::string_view target,
                                                      const rtsp::Headers& headers) const;

    /// The stream that was set up; nullptr before.
    const FarmStream* stream() const { return stream_; }
    /// Where datagrams go; both unset over TCP.
    const ClientPorts& client_ports() const { return client_ports_; }
    /// What protects the packets; nullptr: nothing.
    ProtectedTracks* srtp() { return srtp_ ? &*srtp_ : nullptr; }
    /// The tracks that were set up: video, audio.
    const std::array<bool, 2>& tracks() const { return tracks_; }

  private:
    Reply dispatch(const rtsp::Request& request);
    Reply describe_stream(const rtsp::Request& request);
    Reply setup(const rtsp::Request& request);
    Reply play(const rtsp::Request& request) const;
    Reply replay(const rtsp::Request& request) const;
    Reply set_up_back_channel(const FarmStream& stream, std::string_view transport);
    std::optional<Reply> refuse(const rtsp::Request& request);
    std::optional<Reply> refuse_options(const rtsp::Request& request) const;
    bool names_session(const rtsp::Request& request) const;
    Reply with_session(Reply reply) const;

    const std::vector<FarmStream>& streams_;
    AuthPolicy auth_;
    std::vector<rtsp::Challenge> challenges_;
    std::string id_;
    unsigned timeout_seconds_;
    const FarmStream* stream_ = nullptr;
    bool asked_for_back_channel_ = false;
    std::array<bool, 2> tracks_{};
    MediaPolicy media_;
    std::optional<ProtectedTracks> srtp_;
    ClientPorts client_ports_{};
};

}  // namespace vedette::simulate
