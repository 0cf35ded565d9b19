#pragma once
// Messages that tell users what happened to their accounts, and administrators what must not stay unseen.
// Where no server is named, or an account has no address, nothing happens. Who acts never waits for a server.

#include <string>

#include "hub/api/services.hpp"

namespace vedette::hub::api {

/// `what` is one sentence; `from` the network address from which it was done.
net::Awaitable<void> tell_user(ServicesPtr services, UserId user, std::string what, std::string from);
/// The same to an address that was the user's.
void tell_former_address(Services& services, std::string address, const std::string& user,
                         const std::string& what, const std::string& from);
/// To everybody active who holds `manage_users` over the organisation, whatever the hour.
net::Awaitable<void> tell_administrators(ServicesPtr services, std::string subject, std::string what,
                                         std::string from);
/// The code for a sign-in, a proof or a new address. Conflict where nothing reaches the
/// address.
Outcome<void> send_code(Services& services, const identity::CodeToSend& code, const std::string& what_for,
                        const std::string& from);

}  // namespace vedette::hub::api
