#include "hub/api/access_input.hpp"

#include <algorithm>

#include "hub/api/access_fields.hpp"
#include "hub/api/passkey_input.hpp"

namespace vedette::hub::api {

namespace {

constexpr TextLimits access_code_limits{
    .min_characters = 1, .max_characters = 64, .may_have_controls = false};
// The shortest and longest new password is the business of identity::password_fault.
constexpr TextLimits access_password_limits{
    .min_characters = 1, .max_characters = 256, .may_have_controls = true};
constexpr TextLimits schedule_limits{
    .min_characters = 168, .max_characters = 192, .may_have_controls = false};
constexpr TextLimits date_limits{.min_characters = 10, .max_characters = 10, .may_have_controls = false};
constexpr TextLimits reason_limits{.min_characters = 0, .max_characters = 200, .may_have_controls = false};
constexpr TextLimits digest_limits{.min_characters = 64, .max_characters = 64, .may_have_controls = false};
constexpr TextLimits network_limits{.min_characters = 2, .max_characters = 43, .may_have_controls = false};

template <class IdType>
IdType read_id(ObjectReader& reader, std::string_view field) {
    const auto id = IdType::parse(reader.text(field, access_id_limits));
    if (!id) reader.refuse(field, fmt::format("The field {} must be a UUID", field));
    return id.value_or(IdType());
}

Secret read_secret(ObjectReader& reader, std::string_view field) {
    return Secret(std::string_view(reader.text(field, access_password_limits)));
}

identity::Scope read_scope(ObjectReader& reader) {
    const std::string kind = reader.text("scope", access_word_limits);
    if (kind == "organisation") return identity::WholeOrganisation{};
    if (kind == "group") return read_id<CameraGroupId>(reader, "scope_id");
    if (kind == "camera") return read_id<CameraId>(reader, "scope_id");
    reader.refuse("scope", "The field scope must be organisation, group or camera");
    return identity::WholeOrganisation{};
}

identity::Holiday read_holiday(ObjectReader& reader) {
    identity::Holiday holiday;
    if (const auto day = parse_date(reader.text("date", date_limits)))
        holiday.day = *day;
    else
        reader.refuse("date", "The field date must be a day: 2026-12-25");
    holiday.yearly = reader.optional_flag("yearly").value_or(false);
    holiday.name = reader.text("name", access_name_limits);
    return holiday;
}

std::vector<identity::Holiday> read_holidays(ObjectReader& reader) {
    auto holidays = reader.objects("holidays", identity::max_holidays, read_holiday);
    for (auto holiday = holidays.begin(); holiday != holidays.end(); ++holiday) {
        const auto same = [&](const identity::Holiday& other) {
            return other.day == holiday->day && other.yearly == holiday->yearly;
        };
        if (std::any_of(holidays.begin(), holiday, same))
            reader.refuse("holidays", fmt::format("{} is there twice", to_date_text(holiday->day)));
    }
    return holidays;
}

policy::Safeguards read_safeguards(ObjectReader& reader) {
    struct Chosen {
        policy::Action action;
        policy::Assurance assurance;
    };
    if (!reader.has("safeguards")) reader.refuse("safeguards", "The field safeguards is missing");
    const auto all = reader.objects("safeguards", policy::action_count, [](ObjectReader& one) {
        const auto action = policy::parse_action(one.text("action", access_word_limits));
        if (!action || !policy::can_be_safeguarded(*action))
            one.refuse("action", "The field action must be one that can take more than a right");
        return Chosen{.action = action.value_or(policy::Action::load_web_client),
                      .assurance = {.step_up = one.optional_flag("step_up").value_or(false),
                                    .second_person = one.optional_flag("second_person").value_or(false)}};
    });
    policy::Safeguards safeguards;
    for (const Chosen& chosen : all) {
        if (!safeguards.chosen(chosen.action).none())
            reader.refuse("safeguards", fmt::format("{} is there twice", policy::to_string(chosen.action)));
        safeguards.choose(chosen.action, chosen.assurance);
    }
    return safeguards;
}

std::vector<RoleId> read_second_person_roles(ObjectReader& reader) {
    constexpr std::string_view field = "second_person_roles";
    // Left out by mistake it would take the rule away.
    if (!reader.has(field)) reader.refuse(field, "The field second_person_roles is missing");
    std::vector<RoleId> roles;
    for (const std::string& text :
         reader.text_list(field, identity::max_second_person_roles, access_id_limits)) {
        const auto role = RoleId::parse(text);
        if (!role)
            reader.refuse(field, "The field second_person_roles must be a list of UUIDs");
        else if (std::ranges::find(roles, *role) == roles.end())
            roles.push_back(*role);
    }
    return roles;
}

// nullopt: from everywhere.
std::optional<std::vector<IpNetwork>> read_networks(ObjectReader& reader) {
    const auto texts = reader.text_list_or_null("networks", identity::max_role_networks, network_limits);
    if (!texts) return std::nullopt;
    std::vector<IpNetwork> networks;
    for (const std::string& text : *texts) {
        const auto network = IpNetwork::parse(text);
        if (!network)
            reader.refuse(
                "networks",
                fmt::format("{} is no network: write an address, or the first address of a network and the "
                            "length of its prefix, as in 192.0.2.0/24",
                            text));
        else if (std::ranges::find(networks, *network) == networks.end())
            networks.push_back(*network);
    }
    if (texts->empty()) reader.refuse("networks", "Name at least one network, or leave the field out");
    return networks;
}

// nullopt: by all.
std::optional<policy::ClientKinds> read_client_kinds(ObjectReader& reader) {
    const auto texts =
        reader.text_list_or_null("client_kinds", policy::client_kind_count, access_word_limits);
    if (!texts) return std::nullopt;
    policy::ClientKinds kinds;
    for (const std::string& text : *texts) {
        if (const auto kind = policy::parse_client_kind(text))
            kinds.add(*kind);
        else
            reader.refuse("client_kinds", "The field client_kinds names web, mobile, api or bridge");
    }
    if (texts->empty())
        reader.refuse("client_kinds", "Name at least one kind of client, or leave the field out");
    return kinds;
}

identity::Assignment read_assignment(ObjectReader& reader) {
    identity::Assignment assignment;
    assignment.role = read_id<RoleId>(reader, "role_id");
    assignment.scope = read_scope(reader);
    assignment.denies = reader.optional_flag("denies").value_or(false);
    return assignment;
}

std::vector<identity::Assignment> read_assignments(ObjectReader& reader) {
    return reader.objects("assignments", identity::max_assignments, read_assignment);
}

}  // namespace

policy::RightSet read_rights(ObjectReader& reader, std::string_view of) {
    policy::RightSet rights;
    for (const std::string& name : reader.text_list("rights", policy::right_count, access_word_limits)) {
        const auto right = policy::parse_right(name);
        if (!right)
            reader.refuse("rights", "The field rights names a right that there is not");
        else
            rights |= {*right};
    }
    if (rights.empty()) reader.refuse("rights", fmt::format("{} needs at least one right", of));
    return rights;
}

std::vector<CameraId> read_camera_ids(ObjectReader& reader, std::size_t most) {
    std::vector<CameraId> cameras;
    for (const std::string& text : reader.text_list("camera_ids", most, access_id_limits)) {
        const auto camera = CameraId::parse(text);
        if (!camera)
            reader.refuse("camera_ids", "The field camera_ids must be a list of UUIDs");
        else
            cameras.push_back(*camera);
    }
    return cameras;
}

Outcome<SignInInput> read_sign_in(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        SignInInput input;
        input.username = reader.text("username", access_name_limits);
        input.password = read_secret(reader, "password");
        return input;
    });
}

Outcome<CodeAndPasswordInput> read_code_and_password(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        CodeAndPasswordInput input;
        input.code = reader.text("code", access_code_limits);
        input.username = reader.text("username", access_name_limits);
        input.password = read_secret(reader, "password");
        return input;
    });
}

Outcome<SecondFactorInput> read_second_factor(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        SecondFactorInput input;
        input.token = reader.text("token", access_code_limits);
        input.code = reader.text("code", access_code_limits);
        return input;
    });
}

Outcome<PasswordInput> read_password_change(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        PasswordInput input;
        input.proof = take_second_factor(reader);
        input.proof.password = read_secret(reader, "old_password");
        input.new_password = read_secret(reader, "new_password");
        return input;
    });
}

Outcome<std::string> read_code(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) { return reader.text("code", access_code_limits); });
}

Outcome<std::string> read_waiting(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) { return reader.text("waiting", access_code_limits); });
}

Outcome<identity::AccessRules> read_access_rules(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        identity::AccessRules rules;
        const auto second_factor =
            identity::parse_second_factor_rule(reader.text("second_factor", access_word_limits));
        if (!second_factor)
            reader.refuse("second_factor",
                          "The field second_factor must be nobody, administrators or everybody");
        rules.second_factor = second_factor.value_or(identity::SecondFactorRule::everybody);
        rules.sessions.idle =
            std::chrono::minutes(reader.integer("session_idle_minutes", identity::shortest_idle.count(),
                                                std::chrono::minutes(identity::longest_session).count()));
        rules.sessions.absolute = std::chrono::hours(reader.integer(
            "session_hours", identity::shortest_session.count(), identity::longest_session.count()));
        const auto lock_out = identity::parse_lock_out(reader.text("lock_out", access_word_limits));
        if (!lock_out) reader.refuse("lock_out", "The field lock_out must be progressive or three_failures");
        rules.lock_out = lock_out.value_or(identity::LockOut::progressive);
        rules.holidays = read_holidays(reader);
        rules.safeguards = read_safeguards(reader);
        rules.second_person_roles = read_second_person_roles(reader);
        const auto mail_codes = reader.optional_flag("mail_codes");
        if (!mail_codes) reader.refuse("mail_codes", "The field mail_codes is missing");
        rules.mail_codes = mail_codes.value_or(false);
        return rules;
    });
}

Outcome<NewUserInput> read_new_user(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        NewUserInput input;
        input.name = reader.text("name", access_name_limits);
        input.assignments = read_assignments(reader);
        return input;
    });
}

Outcome<identity::UserChange> read_user_change(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        identity::UserChange change;
        change.suspended = reader.optional_flag("suspended");
        change.second_person = reader.optional_flag("second_person");
        if (reader.has("assignments")) change.assignments = read_assignments(reader);
        return change;
    });
}

Outcome<identity::Role> read_role(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        identity::Role role;
        role.name = reader.text("name", access_name_limits);
        role.rights = read_rights(reader, "A role");
        if (const auto days = reader.optional_integer_or_null("max_age_days", 1, identity::max_max_age_days);
            days && *days)
            role.max_age_days = static_cast<std::uint32_t>(**days);
        if (const auto schedule = reader.optional_text_or_null("schedule", schedule_limits)) {
            role.schedule = WeeklySchedule::parse(*schedule);
            if (!role.schedule || role.schedule->empty())
                reader.refuse("schedule",
                              "The field schedule must be 168 hexadecimal digits in lower case, or 192 with "
                              "those of holidays, not all 0");
        }
        role.networks = read_networks(reader);
        role.clients = read_client_kinds(reader);
        return role;
    });
}

Outcome<identity::CameraGroup> read_camera_group(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        identity::CameraGroup group;
        group.name = reader.text("name", access_name_limits);
        group.cameras = read_camera_ids(reader, identity::max_group_cameras);
        return group;
    });
}

Outcome<std::string> read_approval_wish(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        return reader.optional_text("reason", reason_limits).value_or("");
    });
}

Outcome<ApprovalInput> read_approval(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        ApprovalInput input;
        const auto approve = reader.optional_flag("approve");
        if (!approve) reader.refuse("approve", "The field approve must be true or false");
        input.approve = approve.value_or(false);
        input.digest = reader.text("digest", digest_limits);
        input.reason = reader.optional_text("reason", reason_limits).value_or("");
        return input;
    });
}

Outcome<CircumstancesQuery> read_circumstances(const net::Request& request) {
    CircumstancesQuery query;
    if (const auto address = request.query_value("address")) {
        query.address = IpAddress::parse(*address);
        if (!query.address)
            return std::unexpected(Problem::invalid("address", "address must be an IPv4 or IPv6 address"));
    }
    if (const auto kind = request.query_value("client_kind")) {
        query.client = policy::parse_client_kind(*kind);
        if (!query.client)
            return std::unexpected(
                Problem::invalid("client_kind", "client_kind must be web, mobile, api or bridge"));
    }
    if (const auto time = request.query_value("at")) {
        const auto at = parse_rfc3339(*time);
        if (!at) return std::unexpected(Problem::invalid("at", at.error().message));
        query.at = *at;
    }
    return query;
}

Outcome<DecisionQuery> read_decision_query(const net::Request& request) {
    const auto action = policy::parse_action(request.query_value("action").value_or(""));
    if (!action) return std::unexpected(Problem::invalid("action", "action must be the name of an action"));
    DecisionQuery query{.action = *action, .camera = {}, .circumstances = {}};
    if (const auto id = request.query_value("camera_id")) {
        query.camera = CameraId::parse(*id);
        if (!query.camera) return std::unexpected(Problem::invalid("camera_id", "camera_id must be a UUID"));
    }
    VEDETTE_TRY(query.circumstances, read_circumstances(request));
    if (query.camera.has_value() != (policy::object_kind(*action) == policy::ObjectKind::camera))
        return std::unexpected(Problem::invalid(
            "camera_id", query.camera ? "This action is not about a camera" : "Say which camera: camera_id"));
    return query;
}

}  // namespace vedette::hub::api
