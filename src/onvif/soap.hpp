#pragma once
// SOAP 1.2 envelopes (www.w3.org/TR/soap12-part1), faults in words, and the one way to sign in that ONVIF has
// inside of them: WS-UsernameToken with a password digest (OASIS, Username Token Profile 1.0 section 3.1).

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "onvif/xml.hpp"

namespace vedette::onvif {

/// An envelope on one line (quirk 74: some devices ignore a probe with line ends in it). `header` and `body`
/// are XML that may use the prefixes tt, tds, trt, tr2, tev, tptz, wsnt, wsa and wsse.
std::string write_envelope(std::string_view body, std::string_view header = {});

/// xsd:dateTime with milliseconds, UTC.
std::string to_xml_time(UtcTime time);

/// A wsse:Security header. `created` is a moment on the camera's clock, not ours. A new nonce with each call.
std::string write_security(std::string_view username, const Secret& password, UtcTime created);

/// A request or an answer; `body` is the first element inside of the body.
struct Envelope {
    Document document;
    Element header;
    Element body;
};

/// Any envelope, also with a fault in it. SOAP 1.1 is accepted. Error `corrupt`: no envelope, or no body.
Result<Envelope> parse_envelope(std::string_view text, std::size_t max_bytes = max_xml_bytes);

/// The answer's element, which must be `name` of `uri`. A fault becomes an error with the camera's words:
/// `unauthenticated` when credentials are missing or wrong, `unsupported` for what the camera does not know,
/// else `unavailable`. Anything else in the body is `corrupt`.
Result<Envelope> parse_answer(std::string_view text, std::string_view uri, std::string_view name);

// ---- for devices (the simulated cameras)

struct UsernameToken {
    std::string username;
    std::string digest;   ///< base64, as it came
    std::string nonce;    ///< base64, as it came
    std::string created;  ///< as it came: it is part of what was digested
};
/// Of the header; empty fields when there is none.
UsernameToken read_security(const Element& header);
/// True when the digest is that of the password. Compares in constant time; says nothing of `created`.
bool proves(const UsernameToken& token, const Secret& password);

enum class FaultCode { sender, receiver, not_authorized, action_not_supported };
std::string write_fault(FaultCode code, std::string_view reason);

}  // namespace vedette::onvif
