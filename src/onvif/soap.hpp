#pragma once
// SOAP 1.2 envelopes (www.w3.org/TR/soap12-part1) as they are written, and the one way to sign in that ONVIF
// has inside of them: WS-UsernameToken with a password digest (OASIS, Username Token Profile 1.0
// section 3.1).

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "onvif/text.hpp"

namespace vedette::onvif {

/// An envelope on one line (quirk 74: some devices ignore a probe with line ends in it). `header` and `body`
/// are XML that may use the prefixes tt, tds, trt, tr2, tev, tptz, wsnt, wsa and wsse.
std::string write_envelope(std::string_view body, std::string_view header = {});

/// xsd:dateTime with milliseconds, UTC.
std::string to_xml_time(UtcTime time);

/// A wsse:Security header. `created` is a moment on the camera's clock, not ours. A new nonce with each call.
std::string write_security(std::string_view username, const Secret& password, UtcTime created);

// ---- for devices (the simulated cameras)

struct UsernameToken {
    std::string username;
    std::string digest;   ///< base64, as it came
    std::string nonce;    ///< base64, as it came
    std::string created;  ///< as it came: it is part of what was digested
};
/// True when the digest is that of the password. Compares in constant time; says nothing of `created`.
bool proves(const UsernameToken& token, const Secret& password);

enum class FaultCode { sender, receiver, not_authorized, action_not_supported };
std::string write_fault(FaultCode code, std::string_view reason);

}  // namespace vedette::onvif
