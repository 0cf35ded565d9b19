#pragma once

#include "hub/api/services.hpp"

namespace vedette::hub::api {

/// 201 with the session as JSON, its token in the cookie.
net::Response signed_in_response(const Services& services, const identity::SignedIn& signed_in,
                                 const policy::Context& context);

/// The same, once the session that this browser had is over.
net::Awaitable<Outcome<>> exchange_session(ServicesPtr services, Call call, identity::SignedIn signed_in);

/// From where a request comes.
identity::Peer peer_of(const net::Request& request);

}  // namespace vedette::hub::api
