#include "hub/policy/rights.hpp"

#include <algorithm>

namespace vedette::hub::policy {

void Rights::Layer::add(const Grant& grant) {
    Conditions conditions = grant.conditions;
    if (grant.denies) conditions.max_age.reset();
    if (conditions.schedule && conditions.schedule->always()) conditions.schedule.reset();
    if (conditions.always())
        (grant.denies ? denied : allowed) |= grant.rights;
    else
        conditional.push_back({.rights = grant.rights, .denies = grant.denies, .conditions = conditions});
}

Rights::Rights(const std::vector<Grant>& grants) {
    for (const Grant& grant : grants) {
        if (grant.denies) denied_ |= grant.rights;
        if (!grant.cameras) {
            everywhere_.add(grant);
            continue;
        }
        Grant here = grant;
        here.rights = grant.rights & RightSet::about_cameras();
        if (here.rights.empty()) continue;
        for (const CameraId& camera : *grant.cameras) cameras_[camera].add(here);
    }
}

Rights::Held Rights::weigh(RightSet any_of, const Layer& everywhere, const Layer* here,
                           const Circumstances& at) {
    const auto on_each = [&](auto body) {
        body(everywhere);
        if (here) body(*here);
    };
    // What is left of `any_of`: now, and if conditional denials lapsed.
    RightSet wanted = any_of;
    RightSet wanted_sometimes = any_of;
    Unmet lapses = Unmet::nothing;
    on_each([&](const Layer& layer) {
        wanted = wanted - layer.denied;
        wanted_sometimes = wanted_sometimes - layer.denied;
        for (const Conditional& c : layer.conditional) {
            if (!c.denies || c.conditions.unmet(at) != Unmet::nothing) continue;
            wanted = wanted - c.rights;
            lapses = std::max(lapses, c.conditions.schedule   ? Unmet::schedule
                                      : c.conditions.networks ? Unmet::network
                                                              : Unmet::client);
        }
    });
    Held result;
    on_each([&](const Layer& layer) { result.held = result.held || layer.allowed.overlaps(wanted); });
    if (result.held) return result;

    // What a grant can give at all: a denial that counts whenever it does leaves nothing of it.
    const auto ever_given = [&](const Conditional& c) {
        RightSet rights = c.rights & wanted_sometimes;
        on_each([&](const Layer& layer) {
            for (const Conditional& d : layer.conditional)
                if (d.denies && d.conditions.cover(c.conditions)) rights = rights - d.rights;
        });
        return rights;
    };
    Unmet nearest = Unmet::nothing;
    on_each([&](const Layer& layer) {
        if (layer.allowed.overlaps(wanted_sometimes)) nearest = std::max(nearest, lapses);
        for (const Conditional& c : layer.conditional) {
            if (c.denies || ever_given(c).empty()) continue;
            const Unmet unmet = c.conditions.unmet(at);
            nearest = std::max(nearest, unmet == Unmet::nothing ? lapses : unmet);
            if (unmet != Unmet::nothing || !c.rights.overlaps(wanted)) continue;
            // Of several limits the widest counts.
            if (!c.conditions.max_age)
                result.max_age.reset();
            else if (!result.held || result.max_age)
                result.max_age = std::max(result.max_age.value_or(Ticks90k(0)), *c.conditions.max_age);
            result.held = true;
        }
    });
    if (!result.held) result.unmet = nearest;
    return result;
}

Rights::Held Rights::over_organisation(RightSet any_of, const Circumstances& at) const {
    return weigh(any_of, everywhere_, nullptr, at);
}

Rights::Held Rights::over_camera(RightSet any_of, const CameraId& camera, const Circumstances& at) const {
    const auto here = cameras_.find(camera);
    return weigh(any_of, everywhere_, here == cameras_.end() ? nullptr : &here->second, at);
}

}  // namespace vedette::hub::policy
