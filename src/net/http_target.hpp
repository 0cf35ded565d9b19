#pragma once

#include <string_view>

#include "base/result.hpp"
#include "net/http.hpp"

namespace vedette::net {

/// Fills path and query of `request` from the request-target of a request line: origin-form (RFC 9112 section
/// 3.2.1), or "*" for OPTIONS. Refused with `invalid_input`: "." and ".." segments, an encoded '/', a '\\'
/// and control characters, which parts of a program tend to read differently. No I/O.
Result<> parse_target(std::string_view target, Request& request);

}  // namespace vedette::net
