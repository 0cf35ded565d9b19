#pragma once
// What one session may report, and when. Pure: the camera process is not trusted with order or numbers.

#include <cstdint>
#include <optional>

#include "gateway/camera_process/messages.hpp"

namespace vedette::gateway::camera_process {

inline constexpr unsigned max_descriptions = 16;          ///< of one session, which is redirected a few times
inline constexpr unsigned max_groups = 8;                 ///< multicast groups of one session
inline constexpr unsigned max_datagrams_per_second = 64;  ///< to the camera; more are dropped

class SessionMonitor {
  public:
    /// `secure`: a TLS handshake comes first; `http`: then a tunnel. `pairs` of datagram sockets were given.
    SessionMonitor(bool secure, bool http, std::size_t pairs)
        : phase_(secure ? Phase::handshake
                 : http ? Phase::tunnelling
                        : Phase::talking),
          http_(http),
          pairs_(pairs) {}

    /// `corrupt` when this report can't come now, or names what isn't there. Access units are not reports
    /// here.
    Result<> check(const Report& report);
    void go_on() { phase_ = http_ ? Phase::tunnelling : Phase::talking; }
    void add_pair() { ++pairs_; }

    /// Puts an access unit together; nullopt until it is whole. `data` is copied, whatever its writer does
    /// meanwhile.
    Result<std::optional<media::AccessUnit>> take(const MediaHead& head, ByteView data);

    /// Whether one more datagram may go to the camera.
    bool may_send(MonotonicTime now);

    bool over() const { return phase_ == Phase::over; }

  private:
    enum class Phase : std::uint8_t { handshake, judged, tunnelling, talking, over };
    Result<> check_event(const rtsp::ClientEvent& event);
    Result<> check_track(std::size_t track) const;

    Phase phase_;
    bool http_;
    std::size_t pairs_;
    std::size_t tracks_ = 0;
    unsigned descriptions_ = 0;
    unsigned groups_ = 0;
    std::optional<media::AccessUnit> open_;  ///< whose bytes are still coming
    Bytes gathered_;
    std::uint32_t total_ = 0;
    MonotonicTime second_began_{};
    unsigned sent_ = 0;
};

}  // namespace vedette::gateway::camera_process
