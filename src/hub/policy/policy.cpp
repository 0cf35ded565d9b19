#include "hub/policy/policy.hpp"

namespace vedette::hub::policy {

namespace {

// Everything that is known about an action, in one row, so that a new action can not be half declared.
struct Rule {
    std::string_view name;
    ObjectKind object;
    bool everybody;      ///< without signing in
    bool metrics_token;  ///< allowed to the token
    bool same_origin;
    bool audited;
};

constexpr Rule rule_of(Action action) {
    using enum ObjectKind;
    switch (action) {
            // clang-format off
        //                                name             object       everybody token  origin audit
        case Action::load_web_client:  return {"load_web_client",  service,      true,  false, false, false};
        case Action::view_health:      return {"view_health",      service,      true,  false, false, false};
        case Action::view_setup:       return {"view_setup",       service,      true,  false, false, false};
        case Action::claim:            return {"claim",            service,      true,  false, true,  true};
        case Action::sign_in:          return {"sign_in",          service,      true,  false, true,  true};
        case Action::view_session:     return {"view_session",     organisation, false, false, false, false};
        case Action::sign_out:         return {"sign_out",         organisation, false, false, true,  true};
        case Action::list_cameras:     return {"list_cameras",     organisation, false, false, false, false};
        case Action::add_camera:       return {"add_camera",       organisation, false, false, true,  true};
        case Action::test_camera:      return {"test_camera",      organisation, false, false, true,  true};
        case Action::list_interfaces:  return {"list_interfaces",  organisation, false, false, false, false};
        case Action::discover_cameras: return {"discover_cameras", organisation, false, false, true,  true};
        case Action::inspect_device:   return {"inspect_device",   organisation, false, false, true,  true};
        case Action::view_camera:      return {"view_camera",      camera,       false, false, false, false};
        case Action::change_camera:    return {"change_camera",    camera,       false, false, true,  true};
        case Action::remove_camera:    return {"remove_camera",    camera,       false, false, true,  true};
        case Action::maintain_camera:  return {"maintain_camera",  camera,       false, false, true,  true};
        case Action::view_recordings:  return {"view_recordings",  camera,       false, false, false, false};
        case Action::export_recording: return {"export_recording", camera,       false, false, false, true};
        case Action::view_holds:       return {"view_holds",       camera,       false, false, false, false};
        case Action::place_hold:       return {"place_hold",       camera,       false, false, true,  true};
        case Action::lift_hold:        return {"lift_hold",        camera,       false, false, true,  true};
        case Action::open_websocket:   return {"open_websocket",   organisation, false, false, true,  false};
        case Action::watch_live:       return {"watch_live",       camera,       false, false, true,  true};
        case Action::play_recording:   return {"play_recording",   camera,       false, false, true,  true};
        case Action::control_ptz:      return {"control_ptz",      camera,       false, false, true,  true};
        case Action::switch_relay:     return {"switch_relay",     camera,       false, false, true,  true};
        case Action::view_events:      return {"view_events",      camera,       false, false, false, false};
        case Action::list_events:      return {"list_events",      organisation, false, false, false, false};
        case Action::talk:             return {"talk",             camera,       false, false, true,  true};
        case Action::view_metrics:     return {"view_metrics",     organisation, false, true,  false, false};
        case Action::view_settings:    return {"view_settings",    organisation, false, false, false, false};
        case Action::change_settings:  return {"change_settings",  organisation, false, false, true,  true};
            // clang-format on
    }
    return {"unknown", service, false, false, true, true};
}

constexpr bool role_permits(Role role, Action) {
    switch (role) {
        case Role::administrator:
            return true;
    }
    return false;
}

Decision deny(Reason reason, const Rule& rule) {
    return {.allowed = false, .reason = reason, .obligations = {.write_audit = rule.audited}};
}
Decision allow(Reason reason, const Rule& rule) {
    return {.allowed = true, .reason = reason, .obligations = {.write_audit = rule.audited}};
}

// The answer once the object fits and no foreign page is behind it.
struct ByPrincipal {
    Action action;
    const Object& object;
    const Rule& rule;

    Decision operator()(const Anonymous&) const { return deny(Reason::not_signed_in, rule); }
    Decision operator()(const User& user) const {
        if (user.organisation != object.organisation) return deny(Reason::other_organisation, rule);
        if (!role_permits(user.role, action)) return deny(Reason::not_permitted, rule);
        return allow(Reason::role_permits, rule);
    }
    Decision operator()(const MetricsToken& token) const {
        if (token.organisation != object.organisation) return deny(Reason::other_organisation, rule);
        if (!rule.metrics_token) return deny(Reason::not_permitted, rule);
        return allow(Reason::token_permits, rule);
    }
};

}  // namespace

std::string_view to_string(Role role) {
    switch (role) {
        case Role::administrator:
            return "administrator";
    }
    return "unknown";
}

std::string_view to_string(Action action) {
    return rule_of(action).name;
}

std::string_view to_string(Reason reason) {
    switch (reason) {
        case Reason::public_action:
            return "public_action";
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
    }
    return "unknown";
}

bool needs_same_origin(Action action) {
    return rule_of(action).same_origin;
}

ObjectKind object_kind(Action action) {
    return rule_of(action).object;
}

Decision decide(const Principal& principal, Action action, const Object& object, const Context& context) {
    const Rule rule = rule_of(action);
    if (rule.same_origin && context.origin == Origin::cross) return deny(Reason::cross_site, rule);
    if (object.kind != rule.object || object.camera.has_value() != (object.kind == ObjectKind::camera))
        return deny(Reason::not_permitted, rule);
    if (rule.everybody) return allow(Reason::public_action, rule);
    return std::visit(ByPrincipal{action, object, rule}, principal);
}

std::expected<Authorised, Decision> authorise(const Principal& principal, Action action, const Object& object,
                                              const Context& context) {
    const Decision decision = decide(principal, action, object, context);
    if (!decision.allowed) return std::unexpected(decision);
    return Authorised(principal, action, object, decision);
}

}  // namespace vedette::hub::policy
