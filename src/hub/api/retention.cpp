// What is kept of recordings, of cameras that have no rule of their own: by their group, and on the site.

#include "base/log.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/input.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/retention_groups.hpp"

namespace vedette::hub::api {

namespace {

using Groups = std::map<CameraGroupId, identity::CameraGroup>;

// All groups, so that one can be given a rule.
boost::json::object rules_json(const wire::InheritedRules& rules, const Groups& groups) {
    boost::json::array list;
    for (const auto& [id, group] : groups) {
        const auto rule = std::ranges::find(rules.groups, id, &wire::GroupRule::group);
        boost::json::object one = to_json(rule == rules.groups.end() ? wire::KeepRule() : rule->keep);
        one["group_id"] = id.text();
        one["name"] = group.name;
        list.push_back(std::move(one));
    }
    return {{"site", to_json(rules.site)}, {"groups", std::move(list)}};
}

wire::InheritedRules with_members(wire::InheritedRules rules, const Groups& groups) {
    std::erase_if(rules.groups, [&](const wire::GroupRule& rule) {
        return !groups.contains(rule.group) || rule.keep == wire::KeepRule();
    });
    for (wire::GroupRule& rule : rules.groups) rule.cameras = groups.at(rule.group).cameras;
    return rules;
}

}  // namespace

net::Awaitable<void> renew_groups(ServicesPtr services) {
    const auto renewed =
        co_await services->site.renew_inherited_rules([services](wire::InheritedRules rules) {
            return with_members(std::move(rules), services->identity->roster().groups);
        });
    if (!renewed)
        log::warn(
            "the recorder was not told which cameras are in which group, so what it keeps may go by the "
            "groups "
            "as they were: {}",
            renewed.error().detail);
}

net::Awaitable<Outcome<>> get_retention(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const wire::InheritedRules rules, co_await services->site.inherited_rules(call.granted));
    co_return json_response(200, rules_json(rules, services->identity->roster().groups));
}

net::Awaitable<Outcome<>> set_retention(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(wire::InheritedRules rules, read_inherited_rules(call.request.body));
    for (const wire::GroupRule& rule : rules.groups)
        if (!services->identity->roster().groups.contains(rule.group))
            co_return std::unexpected(
                Problem::invalid("groups", "There is no such camera group; it may have been deleted"));
    VEDETTE_CO_TRY(const wire::InheritedRules before, co_await services->site.inherited_rules(call.granted));
    rules = with_members(std::move(rules), services->identity->roster().groups);
    VEDETTE_CO_TRY(const wire::InheritedRules now,
                   co_await services->site.set_inherited_rules(call.granted, std::move(rules)));
    const Groups& groups = services->identity->roster().groups;
    call.trail->details["before"] = rules_json(before, groups);
    co_return json_response(200, rules_json(now, groups));
}

}  // namespace vedette::hub::api
