#pragma once

#include "hub/api/services.hpp"

namespace vedette::hub::api {

/// 201 with the session as JSON, its token in the cookie.
net::Response signed_in_response(const Services& services, const identity::SignedIn& signed_in);

}  // namespace vedette::hub::api
