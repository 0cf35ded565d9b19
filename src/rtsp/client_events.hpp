#pragma once
// What a ClientSession tells its owner.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "media/signature_verdict.hpp"
#include "media/types.hpp"
#include "rtsp/replay_extension.hpp"

namespace vedette::rtsp {

/// How media travels (RFC 2326 section 12.39).
enum class Transport : std::uint8_t { tcp_interleaved, udp, multicast };

/// One track that will be asked for; its place in Described::tracks is AccessUnit::track.
struct TrackDescription {
    media::Codec codec = media::Codec::h264;
    std::uint32_t clock_rate_hz = 0;
    std::optional<media::TrackParameters> parameters{};  ///< when the session description holds usable ones
};

/// DESCRIBE succeeded. There is a video track, and it is the first.
struct Described {
    std::vector<TrackDescription> tracks;
};

/// The camera refused one track that the session can do without (audio); no access unit will come for it.
struct TrackRefused {
    std::uint8_t track = 0;
    Error error;
};

/// SETUP succeeded for a track whose media comes in datagrams from elsewhere than the camera's own address,
/// or to a group. Sent before the first datagram can come.
struct MediaAddress {
    std::uint8_t track = 0;
    std::string source;      ///< who sends, as the camera writes it; empty: the camera itself
    std::string group;       ///< of multicast; empty: unicast to our port
    std::uint16_t port = 0;  ///< of `group`, for RTP; RTCP is one above
};

/// PLAY succeeded.
struct Playing {};

/// Sent before the first access unit of a track whose parameters were unknown, and at each change.
struct ParametersChanged {
    std::uint8_t track = 0;
    media::TrackParameters parameters;
};

/// A point where camera clock and media clock meet (RFC 3550 section 6.4.1).
struct SenderReport {
    std::uint8_t track = 0;
    std::uint64_t ntp = 0;      ///< 32.32 fixed point, seconds since 1900-01-01 UTC by the camera's clock
    std::int64_t rtp_time = 0;  ///< unwrapped as AccessUnit::time
};

/// In replay: when the camera recorded the frame with this RTP time. Before its access unit.
struct ReplayTime {
    std::uint8_t track = 0;
    std::int64_t rtp_time = 0;  ///< unwrapped as AccessUnit::time
    ReplayExtension extension;
};

/// RTP packets are missing by their sequence numbers.
struct Loss {
    std::uint8_t track = 0;
    std::uint32_t packets = 0;
};

/// An access unit was incomplete and is left out.
struct UnitDamaged {
    std::uint8_t track = 0;
    std::int64_t time = 0;
};

/// The camera sends us to another host or port; the session is over. The owner may connect to `url` and begin
/// a new session, never with the credentials of this one (quirk 11): they were given for another authority.
struct Redirected {
    std::string url;
};

/// The session is over. Without an error it was asked to stop. Kind `unauthenticated` means that trying the
/// same credentials again soon may lock the account.
struct Closed {
    std::optional<Error> error;
    bool transport_refused = false;  ///< the camera is there and can't send in the way that was asked for
};

/// A SignatureVerdict is no event of the session's own: whoever reads the camera's pictures adds it.
struct ClientEvent
    : std::variant<Described, TrackRefused, MediaAddress, Playing, ParametersChanged, media::AccessUnit,
                   SenderReport, ReplayTime, Loss, UnitDamaged, Redirected, Closed, media::SignatureVerdict> {
    using variant::variant;
    ClientEvent() noexcept;
    ClientEvent(ClientEvent&&) noexcept;
    ClientEvent& operator=(ClientEvent&&) noexcept;
    ~ClientEvent();
};

}  // namespace vedette::rtsp
