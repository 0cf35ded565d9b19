#pragma once
// SOAP envelopes as they are read, and faults in words. What a camera sends is read in the process that is
// sandboxed for it: see answers.hpp.

#include <string_view>

#include "base/result.hpp"
#include "onvif/soap.hpp"
#include "onvif/xml.hpp"

namespace vedette::onvif {

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

/// For devices: of the header; empty fields when there is none.
UsernameToken read_security(const Element& header);

}  // namespace vedette::onvif
