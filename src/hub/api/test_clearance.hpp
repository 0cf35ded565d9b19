#pragma once
// For tests of actions that take a second factor or a second person.

#include <string>

#include <boost/json/parse.hpp>

#include "hub/api/test_walk.hpp"

namespace vedette::hub::api::testing {

constexpr policy::Assurance step_up{.step_up = true};
constexpr policy::Assurance second_person{.second_person = true};
constexpr policy::Assurance both{.step_up = true, .second_person = true};

inline identity::AccessRules rules_with(policy::Action action, policy::Assurance assurance) {
    identity::AccessRules rules;
    rules.safeguards.choose(action, assurance);
    return rules;
}

inline identity::AccessRules rules_for_all(policy::Assurance assurance) {
    identity::AccessRules rules;
    for (const policy::Action action : policy::actions_to_safeguard())
        rules.safeguards.choose(action, assurance);
    return rules;
}

/// Of a problem.
inline std::string type_of(const net::Response& response) {
    const boost::json::value problem = boost::json::parse(body_of(response));
    const auto* type = problem.as_object().if_contains("type");
    return type ? std::string(type->as_string()) : "";
}

}  // namespace vedette::hub::api::testing
