#include "onvif/envelope.hpp"

#include <algorithm>

#include "base/credentials_refused.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

namespace {

constexpr std::size_t max_reason_bytes = 200;

Element soap_child(const Element& element, std::string_view name) {
    const Element found = element.child(ns::soap, name);
    return found ? found : element.child(ns::soap_1_1, name);
}

// The innermost subcode says most: ter:NotAuthorized below ter:InvalidArgVal below env:Sender.
std::string innermost_code(const Element& fault) {
    std::string code = fault.child("faultcode").text();
    for (Element at = fault.child("Code"); at; at = at.child("Subcode"))
        if (const std::string value = at.child("Value").text(); !value.empty()) code = value;
    const auto colon = code.find(':');
    return colon == std::string::npos ? code : code.substr(colon + 1);
}

std::string reason_of(const Element& fault) {
    std::string reason = fault.child("Reason").child("Text").text(max_reason_bytes);
    if (reason.empty()) reason = fault.child("faultstring").text(max_reason_bytes);
    return reason;
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return !std::ranges::search(text, part, {}, lower, lower).empty();
}

std::unexpected<Error> fault_error(const Element& fault) {
    const std::string code = innermost_code(fault);
    const std::string reason = reason_of(fault);
    // Some cameras leave the code out and tell it in the reason alone.
    if (code == "NotAuthorized" || code == "FailedAuthentication" ||
        contains_ignoring_case(reason, "not authorized") || contains_ignoring_case(reason, "unauthorized"))
        return std::unexpected(credentials_refused());
    const std::string words = reason.empty() ? code : reason;
    if (code == "ActionNotSupported" || code == "UnknownAction" || code == "NotSupported" ||
        code == "OptionalActionNotImplemented" || code == "NoSuchService")
        return fail(ErrorKind::unsupported, "the camera does not know this request: {}", words);
    return fail(ErrorKind::unavailable, "the camera refuses: {}", words.empty() ? "without a reason" : words);
}

}  // namespace

Result<Envelope> parse_envelope(std::string_view text, std::size_t max_bytes) {
    VEDETTE_TRY(Document document, Document::parse(text, max_bytes));
    const Element root = document.root();
    if (!root.is(ns::soap, "Envelope") && !root.is(ns::soap_1_1, "Envelope"))
        return fail(ErrorKind::corrupt, "this is XML, but no SOAP envelope");
    const Element body = soap_child(root, "Body").first_child();
    if (!body) return fail(ErrorKind::corrupt, "the SOAP envelope has nothing in its body");
    const Element header = soap_child(root, "Header");
    return Envelope{std::move(document), header, body};
}

Result<Envelope> parse_answer(std::string_view text, std::string_view uri, std::string_view name) {
    VEDETTE_TRY(Envelope envelope, parse_envelope(text));
    if (envelope.body.is(ns::soap, "Fault") || envelope.body.is(ns::soap_1_1, "Fault"))
        return fault_error(envelope.body);
    if (!envelope.body.is(uri, name))
        return fail(ErrorKind::corrupt, "the camera answers with {} where {} was expected",
                    clean_text(envelope.body.local_name(), 64), name);
    return envelope;
}

UsernameToken read_security(const Element& header) {
    const Element token = header.child(ns::security, "Security").child(ns::security, "UsernameToken");
    return {.username = token.child(ns::security, "Username").text(),
            .digest = token.child(ns::security, "Password").text(),
            .nonce = token.child(ns::security, "Nonce").text(),
            .created = token.child(ns::security_utility, "Created").text()};
}

}  // namespace vedette::onvif
