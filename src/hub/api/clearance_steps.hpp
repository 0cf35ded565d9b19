#pragma once
// Clearances beside the rest of the hub: what counts of them, and what is told of them to whom.

#include <boost/json/object.hpp>

#include "hub/api/services.hpp"

namespace vedette::hub::api {

/// What counts as given for every action of that user: the code of a sealed envelope is a second factor.
policy::Assurance given_by_account(const Services& services, const policy::User& user);
/// What counts at this moment of what was given: an approver who is suspended or gone counts no more.
policy::Assurance given_now(const Services& services, const Clearance& clearance);

/// Also for one of somebody else.
Problem no_such_clearance();

/// What waits for an answer that this user may give, the oldest first.
std::vector<const Clearance*> approvals_for(Services& services, const policy::Authorised& granted,
                                            const policy::Context& context);

/// Takes away those whose time is up, and tells the audit log of those for which somebody was asked.
void note_expired(Services& services);

/// For whoever asked: how far it is.
boost::json::object to_json(const Clearance& clearance, const Services& services);

/// For whoever may approve it: what was asked exactly, by whom. What belongs to a device is for those who
/// configure it, and holds `rights` over its camera.
boost::json::object approval_json(const Clearance& clearance, const Services& services,
                                  policy::RightSet rights);

/// For the audit log.
boost::json::object told(const Clearance& clearance);

}  // namespace vedette::hub::api
