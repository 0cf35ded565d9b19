// What grants come to: examples, and properties that hold for any of them.

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "hub/policy/policy.hpp"

namespace vedette::hub::policy {
namespace {

const OrganisationId organisation = OrganisationId::random();
const CameraId gate = CameraId::random();
const CameraId yard = CameraId::random();
const IpAddress office = IpAddress::parse("192.0.2.7").value();
const IpAddress home = IpAddress::parse("2001:db8::7").value();
Circumstances at_time(WallTime wall) {
    return {.wall = wall, .address = office};
}
Circumstances from(const IpAddress& address) {
    return {.wall = {.day = 0, .minute = 12 * 60}, .address = address};
}
const Circumstances monday_noon = at_time({.day = 0, .minute = 12 * 60});
const Circumstances sunday_night = at_time({.day = 6, .minute = 23 * 60 + 59});

Grant everywhere(RightSet rights) {
    return {.rights = rights, .cameras = {}, .conditions = {}};
}
Grant over(RightSet rights, std::vector<CameraId> cameras) {
    return {.rights = rights, .cameras = std::move(cameras), .conditions = {}};
}
Grant without(Grant grant) {
    grant.denies = true;
    return grant;
}
WeeklySchedule office_hours() {
    WeeklySchedule schedule;
    for (std::uint8_t day = 0; day < 5; ++day) schedule.allow(day, 8 * 4, 18 * 4);
    return schedule;
}
bool may(const std::vector<Grant>& grants, Right right, const CameraId& camera,
         const Circumstances& at = monday_noon) {
    return Rights(grants).over_camera({right}, camera, at).held;
}

WeeklySchedule whole_week() {
    WeeklySchedule schedule;
    for (std::uint8_t day = 0; day < 7; ++day) schedule.allow(day, 0, WeeklySchedule::quarters_per_day);
    return schedule;
}
Unmet unmet(const std::vector<Grant>& grants, Right right, const Circumstances& at) {
    return Rights(grants).over_camera({right}, gate, at).unmet;
}

TEST(RightNames, LeadBack) {
    std::set<std::string_view> names;
    RightSet::all().for_each([&](Right right) {
        names.insert(to_string(right));
        EXPECT_EQ(parse_right(to_string(right)), right);
    });
    EXPECT_EQ(names.size(), right_count);
    EXPECT_FALSE(parse_right("unknown"));
    EXPECT_FALSE(parse_right(""));
    EXPECT_EQ(RightSet::about_cameras() | RightSet({Right::add_cameras}),
              RightSet::about_cameras() | RightSet({Right::add_cameras}));
    RightSet::all().for_each([](Right right) {
        EXPECT_EQ(RightSet::about_cameras().contains(right), is_about_cameras(right)) << to_string(right);
    });
}

TEST(RightsOf, ACameraAreThoseGivenOverItAndOverAll) {
    const std::vector<Grant> grants = {everywhere({Right::see_live}), over({Right::play_back}, {gate})};
    EXPECT_TRUE(may(grants, Right::see_live, gate));
    EXPECT_TRUE(may(grants, Right::see_live, yard));
    EXPECT_TRUE(may(grants, Right::play_back, gate));
    EXPECT_FALSE(may(grants, Right::play_back, yard));
    EXPECT_FALSE(Rights(grants).over_organisation({Right::play_back}, monday_noon).held);
}

TEST(RightsOf, AGrantOverCamerasGivesNothingOverTheOrganisation) {
    const Rights rights({over(RightSet::all(), {gate})});
    EXPECT_TRUE(rights.over_camera({Right::remove_cameras}, gate, monday_noon).held);
    EXPECT_FALSE(rights.over_organisation({Right::manage_users}, monday_noon).held);
    EXPECT_FALSE(rights.over_camera({Right::manage_users}, gate, monday_noon).held);
    EXPECT_TRUE(rights.unconditional().empty());
}

TEST(RightsOf, DenyBeatsAllow) {
    const Grant all = everywhere({Right::see_live, Right::talk});
    const Grant none_there = without(over({Right::see_live}, {gate}));
    for (const auto& grants : {std::vector{all, none_there}, std::vector{none_there, all}}) {
        EXPECT_FALSE(may(grants, Right::see_live, gate));
        EXPECT_TRUE(may(grants, Right::talk, gate));
        EXPECT_TRUE(may(grants, Right::see_live, yard));
    }
    // However specific the other is.
    EXPECT_FALSE(may({over({Right::see_live}, {gate}), without(everywhere({Right::see_live}))},
                     Right::see_live, gate));
    EXPECT_FALSE(Rights({all, none_there}).unconditional().contains(Right::see_live));
}

TEST(RightsOf, AScheduleCountsInItsQuarters) {
    Grant grant = everywhere({Right::see_live});
    grant.conditions.schedule = office_hours();
    EXPECT_TRUE(may({grant}, Right::see_live, gate, at_time({.day = 0, .minute = 8 * 60})));
    EXPECT_TRUE(may({grant}, Right::see_live, gate, at_time({.day = 4, .minute = 17 * 60 + 59})));
    EXPECT_FALSE(may({grant}, Right::see_live, gate, at_time({.day = 0, .minute = 7 * 60 + 59})));
    EXPECT_FALSE(may({grant}, Right::see_live, gate, at_time({.day = 4, .minute = 18 * 60})));
    EXPECT_FALSE(may({grant}, Right::see_live, gate, sunday_night));
    EXPECT_EQ(unmet({grant}, Right::see_live, sunday_night), Unmet::schedule);
    EXPECT_EQ(unmet({grant}, Right::talk, sunday_night), Unmet::nothing);
    EXPECT_FALSE(may({grant}, Right::see_live, gate, at_time({.day = 7, .minute = 0})));  // no such day
}

TEST(RightsOf, ADenialCanHaveASchedule) {
    Grant denial = without(everywhere({Right::see_live}));
    denial.conditions.schedule = office_hours();
    std::vector<Grant> grants = {everywhere({Right::see_live}), denial};
    EXPECT_FALSE(may(grants, Right::see_live, gate, monday_noon));
    EXPECT_TRUE(may(grants, Right::see_live, gate, sunday_night));
    EXPECT_EQ(unmet(grants, Right::see_live, monday_noon), Unmet::schedule);
    // One that always counts is one without a schedule: nothing is missing that could be had.
    grants[1].conditions.schedule = whole_week();
    EXPECT_EQ(unmet(grants, Right::see_live, monday_noon), Unmet::nothing);
}

TEST(RightsOf, ANetworkIsWhereItIsAskedFrom) {
    Grant grant = everywhere({Right::see_live});
    grant.conditions.networks = {IpNetwork::parse("192.0.2.0/24").value()};
    EXPECT_TRUE(may({grant}, Right::see_live, gate, from(office)));
    EXPECT_FALSE(may({grant}, Right::see_live, gate, from(home)));
    EXPECT_FALSE(may({grant}, Right::see_live, gate, from(IpAddress())));
    EXPECT_EQ(unmet({grant}, Right::see_live, from(home)), Unmet::network);
    EXPECT_TRUE(Rights({grant}).unconditional().empty());
    grant.conditions.networks->push_back(IpNetwork::parse("2001:db8::/64").value());
    EXPECT_TRUE(may({grant}, Right::see_live, gate, from(home)));
    // A denial that counts there takes away there.
    const std::vector<Grant> grants = {everywhere({Right::see_live}), without(grant)};
    EXPECT_FALSE(may(grants, Right::see_live, gate, from(home)));
    EXPECT_TRUE(may(grants, Right::see_live, gate, from(IpAddress::parse("198.51.100.1").value())));
    EXPECT_EQ(unmet(grants, Right::see_live, from(home)), Unmet::network);
    EXPECT_FALSE(Rights(grants).unconditional().contains(Right::see_live));
}

TEST(RightsOf, AClientKindIsByWhatItIsAsked) {
    const auto by = [](ClientKind kind) {
        Circumstances at = monday_noon;
        at.client = kind;
        return at;
    };
    Grant grant = everywhere({Right::see_live});
    grant.conditions.clients = {ClientKind::web, ClientKind::mobile};
    EXPECT_TRUE(may({grant}, Right::see_live, gate, by(ClientKind::web)));
    EXPECT_TRUE(may({grant}, Right::see_live, gate, by(ClientKind::mobile)));
    EXPECT_FALSE(may({grant}, Right::see_live, gate, by(ClientKind::api)));
    EXPECT_FALSE(may({grant}, Right::see_live, gate, by(ClientKind::bridge)));
    EXPECT_EQ(unmet({grant}, Right::see_live, by(ClientKind::bridge)), Unmet::client);
    EXPECT_EQ(unmet({grant}, Right::talk, by(ClientKind::bridge)), Unmet::nothing);
    EXPECT_TRUE(Rights({grant}).unconditional().empty());
    // None at all is never met, and counts for nobody.
    grant.conditions.clients = ClientKinds();
    for (std::uint8_t i = 0; i < client_kind_count; ++i)
        EXPECT_FALSE(may({grant}, Right::see_live, gate, by(static_cast<ClientKind>(i))));
    // A denial takes away from those kinds.
    Grant denial = without(everywhere({Right::see_live}));
    denial.conditions.clients = {ClientKind::bridge};
    const std::vector<Grant> grants = {everywhere({Right::see_live}), denial};
    EXPECT_TRUE(may(grants, Right::see_live, gate, by(ClientKind::api)));
    EXPECT_FALSE(may(grants, Right::see_live, gate, by(ClientKind::bridge)));
    EXPECT_EQ(unmet(grants, Right::see_live, by(ClientKind::bridge)), Unmet::client);
    // What is taken away whenever it is given is not near.
    Grant by_bridge = everywhere({Right::talk});
    by_bridge.conditions.clients = {ClientKind::bridge};
    Grant never = without(by_bridge);
    never.conditions.clients = {ClientKind::bridge, ClientKind::api};
    EXPECT_EQ(unmet({by_bridge, never}, Right::talk, by(ClientKind::web)), Unmet::nothing);
    never.conditions.clients = {ClientKind::api};
    EXPECT_EQ(unmet({by_bridge, never}, Right::talk, by(ClientKind::web)), Unmet::client);
}

TEST(ClientKindNames, LeadBack) {
    std::set<std::string_view> names;
    for (std::uint8_t i = 0; i < client_kind_count; ++i) {
        names.insert(to_string(static_cast<ClientKind>(i)));
        EXPECT_EQ(parse_client_kind(to_string(static_cast<ClientKind>(i))), static_cast<ClientKind>(i));
    }
    EXPECT_EQ(names.size(), client_kind_count);
    EXPECT_FALSE(parse_client_kind("unknown"));
    EXPECT_FALSE(parse_client_kind(""));
}

TEST(Hearing, IsARightOfItsOwn) {
    const auto decide_for = [](const std::vector<Grant>& grants, Action action) {
        const User user{.id = UserId::random(),
                        .organisation = organisation,
                        .name = "a",
                        .rights = std::make_shared<const Rights>(grants)};
        return decide(user, action, Object::of(organisation, gate),
                      {.origin = Origin::same, .now = UtcTime(std::chrono::days(1000)), .at = monday_noon});
    };
    const RightSet media{Right::see_live, Right::play_back, Right::export_recordings};
    for (const Action action : {Action::watch_live, Action::play_recording, Action::export_recording}) {
        EXPECT_TRUE(decide_for({everywhere(media)}, action).obligations.no_sound) << to_string(action);
        EXPECT_FALSE(decide_for({everywhere(media), everywhere({Right::hear})}, action).obligations.no_sound);
        EXPECT_FALSE(
            decide_for({everywhere(media), over({Right::hear}, {gate})}, action).obligations.no_sound);
        EXPECT_TRUE(
            decide_for({everywhere(media), over({Right::hear}, {yard})}, action).obligations.no_sound);
        EXPECT_TRUE(
            decide_for({everywhere(media | RightSet{Right::hear}), without(over({Right::hear}, {gate}))},
                       action)
                .obligations.no_sound);
        // Hearing is not seeing, and speaking is neither.
        EXPECT_FALSE(decide_for({everywhere({Right::hear, Right::talk})}, action).allowed);
        EXPECT_TRUE(decide_for({everywhere(media | RightSet{Right::talk})}, action).obligations.no_sound);
    }
    Grant lately = everywhere({Right::hear});
    lately.conditions.max_age = std::chrono::days(7);
    const Decision limited = decide_for({everywhere(media), lately}, Action::play_recording);
    EXPECT_FALSE(limited.obligations.no_sound);
    EXPECT_EQ(limited.obligations.sound_not_before, UtcTime(std::chrono::days(993)));
    EXPECT_EQ(limited.obligations.not_before, std::nullopt);
    // What has no sound says nothing of it.
    EXPECT_FALSE(decide_for({everywhere({Right::see_events})}, Action::view_events).obligations.no_sound);
}

TEST(RightsOf, WhatIsNearestIsTold) {
    Grant here_and_now = everywhere({Right::see_live});
    here_and_now.conditions.schedule = office_hours();
    here_and_now.conditions.networks = {IpNetwork::parse("192.0.2.0/24").value()};
    EXPECT_EQ(unmet({here_and_now}, Right::see_live, from(home)), Unmet::network);
    EXPECT_EQ(unmet({here_and_now}, Right::see_live, sunday_night), Unmet::schedule);
    Grant anywhere_now = everywhere({Right::see_live});
    anywhere_now.conditions.schedule = office_hours();
    EXPECT_EQ(
        unmet({here_and_now, anywhere_now}, Right::see_live, {.wall = sunday_night.wall, .address = home}),
        Unmet::schedule);
}

TEST(RightsOf, AHolidayCanBeADayOfItsOwn) {
    WallTime noon{.day = 0, .minute = 12 * 60, .holiday = true};
    WeeklySchedule schedule = office_hours();
    EXPECT_TRUE(schedule.contains(noon));
    schedule.allow_on_holidays(0, 0);
    EXPECT_FALSE(schedule.contains(noon));
    EXPECT_TRUE(schedule.contains(monday_noon.wall));
    schedule.allow_on_holidays(12 * 4, 13 * 4);
    EXPECT_TRUE(schedule.contains(noon));
    noon.minute = 13 * 60;
    EXPECT_FALSE(schedule.contains(noon));
    noon.day = 7;
    EXPECT_FALSE(schedule.contains(noon));
    WeeklySchedule closed_on_holidays = whole_week();
    EXPECT_TRUE(closed_on_holidays.always());
    closed_on_holidays.allow_on_holidays(0, 0);
    EXPECT_FALSE(closed_on_holidays.always());
}

TEST(RightsOf, TheWidestAgeCounts) {
    const auto aged = [](int days) {
        Grant grant = everywhere({Right::play_back});
        grant.conditions.max_age = std::chrono::days(days);
        return grant;
    };
    const auto age = [](const std::vector<Grant>& grants) {
        const auto held = Rights(grants).over_camera({Right::play_back}, gate, monday_noon);
        EXPECT_TRUE(held.held);
        return held.max_age;
    };
    EXPECT_EQ(age({aged(1), aged(7), aged(3)}), Ticks90k(std::chrono::days(7)));
    EXPECT_EQ(age({aged(1), everywhere({Right::play_back})}), std::nullopt);
    EXPECT_EQ(age({aged(2), over({Right::play_back}, {gate})}), std::nullopt);
    // A denial has no age: it is about all.
    Grant denial = without(aged(1));
    EXPECT_FALSE(may({everywhere({Right::play_back}), denial}, Right::play_back, gate));
}

TEST(Schedules, TextLeadsBack) {
    EXPECT_EQ(WeeklySchedule::parse(office_hours().text()), office_hours());
    WeeklySchedule first;
    first.allow(0, 0, 1);
    EXPECT_EQ(first.text(), "8" + std::string(167, '0'));
    WeeklySchedule last;
    last.allow(6, 95, 200);
    EXPECT_EQ(last.text(), std::string(167, '0') + "1");
    WeeklySchedule with_holidays = office_hours();
    with_holidays.allow_on_holidays(0, 1);
    EXPECT_EQ(with_holidays.text(), office_hours().text() + "8" + std::string(23, '0'));
    EXPECT_EQ(WeeklySchedule::parse(with_holidays.text()), with_holidays);
    EXPECT_FALSE(WeeklySchedule::parse(std::string(191, '0')));
    EXPECT_FALSE(WeeklySchedule::parse(std::string(193, '0')));
    EXPECT_FALSE(WeeklySchedule::parse(std::string(167, '0')));
    EXPECT_FALSE(WeeklySchedule::parse(std::string(168, 'F')));
    EXPECT_FALSE(WeeklySchedule::parse(""));
}

// ---- properties

struct AnyRights {
    explicit AnyRights(unsigned seed) : random(seed) {}
    std::mt19937 random;
    bool coin() { return (random() & 1U) != 0; }

    Grant any_grant(bool may_deny) {
        Grant grant{.cameras = {}, .conditions = {}};
        RightSet::all().for_each([&](Right right) {
            if (random() % 3 == 0) grant.rights |= {right};
        });
        grant.denies = may_deny && random() % 4 == 0;
        if (coin()) {
            grant.cameras.emplace();
            for (const CameraId& camera : {gate, yard})
                if (coin()) grant.cameras->push_back(camera);
        }
        if (random() % 4 == 0) grant.conditions.max_age = std::chrono::days(1 + random() % 30);
        if (random() % 4 == 0) {
            grant.conditions.schedule.emplace();
            for (std::uint8_t day = 0; day < 7; ++day)
                grant.conditions.schedule->allow(day, random() % 96, random() % 97);
            if (coin()) grant.conditions.schedule->allow_on_holidays(random() % 96, random() % 97);
        }
        if (random() % 4 == 0)
            grant.conditions.networks = {IpNetwork::parse(coin() ? "192.0.2.0/24" : "2001:db8::/32").value()};
        if (random() % 4 == 0) {
            grant.conditions.clients.emplace();
            for (std::uint8_t i = 0; i < client_kind_count; ++i)
                if (coin()) grant.conditions.clients->add(static_cast<ClientKind>(i));
        }
        return grant;
    }
    std::vector<Grant> any_grants(bool may_deny) {
        std::vector<Grant> grants(random() % 8);
        for (Grant& grant : grants) grant = any_grant(may_deny);
        return grants;
    }
    Circumstances any_circumstances() {
        return {.wall = {.day = static_cast<std::uint8_t>(random() % 7),
                         .minute = static_cast<std::uint16_t>(random() % 1440),
                         .holiday = random() % 4 == 0},
                .address = coin() ? office : home,
                .client = static_cast<ClientKind>(random() % client_kind_count)};
    }
    static User user(const std::vector<Grant>& grants) {
        return {.id = UserId::random(),
                .organisation = organisation,
                .name = "a",
                .rights = std::make_shared<const Rights>(grants)};
    }
    ApiClient client_of(const User& user) {
        TokenScope scope = {.rights = any_grant(false).rights, .cameras = {}};
        if (random() % 3 == 0) scope.cameras = any_grant(false).cameras;
        return {.token = ApiTokenId::random(),
                .name = "t",
                .user = user,
                .scope = std::make_shared<const TokenScope>(scope)};
    }
    // Every action over every object of the organisation, at one moment.
    static std::vector<Decision> all_decisions(const Principal& who, const Circumstances& at,
                                               OrganisationId of = organisation) {
        std::vector<Decision> decisions;
        const Context context{.origin = Origin::same, .now = UtcTime(Ticks90k(1'000'000'000'000)), .at = at};
        for (std::uint8_t i = 0; i < action_count; ++i) {
            const auto action = static_cast<Action>(i);
            switch (object_kind(action)) {
                case ObjectKind::service:
                    break;
                case ObjectKind::organisation:
                    decisions.push_back(decide(who, action, Object::of(of), context));
                    break;
                case ObjectKind::camera:
                    for (const CameraId& camera : {gate, yard, CameraId()})
                        decisions.push_back(decide(who, action, Object::of(of, camera), context));
                    break;
            }
        }
        return decisions;
    }
};

TEST(RightsOf, WhatIsTakenAwayWheneverItIsGivenIsNeverNear) {
    Grant grant = over({Right::see_live}, {gate, yard});
    grant.conditions.schedule = office_hours();
    grant.conditions.networks = {IpNetwork::parse("192.0.2.0/24").value()};
    Grant denial = without(grant);
    denial.cameras = {yard};
    const auto conceals = [&] {
        const User user = AnyRights::user({grant, denial});
        const Context context{.origin = Origin::same, .now = {}, .at = monday_noon};
        EXPECT_TRUE(decide(user, Action::watch_live, Object::of(organisation, gate), context).allowed);
        return decide(user, Action::watch_live, Object::of(organisation, yard), context).conceal;
    };
    EXPECT_TRUE(conceals());
    denial.conditions.networks = {IpNetwork::parse("192.0.0.0/16").value()};
    denial.conditions.schedule->allow(5, 0, 4);
    EXPECT_TRUE(conceals());
    // On a holiday that is a day of its own it is given, and not taken away.
    denial.conditions.schedule->allow_on_holidays(0, 0);
    EXPECT_FALSE(conceals());
    grant.conditions.schedule->allow_on_holidays(0, 0);
    EXPECT_TRUE(conceals());
}

constexpr unsigned seeds = 300;

template <class Body>
void for_each_seed(Body body) {
    for (unsigned seed = 1; seed <= seeds; ++seed) {
        SCOPED_TRACE(seed);
        AnyRights any(seed);
        body(any);
    }
}

// Of two decisions that allow, the second lets no more be heard.
void expect_no_more_sound(const Obligations& before, const Obligations& after) {
    if (before.no_sound) EXPECT_TRUE(after.no_sound);
    if (after.no_sound) return;
    const UtcTime ever{};
    EXPECT_GE(after.sound_not_before.value_or(ever), before.sound_not_before.value_or(ever));
}

TEST(RightsProperty, ByAnotherKindOfClientAGrantIsNotThere) {
    for_each_seed([](AnyRights& any) {
        const std::vector<Grant> grants = any.any_grants(true);
        const Circumstances at = any.any_circumstances();
        std::vector<Grant> counting;
        for (Grant grant : grants) {
            if (grant.conditions.clients && !grant.conditions.clients->contains(at.client)) continue;
            grant.conditions.clients.reset();
            counting.push_back(std::move(grant));
        }
        const auto with_kinds = any.all_decisions(any.user(grants), at);
        const auto without_kinds = any.all_decisions(any.user(counting), at);
        for (std::size_t i = 0; i < with_kinds.size(); ++i) {
            EXPECT_EQ(with_kinds[i].allowed, without_kinds[i].allowed);
            EXPECT_EQ(with_kinds[i].obligations, without_kinds[i].obligations);
        }
    });
}

TEST(RightsProperty, ARoleMoreNeverTakesARightAway) {
    for_each_seed([](AnyRights& any) {
        std::vector<Grant> grants = any.any_grants(true);
        const Circumstances at = any.any_circumstances();
        const auto before = any.all_decisions(any.user(grants), at);
        grants.insert(grants.begin() + static_cast<std::ptrdiff_t>(any.random() % (grants.size() + 1)),
                      any.any_grant(false));
        const auto after = any.all_decisions(any.user(grants), at);
        for (std::size_t i = 0; i < before.size(); ++i) {
            if (!before[i].allowed) continue;
            EXPECT_TRUE(after[i].allowed);
            const UtcTime ever{};  // and shows no less of the past
            EXPECT_LE(after[i].obligations.not_before.value_or(ever),
                      before[i].obligations.not_before.value_or(ever));
            expect_no_more_sound(after[i].obligations, before[i].obligations);
        }
    });
}

TEST(RightsProperty, ADenialMoreNeverGivesOne) {
    for_each_seed([](AnyRights& any) {
        std::vector<Grant> grants = any.any_grants(true);
        const Circumstances at = any.any_circumstances();
        const auto before = any.all_decisions(any.user(grants), at);
        Grant denial = any.any_grant(false);
        denial.denies = true;
        grants.push_back(denial);
        const auto after = any.all_decisions(any.user(grants), at);
        for (std::size_t i = 0; i < before.size(); ++i)
            if (after[i].allowed) {
                EXPECT_TRUE(before[i].allowed);
                expect_no_more_sound(before[i].obligations, after[i].obligations);
            }
    });
}

TEST(RightsProperty, TheOrderOfRolesDoesNotMatter) {
    for_each_seed([](AnyRights& any) {
        std::vector<Grant> grants = any.any_grants(true);
        const Circumstances at = any.any_circumstances();
        const auto before = any.all_decisions(any.user(grants), at);
        std::ranges::shuffle(grants, any.random);
        EXPECT_EQ(any.all_decisions(any.user(grants), at), before);
    });
}

TEST(RightsProperty, InAnotherOrganisationNothingIsLeftAndNothingIsTold) {
    for_each_seed([](AnyRights& any) {
        const User stranger = any.user(any.any_grants(false));
        for (const Decision& decision :
             any.all_decisions(stranger, any.any_circumstances(), OrganisationId::random())) {
            EXPECT_FALSE(decision.allowed);
            EXPECT_TRUE(decision.conceal);
        }
    });
}

TEST(RightsProperty, ATokenNeverMayMoreThanItsAccount) {
    for_each_seed([](AnyRights& any) {
        const User somebody = any.user(any.any_grants(true));
        const ApiClient client = any.client_of(somebody);
        const Circumstances at = any.any_circumstances();
        const auto own = any.all_decisions(somebody, at);
        const auto by_token = any.all_decisions(client, at);
        for (std::size_t i = 0; i < own.size(); ++i) {
            if (!by_token[i].allowed) {
                EXPECT_EQ(by_token[i].reason == Reason::beyond_scope ||
                              by_token[i].reason == Reason::not_for_tokens,
                          own[i].allowed);
                continue;
            }
            EXPECT_TRUE(own[i].allowed);
            const UtcTime ever{};  // and sees no more of the past
            EXPECT_GE(by_token[i].obligations.not_before.value_or(ever),
                      own[i].obligations.not_before.value_or(ever));
            EXPECT_EQ(by_token[i].obligations.write_audit, own[i].obligations.write_audit);
            expect_no_more_sound(own[i].obligations, by_token[i].obligations);
        }
        const Context context{.origin = Origin::same, .now = {}, .at = at};
        for (const Object& object :
             {Object::of(organisation), Object::of(organisation, gate), Object::of(organisation, yard)}) {
            const RightSet held = rights_held(client, object, context);
            EXPECT_TRUE(rights_held(somebody, object, context).contains(held));
            EXPECT_TRUE(client.scope->rights.contains(held));
        }
    });
}

TEST(RightsProperty, ATokenMayWhatItsAccountAndItsScopeBothPermit) {
    for_each_seed([](AnyRights& any) {
        const User somebody = any.user(any.any_grants(true));
        ApiClient client = any.client_of(somebody);
        const Context context{.origin = Origin::no_browser, .now = {}, .at = any.any_circumstances()};
        const auto here = Object::of(organisation, gate);
        const auto covers = [&](const Object& object) {
            const auto& cameras = client.scope->cameras;
            return !cameras ||
                   (object.camera && std::ranges::find(*cameras, *object.camera) != cameras->end());
        };
        const RightSet there = covers(here) ? client.scope->rights : RightSet();
        EXPECT_EQ(rights_held(client, here, context), rights_held(somebody, here, context) & there);
        EXPECT_EQ(
            decide(client, Action::watch_live, here, context).allowed,
            decide(somebody, Action::watch_live, here, context).allowed && there.contains(Right::see_live));
        const auto all = Object::of(organisation);
        EXPECT_EQ(decide(client, Action::manage_users, all, context).allowed,
                  decide(somebody, Action::manage_users, all, context).allowed && covers(all) &&
                      client.scope->rights.contains(Right::manage_users));
        client.scope = nullptr;
        EXPECT_TRUE(rights_held(client, here, context).empty());
        EXPECT_FALSE(decide(client, Action::watch_live, here, context).allowed);
    });
}

TEST(RightsProperty, WhatIsHeldIsWhatIsDecided) {
    for_each_seed([](AnyRights& any) {
        const User somebody = any.user(any.any_grants(true));
        const Context context{.origin = Origin::same, .now = {}, .at = any.any_circumstances()};
        const RightSet held = rights_held(somebody, Object::of(organisation, gate), context);
        const auto allowed = [&](Action action) {
            return decide(somebody, action, Object::of(organisation, gate), context).allowed;
        };
        EXPECT_EQ(allowed(Action::watch_live), held.contains(Right::see_live));
        EXPECT_EQ(allowed(Action::play_recording), held.contains(Right::play_back));
        EXPECT_EQ(allowed(Action::export_recording), held.contains(Right::export_recordings));
        EXPECT_EQ(allowed(Action::view_camera), !held.empty());
        for (const Action action : {Action::watch_live, Action::play_recording, Action::export_recording})
            if (const Decision media = decide(somebody, action, Object::of(organisation, gate), context);
                media.allowed)
                EXPECT_EQ(media.obligations.no_sound, !held.contains(Right::hear));
        // A camera of which somebody may not know looks like one that is not there.
        const Decision live = decide(somebody, Action::watch_live, Object::of(organisation, gate), context);
        if (live.conceal) EXPECT_TRUE(held.empty());
    });
}

}  // namespace
}  // namespace vedette::hub::policy
