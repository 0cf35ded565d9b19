#include "hub/policy/policy.hpp"

#include <set>

#include <gtest/gtest.h>

namespace vedette::hub::policy {
namespace {

const OrganisationId ours = OrganisationId::random();
const OrganisationId theirs = OrganisationId::random();
const CameraId camera = CameraId::random();
const User administrator{
    .id = UserId::random(), .organisation = ours, .role = Role::administrator, .name = "a"};
const std::set<Action> public_actions = {Action::load_web_client, Action::view_health, Action::view_setup,
                                         Action::claim, Action::sign_in};

Object object_for(Action action, OrganisationId organisation) {
    switch (object_kind(action)) {
        case ObjectKind::service:
            return Object::service();
        case ObjectKind::organisation:
            return Object::of(organisation);
        case ObjectKind::camera:
            return Object::of(organisation, camera);
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
        for (const Object& object : {Object::service(), Object::of(ours), Object::of(ours, camera)}) {
            const bool fits = object.kind == object_kind(action);
            EXPECT_EQ(decide(administrator, action, object, context).allowed, fits);
        }
        Object no_camera = Object::of(ours);
        no_camera.kind = ObjectKind::camera;
        EXPECT_FALSE(decide(administrator, action, no_camera, context).allowed);
    });
}

TEST(Policy, AuthorisedCarriesWhatWasDecided) {
    const auto granted =
        authorise(administrator, Action::watch_live, Object::of(ours, camera), {.origin = Origin::same});
    ASSERT_TRUE(granted.has_value());
    EXPECT_EQ(granted->object().camera, camera);
    EXPECT_TRUE(granted->decision().obligations.write_audit);
    const auto denied =
        authorise(Anonymous{}, Action::watch_live, Object::of(ours, camera), {.origin = Origin::same});
    ASSERT_FALSE(denied.has_value());
    EXPECT_EQ(denied.error().reason, Reason::not_signed_in);
}

}  // namespace
}  // namespace vedette::hub::policy
