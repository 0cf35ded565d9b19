#include "rtsp/session_plan.hpp"

#include <algorithm>

#include "base/credentials_refused.hpp"
#include "rtsp/text.hpp"
#include "rtsp/url.hpp"

namespace vedette::rtsp {

namespace {

/// Text of a camera for a sentence: printable ASCII, short.
std::string quotable(std::string_view text) {
    constexpr std::size_t max_quoted = 60;
    std::string out;
    for (const char c : text.substr(0, max_quoted)) out += c >= 0x20 && c < 0x7f ? c : '?';
    return out;
}

bool is_transport_stream(const SdpFormat& format) {
    constexpr std::uint8_t static_mp2t = 33;  // RFC 3551 table 5
    return equal_ignoring_case(format.encoding, "MP2T") ||
           (format.encoding.empty() && format.payload_type == static_mp2t);
}

Error no_video(const Sdp& sdp) {
    for (const SdpMedia& media : sdp.media)
        if (std::ranges::any_of(media.formats, is_transport_stream))
            return {
                ErrorKind::unsupported,
                "the camera sends an MPEG transport stream (MP2T), which is not recorded; choose H.264 or "
                "H.265 without it (RTP, elementary stream) in the camera's settings"};
    std::string offered;
    for (const SdpMedia& media : sdp.media) {
        if (!equal_ignoring_case(media.type, "video")) continue;
        for (const SdpFormat& format : media.formats) {
            if (!offered.empty()) offered += ", ";
            offered += format.encoding.empty() ? fmt::format("payload type {}", format.payload_type)
                                               : quotable(format.encoding);
        }
    }
    if (offered.empty()) return {ErrorKind::unsupported, "the camera offers no video at this address"};
    return {ErrorKind::unsupported,
            fmt::format("the camera's video is {}; choose H.264 or H.265 in the camera's settings",
                        quotable(offered))};
}

/// A back-channel (loudspeaker) is marked sendonly; but some cameras mark everything so (quirk 39).
bool is_back_channel(const SdpMedia& media, const SdpMedia& video) {
    return media.direction == SdpDirection::sendonly && video.direction != SdpDirection::sendonly;
}

/// An IP address of at most the longest one's size, without brackets; empty for anything else, names
/// included: nothing is looked up because a camera says so.
std::string address_in(std::string_view text) {
    constexpr std::size_t longest = 45;
    text = trim(text);
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    const bool numeric = text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
    const bool separated = text.contains('.') || text.contains(':');
    return numeric && separated && text.size() <= longest ? std::string(text) : std::string();
}

/// The keys of a media whose profile is secure, nothing for another; an error when it may not be asked for.
Result<std::optional<MediaKeys>> security_of(const Sdp& sdp, const SdpMedia& media, const MediaRules& rules) {
    const bool secure = is_secure_profile(media.protocol);
    if (!secure && rules.needs_srtp)
        return fail(ErrorKind::unsupported, "the camera offers no SRTP, so that its video would leave TLS");
    if (!secure) return std::nullopt;
    if (!rules.encrypted)
        return fail(
            ErrorKind::unsupported,
            "the camera encrypts its video (SRTP) and would tell the key where anybody on its network "
            "can read it: turn on RTSPS in the camera");
    VEDETTE_TRY(MediaKeys keys, media_keys(sdp, media));
    return keys;
}

}  // namespace

Result<std::vector<ClientTrack>> plan_tracks(const Sdp& sdp, std::string_view base, bool audio,
                                             const MediaRules& rules) {
    const std::string session_base = join_control(base, sdp.control);
    // A relative session control does not move the base of its media.
    const bool absolute = starts_with_ignoring_case(sdp.control, "rtsp://") ||
                          starts_with_ignoring_case(sdp.control, "rtsps://");
    const std::string_view media_base = absolute ? std::string_view(session_base) : base;
    std::vector<ClientTrack> tracks;
    std::optional<Error> refused;
    const auto add = [&](const SdpMedia& media, TrackSetup setup, std::string control) {
        auto keys = security_of(sdp, media, rules);
        if (!keys) {
            if (!refused) refused = std::move(keys).error();
            return false;
        }
        tracks.emplace_back(static_cast<std::uint8_t>(tracks.size()), std::move(setup), std::move(control));
        if (*keys)
            tracks.back().secure(media.protocol,
                                 MediaSecurity(**keys, rules.own_ssrc + tracks.back().index()));
        return true;
    };
    const auto video = std::ranges::find_if(sdp.media, [&](const SdpMedia& media) {
        auto setup = set_up_video(media);
        return setup && add(media, *std::move(setup), join_control(media_base, media.control));
    });
    if (video == sdp.media.end()) return std::unexpected(refused ? *std::move(refused) : no_video(sdp));
    tracks.front().set_key_frame_request(video->key_frame_request);
    // Without a control URL of its own a further media can't be asked for (quirk 6).
    const auto add_first = [&](auto set_up) {
        for (const SdpMedia& media : sdp.media) {
            auto setup = set_up(media);
            if (!setup || is_back_channel(media, *video) || media.control.empty()) continue;
            std::string control = join_control(media_base, media.control);
            if (std::ranges::find(tracks, control, &ClientTrack::control_url) != tracks.end()) continue;
            if (add(media, *std::move(setup), std::move(control))) return;
        }
    };
    if (audio) add_first(set_up_audio);
    add_first(set_up_metadata);
    return tracks;
}

Error refusal(std::string_view method, const Response& response) {
    switch (response.status) {
        case 401:
            return credentials_refused();
        case 403:
            return {ErrorKind::forbidden, "the camera does not allow this user to watch the stream (403)"};
        case 404:
            return {ErrorKind::not_found,
                    "the camera has no stream at this path (404): its manual names the paths that it has"};
        case 406:
        case 415:
            return {ErrorKind::unsupported, "the camera can't describe its stream in SDP"};
        case 453:
        case 503:
            return {ErrorKind::unavailable,
                    fmt::format("the camera can't serve one more viewer now ({})", response.status)};
        case 454:
            return {ErrorKind::unavailable, "the camera has forgotten the session (454)"};
        case 457:
            return {ErrorKind::not_found, "the camera kept nothing of this time"};
        case 461:
            return {ErrorKind::unsupported, "the camera does not send over TCP (461)"};
        default:
            break;
    }
    if (response.status == 551)
        return {ErrorKind::unsupported, "the camera's RTSP server does not know what was asked for (551)"};
    const std::string reason = response.reason.empty() ? std::string() : " " + quotable(response.reason);
    return {ErrorKind::unavailable,
            fmt::format("the camera answers {} with {}{}", method, response.status, reason)};
}

TransportAnswer parse_transport(std::string_view value) {
    TransportAnswer answer;
    value = split_off(value, ',');
    while (!value.empty()) {
        std::string_view parameter = split_off(value, ';');
        const std::string_view name = trim(split_off(parameter, '='));
        if (equal_ignoring_case(name, "interleaved")) {
            answer.rtp_channel = parse_number<std::uint8_t>(split_off(parameter, '-'));
            answer.rtcp_channel = parse_number<std::uint8_t>(parameter);
            if (answer.rtp_channel && !answer.rtcp_channel && *answer.rtp_channel < 255)
                answer.rtcp_channel = static_cast<std::uint8_t>(*answer.rtp_channel + 1);
        } else if (equal_ignoring_case(name, "server_port")) {
            answer.server_rtp_port = parse_number<std::uint16_t>(split_off(parameter, '-'));
            answer.server_rtcp_port = parse_number<std::uint16_t>(parameter);
            if (answer.server_rtp_port && !answer.server_rtcp_port && *answer.server_rtp_port < 65'535)
                answer.server_rtcp_port = static_cast<std::uint16_t>(*answer.server_rtp_port + 1);
        } else if (equal_ignoring_case(name, "port")) {
            answer.group_port = parse_number<std::uint16_t>(split_off(parameter, '-'));
        } else if (equal_ignoring_case(name, "source")) {
            answer.source = address_in(parameter);
        } else if (equal_ignoring_case(name, "destination")) {
            answer.destination = address_in(parameter);
        } else if (equal_ignoring_case(name, "ssrc")) {
            const std::string_view digits = trim(parameter);
            std::uint32_t ssrc = 0;
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ssrc, 16);
            if (error == std::errc() && end == digits.data() + digits.size() && ssrc != 0) answer.ssrc = ssrc;
        }
    }
    return answer;
}

}  // namespace vedette::rtsp
