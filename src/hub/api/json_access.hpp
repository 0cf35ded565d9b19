#pragma once
// Users, roles, camera groups, and who may what, as docs/ref/openapi.yaml describes them. Pure.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "hub/identity/administration.hpp"
#include "hub/identity/api_token_table.hpp"

namespace vedette::hub::api {

/// A certificate's SHA-256 as `x5t#S256` (RFC 8705): base64url without padding.
std::string thumbprint_text(const crypto::Sha256Digest& certificate);
boost::json::array to_json(policy::RightSet rights);
/// `sessions` is how many the user has.
boost::json::object to_json(const identity::Account& account, std::size_t sessions, UtcTime now);
boost::json::object to_json(const identity::Role& role);
boost::json::object to_json(const identity::ApiToken& token);
boost::json::object to_json(const identity::AccessRules& rules);
boost::json::object to_json(const identity::CameraGroup& group);
/// One for each action that takes more than a right.
boost::json::array to_json(const policy::Safeguards& safeguards);
/// Names of what it has.
boost::json::array to_json(policy::Assurance assurance);
boost::json::object to_json(const policy::Decision& decision);
/// When it was sealed, and when it was opened: null while it is sealed.
boost::json::object envelope_json(const identity::Envelope& envelope);
boost::json::object to_json(const identity::Invitation& invitation);

}  // namespace vedette::hub::api
