#include "rtsp/url.hpp"

#include <algorithm>

#include "base/host.hpp"
#include "rtsp/text.hpp"

namespace vedette::rtsp {

namespace {

constexpr std::string_view rtsp_scheme = "rtsp://";
constexpr std::string_view rtsps_scheme = "rtsps://";

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

/// A '%' that isn't followed by two digits stays: users type passwords as they are.
std::string percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const auto high = hex_digit(text[i + 1]);
            const auto low = hex_digit(text[i + 2]);
            if (high && low) {
                out += static_cast<char>(*high << 4 | *low);
                i += 2;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

Credentials parse_user_information(std::string_view text) {
    Credentials credentials;
    credentials.username = percent_decode(split_off(text, ':'));
    std::string password = percent_decode(text);
    credentials.password = Secret(std::string_view(password));
    std::ranges::fill(password, '\0');
    return credentials;
}

Result<> parse_host_and_port(std::string_view text, Url& url) {
    std::string_view port;
    bool has_port = false;
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        if (end == std::string_view::npos)
            return fail(ErrorKind::invalid_input, "the address has a [ without its ]");
        auto host = host_in_brackets(text.substr(1, end - 1));
        if (!host)
            return fail(ErrorKind::invalid_input, "the address has a % that names no network interface");
        url.host = *std::move(host);
        port = text.substr(end + 1);
        has_port = port.starts_with(':');
        if (has_port) port.remove_prefix(1);
        if (!has_port && !port.empty())
            return fail(ErrorKind::invalid_input, "the address has text between ] and the path");
    } else {
        const std::size_t colon = text.rfind(':');
        const bool ipv6 = std::ranges::count(text, ':') > 1;
        // ::ffff:192.0.2.1:554 has a port, 2001:db8::1 has none.
        has_port = colon != std::string_view::npos && (!ipv6 || text.substr(0, colon).contains('.'));
        url.host = has_port ? text.substr(0, colon) : text;
        if (has_port) port = text.substr(colon + 1);
    }
    if (url.host.empty()) return fail(ErrorKind::invalid_input, "the address names no host");
    if (!has_port || port.empty()) return {};
    const auto number = parse_number<std::uint16_t>(port);
    if (!number || *number == 0)
        return fail(ErrorKind::invalid_input, "the port in the address is not a number from 1 to 65535");
    url.port = *number;
    return {};
}

bool is_absolute(std::string_view text) {
    return starts_with_ignoring_case(text, rtsp_scheme) || starts_with_ignoring_case(text, rtsps_scheme);
}

std::string_view scheme_of(const Url& url) {
    return url.secure ? rtsps_scheme : rtsp_scheme;
}

}  // namespace

std::string Url::authority() const {
    std::string out = host_in_url(host);
    if (port != (secure ? default_secure_port : default_port)) out += fmt::format(":{}", port);
    return out;
}

std::string Url::text() const {
    return fmt::format("{}{}{}", scheme_of(*this), authority(), path.empty() ? "/" : path);
}

bool Url::same_authority(const Url& other) const {
    return secure == other.secure && port == other.port && equal_ignoring_case(host, other.host);
}

Url Url::without_zone() const {
    Url out = *this;
    out.host = vedette::without_zone(host);
    return out;
}

Result<UrlWithCredentials> parse_url(std::string_view text) {
    text = trim(text);
    if (text.empty()) return fail(ErrorKind::invalid_input, "the address is empty");
    if (text.size() > max_url_bytes)
        return fail(ErrorKind::invalid_input, "the address is longer than {} characters", max_url_bytes);
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        return fail(ErrorKind::invalid_input, "the address holds a control character");
    UrlWithCredentials out;
    out.url.secure = starts_with_ignoring_case(text, rtsps_scheme);
    while (is_absolute(text)) text.remove_prefix(text.find("//") + 2);
    if (const std::size_t at = text.find("://");
        at != std::string_view::npos && at < text.find_first_of("/@?:"))
        return fail(ErrorKind::unsupported, "the address does not begin with rtsp:// or rtsps://");
    if (const std::size_t at = text.find("://");
        at != std::string_view::npos && at == text.find_first_of("/@?:"))
        return fail(ErrorKind::unsupported, "the address does not begin with rtsp:// or rtsps://");
    out.url.port = out.url.secure ? default_secure_port : default_port;
    const std::size_t path = text.find_first_of("/?");
    std::string_view authority = text.substr(0, path);
    if (path != std::string_view::npos) out.url.path = text.substr(path);
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        out.credentials = parse_user_information(authority.substr(0, at));
        authority.remove_prefix(at + 1);
    }
    VEDETTE_CHECK(parse_host_and_port(authority, out.url));
    return out;
}

std::string control_base(const Url& request, std::string_view content_base,
                         std::string_view content_location) {
    for (std::string_view candidate : {trim(content_base), trim(content_location)}) {
        if (candidate.empty()) continue;
        if (candidate.starts_with('/'))
            return fmt::format("{}{}{}", scheme_of(request), request.authority(), candidate);
        if (auto parsed = parse_url(candidate)) return parsed->url.text();
    }
    return request.text();
}

std::string join_control(std::string_view base, std::string_view control) {
    control = trim(control);
    if (control.empty() || control == "*") return std::string(base);
    if (is_absolute(control)) {
        const auto parsed = parse_url(control);
        return parsed ? parsed->url.text() : std::string(base);
    }
    // A control that repeats the whole path of the base is a path of its own.
    if (control.starts_with('/')) {
        const auto parsed = parse_url(base);
        if (parsed && parsed->url.path.size() > 1 && control.starts_with(parsed->url.path))
            return fmt::format("{}{}{}", scheme_of(parsed->url), parsed->url.authority(), control);
    }
    const bool slash_before = base.ends_with('/');
    if (slash_before && control.starts_with('/')) control.remove_prefix(1);
    const bool slash_between = !slash_before && !control.starts_with('/') && !control.starts_with('?');
    return fmt::format("{}{}{}", base, slash_between ? "/" : "", control);
}

}  // namespace vedette::rtsp
