#pragma once
// Who signs in, and users, roles and camera groups, as they come in, within the limits of
// docs/ref/openapi.yaml. Pure; fuzzed.

#include <string>
#include <string_view>
#include <vector>

#include "hub/api/problem.hpp"
#include "hub/identity/administration.hpp"
#include "hub/identity/api_tokens.hpp"
#include "net/http.hpp"

namespace vedette::hub::api {

struct SignInInput {
    std::string username;
    Secret password;
};
/// For the claim of an installation, and for an invitation.
struct CodeAndPasswordInput {
    std::string code;
    std::string username;
    Secret password;
};
struct NewUserInput {
    std::string name;
    std::vector<identity::Assignment> assignments;
};

struct SecondFactorInput {
    std::string token;
    std::string code;
};
struct PasswordInput {
    identity::Proof proof;  ///< its password is the old one
    Secret new_password;
};

Outcome<SecondFactorInput> read_second_factor(std::string_view body);
Outcome<PasswordInput> read_password_change(std::string_view body);
/// The field `code` alone.
Outcome<std::string> read_code(std::string_view body);
Outcome<identity::AccessRules> read_access_rules(std::string_view body);
/// The field `waiting` alone.
Outcome<std::string> read_waiting(std::string_view body);
Outcome<SignInInput> read_sign_in(std::string_view body);
/// `code`, `username` and the new `password`.
Outcome<CodeAndPasswordInput> read_code_and_password(std::string_view body);
Outcome<NewUserInput> read_new_user(std::string_view body);
Outcome<identity::UserChange> read_user_change(std::string_view body);
/// Without an id.
Outcome<identity::Role> read_role(std::string_view body);
Outcome<identity::CameraGroup> read_camera_group(std::string_view body);
/// Why a second person should approve; may be empty.
Outcome<std::string> read_approval_wish(std::string_view body);
struct ApprovalInput {
    bool approve = false;
    std::string digest;  ///< of what was seen
    std::string reason;  ///< may be empty
};
Outcome<ApprovalInput> read_approval(std::string_view body);

/// `address`, `client_kind` and `at` (RFC 3339): other circumstances than those of who asks.
struct CircumstancesQuery {
    std::optional<IpAddress> address;
    std::optional<UtcTime> at;
    std::optional<policy::ClientKind> client;
};
Outcome<CircumstancesQuery> read_circumstances(const net::Request& request);

/// What is asked of a decision: `action`, `camera_id` where the action is about a camera, and circumstances.
struct DecisionQuery {
    policy::Action action;
    std::optional<CameraId> camera;
    CircumstancesQuery circumstances;
};
Outcome<DecisionQuery> read_decision_query(const net::Request& request);

}  // namespace vedette::hub::api
