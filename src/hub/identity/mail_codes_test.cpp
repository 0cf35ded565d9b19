// Codes that are sent by mail, as the weakest second factor.

#include <gtest/gtest.h>

#include "hub/identity/administration.hpp"
#include "hub/identity/identity_fixture.hpp"
#include "hub/identity/own_account.hpp"

namespace vedette::hub::identity {
namespace {

constexpr std::string_view home = "192.0.2.1";

class MailCodesTest : public testing::IdentityTest {
  protected:
    MailCodesTest() : token(claim()) {}

    OwnAccount own() { return {identity, clock}; }
    UserId ada() { return identity->roster().accounts.begin()->first; }
    policy::Authorised granted(policy::Action action = policy::Action::manage_own_account) {
        return granted_to(identity->use(token)->user, action);
    }
    Proof proof(std::string code = {}) {
        return {.password = Secret(testing::good_password), .code = std::move(code)};
    }
    static std::string text_of(const CodeToSend& code) { return std::string(code.code.reveal_text()); }
    /// Ada's address is this from now on.
    void add(const std::string& address) {
        const auto code = run(own().begin_mail_address(granted(), address, proof(), std::string(home)));
        ASSERT_TRUE(code.has_value()) << code.error().error.message;
        EXPECT_EQ(code->address, address);
        EXPECT_EQ(text_of(*code).size(), sent_code_digits);
        ASSERT_TRUE(
            run(identity->confirm_mail_address(ada(), text_of(*code), std::string(home))).has_value());
    }
    void allow(SecondFactorRule rule = SecondFactorRule::nobody) {
        Administration administration(identity, clock);
        const auto changed = run(administration.change_access_rules(
            granted(policy::Action::change_access_rules), {.second_factor = rule, .mail_codes = true}));
        ASSERT_TRUE(changed.has_value()) << changed.error().message;
    }
    /// After the password: what sign-in asks for.
    std::string challenge() {
        const auto step = sign_in(testing::good_password);
        const auto* needed = step ? std::get_if<SecondFactorNeeded>(&*step) : nullptr;
        EXPECT_TRUE(needed && needed->takes_mail_code && !needed->takes_passkey);
        return needed ? std::string(needed->token.reveal_text()) : "";
    }
    auto send(std::string challenge) {
        return run(identity->send_mail_code(std::move(challenge), std::string(home)));
    }
    auto give(std::string challenge, std::string code) {
        return testing::at_once(run(identity->give_second_factor(std::move(challenge), std::move(code),
                                                                 {std::string(home), "test"})));
    }

    std::string token;
};

TEST_F(MailCodesTest, AnAddressIsTheAccountsOnceItsCodeCameBack) {
    const auto code = run(own().begin_mail_address(granted(), "ada@example.org", proof(), std::string(home)));
    ASSERT_TRUE(code.has_value());
    EXPECT_EQ(run(identity->mail_address_of(ada())).value(), std::nullopt);
    EXPECT_EQ(run(identity->confirm_mail_address(ada(), "00000000x", std::string(home))).error().field,
              "code");
    const std::string typed = text_of(*code).substr(0, 4) + " " + text_of(*code).substr(4);
    ASSERT_TRUE(run(identity->confirm_mail_address(ada(), typed, std::string(home))).has_value());
    EXPECT_EQ(run(identity->mail_address_of(ada())).value(), "ada@example.org");
    EXPECT_FALSE(run(identity->confirm_mail_address(ada(), typed, std::string(home))).has_value());  // once
    open();  // sealed, and there
    EXPECT_EQ(run(identity->mail_address_of(ada())).value(), "ada@example.org");
    EXPECT_EQ(run(own().begin_mail_address(granted(), "b@example.org",
                                           {.password = Secret(std::string_view("wrong")), .code = {}},
                                           std::string(home)))
                  .error()
                  .field,
              "password");
}

TEST_F(MailCodesTest, IsAskedForOnlyWhereTheRuleHasIt) {
    add("ada@example.org");
    EXPECT_TRUE(std::holds_alternative<SignedIn>(*sign_in(testing::good_password)));
    allow();
    const std::string first = challenge();
    const auto code = send(first);
    ASSERT_TRUE(code.has_value());
    EXPECT_EQ(code->address, "ada@example.org");
    EXPECT_EQ(give(first, "12345678x").error().field, "code");
    EXPECT_TRUE(give(first, text_of(*code)).has_value());
    EXPECT_EQ(give(first, text_of(*code)).error().error.kind, ErrorKind::unauthenticated);
}

TEST_F(MailCodesTest, ACodeIsForItsSignInForTenMinutesAndFiveTries) {
    add("ada@example.org");
    allow();
    clock.advance(std::chrono::minutes(5));
    const std::string first = challenge();
    const std::string second = challenge();
    const auto code = send(first);
    EXPECT_EQ(give(second, text_of(*code)).error().field, "code");  // of another sign-in
    clock.advance(std::chrono::minutes(9));
    EXPECT_TRUE(give(first, text_of(*code)).has_value());
    const std::string third = challenge();
    const auto late = send(third);
    clock.advance(std::chrono::minutes(10));
    EXPECT_EQ(give(third, text_of(*late)).error().error.kind, ErrorKind::unauthenticated);
    const std::string fourth = challenge();
    const auto tried = send(fourth);
    for (unsigned i = 0; i < sent_code_tries; ++i) {
        EXPECT_FALSE(give(fourth, "00000000x").has_value());
        clock.advance(std::chrono::seconds(70));  // wrong ones slow down
    }
    EXPECT_EQ(give(fourth, text_of(*tried)).error().error.kind, ErrorKind::unauthenticated);
}

TEST_F(MailCodesTest, SendingIsHeldBack) {
    add("ada@example.org");
    allow();
    const std::string first = challenge();
    EXPECT_TRUE(send(first).has_value());
    EXPECT_TRUE(send(first).has_value());
    const auto held_back = send(first);  // with the one for the address
    ASSERT_FALSE(held_back.has_value());
    EXPECT_TRUE(held_back.error().retry_after.has_value());
    clock.advance(*held_back.error().retry_after);
    EXPECT_TRUE(send(first).has_value());
    EXPECT_EQ(send(std::string(64, 'a')).error().error.kind, ErrorKind::unauthenticated);
}

TEST_F(MailCodesTest, FulfilsTheRuleButNoStepUpAndAProofTakesOne) {
    add("ada@example.org");
    allow(SecondFactorRule::everybody);
    EXPECT_TRUE(identity->user(ada())->rights != nullptr);
    EXPECT_EQ(run(identity->check_step_up(ada(), proof(), std::string(home))).error().error.kind,
              ErrorKind::conflict);
    EXPECT_EQ(run(own().begin_authenticator(granted(), proof(), std::string(home))).error().field, "code");
    const auto code = run(identity->send_mail_proof(ada(), std::string(home)));
    ASSERT_TRUE(code.has_value());
    EXPECT_EQ(run(own().remove_mail_address(granted(), proof(text_of(*code)), std::string(home)))
                  .error()
                  .error.kind,
              ErrorKind::conflict);  // it is the second factor that the rule asks for
    clock.advance(std::chrono::minutes(2));
    const auto another = run(identity->send_mail_proof(ada(), std::string(home)));
    EXPECT_TRUE(
        run(own().begin_authenticator(granted(), proof(text_of(*another)), std::string(home))).has_value());
}

TEST_F(MailCodesTest, GoesWithANewInvitation) {
    Administration administration(identity, clock);
    auto invited = run(administration.add_user(granted(policy::Action::manage_users), "Grace", {}));
    ASSERT_TRUE(invited.has_value());
    const auto accepted = testing::at_once(run(identity->accept_invitation(
        "Grace", std::string(invited->invitation.code.reveal_text()), Secret(testing::good_password), {})));
    ASSERT_TRUE(accepted.has_value());
    const auto code = identity->begin_mail_address(invited->user, "grace@example.org");
    ASSERT_TRUE(
        run(identity->confirm_mail_address(invited->user, text_of(*code), std::string(home))).has_value());
    EXPECT_TRUE(identity->roster().accounts.at(invited->user).has_mail);
    ASSERT_TRUE(run(administration.invite(granted(policy::Action::manage_users), invited->user)).has_value());
    EXPECT_FALSE(identity->roster().accounts.at(invited->user).has_mail);
}

}  // namespace
}  // namespace vedette::hub::identity
