#pragma once
// SDP (RFC 4566, as DESCRIBE answers carry it; RFC 2326 appendix C), read with patience and written for the
// simulated cameras.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace vedette::rtsp {

constexpr std::size_t max_sdp_bytes = 128 * 1024;
constexpr std::size_t max_sdp_media = 32;
constexpr std::size_t max_sdp_formats = 32;            ///< per media
constexpr std::size_t max_sdp_format_parameters = 32;  ///< per format
constexpr std::size_t max_sdp_crypto_lines = 16;       ///< per media

/// One payload type of a media, with what rtpmap and fmtp say about it.
struct SdpFormat {
    std::uint8_t payload_type = 0;  ///< 0 to 127
    std::string encoding{};         ///< from rtpmap, as written: H264, mpeg4-generic; empty without rtpmap
    std::uint32_t clock_rate_hz = 0;
    std::uint8_t channels = 0;                                      ///< 0 when not given
    std::vector<std::pair<std::string, std::string>> parameters{};  ///< of fmtp

    /// The value of an fmtp parameter; names compare without case. An empty view when absent.
    std::string_view parameter(std::string_view name) const;
    friend bool operator==(const SdpFormat&, const SdpFormat&) = default;
};

enum class SdpDirection : std::uint8_t { unspecified, sendonly, recvonly, sendrecv, inactive };

/// How a camera can be asked for a key frame (RFC 4585 section 4.2, RFC 5104 section 7.1).
enum class KeyFrameRequest : std::uint8_t { none, picture_loss_indication, full_intra_request };

struct SdpMedia {
    std::string type;  ///< video, audio, application, ...
    std::uint16_t port = 0;
    std::string protocol = "RTP/AVP";
    std::vector<SdpFormat> formats;
    std::string control;
    SdpDirection direction = SdpDirection::unspecified;
    KeyFrameRequest key_frame_request = KeyFrameRequest::none;  ///< of rtcp-fb, for any of the formats
    std::vector<std::string> crypto{};  ///< values of a=crypto (RFC 4568); they hold keys
    std::string key_management{};       ///< the first a=key-mgmt (RFC 4567); it may hold a key

    friend bool operator==(const SdpMedia&, const SdpMedia&) = default;
};

struct Sdp {
    std::string session_name;
    std::string control;           ///< of the session
    std::string key_management{};  ///< of the session
    std::vector<SdpMedia> media;

    friend bool operator==(const Sdp&, const Sdp&) = default;
};

/// Reads what it understands and skips the rest: any line may be missing, doubled or malformed (quirks 35 to
/// 37); fmtp and rtpmap are matched to the media that has the payload type. `corrupt` when there is no
/// media line at all, `exhausted` above max_sdp_bytes or max_sdp_media.
Result<Sdp> parse_sdp(std::string_view text);

/// A complete description with v=, o=, s=, c= and t= lines. No field may hold a line end.
std::string print(const Sdp& sdp);

}  // namespace vedette::rtsp
