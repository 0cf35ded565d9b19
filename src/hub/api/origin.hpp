#pragma once
// Whether a browser sent a request on behalf of another site's page. Pure.

#include "hub/policy/policy.hpp"
#include "net/http.hpp"

namespace vedette::hub::api {

/// By Sec-Fetch-Site (W3C Fetch Metadata), which pages can not forge; where a browser does not send it, by
/// Origin (RFC 6454) against Host. A request with neither comes from no browser.
policy::Origin origin_of(const net::Request& request);

}  // namespace vedette::hub::api
