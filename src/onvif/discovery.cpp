#include "onvif/discovery.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "onvif/address.hpp"
#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

namespace {

constexpr std::size_t max_list_bytes = 32 * 1024;

bool of_discovery(const Element& element, std::string_view name) {
    return element.is(ns::discovery, name) || element.is(ns::discovery_1_1, name);
}

Element addressing_child(const Element& element, std::string_view name) {
    const Element found = element.child(ns::addressing, name);
    return found ? found : element.child(ns::addressing_2005, name);
}

Element discovery_child(const Element& element, std::string_view name) {
    const Element found = element.child(ns::discovery, name);
    return found ? found : element.child(ns::discovery_1_1, name);
}

std::vector<std::string> read_list(const Element& element, bool local_names) {
    std::vector<std::string> values;
    const std::string all = element.text(max_list_bytes);
    std::string_view rest = all;
    while (values.size() < max_discovery_values) {
        const auto begin = rest.find_first_not_of(" \t\r\n");
        if (begin == std::string_view::npos) break;
        rest.remove_prefix(begin);
        const auto end = std::min(rest.find_first_of(" \t\r\n"), rest.size());
        std::string_view value = rest.substr(0, end);
        rest.remove_prefix(end);
        if (value.size() > max_address_bytes) continue;
        if (local_names)
            if (const auto colon = value.rfind(':'); colon != std::string_view::npos)
                value.remove_prefix(colon + 1);
        values.emplace_back(value);
    }
    return values;
}

DiscoveredDevice read_device(const Element& element) {
    const Element reference = addressing_child(element, "EndpointReference");
    return {.endpoint = addressing_child(reference, "Address").text(256),
            .types = read_list(discovery_child(element, "Types"), true),
            .scopes = read_list(discovery_child(element, "Scopes"), false),
            .addresses = read_list(discovery_child(element, "XAddrs"), false)};
}

ProbeMatches read_matches(const Envelope& envelope, std::string_view name) {
    ProbeMatches matches{.relates_to = addressing_child(envelope.header, "RelatesTo").text(256),
                         .devices = {}};
    for (const Element& element : envelope.body.children())
        if (of_discovery(element, name) && matches.devices.size() < max_discovery_matches)
            matches.devices.push_back(read_device(element));
    return matches;
}

std::string join(const std::vector<std::string>& values, std::string_view prefix) {
    std::string out;
    for (const std::string& value : values) {
        if (!out.empty()) out += ' ';
        out += prefix;
        out += escape(value);
    }
    return out;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            if (const auto byte = from_hex(text.substr(i + 1, 2)); byte && byte->size() == 1) {
                out += static_cast<char>(byte->front());
                i += 2;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

}  // namespace

std::string write_probe(std::string_view message_id, ProbeFor kind) {
    const bool device = kind == ProbeFor::device;
    return fmt::format(
        R"(<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="{}" xmlns:w="{}" xmlns:d="{}" xmlns:dn="{}">)"
        R"(<e:Header><w:MessageID>uuid:{}</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>)"
        R"(<w:Action>{}/Probe</w:Action></e:Header>)"
        R"(<e:Body><d:Probe><d:Types>dn:{}</d:Types></d:Probe></e:Body></e:Envelope>)",
        ns::soap, ns::addressing, ns::discovery, device ? ns::device : ns::network, message_id, ns::discovery,
        device ? "Device" : "NetworkVideoTransmitter");
}

Result<DiscoveryMessage> parse_discovery(std::string_view datagram) {
    VEDETTE_TRY(const Envelope envelope, parse_envelope(datagram, max_discovery_bytes));
    const Element& body = envelope.body;
    if (of_discovery(body, "Probe"))
        return Probe{.message_id = addressing_child(envelope.header, "MessageID").text(256),
                     .types = read_list(discovery_child(body, "Types"), true)};
    if (of_discovery(body, "ProbeMatches")) return read_matches(envelope, "ProbeMatch");
    if (of_discovery(body, "ResolveMatches")) return read_matches(envelope, "ResolveMatch");
    if (of_discovery(body, "Hello")) return Hello{.device = read_device(body)};
    if (of_discovery(body, "Bye")) return Bye{.endpoint = read_device(body).endpoint};
    return fail(ErrorKind::corrupt, "this is SOAP, but no message of WS-Discovery");
}

std::string normal_uuid(std::string_view text) {
    std::string out;
    for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    for (const std::string_view prefix : {"urn:", "uuid:"})
        if (out.starts_with(prefix)) out.erase(0, prefix.size());
    return out;
}

std::string scope_value(const std::vector<std::string>& scopes, std::string_view category) {
    const std::string begin = fmt::format("onvif://www.onvif.org/{}/", category);
    for (const std::string& scope : scopes)
        if (scope.starts_with(begin)) return clean_text(percent_decoded(scope.substr(begin.size())), 128);
    return {};
}

std::string write_probe_match(std::string_view message_id, std::string_view relates_to,
                              const DiscoveredDevice& device) {
    return fmt::format(
        R"(<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="{}" xmlns:w="{}" xmlns:d="{}" xmlns:dn="{}">)"
        R"(<e:Header><w:MessageID>uuid:{}</w:MessageID><w:RelatesTo>{}</w:RelatesTo>)"
        R"(<w:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</w:To>)"
        R"(<w:Action>{}/ProbeMatches</w:Action></e:Header><e:Body><d:ProbeMatches><d:ProbeMatch>)"
        R"(<w:EndpointReference><w:Address>{}</w:Address></w:EndpointReference><d:Types>{}</d:Types>)"
        R"(<d:Scopes>{}</d:Scopes><d:XAddrs>{}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>)"
        R"(</d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>)",
        ns::soap, ns::addressing, ns::discovery, ns::network, message_id, escape(relates_to), ns::discovery,
        escape(device.endpoint), join(device.types, "dn:"), join(device.scopes, ""),
        join(device.addresses, ""));
}

}  // namespace vedette::onvif
