#include "hub/policy/policy.hpp"

#include <set>

#include <gtest/gtest.h>

namespace vedette::hub::policy {
namespace {

const OrganisationId ours = OrganisationId::random();
const OrganisationId theirs = OrganisationId::random();
const CameraId door = CameraId::random();
User user_with(std::vector<Grant> grants) {
    return {.id = UserId::random(),
            .organisation = ours,
            .name = "a",
            .rights = std::make_shared<const Rights>(std::move(grants))};
}

const User administrator = user_with({{.rights = RightSet::all(), .cameras = {}, .conditions = {}}});
const std::set<Action> public_actions = {
    Action::load_web_client, Action::view_health,       Action::view_setup,   Action::claim,
    Action::sign_in,         Action::accept_invitation, Action::begin_sign_in};

Object object_for(Action action, OrganisationId organisation) {
    switch (object_kind(action)) {
        case ObjectKind::service:
            return Object::service();
        case ObjectKind::organisation:
            return Object::of(organisation);
        case ObjectKind::camera:
            return Object::of(organisation, door);
    }
    return {};
}

// Every action, so that a new one fails here until it has been thought about.
template <class Body>
void for_each_action(Body body) {
    for (std::uint8_t i = 0; i < action_count; ++i) {
        const auto action = static_cast<Action>(i);
        SCOPED_TRACE(to_string(action));
        body(action);
    }
}

TEST(Policy, EveryActionIsDeclared) {
    std::set<std::string_view> names;
    for_each_action([&](Action action) { names.insert(to_string(action)); });
    EXPECT_EQ(names.size(), action_count);
    EXPECT_FALSE(names.contains("unknown"));
    EXPECT_EQ(to_string(static_cast<Action>(action_count)), "unknown");
}

TEST(Policy, AnonymousMayOnlyWhatIsPublic) {
    for_each_action([](Action action) {
        const Decision decision =
            decide(Anonymous{}, action, object_for(action, ours), {.origin = Origin::same});
        EXPECT_EQ(decision.allowed, public_actions.contains(action));
        if (!decision.allowed) EXPECT_EQ(decision.reason, Reason::not_signed_in);
    });
}

TEST(Policy, AdministratorMayAllInTheOwnOrganisationAndNothingInAnother) {
    for_each_action([](Action action) {
        const Context context{.origin = Origin::same};
        EXPECT_TRUE(decide(administrator, action, object_for(action, ours), context).allowed);
        if (object_kind(action) == ObjectKind::service) return;
        const Decision foreign = decide(administrator, action, object_for(action, theirs), context);
        EXPECT_FALSE(foreign.allowed);
        EXPECT_EQ(foreign.reason, Reason::other_organisation);
    });
}

TEST(Policy, MetricsTokenReadsMetricsOfItsOrganisationAlone) {
    for_each_action([](Action action) {
        const Context context{.origin = Origin::no_browser};
        const bool expected = public_actions.contains(action) || action == Action::view_metrics;
        EXPECT_EQ(decide(MetricsToken{ours}, action, object_for(action, ours), context).allowed, expected);
    });
    EXPECT_FALSE(
        decide(MetricsToken{ours}, Action::view_metrics, Object::of(theirs), {.origin = Origin::no_browser})
            .allowed);
}

TEST(Policy, ATokenWithEveryRightMayAllButWhatIsForUsersThemselves) {
    const ApiClient client{
        .token = ApiTokenId::random(),
        .name = "t",
        .user = administrator,
        .scope = std::make_shared<const TokenScope>(TokenScope{.rights = RightSet::all(), .cameras = {}})};
    const std::set<Action> for_users = {
        Action::sign_out,       Action::view_own_account,    Action::manage_own_account,
        Action::view_clearance, Action::seek_clearance,      Action::view_approvals,
        Action::give_approval,  Action::approve_over_camera, Action::approve_over_organisation};
    for_each_action([&](Action action) {
        const Context context{.origin = Origin::no_browser};
        const Decision decision = decide(client, action, object_for(action, ours), context);
        EXPECT_EQ(decision.allowed, !for_users.contains(action));
        if (!decision.allowed) EXPECT_EQ(decision.reason, Reason::not_for_tokens);
        if (object_kind(action) == ObjectKind::service) return;
        EXPECT_EQ(decide(client, action, object_for(action, theirs), context).reason,
                  Reason::other_organisation);
    });
}

TEST(Policy, ATokenForOneCameraKnowsOfNoOther) {
    const CameraId yard = CameraId::random();
    const ApiClient client{.token = ApiTokenId::random(),
                           .name = "t",
                           .user = administrator,
                           .scope = std::make_shared<const TokenScope>(
                               TokenScope{.rights = RightSet::all(), .cameras = std::vector{door}})};
    const Context context{.origin = Origin::no_browser};
    EXPECT_TRUE(decide(client, Action::watch_live, Object::of(ours, door), context).allowed);
    const Decision other = decide(client, Action::watch_live, Object::of(ours, yard), context);
    EXPECT_FALSE(other.allowed);
    EXPECT_TRUE(other.conceal);
    EXPECT_FALSE(decide(client, Action::add_camera, Object::of(ours), context).allowed);
    EXPECT_TRUE(decide(client, Action::list_cameras, Object::of(ours), context).allowed);
}

TEST(Policy, AnotherSitesPageChangesNothing) {
    for_each_action([](Action action) {
        const Decision decision =
            decide(administrator, action, object_for(action, ours), {.origin = Origin::cross});
        EXPECT_EQ(decision.allowed, !needs_same_origin(action));
        if (!decision.allowed) EXPECT_EQ(decision.reason, Reason::cross_site);
    });
    EXPECT_TRUE(needs_same_origin(Action::sign_in));  // or an attacker signs the victim in as himself
    EXPECT_TRUE(needs_same_origin(Action::open_websocket));
}

TEST(Policy, AnObjectOfTheWrongKindIsDenied) {
    const Context context{.origin = Origin::same};
    for_each_action([&](Action action) {
        for (const Object& object : {Object::service(), Object::of(ours), Object::of(ours, door)}) {
            const bool fits = object.kind == object_kind(action);
            EXPECT_EQ(decide(administrator, action, object, context).allowed, fits);
        }
        Object no_camera = Object::of(ours);
        no_camera.kind = ObjectKind::camera;
        EXPECT_FALSE(decide(administrator, action, no_camera, context).allowed);
    });
}

// ---- what takes more than a right

constexpr Assurance assurances[] = {{}, {.step_up = true}, {.second_person = true}, {true, true}};

// Every action with every choice of the organisation for one action, and with all that can be given.
TEST(Safeguards, ADecisionLacksWhatIsAskedAndWasNotGivenAndNothingElse) {
    for (const Action chosen_for : actions_to_safeguard()) {
        for (const Assurance chosen : assurances) {
            Context context{.origin = Origin::same};
            context.safeguards.choose(chosen_for, chosen);
            for_each_action([&](Action action) {
                const Assurance asked = context.safeguards.asked(action);
                if (action == chosen_for) EXPECT_EQ(asked | chosen, asked);
                if (!can_be_safeguarded(action)) EXPECT_TRUE(asked.none());
                for (const Assurance given : assurances) {
                    context.given = given;
                    const Object object = object_for(action, ours);
                    const Decision decision = decide(administrator, action, object, context);
                    EXPECT_EQ(decision.missing, asked - given);
                    EXPECT_EQ(decision.allowed, decision.missing.none());
                    EXPECT_FALSE(decision.conceal);
                    const Decision without = decide(administrator, action, object, {.origin = Origin::same});
                    EXPECT_EQ(decision.obligations, without.obligations);
                    if (decision.allowed)
                        EXPECT_EQ(decision, without);
                    else
                        EXPECT_EQ(decision.reason, decision.missing.step_up ? Reason::needs_step_up
                                                                            : Reason::needs_second_person);
                }
            });
        }
    }
}

TEST(Safeguards, WhoMayNotAnywayIsToldNothingOfThem) {
    Context context{.origin = Origin::same};
    for (const Action action : actions_to_safeguard())
        context.safeguards.choose(action, {.step_up = true, .second_person = true});
    const User nobody = user_with({});
    for_each_action([&](Action action) {
        for (const Principal& principal :
             {Principal(nobody), Principal(Anonymous{}), Principal(MetricsToken{ours})}) {
            const Object object = object_for(action, ours);
            EXPECT_EQ(decide(principal, action, object, context),
                      decide(principal, action, object, {.origin = Origin::same}));
        }
        if (object_kind(action) != ObjectKind::service)
            EXPECT_EQ(decide(administrator, action, object_for(action, theirs), context).reason,
                      Reason::other_organisation);
    });
}

TEST(Safeguards, NoTokenGivesThem) {
    const ApiClient client{
        .token = ApiTokenId::random(),
        .name = "t",
        .user = administrator,
        .scope = std::make_shared<const TokenScope>(TokenScope{.rights = RightSet::all(), .cameras = {}})};
    for (const Assurance chosen : assurances) {
        if (chosen.none()) continue;
        Context context{.origin = Origin::no_browser};
        for (const Action action : actions_to_safeguard()) context.safeguards.choose(action, chosen);
        context.given = {.step_up = true, .second_person = true};
        for (const Action action : actions_to_safeguard()) {
            const Decision decision = decide(client, action, object_for(action, ours), context);
            EXPECT_FALSE(decision.allowed);
            EXPECT_EQ(decision.reason, Reason::needs_a_person);
            EXPECT_TRUE(decision.missing.none());
        }
    }
}

// Whoever could lower a rule, or make the second person, could go around it.
TEST(Safeguards, TheWayAroundOneTakesWhatItTakes) {
    for (const Action action : actions_to_safeguard()) {
        for (const Assurance chosen : assurances) {
            Safeguards safeguards;
            safeguards.choose(action, chosen);
            EXPECT_EQ(safeguards.asked(Action::change_access_rules), chosen);
            EXPECT_EQ(safeguards.asked(Action::manage_users).second_person, chosen.second_person);
            EXPECT_EQ(safeguards.asked(Action::manage_roles).second_person, chosen.second_person);
            EXPECT_TRUE(safeguards.asked(Action::end_access).none());
        }
    }
}

TEST(Safeguards, AreForTheListAlone) {
    for_each_action([](Action action) {
        Safeguards safeguards;
        safeguards.choose(action, {.step_up = true, .second_person = true});
        EXPECT_EQ(safeguards == Safeguards(), !can_be_safeguarded(action));
    });
}

TEST(Policy, AuthorisedCarriesWhatWasDecided) {
    const auto granted =
        authorise(administrator, Action::watch_live, Object::of(ours, door), {.origin = Origin::same});
    ASSERT_TRUE(granted.has_value());
    EXPECT_EQ(granted->object().camera, door);
    EXPECT_TRUE(granted->decision().obligations.write_audit);
    const auto denied =
        authorise(Anonymous{}, Action::watch_live, Object::of(ours, door), {.origin = Origin::same});
    ASSERT_FALSE(denied.has_value());
    EXPECT_EQ(denied.error().reason, Reason::not_signed_in);
}

}  // namespace
}  // namespace vedette::hub::policy
