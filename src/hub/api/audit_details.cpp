#include "hub/api/audit_details.hpp"

#include <array>
#include <charconv>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/utf8.hpp"
#include "hub/api/json_access.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/object_reader.hpp"

namespace vedette::hub::api {

namespace json = boost::json;

namespace {

// Fields of request bodies that are no secret, at any depth.
// clang-format off
constexpr auto told_fields = std::to_array<std::string_view>({
    "name", "main_url", "sub_url", "username", "transport", "allow_basic_in_clear", "allow_legacy_tls",
    "fill_gaps", "keep_days", "keep_bytes", "place", "accept_certificate", "accept_signing_key", "only_trusted_certificates", "device",
    "serial", "endpoint", "channel", "manufacturer", "model", "hardware", "camera_id", "address", "ranges",
    "interfaces", "start_90k", "end_90k", "reason", "note", "token", "active", "pan", "tilt", "zoom",
    "preset", "dwell_s", "stops", "seconds", "size", "version", "mode", "time_zone", "ntp_servers",
    "brightness", "contrast", "saturation", "sharpness", "focus", "ir_cut", "hold_ms", "allow_in_clear",
    "bytes", "macs", "path", "port", "secure", "services", "speed", "direction", "x", "y", "assignments",
    "role_id", "scope", "scope_id", "denies", "suspended", "rights", "max_age_days", "schedule",
    "camera_ids", "second_factor", "session_idle_minutes", "session_hours", "lock_out", "holidays", "date", "yearly", "networks", "days",
    "host", "wording", "from_beginning", "client_certificate_pem", "ca_pem",
    "recording", "continuous", "on_event", "pre_roll_s", "post_roll_s", "event_kinds", "encryption", "approve", "digest", "safeguards", "step_up", "second_person", "site", "groups", "group_id",
    "second_person_roles", "mail_codes", "client_kinds", "client_kind", "certificate", "security", "from", "user", "to",
});
// clang-format on
constexpr auto told_parameters = std::to_array<std::string_view>(
    {"start_90k", "end_90k", "stream", "limit", "before", "user_id", "action", "camera_id", "allowed",
     "format", "token", "name", "at_90k", "at", "client_kind"});
constexpr std::string_view not_shown = "(not shown)";
constexpr std::size_t max_items = 32;
constexpr std::size_t max_text = 512;

json::value told_value(std::string_view field, const json::value& value);

json::value told_text(std::string_view text) {
    // Credentials in an address end at its last @, wherever they begin.
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        const auto scheme = text.find("://");
        const std::string_view start =
            scheme != std::string_view::npos && scheme < at ? text.substr(0, scheme + 3) : std::string_view();
        return json::string(fmt::format("{}{}", start, cut_utf8(text.substr(at + 1), max_text)));
    }
    return json::string(cut_utf8(text, max_text));
}

json::value told_value(std::string_view field, const json::value& value) {
    if (std::ranges::find(told_fields, field) == told_fields.end()) return json::string(not_shown);
    if (const auto* object = value.if_object()) return told(*object);
    if (const auto* string = value.if_string()) return told_text(*string);
    if (const auto* array = value.if_array()) {
        json::array out;
        for (const json::value& item : *array) {
            if (out.size() == max_items) break;
            out.push_back(told_value(field, item));
        }
        return out;
    }
    return value;
}

// What the changed fields were, where that differs.
json::object former(const json::object& body, const json::object& before) {
    json::object out;
    for (const auto& [field, value] : body) {
        const auto* old = before.if_contains(field);
        if (old && *old != value) out[field] = told_value(field, *old);
    }
    return out;
}

json::object told_query(const net::Request& request) {
    json::object out;
    for (const std::string_view name : told_parameters) {
        const auto text = request.query_value(name);
        if (!text) continue;
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
        if (error == std::errc() && end == text->data() + text->size())
            out[name] = number;
        else
            out[name] = told_text(*text);
    }
    return out;
}

}  // namespace

json::object told(const json::object& body) {
    json::object out;
    for (const auto& [field, value] : body) {
        if (out.size() == max_items) break;
        out[cut_utf8(field, audit::max_word_bytes)] = told_value(field, value);
    }
    return out;
}

bool names_who_signs_in(policy::Action action) {
    using enum policy::Action;
    return action == sign_in || action == claim || action == accept_invitation;
}

std::optional<json::object> object_of_path(const Services& services, const PathParameters& path) {
    const identity::Roster& roster = services.identity->roster();
    const auto found = [](const auto& map, const auto& id) {
        const auto at = map.find(id);
        return at == map.end() ? nullptr : &at->second;
    };
    if (path.camera) {
        const auto camera = services.site.state_for_audit(*path.camera);
        return camera ? std::optional(to_json(*camera, policy::RightSet::all())) : std::nullopt;
    }
    if (path.token)
        if (const auto* token = services.identity->find_api_token(*path.token)) return to_json(*token);
    if (path.user)
        if (const auto* user = found(roster.accounts, *path.user)) {
            json::object object = to_json(*user, 0, services.clock->utc_now());
            object["suspended"] = user->suspended;
            return object;
        }
    if (path.role)
        if (const auto* role = found(roster.roles, *path.role)) return to_json(*role);
    if (path.group)
        if (const auto* group = found(roster.groups, *path.group)) return to_json(*group);
    return std::nullopt;
}

json::object details_of(policy::Action action, const net::Request& request, const PathParameters& parameters,
                        const json::object* before) {
    json::object details = told_query(request);
    if (parameters.hold) details["hold_id"] = *parameters.hold;
    if (parameters.user) details["user_id"] = parameters.user->text();
    if (parameters.role) details["role_id"] = parameters.role->text();
    if (parameters.passkey) details["passkey_id"] = parameters.passkey->text();
    if (parameters.clearance) details["clearance_id"] = parameters.clearance->text();
    if (parameters.group) details["group_id"] = parameters.group->text();
    if (parameters.token) details["token_id"] = parameters.token->text();
    if (before && !parameters.camera)
        if (const auto* name = before->if_contains("name")) details["name"] = *name;
    const auto body = request.body.empty() || !request.body.starts_with('{') ? Outcome<json::object>()
                                                                             : parse_object(request.body);
    if (!body || body->empty()) return details;
    if (names_who_signs_in(action)) {
        if (const auto* name = body->if_contains("username"); name && name->is_string())
            details[name_tried] = json::string(cut_utf8(name->get_string(), audit::max_name_bytes));
        return details;
    }
    details["asked"] = told(*body);
    if (before)
        if (json::object old = former(*body, *before); !old.empty()) details["before"] = std::move(old);
    return details;
}

std::string details_text(const json::object& details) {
    if (details.empty()) return {};
    std::string text = json::serialize(details);
    if (text.size() <= audit::max_details_bytes) return text;
    json::array names;
    for (const auto& [name, value] : details) names.emplace_back(name);
    const json::object shorter{{"too_long", std::move(names)}};
    text = json::serialize(shorter);
    return text.size() <= audit::max_details_bytes ? text : R"({"too_long":[]})";
}

}  // namespace vedette::hub::api
