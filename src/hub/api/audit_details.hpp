#pragma once
// What of a request is told in the audit log: ranges, what is to be changed, and never a secret. Pure.

#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "hub/api/services.hpp"

namespace vedette::hub::api {

/// The field of the details that has the name of somebody who wanted to sign in.
constexpr std::string_view name_tried = "name_tried";

/// Whether the body has the name of somebody who is not known yet, and a secret.
bool names_who_signs_in(policy::Action action);

/// The camera, user, role or group that the path names, as it is; without secrets. nullopt: there is none.
std::optional<boost::json::object> object_of_path(const Services& services, const PathParameters& path);

/// `before` is the object as it is, for a request that changes some of its fields.
boost::json::object details_of(policy::Action action, const net::Request& request,
                               const PathParameters& parameters, const boost::json::object* before);

/// Fields of `body` that may be told, as they are. Of any other field, only that it was given: what is secret
/// is never told by having been forgotten here. Addresses are told without credentials.
boost::json::object told(const boost::json::object& body);

/// As JSON text, or empty when there is none; a large one is replaced by the names of its fields.
std::string details_text(const boost::json::object& details);

}  // namespace vedette::hub::api
