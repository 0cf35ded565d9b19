#include "hub/policy/policy.hpp"

#include <algorithm>

namespace vedette::hub::policy {

namespace {

// Who may: everybody, whoever is signed in, or who holds one of some rights.
struct Needs {
    bool nothing = false;  ///< not even to be signed in
    RightSet any_of;       ///< empty: to be signed in
    bool oneself = false;  ///< to be signed in oneself: no program does it for somebody
};
constexpr Needs everybody{.nothing = true, .any_of = {}};
constexpr Needs signed_in{};
constexpr Needs oneself{.any_of = {}, .oneself = true};
constexpr Needs one_of(std::initializer_list<Right> rights) {
    return {.any_of = RightSet(rights)};
}
constexpr Needs oneself_with(std::initializer_list<Right> rights) {
    return {.any_of = RightSet(rights), .oneself = true};
}
constexpr Needs any_right_over_it{.any_of = RightSet::about_cameras()};

// Everything that is known about an action, in one row, so that a new action can not be half declared.
struct Rule {
    std::string_view name;
    ObjectKind object;
    Needs needs;
    bool metrics_token;  ///< allowed to the token
    bool same_origin;
    bool audited;
};

constexpr Rule rule_of(Action action) {
    using enum ObjectKind;
    using enum Right;
    switch (action) {
            // clang-format off
        //                                 name              object        needs                                             token  origin audit
        case Action::load_web_client:   return {"load_web_client",   service,      everybody,                                        false, false, false};
        case Action::view_health:       return {"view_health",       service,      everybody,                                        false, false, false};
        case Action::view_setup:        return {"view_setup",        service,      everybody,                                        false, false, false};
        case Action::claim:             return {"claim",             service,      everybody,                                        false, true,  true};
        case Action::begin_sign_in:     return {"begin_sign_in",     service,      everybody,                                        false, true,  false};
        case Action::sign_in:           return {"sign_in",           service,      everybody,                                        false, true,  true};
        case Action::accept_invitation: return {"accept_invitation", service,      everybody,                                        false, true,  true};
        case Action::view_session:      return {"view_session",      organisation, signed_in,                                        false, false, false};
        case Action::sign_out:          return {"sign_out",          organisation, oneself,                                          false, true,  true};
        case Action::list_cameras:      return {"list_cameras",      organisation, signed_in,                                        false, false, false};
        case Action::add_camera:        return {"add_camera",        organisation, one_of({add_cameras}),                            false, true,  true};
        case Action::test_camera:       return {"test_camera",       organisation, one_of({add_cameras}),                            false, true,  true};
        case Action::list_interfaces:   return {"list_interfaces",   organisation, one_of({add_cameras}),                            false, false, false};
        case Action::discover_cameras:  return {"discover_cameras",  organisation, one_of({add_cameras}),                            false, true,  true};
        case Action::inspect_device:    return {"inspect_device",    organisation, one_of({add_cameras}),                            false, true,  true};
        case Action::view_camera:       return {"view_camera",       camera,       any_right_over_it,                                false, false, false};
        case Action::change_camera:     return {"change_camera",     camera,       one_of({configure_cameras}),                      false, true,  true};
        case Action::remove_camera:     return {"remove_camera",     camera,       one_of({remove_cameras}),                         false, true,  true};
        case Action::maintain_camera:   return {"maintain_camera",   camera,       one_of({maintain_devices}),                       false, true,  true};
        case Action::view_recordings:   return {"view_recordings",   camera,       one_of({play_back, export_recordings}),           false, false, false};
        case Action::export_recording:  return {"export_recording",  camera,       one_of({export_recordings}),                      false, false, true};
        case Action::view_holds:        return {"view_holds",        camera,       one_of({play_back, place_holds, lift_holds}),     false, false, false};
        case Action::place_hold:        return {"place_hold",        camera,       one_of({place_holds}),                            false, true,  true};
        case Action::lift_hold:         return {"lift_hold",         camera,       one_of({lift_holds}),                             false, true,  true};
        case Action::open_websocket:    return {"open_websocket",    organisation, signed_in,                                        false, true,  false};
        case Action::watch_live:        return {"watch_live",        camera,       one_of({see_live}),                               false, true,  true};
        case Action::play_recording:    return {"play_recording",    camera,       one_of({play_back}),                              false, true,  true};
        case Action::control_ptz:       return {"control_ptz",       camera,       one_of({Right::control_ptz}),                     false, true,  true};
        case Action::switch_relay:      return {"switch_relay",      camera,       one_of({switch_relays}),                          false, true,  true};
        case Action::view_events:       return {"view_events",       camera,       one_of({see_events}),                             false, false, false};
        case Action::list_events:       return {"list_events",       organisation, signed_in,                                        false, false, false};
        case Action::talk:              return {"talk",              camera,       one_of({Right::talk}),                            false, true,  true};
        case Action::view_metrics:      return {"view_metrics",      organisation, one_of({Right::view_metrics}),                    true,  false, false};
        case Action::view_settings:     return {"view_settings",     organisation, one_of({Right::change_settings, add_cameras}),    false, false, false};
        case Action::change_settings:   return {"change_settings",   organisation, one_of({Right::change_settings}),                 false, true,  true};
        case Action::view_own_account:  return {"view_own_account",  organisation, oneself,                                          false, false, false};
        case Action::manage_own_account:return {"manage_own_account",organisation, oneself,                                          false, true,  true};
        case Action::change_access_rules: return {"change_access_rules", organisation, one_of({Right::manage_roles}),               false, true,  true};
        case Action::view_users:        return {"view_users",        organisation, one_of({Right::manage_users}),                    false, false, false};
        case Action::manage_users:      return {"manage_users",      organisation, one_of({Right::manage_users}),                    false, true,  true};
        case Action::view_roles:        return {"view_roles",        organisation, one_of({Right::manage_users, Right::manage_roles}), false, false, false};
        case Action::manage_roles:      return {"manage_roles",      organisation, one_of({Right::manage_roles}),                    false, true,  true};
        case Action::read_audit:        return {"read_audit",        organisation, one_of({Right::read_audit}),                      false, false, true};
        case Action::view_audit_stream: return {"view_audit_stream", organisation, one_of({Right::read_audit}),                      false, false, false};
        case Action::end_access:        return {"end_access",        organisation, one_of({Right::manage_users}),                    false, true,  true};
        case Action::view_clearance:    return {"view_clearance",    organisation, oneself,                                          false, false, false};
        case Action::seek_clearance:    return {"seek_clearance",    organisation, oneself,                                          false, true,  true};
        case Action::view_approvals:    return {"view_approvals",    organisation, oneself,                                          false, false, false};
        case Action::give_approval:     return {"give_approval",     organisation, oneself,                                          false, true,  true};
        case Action::approve_over_camera:       return {"approve_over_camera",       camera,       oneself_with({approve_actions}),  false, true,  true};
        case Action::test_known_camera: return {"test_known_camera", camera,       one_of({configure_cameras}),                      false, true,  true};
        case Action::view_device:       return {"view_device",       camera,       one_of({maintain_devices}),                       false, true,  true};
        case Action::upload_firmware:   return {"upload_firmware",   camera,       one_of({maintain_devices}),                       false, true,  true};
        case Action::preview_recording: return {"preview_recording", camera,       one_of({play_back}),                              false, false, true};
        case Action::view_as_user:      return {"view_as_user",      organisation, one_of({Right::manage_users}),                    false, false, true};
        case Action::approve_over_organisation: return {"approve_over_organisation", organisation, oneself_with({approve_actions}),  false, true,  true};
            // clang-format on
    }
    return {"unknown", service, one_of({}), false, true, true};
}

// Whose media may have sound, which is a right of its own.
constexpr bool brings_sound(Action action) {
    return action == Action::watch_live || action == Action::play_recording ||
           action == Action::export_recording;
}

Decision deny(Reason reason, const Rule& rule) {
    return {.allowed = false, .reason = reason, .obligations = {.write_audit = rule.audited}};
}
Decision allow(Reason reason, const Rule& rule) {
    return {.allowed = true, .reason = reason, .obligations = {.write_audit = rule.audited}};
}
Decision deny_and_conceal(Reason reason, const Rule& rule) {
    Decision decision = deny(reason, rule);
    decision.conceal = true;
    return decision;
}

// What is left of `any_of` by the scope of a token over an object.
RightSet within(const TokenScope& scope, RightSet any_of, const Object& object) {
    if (!scope.cameras) return any_of & scope.rights;
    // Some cameras are never the organisation.
    if (!object.camera || std::ranges::find(*scope.cameras, *object.camera) == scope.cameras->end())
        return {};
    return any_of & scope.rights;
}

Rights::Held held_over(const User& user, RightSet any_of, const Object& object, const Circumstances& at) {
    if (!user.rights) return {};
    return object.camera ? user.rights->over_camera(any_of, *object.camera, at)
                         : user.rights->over_organisation(any_of, at);
}

Reason reason_of(Unmet unmet) {
    switch (unmet) {
        case Unmet::schedule:
            return Reason::outside_schedule;
        case Unmet::network:
            return Reason::outside_network;
        case Unmet::client:
            return Reason::wrong_client_kind;
        case Unmet::nothing:
            break;
    }
    return Reason::not_permitted;
}

// What is asked besides of who may by his rights.
Decision with_safeguards(Decision allowed, const Principal& principal, Action action,
                         const Context& context) {
    const Assurance asked = context.safeguards.asked(action);
    if (asked.none()) return allowed;
    const Assurance missing = asked - context.given;
    Decision decision = allowed;
    decision.allowed = false;
    if (!std::holds_alternative<User>(principal)) {
        decision.reason = Reason::needs_a_person;
        return decision;
    }
    if (missing.none()) return allowed;
    decision.reason = missing.step_up ? Reason::needs_step_up : Reason::needs_second_person;
    decision.missing = missing;
    return decision;
}

// The answer once the object fits and no foreign page is behind it.
struct ByPrincipal {
    Action action;
    const Object& object;
    const Rule& rule;
    const Context& context;

    // `limit` says what of some rights counts.
    template <class Limit>
    Decision of_user(const User& user, Limit limit) const {
        if (user.organisation != object.organisation)
            return deny_and_conceal(Reason::other_organisation, rule);
        if (rule.needs.any_of.empty()) return allow(Reason::signed_in, rule);
        const auto held = [&](RightSet any_of) { return held_over(user, limit(any_of), object, context.at); };
        const Rights::Held answer = held(rule.needs.any_of);
        if (answer.held) {
            Decision decision = allow(Reason::role_permits, rule);
            if (answer.max_age) decision.obligations.not_before = context.now - *answer.max_age;
            if (brings_sound(action)) limit_sound(decision.obligations, held({Right::hear}));
            return decision;
        }
        const Reason reason = reason_of(answer.unmet);
        if (!object.camera) return deny(reason, rule);
        const Rights::Held anything = held(RightSet::about_cameras());
        return anything.held || anything.unmet != Unmet::nothing ? deny(reason, rule)
                                                                 : deny_and_conceal(reason, rule);
    }

    void limit_sound(Obligations& obligations, const Rights::Held& hear) const {
        obligations.no_sound = !hear.held;
        if (hear.held && hear.max_age) obligations.sound_not_before = context.now - *hear.max_age;
    }

    Decision operator()(const Anonymous&) const { return deny(Reason::not_signed_in, rule); }
    Decision operator()(const User& user) const {
        return of_user(user, [](RightSet any_of) { return any_of; });
    }
    Decision operator()(const ApiClient& client) const {
        if (rule.needs.oneself) {
            const Decision own = (*this)(client.user);
            return own.allowed ? deny(Reason::not_for_tokens, rule) : own;
        }
        static const TokenScope nothing;
        const TokenScope& scope = client.scope ? *client.scope : nothing;
        Decision decision =
            of_user(client.user, [&](RightSet any_of) { return within(scope, any_of, object); });
        if (!decision.allowed && (*this)(client.user).allowed) decision.reason = Reason::beyond_scope;
        return decision;
    }
    Decision operator()(const MetricsToken& token) const {
        if (token.organisation != object.organisation)
            return deny_and_conceal(Reason::other_organisation, rule);
        if (!rule.metrics_token) return deny(Reason::not_permitted, rule);
        return allow(Reason::token_permits, rule);
    }
};

}  // namespace

const User* account_of(const Principal& principal) {
    if (const auto* client = std::get_if<ApiClient>(&principal)) return &client->user;
    return std::get_if<User>(&principal);
}

std::string_view to_string(Action action) {
    return rule_of(action).name;
}

std::optional<Action> parse_action(std::string_view text) {
    for (std::uint8_t i = 0; i < action_count; ++i)
        if (to_string(static_cast<Action>(i)) == text) return static_cast<Action>(i);
    return std::nullopt;
}

std::string_view to_string(Reason reason) {
    switch (reason) {
        case Reason::public_action:
            return "public_action";
        case Reason::signed_in:
            return "signed_in";
        case Reason::role_permits:
            return "role_permits";
        case Reason::token_permits:
            return "token_permits";
        case Reason::cross_site:
            return "cross_site";
        case Reason::not_signed_in:
            return "not_signed_in";
        case Reason::other_organisation:
            return "other_organisation";
        case Reason::not_permitted:
            return "not_permitted";
        case Reason::outside_schedule:
            return "outside_schedule";
        case Reason::outside_network:
            return "outside_network";
        case Reason::wrong_client_kind:
            return "wrong_client_kind";
        case Reason::beyond_scope:
            return "beyond_scope";
        case Reason::not_for_tokens:
            return "not_for_tokens";
        case Reason::needs_step_up:
            return "needs_step_up";
        case Reason::needs_second_person:
            return "needs_second_person";
        case Reason::needs_a_person:
            return "needs_a_person";
    }
    return "unknown";
}

bool needs_same_origin(Action action) {
    return rule_of(action).same_origin;
}

ObjectKind object_kind(Action action) {
    return rule_of(action).object;
}

namespace {

Decision decide_by_rights(const Principal& principal, Action action, const Object& object,
                          const Context& context) {
    if (static_cast<std::uint8_t>(action) >= action_count) return {};
    const Rule rule = rule_of(action);
    if (rule.same_origin && context.origin == Origin::cross) return deny(Reason::cross_site, rule);
    if (object.kind != rule.object || object.camera.has_value() != (object.kind == ObjectKind::camera))
        return deny(Reason::not_permitted, rule);
    if (rule.needs.nothing) return allow(Reason::public_action, rule);
    return std::visit(ByPrincipal{action, object, rule, context}, principal);
}

}  // namespace

Decision decide(const Principal& principal, Action action, const Object& object, const Context& context) {
    const Decision decision = decide_by_rights(principal, action, object, context);
    return decision.allowed ? with_safeguards(decision, principal, action, context) : decision;
}

RightSet rights_held(const Principal& principal, const Object& object, const Context& context) {
    RightSet held;
    const User* user = account_of(principal);
    if (!user || object.kind == ObjectKind::service || user->organisation != object.organisation) return held;
    RightSet counts = object.camera ? RightSet::about_cameras() : RightSet::all();
    if (const auto* client = std::get_if<ApiClient>(&principal))
        counts = client->scope ? within(*client->scope, counts, object) : RightSet();
    counts.for_each([&](Right right) {
        if (held_over(*user, {right}, object, context.at).held) held |= {right};
    });
    return held;
}

std::expected<Authorised, Decision> authorise(const Principal& principal, Action action, const Object& object,
                                              const Context& context) {
    const Decision decision = decide(principal, action, object, context);
    if (!decision.allowed) return std::unexpected(decision);
    return Authorised(principal, action, object, decision);
}

}  // namespace vedette::hub::policy
