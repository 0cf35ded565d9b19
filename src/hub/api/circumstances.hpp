#pragma once
// In which circumstances somebody asks for something.

#include "hub/api/access_input.hpp"
#include "hub/api/services.hpp"
#include "hub/identity/roster.hpp"
#include "hub/policy/policy.hpp"
#include "net/http.hpp"

namespace vedette::hub::api {

/// By Sec-Fetch-Site (W3C Fetch Metadata), which pages can not forge; where a browser does not send it, by
/// Origin (RFC 6454) against Host. A request with neither comes from no browser.
/// Pure.
policy::Origin origin_of(const net::Request& request);

/// What the clock on the wall shows in the time zone of this machine (TZ, else /etc/localtime).
WallTime wall_time(UtcTime now, const std::vector<identity::Holiday>& holidays);

/// Event loop thread.
policy::Context context_of(const net::Request& request, policy::ClientKind client, const Services& services);

/// The same circumstances as they are by now: for what lasts, and is decided again. Event loop thread.
policy::Context at_this_moment(policy::Context context, const Services& services);

/// The circumstances of a question about somebody: those of who asks, but for what `query` says. Event loop
/// thread.
policy::Context imagined(policy::Context asker, const CircumstancesQuery& query, const Services& services);

}  // namespace vedette::hub::api
