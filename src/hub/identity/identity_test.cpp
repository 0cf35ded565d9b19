#include "hub/identity/identity.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "hub/identity/common_passwords.hpp"
#include "hub/identity/identity_fixture.hpp"
#include "hub/identity/rules.hpp"
#include "hub/identity/session_table.hpp"

namespace vedette::hub::identity {

using testing::good_password;
using testing::IdentityTest;

namespace {

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
    EXPECT_FALSE(identity->use(std::get<SignedIn>(*second).token.reveal_text()));
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

TEST_F(IdentityTest, OfMoreThanAHundredSessionsTheOneThatWasIdleLongestEnds) {
    const std::string first = claim();
    clock.advance(std::chrono::seconds(1));
    const std::string second(std::get<SignedIn>(*sign_in(good_password)).token.reveal_text());
    clock.advance(std::chrono::seconds(1));
    ASSERT_TRUE(identity->use(first));
    for (std::size_t i = 2; i < max_sessions_of_user; ++i) {
        clock.advance(std::chrono::seconds(5));  // an address has one attempt each 3 s
        ASSERT_TRUE(sign_in(good_password).has_value()) << i;
    }
    EXPECT_EQ(identity->session_count(), max_sessions_of_user);
    clock.advance(std::chrono::seconds(5));
    ASSERT_TRUE(sign_in(good_password).has_value());
    EXPECT_EQ(identity->session_count(), max_sessions_of_user);
    EXPECT_FALSE(identity->use(second));
    EXPECT_TRUE(identity->use(first));
    open();
    EXPECT_FALSE(identity->use(second)) << "on the disk as well";
}

TEST_F(IdentityTest, APasswordIsTakenWholeAndAsItIs) {
    const std::string longest = " Ünï " + std::string(max_password_characters - 6, 'q') + "Z";
    ASSERT_EQ(count_characters(longest), max_password_characters);
    auto claimed = run(
        identity->claim(std::string(*identity->claim_code()), "Ada", Secret(longest), {"192.0.2.1", "test"}));
    ASSERT_TRUE(claimed.has_value()) << claimed.error().error.message;
    for (const std::string& other : {longest.substr(1), longest.substr(0, longest.size() - 1),
                                     longest.substr(0, longest.size() - 1) + "z", longest + " "}) {
        EXPECT_FALSE(sign_in(other).has_value()) << other;
        clock.advance(std::chrono::seconds(61));
    }
    EXPECT_TRUE(sign_in(longest).has_value());
    clock.advance(std::chrono::days(4000));
    EXPECT_TRUE(sign_in(longest).has_value()) << "nobody has to change a password that is good";
}

TEST_F(IdentityTest, APasswordIsHashedAgainWhenTheCostHasChanged) {
    claim();
    options.cost.passes = 2;
    open();
    EXPECT_TRUE(sign_in(good_password).has_value());
    auto stored = Directory::open(options.directory / "identity.sqlite", clock.utc_now());
    ASSERT_TRUE(stored.has_value());
    EXPECT_NE((*stored->credentials("ada"))->password_phc.find("t=2"), std::string::npos);
}

TEST_F(IdentityTest, NamesLieSealedAndTheirKeyIsNotMadeAgain) {
    claim();
    const auto lies_open = [&](std::string_view text) {
        std::string all;
        for (const char* suffix : {"", "-wal", "-shm"}) {
            std::ifstream file((options.directory / "identity.sqlite").string() + suffix, std::ios::binary);
            all.append(std::istreambuf_iterator<char>(file), {});
        }
        return all.find(text) != std::string::npos;
    };
    EXPECT_TRUE(lies_open("argon2id"));  // it is the right file
    EXPECT_FALSE(lies_open("Ada"));
    EXPECT_FALSE(lies_open("ada"));
    open();
    EXPECT_EQ(identity->roster().accounts.begin()->second.name, "Ada");
    EXPECT_TRUE(sign_in(good_password).has_value());

    identity.reset();
    const auto key = options.directory / "data.key";
    std::filesystem::rename(key, folder.path() / "away");
    auto opened = Identity::open(options, clock);
    ASSERT_FALSE(opened.has_value());
    EXPECT_NE(opened.error().message.find("bring it back from a backup"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(key));
    std::ofstream(key) << std::string(64, 'a') << '\n';
    std::filesystem::permissions(key, std::filesystem::perms(0600));
    opened = Identity::open(options, clock);
    ASSERT_FALSE(opened.has_value());
    EXPECT_NE(opened.error().message.find("does not open with hub/data.key"), std::string::npos);
    std::filesystem::rename(folder.path() / "away", key);
    open();
    EXPECT_TRUE(sign_in(good_password).has_value());
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
         {"", "fourteen chars", "Vedette-Vedette-26", "passwordpassword", "Password-Password-12",
          "aaaaaaaaaaaaaaaa", "abcabcabcabcabcabc", "123456789012345678", "administrator123"})
        EXPECT_TRUE(password_fault(bad, "ada")) << bad;
    for (const char* good : {"five long words are enough", "xK9-vv2-Lq0-zz81", "ünïcödé wörds hérè"})
        EXPECT_FALSE(password_fault(good, "ada")) << good;
    EXPECT_TRUE(password_fault(std::string(257, 'x') + "y", "ada"));
    EXPECT_TRUE(password_fault("margaret.hamilton", "Margaret Hamilton"));
}

TEST(Rules, PasswordsMadeOfCommonOnesAreRefusedHoweverLong) {
    EXPECT_GE(common_password_count(), 3'000u);
    for (const char* bad : {"iloveyou1234567", "Princess-Princess", "DragonMonkey2024!!", "p4ssw0rd-p@ssword",
                            "trustno1trustno1", "2024.Summer.Winter", "sunshine sunshine sunshine sunshine",
                            "football__baseball", "111superman111111"}) {
        EXPECT_GE(std::string_view(bad).size(), min_password_characters) << bad;
        EXPECT_TRUE(password_fault(bad, "ada")) << bad;
    }
    // Three words are more than guessers go through, and so is anything besides.
    for (const char* good :
         {"dragon monkey shadow tales", "dragon of the monkeys", "dragonmonkey is not ours",
          "quiet harbour, seven lanterns", "xx summer yy winter"})
        EXPECT_FALSE(password_fault(good, "ada")) << good;
    EXPECT_FALSE(is_made_of_common_passwords(""));
    EXPECT_FALSE(is_made_of_common_passwords("1234567890!!!!!!"));  // monotonous, where it is
    EXPECT_FALSE(is_made_of_common_passwords(std::string(1'024, '\xff')));
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
