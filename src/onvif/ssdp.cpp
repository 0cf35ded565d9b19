#include "onvif/ssdp.hpp"

#include "onvif/answers.hpp"
#include "onvif/discovery.hpp"
#include "onvif/text.hpp"

namespace vedette::onvif {

namespace {

constexpr std::size_t max_value_bytes = 512;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

std::string_view take_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

}  // namespace

std::string write_search(std::string_view target, std::string_view group) {
    // UPnP Device Architecture 2.0, section A.4: [FF02::C]:1900.
    const bool v6 = group.contains(':');
    std::string host = v6 ? "[" : "";
    for (const char c : group) host += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (v6) host += ']';
    return fmt::format(
        "M-SEARCH * HTTP/1.1\r\nHOST: {}:{}\r\nMAN: \"ssdp:discover\"\r\nMX: 2\r\nST: {}\r\n\r\n", host,
        ssdp_port, target);
}

std::string write_search_answer(std::string_view target, std::string_view uuid, std::string_view location) {
    return fmt::format(
        "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: {}\r\nSERVER: Vedette "
        "UPnP/1.1\r\n"
        "ST: {}\r\nUSN: uuid:{}::{}\r\n\r\n",
        location, target, uuid, target);
}

Result<SsdpMessage> parse_ssdp(std::string_view datagram) {
    if (datagram.size() > max_ssdp_bytes)
        return fail(ErrorKind::exhausted, "the SSDP message has more than {} bytes", max_ssdp_bytes);
    SsdpMessage message;
    const std::string_view first = take_line(datagram);
    bool notify = false;
    if (first.starts_with("M-SEARCH * HTTP/1.")) {
        message.kind = SsdpKind::search;
    } else if (first.starts_with("NOTIFY * HTTP/1.")) {
        notify = true;
    } else if (first.starts_with("HTTP/1.") && first.size() >= 12 && first.substr(8, 4) == " 200") {
        message.kind = SsdpKind::response;
    } else {
        return fail(ErrorKind::corrupt, "this is no SSDP message");
    }
    std::string state;
    std::size_t headers = 0;
    while (!datagram.empty()) {
        const std::string_view line = take_line(datagram);
        if (line.empty()) break;
        if (++headers > max_ssdp_headers)
            return fail(ErrorKind::exhausted, "the SSDP message has more than {} headers", max_ssdp_headers);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string_view name = line.substr(0, colon);
        const std::string value = clean_text(line.substr(colon + 1), max_value_bytes);
        if (equal_ignoring_case(name, "ST") || equal_ignoring_case(name, "NT")) message.target = value;
        if (equal_ignoring_case(name, "USN")) message.name = value;
        if (equal_ignoring_case(name, "LOCATION")) message.location = value;
        if (equal_ignoring_case(name, "SERVER")) message.server = value;
        if (equal_ignoring_case(name, "NTS")) state = value;
    }
    if (!notify) return message;
    if (equal_ignoring_case(state, "ssdp:byebye"))
        message.kind = SsdpKind::goodbye;
    else if (equal_ignoring_case(state, "ssdp:alive") || equal_ignoring_case(state, "ssdp:update"))
        message.kind = SsdpKind::alive;
    else
        return fail(ErrorKind::corrupt, "the SSDP notification says neither alive nor byebye");
    return message;
}

std::string uuid_of(std::string_view name) {
    const std::string_view own = name.substr(0, name.find("::"));
    return own.starts_with("uuid:") ? normal_uuid(own) : std::string();
}

}  // namespace vedette::onvif
