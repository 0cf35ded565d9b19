#pragma once
// Which media of a session description a client asks for, and the sentences for a camera's refusals.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rtsp/client_track.hpp"
#include "rtsp/message.hpp"
#include "rtsp/sdp.hpp"

namespace vedette::rtsp {

/// Which media may be asked for.
struct MediaRules {
    bool encrypted = false;      ///< RTSP runs inside TLS: keys for SRTP may be told over it
    bool needs_srtp = false;     ///< media leaves the TLS connection, so that it needs its own protection
    std::uint32_t own_ssrc = 0;  ///< of our reports on the first track; the next tracks have the next ones
};

/// The first video that we can take apart, then with `audio` the first such audio that the camera sends, and
/// the first metadata. `unsupported`, naming what the camera offers instead, when there is no such video.
/// `base`: of control URLs.
Result<std::vector<ClientTrack>> plan_tracks(const Sdp& sdp, std::string_view base, bool audio,
                                             const MediaRules& rules = {});

/// What a status other than success means for the person who set the camera up.
Error refusal(std::string_view method, const Response& response);

/// What matters of a Transport header in an answer (RFC 2326 section 12.39).
struct TransportAnswer {
    std::optional<std::uint8_t> rtp_channel;
    std::optional<std::uint8_t> rtcp_channel;  ///< the next one when the camera names one only (quirk 18)
    std::optional<std::uint32_t> ssrc;
    std::optional<std::uint16_t> server_rtp_port;
    std::optional<std::uint16_t> server_rtcp_port;  ///< the next one when the camera names one only
    std::optional<std::uint16_t> group_port;        ///< of multicast
    std::string source;                             ///< who sends, when the camera says so by its address
    std::string destination;                        ///< of multicast
};
TransportAnswer parse_transport(std::string_view value);

}  // namespace vedette::rtsp
