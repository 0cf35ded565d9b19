#include "hub/identity/identity.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "hub/identity/rules.hpp"

namespace vedette::hub::identity {
namespace {

constexpr std::string_view good_password = "five long words are enough";

class IdentityTest : public ::testing::Test {
  protected:
    IdentityTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "vedette-identity-XXXXXX").string();
        directory = ::mkdtemp(pattern.data());
        options.directory = directory / "hub";
        options.cost = {.memory_kib = 64, .passes = 1, .lanes = 1};
        open();
    }
    ~IdentityTest() override {
        identity.reset();
        std::filesystem::remove_all(directory);
    }
    void open() {
        identity.reset();
        auto opened = Identity::open(options, clock);
        ASSERT_TRUE(opened.has_value()) << opened.error().message;
        identity = *opened;
    }
    template <class T>
    T run(boost::asio::awaitable<T> work) {
        std::optional<T> result;
        boost::asio::co_spawn(io, std::move(work),
                              [&](std::exception_ptr, T value) { result = std::move(value); });
        io.restart();
        io.run();
        return std::move(*result);
    }
    std::string claim() {
        auto signed_in = run(identity->claim(std::string(identity->claim_code().value_or("")), "Ada",
                                             Secret(good_password), "192.0.2.1"));
        return signed_in ? std::string(signed_in->token.reveal_text()) : signed_in.error().error.message;
    }
    auto sign_in(std::string_view password, std::string address = "192.0.2.1") {
        return run(identity->sign_in("ada", Secret(password), std::move(address)));
    }

    std::filesystem::path directory;
    boost::asio::io_context io;
    SimulatedClock clock{from_unix_seconds(1'800'000'000)};
    Options options;
    std::shared_ptr<Identity> identity;
};

TEST_F(IdentityTest, EachStartPrintsANewClaimCodeUntilItIsUsed) {
    const std::string first(*identity->claim_code());
    EXPECT_EQ(first.size(), 19u);
    open();
    EXPECT_NE(*identity->claim_code(), first);
    claim();
    open();
    EXPECT_TRUE(identity->claimed());
    EXPECT_FALSE(identity->claim_code());
}

TEST_F(IdentityTest, SessionsSurviveARestartAndEndIdleOrAfterAWeek) {
    const std::string token = claim();
    open();
    ASSERT_TRUE(identity->use(token));
    EXPECT_EQ(identity->use(token)->user.name, "Ada");
    for (int hours = 0; hours < 7 * 24 - 11; hours += 11) {
        EXPECT_TRUE(identity->use(token)) << hours;
        clock.advance(std::chrono::hours(11));
    }
    clock.advance(std::chrono::hours(11));
    EXPECT_FALSE(identity->use(token));

    auto second = sign_in(good_password);
    ASSERT_TRUE(second.has_value());
    clock.advance(std::chrono::hours(12));
    EXPECT_FALSE(identity->use(second->token.reveal_text()));
}

TEST_F(IdentityTest, ARevokedSessionStaysRevokedAfterARestart) {
    const std::string token = claim();
    const auto session = identity->use(token);
    ASSERT_TRUE(session);
    ASSERT_TRUE(run(identity->sign_out(session->digest)).has_value());
    open();
    EXPECT_FALSE(identity->use(token));
}

TEST_F(IdentityTest, FailuresDelayTheAccountButNotAnAddressThatIsKnown) {
    claim();
    ASSERT_TRUE(sign_in(good_password).has_value());  // 192.0.2.1 is known now
    std::optional<std::chrono::seconds> wait;
    for (int i = 0; i < 5 && !wait; ++i) wait = sign_in("wrong", "203.0.113.9").error().retry_after;
    EXPECT_TRUE(wait);
    EXPECT_TRUE(sign_in(good_password, "198.51.100.3").error().retry_after);
    EXPECT_TRUE(sign_in(good_password).has_value());
    clock.advance(std::chrono::seconds(61));
    EXPECT_TRUE(sign_in(good_password, "198.51.100.3").has_value());
}

TEST_F(IdentityTest, APasswordIsHashedAgainWhenTheCostHasChanged) {
    claim();
    options.cost.passes = 2;
    open();
    EXPECT_TRUE(sign_in(good_password).has_value());
    auto stored = Directory::open(options.directory / "identity.sqlite", clock.utc_now());
    ASSERT_TRUE(stored.has_value());
    EXPECT_NE((*stored->find_user("ada"))->password_phc.find("t=2"), std::string::npos);
}

TEST_F(IdentityTest, TheMetricsTokenIsForItsOwnersEyes) {
    const auto path = options.directory / "metrics.token";
    EXPECT_EQ(std::filesystem::status(path).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::ifstream file(path);
    std::string token;
    std::getline(file, token);
    EXPECT_TRUE(identity->is_metrics_token(token));
    EXPECT_FALSE(identity->is_metrics_token(""));
    EXPECT_FALSE(identity->is_metrics_token(token.substr(1)));
}

TEST(Throttle, AddressesHaveABucketAndIpv6SubscribersShareOne) {
    Throttle throttle;
    const MonotonicTime now{std::chrono::hours(1)};
    for (int i = 0; i < 20; ++i)
        EXPECT_FALSE(throttle.begin(std::to_string(i), fmt::format("2001:db8::{}", i), now)) << i;
    EXPECT_EQ(throttle.begin("x", "2001:db8::ffff", now), std::chrono::seconds(3));
    EXPECT_FALSE(throttle.begin("x", "2001:db8:0:1::1", now));
    EXPECT_FALSE(throttle.begin("y", "2001:db8::1", now + std::chrono::seconds(3)));
    EXPECT_EQ(network_of("::ffff:192.0.2.1"), "192.0.2.1");
}

TEST(Rules, PasswordsAreJudgedByLengthAndByBeingGuessedFirst) {
    for (const char* bad :
         {"", "fourteen chars", "passwordpassword", "Password-Password-12", "aaaaaaaaaaaaaaaa",
          "abcabcabcabcabcabc", "123456789012345678", "administrator123"})
        EXPECT_TRUE(password_fault(bad, "ada")) << bad;
    for (const char* good : {"five long words are enough", "xK9-vv2-Lq0-zz81", "ünïcödé wörds hérè"})
        EXPECT_FALSE(password_fault(good, "ada")) << good;
    EXPECT_TRUE(password_fault(std::string(257, 'x') + "y", "ada"));
    EXPECT_TRUE(password_fault("margaret.hamilton", "Margaret Hamilton"));
}

TEST(Rules, ClaimCodesAreReadAsTheyWereMeant) {
    EXPECT_EQ(normalise_claim_code(" o1il-abcd\n"), "0111ABCD");
    std::set<std::string> codes;
    for (int i = 0; i < 50; ++i) codes.insert(std::string(make_claim_code().reveal_text()));
    EXPECT_EQ(codes.size(), 50u);
}

TEST(Rules, UserNamesAreTrimmed) {
    EXPECT_EQ(clean_username("  Ada L. "), "Ada L.");
    EXPECT_FALSE(clean_username(" \t"));
    EXPECT_FALSE(clean_username("a\nb"));
    EXPECT_FALSE(clean_username(std::string(65, 'a')));
}

}  // namespace
}  // namespace vedette::hub::identity
