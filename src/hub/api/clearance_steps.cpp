#include "hub/api/clearance_steps.hpp"

#include <algorithm>
#include <array>

#include "base/hex.hpp"
#include "hub/api/json_access.hpp"

namespace vedette::hub::api {

namespace json = boost::json;

namespace {

// Of what is asked of a camera, what says nothing about its device.
constexpr auto harmless_fields = std::to_array<std::string_view>(
    {"name", "keep_days", "keep_bytes", "place", "recording", "encryption", "reason", "start_90k", "end_90k",
     "stream", "hold_id", "token", "active"});

json::object without_device(const json::object& details) {
    json::object out;
    for (const auto& [key, value] : details) {
        const std::string_view field = key;
        const bool nested = field == "asked" || field == "before";
        if (const auto* object = value.if_object(); object && nested)
            out[field] = without_device(*object);
        else if (std::ranges::find(harmless_fields, field) != harmless_fields.end())
            out[field] = value;
        else
            out[field] = "(not shown)";
    }
    return out;
}

// The name of what has that id; empty when it is not there.
template <class IdType, class Map>
std::string_view name_in(const Map& map, const json::object& object, std::string_view field) {
    const auto* text = object.if_contains(field);
    const auto id =
        text && text->is_string() ? IdType::parse(std::string_view(text->get_string())) : std::nullopt;
    const auto found = id ? map.find(*id) : map.end();
    return found == map.end() ? std::string_view() : std::string_view(found->second.name);
}

// Whoever decides what somebody is given reads names, not ids.
void name_assignments(json::value& assignments, const Services& services) {
    const identity::Roster& roster = services.identity->roster();
    auto* list = assignments.if_array();
    if (!list) return;
    for (json::value& one : *list) {
        auto* assignment = one.if_object();
        if (!assignment) continue;
        (*assignment)["role"] = json::string(name_in<RoleId>(roster.roles, *assignment, "role_id"));
        std::string over(name_in<CameraGroupId>(roster.groups, *assignment, "scope_id"));
        const auto* scope = assignment->if_contains("scope_id");
        if (over.empty() && scope && scope->is_string())
            if (const auto camera = CameraId::parse(std::string_view(scope->get_string())))
                over = services.site.name_for_audit(*camera);
        if (!over.empty()) (*assignment)["over"] = json::string(over);
    }
}

json::object with_names(json::object details, const Services& services) {
    for (const std::string_view part : {"asked", "before"})
        if (auto* fields = details.if_contains(part); fields && fields->is_object())
            if (auto* assignments = fields->get_object().if_contains("assignments"))
                name_assignments(*assignments, services);
    return details;
}

}  // namespace

policy::Assurance given_by_account(const Services& services, const policy::User& user) {
    return {.step_up = services.identity->is_break_glass(user.id)};
}

policy::Assurance given_now(const Services& services, const Clearance& clearance) {
    policy::Assurance given = clearance.given() | given_by_account(services, clearance.requester());
    if (clearance.approver && !services.identity->user(clearance.approver->id)) given.second_person = false;
    return given;
}

Problem no_such_clearance() {
    return Problem(
        Error{ErrorKind::not_found, "This is over: it took too long, or it was used; begin again"});
}

std::vector<const Clearance*> approvals_for(Services& services, const policy::Authorised& granted,
                                            const policy::Context& context) {
    const policy::User* user = policy::account_of(granted.principal());
    std::vector<const Clearance*> waiting = services.clearances.waiting(services.clock->utc_now());
    std::erase_if(waiting, [&](const Clearance* clearance) {
        if (!user || user->id == clearance->requester().id) return true;
        // Nobody is left who could use it.
        const bool is_there = clearance->is_sign_in()
                                  ? services.identity->waits(clearance->session)
                                  : services.identity->find(clearance->session, false) != nullptr;
        return !is_there || !policy::authorise(granted.principal(), clearance->approval(),
                                               clearance->decided.object, context);
    });
    return waiting;
}

void note_expired(Services& services) {
    for (const Clearance& over : services.clearances.sweep(services.clock->utc_now())) {
        if (!over.entry || over.state == Clearance::State::open) continue;
        services.recorder.note_end(over.decided, *over.entry,
                                   {.status = 0,
                                    .reason = "clearance_expired",
                                    .signed_in = {},
                                    .details = {{"clearance", told(over)}}});
    }
}

json::object to_json(const Clearance& clearance, const Services& services) {
    json::object out{{"id", json::string(clearance.id.text())},
                     {"digest", json::string(to_hex(clearance.digest))},
                     {"action", policy::to_string(clearance.decided.action)},
                     {"missing", to_json(clearance.asked - given_now(services, clearance))},
                     {"state", to_string(clearance.state)},
                     {"expires_90k", ticks(clearance.expires)}};
    if (clearance.approver) {
        out["answered_by"] = json::string(clearance.approver->name);
        out["answer"] = json::string(clearance.answer);
    }
    return out;
}

json::object approval_json(const Clearance& clearance, const Services& services, policy::RightSet rights) {
    const Decided& decided = clearance.decided;
    json::object details = with_names(decided.details, services);
    details.erase("clearance");
    if (decided.object.camera && !rights.contains(policy::Right::configure_cameras))
        details = without_device(details);
    json::object out{{"id", json::string(clearance.id.text())},
                     {"digest", json::string(to_hex(clearance.digest))},
                     {"action", policy::to_string(decided.action)},
                     {"operation", json::string(decided.operation)},
                     {"requester", json::string(clearance.requester().name)},
                     {"reason", json::string(clearance.reason)},
                     {"second_factor", clearance.stepped_up},
                     {"created_90k", ticks(clearance.created)},
                     {"expires_90k", ticks(clearance.expires)},
                     {"details", std::move(details)}};
    if (decided.object.camera) {
        out["camera_id"] = json::string(decided.object.camera->text());
        out["camera_name"] = json::string(decided.camera_name);
    }
    return out;
}

json::object told(const Clearance& clearance) {
    json::object out{{"digest", json::string(to_hex(clearance.digest))},
                     {"action", policy::to_string(clearance.decided.action)},
                     {"second_factor", clearance.stepped_up},
                     {"state", to_string(clearance.state)}};
    if (!clearance.reason.empty()) out["reason"] = json::string(clearance.reason);
    if (clearance.approver) {
        out["answered_by"] = json::string(clearance.approver->name);
        out["answered_by_id"] = json::string(clearance.approver->id.text());
        if (!clearance.answer.empty()) out["answer"] = json::string(clearance.answer);
    }
    return out;
}

}  // namespace vedette::hub::api
