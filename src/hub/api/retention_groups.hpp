#pragma once
// Camera groups are the hub's, and what is kept of recordings is the gateway's affair: which cameras are in a
// group that has a rule, the hub tells.

#include "hub/api/services.hpp"

namespace vedette::hub::api {

/// Tells the gateway who is in the groups that have a rule, where that has changed; rules of groups that are
/// gone go. What fails is logged: the next change of a group tells it again, and so does the next start.
net::Awaitable<void> renew_groups(ServicesPtr services);

}  // namespace vedette::hub::api
