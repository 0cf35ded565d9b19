// What is good once is taken once, also by several who come with it at the same moment.

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/test_base32.hpp"
#include "crypto/totp.hpp"
#include "hub/identity/administration.hpp"
#include "hub/identity/identity_fixture.hpp"
#include "hub/identity/own_account.hpp"

namespace vedette::hub::identity {
namespace {

constexpr int rivals = 4;

class OnceTest : public testing::IdentityTest {
  protected:
    /// How many of `rivals` that are under way together succeed.
    template <class Start>
    int winners(Start start) {
        int count = 0;
        int ended = 0;
        for (int i = 0; i < rivals; ++i)
            boost::asio::co_spawn(io, start(i), [&](const std::exception_ptr& thrown, const auto& outcome) {
                EXPECT_EQ(thrown, nullptr);
                ++ended;
                count += outcome.has_value();
            });
        io.restart();
        io.run();
        EXPECT_EQ(ended, rivals);
        return count;
    }
    static Peer peer(int i) { return {"192.0.2." + std::to_string(1 + i), "test"}; }
    /// The secret of an app that is set up, and its recovery codes.
    std::pair<Bytes, std::vector<std::string>> set_up(const std::string& token) {
        OwnAccount own(identity, clock);
        const auto granted = [&] {
            return granted_to(identity->use(token)->user, policy::Action::manage_own_account);
        };
        const auto begun = run(own.begin_authenticator(
            granted(), {.password = Secret(testing::good_password), .code = ""}, "192.0.2.1"));
        EXPECT_TRUE(begun.has_value());
        Bytes secret = crypto::from_base32(begun->secret.reveal_text());
        const auto codes = run(own.confirm_authenticator(
            granted(), crypto::hotp(secret, crypto::totp_counter(clock.utc_now()))));
        EXPECT_TRUE(codes.has_value());
        std::vector<std::string> typed;
        for (const Secret& one : *codes) typed.emplace_back(one.reveal_text());
        clock.advance(crypto::totp_step);
        return {std::move(secret), std::move(typed)};
    }
    std::vector<std::string> passwords_given() {
        std::vector<std::string> tokens;
        for (int i = 0; i < rivals; ++i) {
            const auto step = sign_in(testing::good_password, peer(i).address);
            const auto* needed = step ? std::get_if<SecondFactorNeeded>(&*step) : nullptr;
            EXPECT_NE(needed, nullptr);
            tokens.emplace_back(needed ? needed->token.reveal_text() : std::string_view());
        }
        return tokens;
    }
};

TEST_F(OnceTest, TheClaimCode) {
    const std::string code(*identity->claim_code());
    EXPECT_EQ(winners([&](int i) {
                  return identity->claim(code, "Ada " + std::to_string(i), Secret(testing::good_password),
                                         peer(i));
              }),
              1);
    EXPECT_EQ(identity->roster().accounts.size(), 1u);
}

TEST_F(OnceTest, AnInvitation) {
    const std::string token = claim();
    const auto invited =
        run(Administration(identity, clock)
                .add_user(granted_to(identity->use(token)->user, policy::Action::manage_users), "Grace", {}));
    ASSERT_TRUE(invited.has_value());
    const std::string code(invited->invitation.code.reveal_text());
    const auto password_of = [](int i) { return "five long words of number " + std::to_string(i); };
    EXPECT_EQ(winners([&](int i) {
                  return identity->accept_invitation("Grace", code, Secret(password_of(i)), peer(i));
              }),
              1);
    // And the password is that of one of them.
    EXPECT_EQ(winners([&](int i) { return identity->sign_in("Grace", Secret(password_of(i)), peer(i)); }), 1);
}

TEST_F(OnceTest, ARecoveryCode) {
    const auto [secret, codes] = set_up(claim());
    const auto tokens = passwords_given();
    EXPECT_EQ(winners([&](int i) {
                  return identity->give_second_factor(tokens[static_cast<std::size_t>(i)], codes.front(),
                                                      peer(i));
              }),
              1);
    EXPECT_EQ(identity->roster().accounts.begin()->second.recovery_codes_left, codes.size() - 1);
}

TEST_F(OnceTest, ACodeOfAnApp) {
    const auto [secret, codes] = set_up(claim());
    const auto tokens = passwords_given();
    const std::string code = crypto::hotp(secret, crypto::totp_counter(clock.utc_now()));
    EXPECT_EQ(winners([&](int i) {
                  return identity->give_second_factor(tokens[static_cast<std::size_t>(i)], code, peer(i));
              }),
              1);
}

TEST_F(OnceTest, TheEnvelopeOfABreakGlassAccount) {
    const std::string token = claim();
    const auto sealed =
        run(Administration(identity, clock)
                .add_break_glass(granted_to(identity->use(token)->user, policy::Action::manage_users),
                                 "In case of fire", {}));
    ASSERT_TRUE(sealed.has_value());
    const std::string code(sealed->code.reveal_text());
    EXPECT_EQ(winners([&](int i) { return identity->break_glass(code, peer(i)); }), 1);
}

}  // namespace
}  // namespace vedette::hub::identity
