#pragma once
// Asks a witness. Its TLS certificate is not looked at: what it answers counts by its cosignature alone,
// which nobody else can make, and what it is told is no secret (docs/design/trust.md).

#include <chrono>
#include <string>

#include "net/http_client.hpp"
#include "witness/address.hpp"

namespace vedette::witness {

inline constexpr std::chrono::seconds call_limit{20};

/// add-checkpoint. Errors: of connecting, and of an answer that is none.
net::Awaitable<Result<net::HttpAnswer>> post_checkpoint(Place place, std::string body);

/// The last checkpoint of the log that the witness cosigned; not verified. not_found: it has none.
net::Awaitable<Result<std::string>> get_checkpoint(Place place, std::string origin);
/// The same, for programs without a loop. Blocking.
Result<std::string> fetch_checkpoint(const Place& place, const std::string& origin);

/// What a stranger wrote, as it may stand in a sentence: printable ASCII, at most 200 letters.
std::string in_words(std::string_view text);

}  // namespace vedette::witness
