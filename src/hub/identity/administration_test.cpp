// Who may change whom, and what becomes of it.

#include "hub/identity/administration.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "hub/identity/identity_fixture.hpp"

namespace vedette::hub::identity {
namespace {

const RoleId viewer = ready_roles()[1].id;
const RoleId security_administrator = ready_roles()[5].id;

Assignment everywhere(RoleId role) {
    return {.role = role, .scope = WholeOrganisation{}};
}

class AdministrationTest : public testing::IdentityTest {
  protected:
    AdministrationTest() : ada(claim()) {}

    Administration administration() { return {identity, clock}; }
    policy::Authorised by(const std::string& token, policy::Action action) {
        const auto session = identity->use(token);
        const policy::Principal principal =
            session ? policy::Principal(session->user) : policy::Principal(policy::Anonymous{});
        return granted_to(principal, action);
    }
    Result<Administration::Invited> add(const std::string& token, std::string name,
                                        std::vector<Assignment> assignments) {
        return run(administration().add_user(by(token, policy::Action::manage_users), std::move(name),
                                             std::move(assignments)));
    }
    auto accept(std::string name, const Invitation& invitation) {
        return testing::at_once(
            run(identity->accept_invitation(std::move(name), std::string(invitation.code.reveal_text()),
                                            Secret(testing::good_password), {"192.0.2.7", "test"})));
    }
    /// A user who is signed in, and the token.
    std::pair<UserId, std::string> make(const std::string& token, const std::string& name,
                                        std::vector<Assignment> assignments) {
        auto invited = add(token, name, std::move(assignments));
        EXPECT_TRUE(invited.has_value()) << (invited ? "" : invited.error().message);
        auto signed_in = accept(name, invited->invitation);
        EXPECT_TRUE(signed_in.has_value());
        return {invited->user, std::string(signed_in->token.reveal_text())};
    }
    Result<> change(const std::string& token, UserId user, UserChange what) {
        return run(
            administration().change_user(by(token, policy::Action::manage_users), user, std::move(what)));
    }
    Result<RoleId> make_role(const std::string& token, Role role, std::optional<RoleId> id = {}) {
        return run(administration().put_role(by(token, policy::Action::manage_roles), id, std::move(role)));
    }

    std::string ada;
};

std::string message(const Result<>& result) {
    return result ? "" : result.error().message;
}

TEST_F(AdministrationTest, AnInvitationIsForOnePasswordAndThreeDays) {
    auto invited = add(ada, "Grace", {everywhere(viewer)});
    ASSERT_TRUE(invited.has_value());
    EXPECT_FALSE(
        run(identity->sign_in("grace", Secret(std::string_view("")), {"192.0.2.7", "test"})).has_value());
    EXPECT_FALSE(identity->roster().accounts.at(invited->user).has_password);
    const Invitation wrong{.code = Secret(std::string_view("AAAA-AAAA-AAAA-AAAA")), .expires = {}};
    EXPECT_EQ(accept("Grace", wrong).error().field, "code");
    EXPECT_EQ(accept("Somebody", invited->invitation).error().field, "code");

    const auto signed_in = accept("grace", invited->invitation);
    ASSERT_TRUE(signed_in.has_value());
    EXPECT_EQ(signed_in->session.user.name, "Grace");
    EXPECT_EQ(accept("grace", invited->invitation).error().field, "code");
    EXPECT_TRUE(
        run(identity->sign_in("grace", Secret(testing::good_password), {"192.0.2.7", "test"})).has_value());

    invited = add(ada, "Late", {});
    ASSERT_TRUE(invited.has_value());
    clock.advance(invitation_lifetime);
    EXPECT_EQ(accept("Late", invited->invitation).error().field, "code");
}

TEST_F(AdministrationTest, AWeakPasswordLeavesTheInvitation) {
    const auto invited = add(ada, "Grace", {});
    const auto weak =
        run(identity->accept_invitation("Grace", std::string(invited->invitation.code.reveal_text()),
                                        Secret(std::string_view("short")), {"a", ""}));
    EXPECT_EQ(weak.error().field, "password");
    EXPECT_TRUE(accept("Grace", invited->invitation).has_value());
}

TEST_F(AdministrationTest, ANameIsThereOnce) {
    EXPECT_TRUE(add(ada, "Grace", {}).has_value());
    EXPECT_EQ(add(ada, "  gRACE ", {}).error().kind, ErrorKind::conflict);
    EXPECT_EQ(add(ada, "a\nb", {}).error().kind, ErrorKind::invalid_input);
}

TEST_F(AdministrationTest, RightsChangeInOpenSessionsAndSurviveARestart) {
    const auto [grace, token] = make(ada, "Grace", {everywhere(viewer)});
    const CameraId gate = CameraId::random();
    const auto may = [&](policy::Right right) {
        return identity->use(token)->user.rights->over_camera({right}, gate, {}).held;
    };
    EXPECT_TRUE(may(policy::Right::see_live));
    EXPECT_FALSE(may(policy::Right::play_back));
    const RoleId operating = ready_roles()[2].id;
    ASSERT_TRUE(change(ada, grace, {.assignments = {{{.role = operating, .scope = gate}}}}).has_value());
    EXPECT_TRUE(may(policy::Right::play_back));
    open();
    EXPECT_TRUE(may(policy::Right::play_back));
    EXPECT_FALSE(identity->use(token)->user.rights->over_organisation({policy::Right::see_live}, {}).held);
    EXPECT_EQ(identity->use(token)->user.name, "Grace");
}

TEST_F(AdministrationTest, WhoIsSuspendedOrGoneIsSignedOut) {
    const auto [grace, token] = make(ada, "Grace", {everywhere(viewer)});
    ASSERT_TRUE(change(ada, grace, {.suspended = true}).has_value());
    EXPECT_FALSE(identity->use(token));
    const auto refused =
        run(identity->sign_in("Grace", Secret(testing::good_password), {"192.0.2.7", "test"}));
    EXPECT_NE(refused.error().error.message.find("suspended"), std::string::npos);
    // Only who knows the password is told.
    EXPECT_EQ(run(identity->sign_in("Grace", Secret(std::string_view("x")), {"192.0.2.7", "test"}))
                  .error()
                  .error.message.find("suspended"),
              std::string::npos);
    ASSERT_TRUE(change(ada, grace, {.suspended = false}).has_value());
    const auto again = run(identity->sign_in("Grace", Secret(testing::good_password), {"192.0.2.7", "test"}));
    ASSERT_TRUE(again.has_value());
    ASSERT_TRUE(run(administration().remove_user(by(ada, policy::Action::manage_users), grace)).has_value());
    EXPECT_FALSE(identity->use(std::get<SignedIn>(*again).token.reveal_text()));
    EXPECT_FALSE(identity->roster().accounts.contains(grace));
}

TEST_F(AdministrationTest, ANewInvitationTakesThePasswordAndTheSessions) {
    const auto [grace, token] = make(ada, "Grace", {everywhere(viewer)});
    const auto invitation = run(administration().invite(by(ada, policy::Action::manage_users), grace));
    ASSERT_TRUE(invitation.has_value());
    EXPECT_FALSE(identity->use(token));
    EXPECT_FALSE(
        run(identity->sign_in("Grace", Secret(testing::good_password), {"192.0.2.7", "test"})).has_value());
    EXPECT_TRUE(accept("Grace", *invitation).has_value());
}

TEST_F(AdministrationTest, NobodyChangesTheOwnAccount) {
    const UserId own = identity->use(ada)->user.id;
    EXPECT_EQ(change(ada, own, {.suspended = true}).error().kind, ErrorKind::forbidden);
    EXPECT_EQ(run(administration().remove_user(by(ada, policy::Action::manage_users), own)).error().kind,
              ErrorKind::forbidden);
    EXPECT_TRUE(identity->use(ada));
}

TEST_F(AdministrationTest, SomebodyWhoDecidesIsAlwaysLeft) {
    const UserId own = identity->use(ada)->user.id;
    const auto [grace, token] = make(ada, "Grace", {everywhere(administrator_role().id)});
    EXPECT_EQ(message(change(token, own, {.suspended = true})), "");
    const auto [henry, other] = make(token, "Henry", {everywhere(security_administrator)});
    EXPECT_EQ(message(change(other, grace, {.suspended = true})), "");
    // Henry alone is left. An invited administrator has no password yet and does not count.
    ASSERT_TRUE(add(other, "Ivy", {everywhere(administrator_role().id)}).has_value());
    const auto [jane, third] = make(other, "Jane", {everywhere(security_administrator)});
    EXPECT_EQ(message(change(third, henry, {.assignments = {{}}})), "");
    EXPECT_EQ(change(third, jane, {.suspended = true}).error().kind, ErrorKind::forbidden);
}

TEST_F(AdministrationTest, TheLastWhoDecidesCanNotLoseItByARole) {
    const auto role = make_role(ada, {.name = "All about people",
                                      .rights = {policy::Right::manage_users, policy::Right::manage_roles}});
    ASSERT_TRUE(role.has_value());
    const auto [grace, token] = make(ada, "Grace", {everywhere(*role)});
    const UserId own = identity->use(ada)->user.id;
    ASSERT_EQ(message(change(token, own, {.suspended = true})), "");
    // Grace holds the role herself, and Ada's suspension leaves nobody else.
    EXPECT_EQ(make_role(token, {.name = "x", .rights = {policy::Right::see_live}}, *role).error().kind,
              ErrorKind::forbidden);
}

TEST_F(AdministrationTest, WhoManagesUsersAloneGivesNoMoreThanHeHas) {
    const auto desk = make_role(
        ada, {.name = "Help desk",
              .rights = {policy::Right::manage_users, policy::Right::see_live, policy::Right::hear}});
    ASSERT_TRUE(desk.has_value());
    const auto [grace, token] = make(ada, "Grace", {everywhere(*desk)});
    EXPECT_TRUE(add(token, "Viewer", {everywhere(viewer)}).has_value());
    EXPECT_TRUE(add(token, "Colleague", {everywhere(*desk)}).has_value());
    EXPECT_EQ(add(token, "Chief", {everywhere(administrator_role().id)}).error().kind, ErrorKind::forbidden);
    EXPECT_EQ(add(token, "Operator", {everywhere(ready_roles()[2].id)}).error().kind, ErrorKind::forbidden);
    // Nor does he touch who has more: a new invitation would be a way in.
    const UserId own = identity->use(ada)->user.id;
    EXPECT_EQ(run(administration().invite(by(token, policy::Action::manage_users), own)).error().kind,
              ErrorKind::forbidden);
    EXPECT_EQ(change(token, own, {.assignments = {{}}}).error().kind, ErrorKind::forbidden);
    EXPECT_EQ(run(administration().sign_out(by(token, policy::Action::manage_users), own)).error().kind,
              ErrorKind::forbidden);
}

TEST_F(AdministrationTest, AStaleDecisionGivesNothing) {
    const auto [grace, token] = make(ada, "Grace", {everywhere(security_administrator)});
    const policy::Authorised stale = by(token, policy::Action::manage_users);
    ASSERT_EQ(message(change(ada, grace, {.assignments = {{}}})), "");
    EXPECT_EQ(run(administration().add_user(stale, "Ivy", {everywhere(viewer)})).error().kind,
              ErrorKind::forbidden);
    EXPECT_EQ(run(administration().add_user(by(ada, policy::Action::manage_roles), "Ivy", {})).error().kind,
              ErrorKind::forbidden);
}

TEST_F(AdministrationTest, RolesAndGroupsInUseStay) {
    const auto role = make_role(ada, {.name = "Night", .rights = {policy::Right::see_live}});
    const auto manage = [this] { return by(ada, policy::Action::manage_roles); };
    const CameraId gate = CameraId::random();
    const auto group = run(
        administration().put_group(manage(), std::nullopt, {.id = {}, .name = "Gates", .cameras = {gate}}));
    ASSERT_TRUE(role.has_value());
    ASSERT_TRUE(group.has_value());
    const auto [grace, token] = make(ada, "Grace", {{.role = *role, .scope = *group}});
    EXPECT_TRUE(identity->use(token)->user.rights->over_camera({policy::Right::see_live}, gate, {}).held);
    EXPECT_EQ(run(administration().remove_role(manage(), *role)).error().kind, ErrorKind::conflict);
    EXPECT_EQ(run(administration().remove_group(manage(), *group)).error().kind, ErrorKind::conflict);
    // Another camera in the group is seen at once.
    const CameraId yard = CameraId::random();
    ASSERT_TRUE(run(administration().put_group(manage(), *group,
                                               {.id = {}, .name = "Gates", .cameras = {gate, yard}}))
                    .has_value());
    EXPECT_TRUE(identity->use(token)->user.rights->over_camera({policy::Right::see_live}, yard, {}).held);
    ASSERT_EQ(message(change(ada, grace, {.assignments = {{}}})), "");
    EXPECT_EQ(message(run(administration().remove_role(manage(), *role))), "");
    EXPECT_EQ(message(run(administration().remove_group(manage(), *group))), "");
}

TEST_F(AdministrationTest, ReadyRolesStayAsTheyAre) {
    EXPECT_EQ(make_role(ada, {.name = "x", .rights = {policy::Right::talk}}, viewer).error().kind,
              ErrorKind::conflict);
    EXPECT_EQ(run(administration().remove_role(by(ada, policy::Action::manage_roles), viewer)).error().kind,
              ErrorKind::conflict);
    EXPECT_EQ(make_role(ada, {.name = "Viewer", .rights = {policy::Right::talk}}).error().kind,
              ErrorKind::conflict);
}

TEST_F(AdministrationTest, WhatIsNotThereCanNotBeGiven) {
    EXPECT_EQ(add(ada, "Grace", {everywhere(RoleId::random())}).error().kind, ErrorKind::invalid_input);
    EXPECT_EQ(add(ada, "Grace", {{.role = viewer, .scope = CameraGroupId::random()}}).error().kind,
              ErrorKind::invalid_input);
    EXPECT_EQ(add(ada, "Grace", {everywhere(viewer), everywhere(viewer)}).error().kind,
              ErrorKind::invalid_input);
    EXPECT_EQ(identity->roster().accounts.size(), 1u);  // nothing half made is left
}

TEST_F(AdministrationTest, ARoleIsKeptWithItsConditions) {
    Role role{.name = "Guard", .rights = {policy::Right::play_back}, .max_age_days = 3};
    role.schedule.emplace().allow(5, 0, 96);
    const auto id = make_role(ada, role);
    ASSERT_TRUE(id.has_value());
    open();
    const Role& kept = identity->roster().roles.at(*id);
    EXPECT_EQ(kept.max_age_days, 3u);
    EXPECT_EQ(kept.schedule, role.schedule);
    EXPECT_EQ(kept.rights, role.rights);
    EXPECT_FALSE(kept.ready);
}

}  // namespace
}  // namespace vedette::hub::identity
