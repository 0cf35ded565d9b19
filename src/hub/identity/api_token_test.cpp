// API tokens: how they are written, when they end, and that they change nothing beyond their scope.

#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "hub/identity/access_rules_table.hpp"
#include "hub/identity/administration.hpp"
#include "hub/identity/api_token_text.hpp"
#include "hub/identity/api_tokens.hpp"
#include "hub/identity/identity_fixture.hpp"

namespace vedette::hub::identity {
namespace {

using enum policy::Right;

TEST(ApiTokenText, IsKnownByItsPrefixAndItsChecksum) {
    // Computed elsewhere (zlib's CRC-32).
    const std::string known = "vdt_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg1jbXeK";
    EXPECT_EQ(known.size(), api_token_characters);
    EXPECT_EQ(form_of_api_token(known), ApiTokenForm::whole);
    for (std::size_t i = api_token_prefix.size(); i < known.size(); ++i) {
        std::string mistyped = known;
        mistyped[i] = mistyped[i] == 'x' ? 'y' : 'x';
        EXPECT_EQ(form_of_api_token(mistyped), ApiTokenForm::damaged) << i;
    }
    for (const std::string_view damaged : {"vdt_", "vdt_x", "vdt_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"})
        EXPECT_EQ(form_of_api_token(damaged), ApiTokenForm::damaged);
    EXPECT_EQ(form_of_api_token(known + "x"), ApiTokenForm::damaged);
    for (const std::string_view other : {"", "vdt", "VDT_x", "0123"})
        EXPECT_EQ(form_of_api_token(other), ApiTokenForm::something);
}

TEST(ApiTokenText, UsesEveryCharacterAndNeverRepeats) {
    std::set<std::string> tokens;
    std::set<char> characters;
    for (int i = 0; i < 200; ++i) {
        const Secret token = make_api_token();
        EXPECT_EQ(form_of_api_token(token.reveal_text()), ApiTokenForm::whole);
        const std::string random(token.reveal_text().substr(4, api_token_random_characters));
        characters.insert(random.begin(), random.end());
        tokens.insert(random);
    }
    EXPECT_EQ(tokens.size(), 200u);
    EXPECT_EQ(characters.size(), 62u);
}

class ApiTokenTest : public testing::IdentityTest {
  protected:
    ApiTokenTest() : cookie(claim()) {}

    policy::Authorised own() {
        return granted_to(identity->use(cookie)->user, policy::Action::manage_own_account);
    }
    // Or so many passwords from one would look like guessing.
    std::string new_address() { return fmt::format("10.0.0.{}", ++addresses_); }
    static Proof proof() { return {.password = Secret(testing::good_password), .code = {}}; }
    auto make(NewApiToken wanted) {
        return run(tokens().make(own(), std::move(wanted), proof(), new_address()));
    }
    std::string made(policy::RightSet rights, std::chrono::days days = usual_api_token) {
        auto token = make(
            {.name = UserId::random().text(), .scope = {.rights = rights, .cameras = {}}, .lifetime = days});
        EXPECT_TRUE(token.has_value());
        last = token->token.id;
        return std::string(token->text.reveal_text());
    }
    std::string refusal_of(std::string_view text, std::string address = "192.0.2.9") {
        const auto client = identity->use_api_token(text, address);
        return client ? "" : client.error().error.message;
    }
    Administration administration() { return {identity, clock}; }
    ApiTokens tokens() { return {identity, clock}; }
    UserId ada() { return identity->use(cookie)->user.id; }

    std::string cookie;
    ApiTokenId last;
    int addresses_ = 0;
};

TEST_F(ApiTokenTest, IsKeptAsItsHashAloneAndOutlivesARestart) {
    const std::string text = made({see_live});
    EXPECT_EQ(refusal_of(text), "");
    identity.reset();
    std::string files;
    for (const auto& entry : std::filesystem::directory_iterator(options.directory)) {
        std::ifstream file(entry.path(), std::ios::binary);
        files.append(std::istreambuf_iterator<char>(file), {});
    }
    EXPECT_EQ(files.find(text), std::string::npos);
    EXPECT_EQ(files.find(text.substr(4, 20)), std::string::npos);
    EXPECT_EQ(files.find("192.0.2.9"), std::string::npos);  // sealed
    open();
    const auto tokens = identity->api_tokens_of(ada());
    ASSERT_EQ(tokens.size(), 1u);
    EXPECT_EQ(tokens[0].address, "192.0.2.9");
    EXPECT_EQ(tokens[0].last_used, clock.utc_now());
    EXPECT_EQ(tokens[0].scope->rights, policy::RightSet({see_live}));
    EXPECT_EQ(refusal_of(text), "");
}

TEST_F(ApiTokenTest, ItsUseIsWrittenAtMostOnceAMinute) {
    const std::string text = made({see_live});
    const UtcTime first = clock.utc_now();
    EXPECT_EQ(refusal_of(text), "");
    clock.advance(std::chrono::seconds(59));
    EXPECT_EQ(refusal_of(text, "192.0.2.10"), "");
    EXPECT_EQ(identity->api_tokens_of(ada())[0].last_used, first + Ticks90k(std::chrono::seconds(59)));
    open();
    EXPECT_EQ(identity->api_tokens_of(ada())[0].last_used, first);
    EXPECT_EQ(refusal_of(text, "192.0.2.10"), "");  // the first since the start
    clock.advance(std::chrono::seconds(60));
    EXPECT_EQ(refusal_of(text, "192.0.2.11"), "");
    open();
    EXPECT_EQ(identity->api_tokens_of(ada())[0].last_used, clock.utc_now());
    EXPECT_EQ(identity->api_tokens_of(ada())[0].address, "192.0.2.11");
}

TEST_F(ApiTokenTest, EachEndHasItsSentence) {
    EXPECT_NE(refusal_of(std::string(64, 'a')).find("begin with vdt_"), std::string::npos);
    const std::string text = made({see_live}, std::chrono::days(1));
    EXPECT_NE(refusal_of(text.substr(0, 30)).find("not whole"), std::string::npos);
    EXPECT_NE(refusal_of(make_api_token().reveal_text()).find("no such"), std::string::npos);
    clock.advance(std::chrono::hours(24));
    EXPECT_NE(refusal_of(text).find("expired"), std::string::npos);
    EXPECT_FALSE(identity->present(last, true));
    EXPECT_EQ(identity->api_tokens_of(identity->roster().accounts.begin()->first).size(), 1u);
    clock.advance(std::chrono::days(31));
    open();
    EXPECT_TRUE(identity->api_tokens_of(identity->roster().accounts.begin()->first).empty());
}

TEST_F(ApiTokenTest, GuessingIsSlowedDownByAddressAndKeepsNobodyElseOut) {
    const std::string text = made({see_live});
    const std::string wrong(make_api_token().reveal_text());
    std::size_t told = 0;
    while (refusal_of(wrong).find("no such") != std::string::npos) ASSERT_LT(++told, 100u);
    const auto slowed = identity->use_api_token(wrong, "192.0.2.9");
    EXPECT_TRUE(slowed.error().retry_after);
    EXPECT_EQ(refusal_of(text), "");  // also from there
    EXPECT_NE(refusal_of(wrong, "192.0.2.77").find("no such"), std::string::npos);
    EXPECT_TRUE(sign_in(testing::good_password, "192.0.2.9").has_value());
    clock.advance(std::chrono::seconds(10));
    EXPECT_NE(refusal_of(wrong).find("no such"), std::string::npos);
}

TEST_F(ApiTokenTest, RevokedIsGoneAtOnceAndForGood) {
    const std::string text = made({see_live});
    EXPECT_TRUE(identity->present(last, false));
    EXPECT_TRUE(run(tokens().revoke(own(), last)).has_value());
    EXPECT_FALSE(identity->present(last, false));
    EXPECT_NE(refusal_of(text), "");
    EXPECT_EQ(run(tokens().revoke(own(), last)).error().error.kind, ErrorKind::not_found);
    open();
    EXPECT_NE(refusal_of(text), "");
}

TEST_F(ApiTokenTest, HasWhatItsUserHasWithinLimits) {
    const auto field = [&](NewApiToken wanted) {
        const auto token = make(std::move(wanted));
        return token ? std::string("made") : token.error().field;
    };
    EXPECT_EQ(field({.name = " ", .scope = {.rights = {see_live}, .cameras = {}}}), "name");
    EXPECT_EQ(field({.name = "a", .scope = {.rights = {see_live}, .cameras = {}}}), "made");
    EXPECT_EQ(field({.name = "a", .scope = {.rights = {see_live}, .cameras = {}}}), "name");  // again
    EXPECT_EQ(
        field({.name = "b",
               .scope = {.rights = {see_live, manage_users}, .cameras = std::vector{CameraId::random()}}}),
        "rights");
    const auto token = make({.name = "c",
                             .scope = {.rights = {see_live}, .cameras = {}},
                             .lifetime = std::chrono::days(100'000)});
    EXPECT_EQ(token->token.expires, clock.utc_now() + Ticks90k(longest_api_token));
    for (std::size_t i = identity->api_tokens_of(ada()).size(); i < max_api_tokens; ++i) made({see_live});
    EXPECT_EQ(make({.name = "d", .scope = {.rights = {see_live}, .cameras = {}}}).error().error.kind,
              ErrorKind::conflict);
}

TEST_F(ApiTokenTest, EndsWithItsUser) {
    const auto by_ada = [&](policy::Action action = policy::Action::manage_users) {
        return granted_to(identity->use(cookie)->user, action);
    };
    constexpr auto end_access = policy::Action::end_access;
    const auto invited = run(administration().add_user(
        by_ada(), "Grace", {{.role = ready_roles()[1].id, .scope = WholeOrganisation{}}}));
    const UserId grace = invited->user;
    auto signed_in = testing::at_once(
        run(identity->accept_invitation("Grace", std::string(invited->invitation.code.reveal_text()),
                                        Secret(testing::good_password), {"192.0.2.7", "test"})));
    const auto token_of_grace = [&](std::string name) {
        const auto account = identity->user(grace);
        auto token = run(tokens().make(
            granted_to(*account, policy::Action::manage_own_account),
            {.name = std::move(name), .scope = {.rights = {see_live}, .cameras = {}}}, proof(), "192.0.2.7"));
        EXPECT_TRUE(token.has_value());
        return std::string(token->text.reveal_text());
    };
    // Not more than the role has.
    const auto more = run(
        tokens().make(granted_to(*identity->user(grace), policy::Action::manage_own_account),
                      {.name = "m", .scope = {.rights = {play_back}, .cameras = {}}}, proof(), "192.0.2.7"));
    EXPECT_EQ(more.error().field, "rights");

    std::string text = token_of_grace("one");
    EXPECT_EQ(refusal_of(text), "");
    ASSERT_TRUE(run(administration().change_user(by_ada(), grace, {.suspended = true, .assignments = {}})));
    EXPECT_NE(refusal_of(text), "");
    ASSERT_TRUE(run(administration().change_user(by_ada(), grace, {.suspended = false, .assignments = {}})));
    EXPECT_NE(refusal_of(text), "");  // and stays ended
    open();
    EXPECT_NE(refusal_of(text), "");

    text = token_of_grace("two");
    const auto own_token = run(administration().revoke_api_token(by_ada(end_access), ada(), last));
    EXPECT_EQ(own_token.error().kind, ErrorKind::forbidden);
    const ApiTokenId id = identity->api_tokens_of(grace)[0].id;
    ASSERT_TRUE(run(administration().revoke_api_token(by_ada(end_access), grace, id)));
    EXPECT_NE(refusal_of(text), "");
    EXPECT_EQ(run(administration().revoke_api_token(by_ada(end_access), grace, id)).error().kind,
              ErrorKind::not_found);

    text = token_of_grace("three");
    ASSERT_TRUE(
        run(administration().invite(by_ada(), grace)).has_value());  // whoever had the account has it no more
    EXPECT_NE(refusal_of(text), "");
    EXPECT_TRUE(identity->api_tokens_of(grace).empty());
}

TEST_F(ApiTokenTest, ARuleAboutSecondFactorsLeavesItNoRight) {
    const std::string text = made({see_live});
    const auto rule = [&](SecondFactorRule second_factor) {
        Identity::Change put = [id = identity->organisation(), second_factor](store::Database& database,
                                                                              const Roster&) {
            return put_access_rules(database, id, {.second_factor = second_factor, .holidays = {}});
        };
        ASSERT_TRUE(run(identity->change(std::move(put))));
    };
    const auto held = [&] {
        const auto client = identity->use_api_token(text, "192.0.2.9");
        return policy::rights_held(*client, policy::Object::of(identity->organisation()),
                                   {.origin = policy::Origin::no_browser, .now = clock.utc_now(), .at = {}});
    };
    EXPECT_EQ(held(), policy::RightSet({see_live}));
    rule(SecondFactorRule::everybody);
    EXPECT_TRUE(held().empty());
    EXPECT_EQ(make({.name = "x", .scope = {.rights = {see_live}, .cameras = {}}}).error().error.kind,
              ErrorKind::forbidden);
    EXPECT_TRUE(tokens().may_have(ada()).empty());
    rule(SecondFactorRule::nobody);
    EXPECT_EQ(held(), policy::RightSet({see_live}));
}

TEST_F(ApiTokenTest, ADeviceIsKeptByItsCertificateAloneAndOutlivesARestart) {
    auto invited = run(
        administration().add_user(granted_to(identity->use(cookie)->user, policy::Action::manage_users),
                                  "Bridge", {{.role = ready_roles()[1].id, .scope = WholeOrganisation{}}}));
    ASSERT_TRUE(invited.has_value());
    const UserId bridge = invited->user;
    const crypto::ClientCertificate shown{.sha256 = digest_of("a certificate"),
                                          .not_before = clock.utc_now(),
                                          .not_after = clock.utc_now() + Ticks90k(std::chrono::hours(1))};
    const auto add = [&](std::string name) {
        return run(administration().add_device(
            granted_to(identity->use(cookie)->user, policy::Action::manage_users), bridge,
            {.name = std::move(name),
             .scope = {.rights = {see_live}, .cameras = {}},
             .kind = policy::ClientKind::bridge,
             .certificate = shown.sha256}));
    };
    ASSERT_TRUE(add("Lobby").has_value());
    EXPECT_EQ(add("Again").error().kind, ErrorKind::conflict);
    open();
    const auto client = identity->use_device(shown, "192.0.2.9");
    ASSERT_TRUE(client.has_value());
    EXPECT_EQ(client->kind, policy::ClientKind::bridge);
    EXPECT_EQ(client->user.id, bridge);
    ASSERT_EQ(identity->devices().size(), 1u);
    EXPECT_EQ(identity->devices()[0].address, "192.0.2.9");
    // With its end its certificate is nobody's.
    EXPECT_TRUE(run(administration().revoke_api_token(
                        granted_to(identity->use(cookie)->user, policy::Action::end_access), bridge,
                        identity->devices()[0].id))
                    .has_value());
    EXPECT_FALSE(identity->use_device(shown, "192.0.2.9").has_value());
    EXPECT_TRUE(add("Lobby").has_value());
    EXPECT_TRUE(identity->use_device(shown, "192.0.2.9").has_value());
}

// Its user manages roles, and may give all; a token that manages users alone may not.
TEST_F(ApiTokenTest, GivesNobodyWhatItsScopeLeavesOut) {
    const auto by = [&](const std::string& text, policy::Action action) {
        return granted_to(*identity->use_api_token(text, "192.0.2.9"), action);
    };
    const std::vector<Assignment> an_administrator = {
        {.role = administrator_role().id, .scope = WholeOrganisation{}}};
    const std::vector<Assignment> a_viewer = {{.role = ready_roles()[1].id, .scope = WholeOrganisation{}}};
    const std::string users = made({manage_users});
    const std::string users_and_live = made({manage_users, see_live, hear});
    const std::string all = made(policy::RightSet::all());
    const auto adding = [&](const std::string& text, std::string name, std::vector<Assignment> what) {
        return run(administration().add_user(by(text, policy::Action::manage_users), std::move(name),
                                             std::move(what)))
            .has_value();
    };
    EXPECT_FALSE(adding(users, "a", an_administrator));
    EXPECT_FALSE(adding(users, "a", a_viewer));
    EXPECT_TRUE(adding(users, "a", {}));
    EXPECT_FALSE(adding(users_and_live, "b", an_administrator));
    EXPECT_TRUE(adding(users_and_live, "b", a_viewer));
    EXPECT_TRUE(adding(all, "c", an_administrator));
    // Nor does it do what is for users alone.
    const auto client = *identity->use_api_token(all, "192.0.2.9");
    EXPECT_FALSE(policy::authorise(client, policy::Action::manage_own_account,
                                   policy::Object::of(identity->organisation()),
                                   {.origin = policy::Origin::no_browser})
                     .has_value());
    EXPECT_EQ(run(tokens().revoke(by(all, policy::Action::manage_users), last)).error().error.kind,
              ErrorKind::forbidden);
}

}  // namespace
}  // namespace vedette::hub::identity
