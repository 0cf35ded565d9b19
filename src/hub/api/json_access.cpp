#include "hub/api/json_access.hpp"

#include "crypto/base64.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace json = boost::json;

namespace {

json::object assignment_json(const identity::Assignment& assignment) {
    json::object out{{"role_id", assignment.role.text()}, {"denies", assignment.denies}};
    if (const auto* group = std::get_if<CameraGroupId>(&assignment.scope)) {
        out["scope"] = "group";
        out["scope_id"] = group->text();
    } else if (const auto* camera = std::get_if<CameraId>(&assignment.scope)) {
        out["scope"] = "camera";
        out["scope_id"] = camera->text();
    } else {
        out["scope"] = "organisation";
    }
    return out;
}

json::array ids_json(const std::vector<CameraId>& cameras) {
    json::array out;
    for (const CameraId& camera : cameras) out.push_back(json::value(camera.text()));
    return out;
}

std::string_view state_of(const identity::Account& account) {
    if (account.suspended) return "suspended";
    return account.has_password || account.envelope ? "active" : "invited";
}

}  // namespace

std::string thumbprint_text(const crypto::Sha256Digest& certificate) {
    return crypto::to_base64url(certificate);
}

json::array to_json(policy::RightSet rights) {
    json::array out;
    rights.for_each([&](policy::Right right) { out.push_back(json::value(policy::to_string(right))); });
    return out;
}

json::object to_json(const identity::Account& account, std::size_t sessions, UtcTime now) {
    json::array assignments;
    for (const identity::Assignment& assignment : account.assignments)
        assignments.push_back(assignment_json(assignment));
    json::value envelope = nullptr;
    if (account.envelope) envelope = envelope_json(*account.envelope);
    json::value invited = nullptr;
    if (account.invited_until && now < *account.invited_until) invited = ticks(*account.invited_until);
    return {{"id", account.id.text()},
            {"name", account.name},
            {"state", state_of(account)},
            {"invited_until_90k", invited},
            {"created_90k", ticks(account.created)},
            {"sessions", sessions},
            {"second_factor", account.has_second_factor},
            {"second_person", account.second_person},
            {"envelope", std::move(envelope)},
            {"assignments", std::move(assignments)}};
}

json::object envelope_json(const identity::Envelope& envelope) {
    json::value used = nullptr;
    if (envelope.used) used = ticks(*envelope.used);
    return {{"made_90k", ticks(envelope.made)}, {"used_90k", std::move(used)}};
}

json::object to_json(const identity::Role& role) {
    json::value max_age = nullptr;
    if (role.max_age_days) max_age = *role.max_age_days;
    json::value schedule = nullptr;
    if (role.schedule) schedule = json::string(role.schedule->text());
    json::value networks = nullptr;
    if (role.networks) {
        json::array& list = networks.emplace_array();
        for (const IpNetwork& network : *role.networks) list.push_back(json::string(network.text()));
    }
    json::value clients = nullptr;
    if (role.clients) {
        json::array& list = clients.emplace_array();
        role.clients->for_each(
            [&](policy::ClientKind kind) { list.push_back(json::string(policy::to_string(kind))); });
    }
    return {{"id", role.id.text()},
            {"name", role.name},
            {"ready", role.ready},
            {"rights", to_json(role.rights)},
            {"max_age_days", std::move(max_age)},
            {"schedule", std::move(schedule)},
            {"networks", std::move(networks)},
            {"client_kinds", std::move(clients)}};
}

json::object to_json(const identity::AccessRules& rules) {
    json::array holidays;
    for (const identity::Holiday& holiday : rules.holidays)
        holidays.push_back(json::object{
            {"date", to_date_text(holiday.day)}, {"yearly", holiday.yearly}, {"name", holiday.name}});
    json::array second_person_roles;
    for (const RoleId& role : rules.second_person_roles)
        second_person_roles.push_back(json::string(role.text()));
    return {{"second_factor", identity::to_string(rules.second_factor)},
            {"session_idle_minutes", rules.sessions.idle.count()},
            {"session_hours", rules.sessions.absolute.count()},
            {"lock_out", identity::to_string(rules.lock_out)},
            {"holidays", std::move(holidays)},
            {"safeguards", to_json(rules.safeguards)},
            {"second_person_roles", std::move(second_person_roles)},
            {"mail_codes", rules.mail_codes}};
}

json::object to_json(const identity::CameraGroup& group) {
    return {{"id", group.id.text()}, {"name", group.name}, {"camera_ids", ids_json(group.cameras)}};
}

json::object to_json(const identity::ApiToken& token) {
    json::value cameras = nullptr;
    if (token.scope->cameras) cameras = ids_json(*token.scope->cameras);
    json::value certificate = nullptr;
    if (token.certificate) certificate = json::string(thumbprint_text(*token.certificate));
    json::value last_used = nullptr;
    if (token.last_used) last_used = ticks(*token.last_used);
    return {{"id", token.id.text()},
            {"name", token.name},
            {"client_kind", policy::to_string(token.kind)},
            {"certificate", std::move(certificate)},
            {"device", token.device},
            {"rights", to_json(token.scope->rights)},
            {"camera_ids", std::move(cameras)},
            {"created_90k", ticks(token.created)},
            {"expires_90k", ticks(token.expires)},
            {"last_used_90k", std::move(last_used)},
            {"address", token.address}};
}

json::array to_json(policy::Assurance assurance) {
    json::array out;
    if (assurance.step_up) out.push_back("step_up");
    if (assurance.second_person) out.push_back("second_person");
    return out;
}

json::array to_json(const policy::Safeguards& safeguards) {
    json::array out;
    for (const policy::Action action : policy::actions_to_safeguard())
        if (const auto chosen = safeguards.chosen(action); !chosen.none())
            out.push_back(json::object{{"action", policy::to_string(action)},
                                       {"step_up", chosen.step_up},
                                       {"second_person", chosen.second_person}});
    return out;
}

json::object to_json(const policy::Decision& decision) {
    json::object out{{"allowed", decision.allowed}, {"reason", policy::to_string(decision.reason)}};
    const policy::Obligations& obligations = decision.obligations;
    if (obligations.not_before) out["not_before_90k"] = ticks(*obligations.not_before);
    if (obligations.no_sound) out["no_sound"] = true;
    if (obligations.sound_not_before) out["sound_not_before_90k"] = ticks(*obligations.sound_not_before);
    if (!decision.missing.none()) out["missing"] = to_json(decision.missing);
    return out;
}

json::object to_json(const identity::Invitation& invitation) {
    return {{"code", invitation.code.reveal_text()}, {"expires_90k", ticks(invitation.expires)}};
}

}  // namespace vedette::hub::api
