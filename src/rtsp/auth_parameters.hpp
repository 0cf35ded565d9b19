#pragma once
// The grammar that WWW-Authenticate and Authorization share (RFC 7235 section 2.1).

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::rtsp {

/// One challenge or one set of credentials: a scheme and its parameters.
struct AuthHeader {
    std::string scheme;
    std::vector<std::pair<std::string, std::string>> parameters;  ///< values without quotes and escapes

    /// The first value of that name, whose case does not matter.
    std::optional<std::string> get(std::string_view name) const;
};

/// All of them in one header value. What does not fit the grammar is skipped.
std::vector<AuthHeader> parse_auth_headers(std::string_view value);

}  // namespace vedette::rtsp
