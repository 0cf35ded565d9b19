// Authenticator apps, recovery codes, and what the organisation asks for.

#include <algorithm>

#include <gtest/gtest.h>

#include "crypto/test_base32.hpp"
#include "crypto/totp.hpp"
#include "hub/identity/administration.hpp"
#include "hub/identity/identity_fixture.hpp"
#include "hub/identity/own_account.hpp"
#include "hub/identity/rules.hpp"

namespace vedette::hub::identity {
namespace {

class SecondFactorTest : public testing::IdentityTest {
  protected:
    SecondFactorTest() : token(claim()) {}

    OwnAccount own() { return {identity, clock}; }
    policy::Authorised granted(policy::Action action = policy::Action::manage_own_account) {
        return granted_to(identity->use(token)->user, action);
    }
    auto begin(std::string_view password = testing::good_password) {
        return run(
            own().begin_authenticator(granted(), {.password = Secret(password), .code = ""}, "192.0.2.1"));
    }
    std::string code(std::int64_t steps_ahead = 0) {
        return crypto::hotp(secret,
                            crypto::totp_counter(clock.utc_now()) + static_cast<std::uint64_t>(steps_ahead));
    }
    /// Returns the recovery codes.
    std::vector<std::string> set_up() {
        auto begun = begin();
        EXPECT_TRUE(begun.has_value());
        secret = crypto::from_base32(begun->secret.reveal_text());
        auto codes = run(own().confirm_authenticator(granted(), code()));
        EXPECT_TRUE(codes.has_value());
        std::vector<std::string> out;
        for (const Secret& one : *codes) out.emplace_back(one.reveal_text());
        clock.advance(crypto::totp_step);
        return out;
    }
    std::string password_given() {
        const auto step = sign_in(testing::good_password);
        EXPECT_TRUE(step.has_value());
        const auto* needed = step ? std::get_if<SecondFactorNeeded>(&*step) : nullptr;
        EXPECT_NE(needed, nullptr);
        return needed ? std::string(needed->token.reveal_text()) : "";
    }
    auto give(std::string challenge, std::string what) {
        return testing::at_once(
            run(identity->give_second_factor(std::move(challenge), std::move(what), {"192.0.2.1", "test"})));
    }

    std::string token;
    Bytes secret;
};

TEST_F(SecondFactorTest, CountsOnceItsFirstCodeWasTyped) {
    const auto begun = begin();
    ASSERT_TRUE(begun.has_value());
    secret = crypto::from_base32(begun->secret.reveal_text());
    EXPECT_EQ(secret.size(), crypto::totp_secret_size);
    EXPECT_EQ(begun->uri.reveal_text(), "otpauth://totp/Vedette:Ada?secret=" +
                                            std::string(begun->secret.reveal_text()) + "&issuer=Vedette");
    EXPECT_TRUE(std::holds_alternative<SignedIn>(*sign_in(testing::good_password)));
    EXPECT_EQ(run(own().confirm_authenticator(granted(), "000000")).error().field, "code");
    EXPECT_EQ(run(own().confirm_authenticator(granted(), code()))->size(), recovery_code_count);
    EXPECT_TRUE(std::holds_alternative<SecondFactorNeeded>(*sign_in(testing::good_password)));
    EXPECT_EQ(begin().error().field, "code");  // it is asked for by then
    clock.advance(crypto::totp_step);
    auto again = run(own().begin_authenticator(
        granted(), {.password = Secret(testing::good_password), .code = code()}, "192.0.2.1"));
    EXPECT_EQ(again.error().error.kind, ErrorKind::conflict);
}

TEST_F(SecondFactorTest, BeginsWithThePassword) {
    EXPECT_EQ(begin("not this one").error().field, "password");
}

TEST_F(SecondFactorTest, SignsInWithTheCodeOnceAndNotWithout) {
    set_up();
    const std::string challenge = password_given();
    EXPECT_EQ(give(challenge, "123456").error().field, "code");
    EXPECT_EQ(give(std::string(64, 'a'), code()).error().error.kind, ErrorKind::unauthenticated);
    const auto signed_in = give(challenge, code());
    ASSERT_TRUE(signed_in.has_value());
    EXPECT_TRUE(identity->use(signed_in->token.reveal_text()));
    EXPECT_EQ(give(challenge, code(1)).error().error.kind, ErrorKind::unauthenticated);  // is over
    EXPECT_EQ(give(password_given(), code()).error().field, "code");                     // was used
    EXPECT_TRUE(give(password_given(), code(1)).has_value());
}

TEST_F(SecondFactorTest, SurvivesARestartSealed) {
    set_up();
    open();
    EXPECT_TRUE(give(password_given(), code()).has_value());
}

TEST_F(SecondFactorTest, ARecoveryCodeIsGoodOnce) {
    const auto codes = set_up();
    for (const std::string& code : codes)
        EXPECT_EQ(normalise_claim_code(code).size(), 24u)
            << "5 bits each: a plain hash is enough from 112 on";
    std::string typed = codes.front();
    std::ranges::transform(typed, typed.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    EXPECT_TRUE(give(password_given(), typed).has_value());
    EXPECT_EQ(identity->roster().accounts.begin()->second.recovery_codes_left, recovery_code_count - 1);
    EXPECT_EQ(give(password_given(), codes.front()).error().field, "code");
    EXPECT_TRUE(give(password_given(), codes.back()).has_value());
}

TEST_F(SecondFactorTest, GuessingIsBoundedAndAChallengeEnds) {
    set_up();
    const std::string challenge = password_given();
    unsigned wrong = 0;
    for (int i = 0; i < 10; ++i) {
        clock.advance(std::chrono::seconds(61));
        const auto refused = give(challenge, "000000");
        ASSERT_FALSE(refused.has_value());
        wrong += refused.error().field == "code";
    }
    EXPECT_LE(wrong, 5u);
    const std::string other = password_given();
    clock.advance(std::chrono::minutes(5));
    EXPECT_EQ(give(other, code()).error().error.kind, ErrorKind::unauthenticated);
    // Many tries in a row are delayed whatever challenge they are for.
    std::optional<std::chrono::seconds> wait;
    for (int i = 0; i < 10 && !wait; ++i) wait = give(password_given(), "000000").error().retry_after;
    EXPECT_TRUE(wait);
}

TEST_F(SecondFactorTest, IsRemovedWithPasswordAndCode) {
    set_up();
    const auto remove = [&](std::string_view password, std::string what) {
        return run(own().remove_authenticator(
            granted(), {.password = Secret(password), .code = std::move(what)}, "192.0.2.1"));
    };
    EXPECT_EQ(remove("wrong", code()).error().field, "password");
    EXPECT_EQ(remove(testing::good_password, "000000").error().field, "code");
    EXPECT_TRUE(remove(testing::good_password, code()).has_value());
    EXPECT_TRUE(std::holds_alternative<SignedIn>(*sign_in(testing::good_password)));
}

TEST_F(SecondFactorTest, WhoMustHaveOneMayDoNothingElse) {
    Administration administration(identity, clock);
    const auto rule = [&](SecondFactorRule wanted) {
        return run(administration.change_access_rules(granted(policy::Action::change_access_rules),
                                                      {.second_factor = wanted, .holidays = {}}));
    };
    EXPECT_EQ(rule(SecondFactorRule::administrators).error().kind, ErrorKind::conflict);
    set_up();
    EXPECT_TRUE(rule(SecondFactorRule::administrators).has_value());
    const auto invite = [&](std::string name, RoleId role) {
        auto invited = run(administration.add_user(granted(policy::Action::manage_users), name,
                                                   {{.role = role, .scope = WholeOrganisation{}}}));
        auto signed_in = testing::at_once(
            run(identity->accept_invitation(name, std::string(invited->invitation.code.reveal_text()),
                                            Secret(testing::good_password), {"192.0.2.9", ""})));
        return std::string(signed_in->token.reveal_text());
    };
    const std::string watcher = invite("Viewer", ready_roles()[1].id);
    const std::string second = invite("Second", administrator_role().id);
    EXPECT_NE(identity->use(watcher)->user.rights, nullptr);
    EXPECT_EQ(identity->use(second)->user.rights, nullptr);
    EXPECT_TRUE(rule(SecondFactorRule::everybody).has_value());
    EXPECT_EQ(identity->use(watcher)->user.rights, nullptr);
    const auto kept = run(own().remove_authenticator(
        granted(), {.password = Secret(testing::good_password), .code = code()}, "192.0.2.1"));
    EXPECT_EQ(kept.error().error.kind, ErrorKind::conflict);

    token = second;
    set_up();
    EXPECT_NE(identity->use(second)->user.rights, nullptr);
}

TEST_F(SecondFactorTest, RightsStayTheSameObjectWhileNothingChanges) {
    const auto before = identity->use(token)->user.rights;
    set_up();
    EXPECT_EQ(identity->use(token)->user.rights, before);
}

TEST_F(SecondFactorTest, APasswordChangeEndsTheOtherSessions) {
    const auto other = sign_in(testing::good_password);
    const std::string other_token(std::get<SignedIn>(*other).token.reveal_text());
    const auto change = [&](std::string_view old_password, std::string_view fresh, std::string code = {}) {
        return run(own().change_password(granted(), identity->use(token)->digest,
                                         {.password = Secret(old_password), .code = std::move(code)},
                                         Secret(fresh), "192.0.2.1"));
    };
    EXPECT_EQ(change("wrong", "another sentence of words").error().field, "password");
    EXPECT_EQ(change(testing::good_password, "short").error().field, "new_password");
    EXPECT_TRUE(change(testing::good_password, "another sentence of words").has_value());
    EXPECT_TRUE(identity->use(token));
    EXPECT_FALSE(identity->use(other_token));
    EXPECT_FALSE(sign_in(testing::good_password).has_value());
    EXPECT_TRUE(sign_in("another sentence of words").has_value());
}

TEST_F(SecondFactorTest, APasswordChangeTakesTheSecondFactorWhereThereIsOne) {
    const auto codes = set_up();
    const auto change = [&](std::string code) {
        return run(
            own().change_password(granted(), identity->use(token)->digest,
                                  {.password = Secret(testing::good_password), .code = std::move(code)},
                                  Secret("another sentence of words"), "192.0.2.1"));
    };
    EXPECT_EQ(change("").error().field, "code");
    EXPECT_EQ(change("000000").error().field, "code");
    EXPECT_TRUE(std::holds_alternative<SecondFactorNeeded>(*sign_in(testing::good_password)));
    EXPECT_TRUE(change(codes[0]).has_value());
    EXPECT_FALSE(sign_in(testing::good_password).has_value());
}

TEST_F(SecondFactorTest, SessionsSayWhereTheyBeganAndEndOneByOne) {
    run(identity->sign_in("ada", Secret(testing::good_password), {"203.0.113.5", "A phone\n"}));
    open();
    const auto sessions = identity->sessions_of(identity->use(token)->user.id);
    ASSERT_EQ(sessions.size(), 2u);
    const auto phone = std::ranges::find(sessions, "203.0.113.5", &Session::address);
    ASSERT_NE(phone, sessions.end());
    EXPECT_EQ(phone->client, "A phone");
    const auto end = [&](std::string id) {
        return run(own().end_session(granted(), identity->use(token)->digest, std::move(id)));
    };
    EXPECT_EQ(end(std::string(32, 'a')).error().error.kind, ErrorKind::not_found);
    EXPECT_TRUE(end(public_id(phone->digest)).has_value());
    EXPECT_EQ(identity->sessions_of(identity->use(token)->user.id).size(), 1u);
    sign_in(testing::good_password);
    EXPECT_TRUE(end("").has_value());
    EXPECT_EQ(identity->sessions_of(identity->use(token)->user.id).size(), 1u);
}

}  // namespace
}  // namespace vedette::hub::identity
