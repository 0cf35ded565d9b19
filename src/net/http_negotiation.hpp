#pragma once
// What a request's headers say about the representation it wants. Pure; the headers are anybody's.

#include <string_view>

namespace vedette::net {

/// Whether an Accept-Encoding header's value (RFC 9110 section 12.5.3) takes a body in that content coding.
/// An empty or malformed value takes none: what is not coded is always right.
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

/// Whether an If-None-Match header's value (RFC 9110 section 13.1.2) names `etag`, given with its quotes. By
/// weak comparison, so that W/ does not count.
bool matches_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace vedette::net
