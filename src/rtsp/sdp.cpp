#include "rtsp/sdp.hpp"

#include <algorithm>

#include "rtsp/text.hpp"

namespace vedette::rtsp {

namespace {

constexpr std::uint8_t max_payload_type = 127;

std::optional<std::uint8_t> payload_type(std::string_view text) {
    const auto number = parse_number<std::uint8_t>(text);
    return number && *number <= max_payload_type ? number : std::nullopt;
}

SdpFormat* find_format(SdpMedia& media, std::uint8_t type) {
    const auto found = std::ranges::find(media.formats, type, &SdpFormat::payload_type);
    return found == media.formats.end() ? nullptr : &*found;
}

/// The format in the current media, else in any (quirk 37: fmtp under another media).
SdpFormat* find_format(Sdp& sdp, std::uint8_t type) {
    if (SdpFormat* found = find_format(sdp.media.back(), type)) return found;
    for (SdpMedia& media : sdp.media)
        if (SdpFormat* found = find_format(media, type)) return found;
    return nullptr;
}

Result<> read_media(std::string_view value, Sdp& sdp) {
    if (sdp.media.size() == max_sdp_media)
        return fail(ErrorKind::exhausted, "the session description has more than {} media", max_sdp_media);
    SdpMedia media;
    media.type = split_word(value);
    if (media.type.empty()) return {};
    std::string_view port = split_word(value);
    media.port = parse_number<std::uint16_t>(split_off(port, '/')).value_or(0);
    media.protocol = split_word(value);
    while (!value.empty() && media.formats.size() < max_sdp_formats) {
        const auto type = payload_type(split_word(value));
        if (type && find_format(media, *type) == nullptr) media.formats.push_back({.payload_type = *type});
    }
    sdp.media.push_back(std::move(media));
    return {};
}

void read_rtpmap(std::string_view value, Sdp& sdp) {
    const auto type = payload_type(split_word(value));
    if (!type) return;
    SdpFormat* format = find_format(sdp, *type);
    if (format == nullptr || !format->encoding.empty()) return;
    format->encoding = trim(split_off(value, '/'));
    format->clock_rate_hz = parse_number<std::uint32_t>(split_off(value, '/')).value_or(0);
    format->channels = parse_number<std::uint8_t>(value).value_or(0);
}

void read_fmtp(std::string_view value, Sdp& sdp) {
    const auto type = payload_type(split_word(value));
    if (!type) return;
    SdpFormat* format = find_format(sdp, *type);
    if (format == nullptr) return;
    while (!value.empty() && format->parameters.size() < max_sdp_format_parameters) {
        std::string_view parameter = trim(split_off(value, ';'));
        const std::string_view name = trim(split_off(parameter, '='));
        if (!name.empty()) format->parameters.emplace_back(name, trim(parameter));
    }
}

/// `96 nack pli`, `* ccm fir`
void read_feedback(std::string_view value, SdpMedia& media) {
    split_word(value);
    const std::string_view kind = split_word(value);
    const std::string_view parameter = split_word(value);
    // A lost picture is what we tell; FIR asks for more than is needed (RFC 5104 section 3.5.1).
    if (equal_ignoring_case(kind, "nack") && equal_ignoring_case(parameter, "pli"))
        media.key_frame_request = KeyFrameRequest::picture_loss_indication;
    if (equal_ignoring_case(kind, "ccm") && equal_ignoring_case(parameter, "fir") &&
        media.key_frame_request == KeyFrameRequest::none)
        media.key_frame_request = KeyFrameRequest::full_intra_request;
}

void read_attribute(std::string_view value, Sdp& sdp) {
    const std::string_view name = trim(split_off(value, ':'));
    value = trim(value);
    if (equal_ignoring_case(name, "control")) {
        std::string& control = sdp.media.empty() ? sdp.control : sdp.media.back().control;
        if (control.empty()) control = value;
        return;
    }
    if (equal_ignoring_case(name, "key-mgmt")) {
        std::string& management = sdp.media.empty() ? sdp.key_management : sdp.media.back().key_management;
        if (management.empty()) management = value;
        return;
    }
    if (sdp.media.empty()) return;
    SdpMedia& media = sdp.media.back();
    if (equal_ignoring_case(name, "crypto") && media.crypto.size() < max_sdp_crypto_lines)
        media.crypto.emplace_back(value);
    if (equal_ignoring_case(name, "rtpmap")) read_rtpmap(value, sdp);
    if (equal_ignoring_case(name, "fmtp")) read_fmtp(value, sdp);
    if (equal_ignoring_case(name, "rtcp-fb")) read_feedback(value, media);
    if (equal_ignoring_case(name, "sendonly")) media.direction = SdpDirection::sendonly;
    if (equal_ignoring_case(name, "recvonly")) media.direction = SdpDirection::recvonly;
    if (equal_ignoring_case(name, "sendrecv")) media.direction = SdpDirection::sendrecv;
    if (equal_ignoring_case(name, "inactive")) media.direction = SdpDirection::inactive;
}

std::string_view name_of(SdpDirection direction) {
    switch (direction) {
        case SdpDirection::sendonly:
            return "sendonly";
        case SdpDirection::recvonly:
            return "recvonly";
        case SdpDirection::sendrecv:
            return "sendrecv";
        case SdpDirection::inactive:
            return "inactive";
        case SdpDirection::unspecified:
            break;
    }
    return {};
}

void print_format(std::string& out, const SdpFormat& format) {
    if (!format.encoding.empty()) {
        out += fmt::format("a=rtpmap:{} {}/{}", format.payload_type, format.encoding, format.clock_rate_hz);
        if (format.channels > 0) out += fmt::format("/{}", format.channels);
        out += "\r\n";
    }
    if (format.parameters.empty()) return;
    out += fmt::format("a=fmtp:{} ", format.payload_type);
    for (std::size_t i = 0; i < format.parameters.size(); ++i) {
        const auto& [name, value] = format.parameters[i];
        out += fmt::format("{}{}={}", i > 0 ? "; " : "", name, value);
    }
    out += "\r\n";
}

}  // namespace

std::string_view SdpFormat::parameter(std::string_view name) const {
    for (const auto& [key, value] : parameters)
        if (equal_ignoring_case(key, name)) return value;
    return {};
}

Result<Sdp> parse_sdp(std::string_view text) {
    if (text.size() > max_sdp_bytes)
        return fail(ErrorKind::exhausted, "the session description is larger than {} bytes", max_sdp_bytes);
    Sdp sdp;
    while (!text.empty()) {
        std::string_view line = trim(split_line(text));
        if (line.size() < 2 || line[1] != '=') continue;
        const std::string_view value = trim(line.substr(2));
        switch (line[0]) {
            case 's':
                if (sdp.session_name.empty() && sdp.media.empty()) sdp.session_name = value;
                break;
            case 'm':
                VEDETTE_CHECK(read_media(value, sdp));
                break;
            case 'a':
                read_attribute(value, sdp);
                break;
            default:
                break;
        }
    }
    if (sdp.media.empty())
        return fail(ErrorKind::corrupt, "the camera's answer to DESCRIBE describes no video or audio");
    return sdp;
}

std::string print(const Sdp& sdp) {
    std::string out = fmt::format("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns={}\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n",
                                  sdp.session_name.empty() ? "-" : sdp.session_name);
    if (!sdp.control.empty()) out += fmt::format("a=control:{}\r\n", sdp.control);
    if (!sdp.key_management.empty()) out += fmt::format("a=key-mgmt:{}\r\n", sdp.key_management);
    for (const SdpMedia& media : sdp.media) {
        out += fmt::format("m={} {} {}", media.type, media.port, media.protocol);
        for (const SdpFormat& format : media.formats) out += fmt::format(" {}", format.payload_type);
        out += "\r\n";
        for (const SdpFormat& format : media.formats) print_format(out, format);
        if (media.key_frame_request == KeyFrameRequest::picture_loss_indication)
            out += "a=rtcp-fb:* nack pli\r\n";
        if (media.key_frame_request == KeyFrameRequest::full_intra_request) out += "a=rtcp-fb:* ccm fir\r\n";
        if (media.direction != SdpDirection::unspecified)
            out += fmt::format("a={}\r\n", name_of(media.direction));
        if (!media.control.empty()) out += fmt::format("a=control:{}\r\n", media.control);
        for (const std::string& line : media.crypto) out += fmt::format("a=crypto:{}\r\n", line);
        if (!media.key_management.empty()) out += fmt::format("a=key-mgmt:{}\r\n", media.key_management);
    }
    return out;
}

}  // namespace vedette::rtsp
