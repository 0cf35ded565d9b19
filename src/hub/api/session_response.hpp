#pragma once

#include "hub/api/services.hpp"

namespace vedette::hub::api {

/// Who somebody is, and what is held by him, or by the token with which a program acts for him. `principal`
/// is a user or an API client.
boost::json::object session_json(const Services& services, const policy::Principal& principal,
                                 UtcTime expires, const policy::Context& context);

/// 201 with the session as JSON, its token in the cookie.
net::Response signed_in_response(const Services& services, const identity::SignedIn& signed_in,
                                 const policy::Context& context);

/// The same, once the session that this browser had is over.
net::Awaitable<Outcome<>> exchange_session(ServicesPtr services, Call call, identity::SignedIn signed_in);

/// What comes of all that was shown: the session, or 202 with what is asked for next.
net::Awaitable<Outcome<>> answer_step(ServicesPtr services, Call call, identity::SignInStep step);

/// 202: a second person is asked from here on, and sees the sign-in under Approvals.
net::Response second_person_response(Services& services, const Call& call,
                                     const identity::SecondPersonNeeded& needed);

/// From where a request comes.
identity::Peer peer_of(const net::Request& request);

}  // namespace vedette::hub::api
