#include "gateway/ingest/signature_hold.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vedette::gateway::ingest {
namespace {

using namespace std::chrono_literals;
using media::Authenticity;

constexpr std::int64_t one_fragment = 90'000;

Fragment fragment(int number) {
    Fragment made{.first_time = number * one_fragment,
                  .last_time = (number + 1) * one_fragment - 3600,
                  .pieces = {std::make_shared<const Bytes>(100)}};
    return made;
}

media::SignatureVerdict about(int first, int last, Authenticity verdict, int key = 1) {
    return {.track = 0,
            .verdict = verdict,
            .key = {std::byte(key)},
            .first_time = first * one_fragment,
            .last_time = (last + 1) * one_fragment - 3600};
}

class SignatureHoldTest : public testing::Test {
  protected:
    void add(int number) { hold.add(fragment(number), now); }
    /// What is said of the fragments that can go now.
    std::vector<Authenticity> taken() {
        std::vector<Authenticity> said;
        while (auto next = hold.take(now)) {
            said.push_back(next->signature);
            last_key = next->signing_key;
        }
        return said;
    }
    SignatureHold hold;
    MonotonicTime now{1h};
    media::SigningKeyFingerprint last_key{};
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(SignatureHoldTest, ACameraThatDoesNotSignWaitsForNothing) {
    hold.begin_session(false);
    add(0);
    EXPECT_THAT(taken(), ElementsAre(Authenticity::none));
    EXPECT_EQ(hold.counters().fragments[0], 1U);
}

TEST_F(SignatureHoldTest, WaitsForTheSignatureOfItsOwnPictures) {
    hold.begin_session(false);
    hold.learn({.verdict = Authenticity::none});
    add(0);
    EXPECT_THAT(taken(), IsEmpty());
    hold.learn(about(0, 0, Authenticity::authentic, 7));
    EXPECT_THAT(taken(), ElementsAre(Authenticity::authentic));
    EXPECT_EQ(last_key[0], std::byte{7});
    // It came before the fragment was closed.
    hold.learn(about(1, 1, Authenticity::not_authentic));
    add(1);
    EXPECT_THAT(taken(), ElementsAre(Authenticity::not_authentic));
    EXPECT_EQ(hold.last(), Authenticity::not_authentic);
    EXPECT_EQ(hold.counters().fragments[static_cast<std::size_t>(Authenticity::not_authentic)], 1U);
}

TEST_F(SignatureHoldTest, OneSignatureMaySpeakOfSeveralFragmentsAndSeveralOfOne) {
    hold.begin_session(false);
    hold.learn({.verdict = Authenticity::none});
    add(0);
    add(1);
    hold.learn(about(0, 1, Authenticity::authentic));
    EXPECT_THAT(taken(), ElementsAre(Authenticity::authentic, Authenticity::authentic));
    auto half = about(2, 2, Authenticity::authentic);
    half.last_time -= one_fragment / 2;
    hold.learn(half);
    add(2);
    EXPECT_THAT(taken(), IsEmpty()) << "of its second half nothing is known";
    auto rest = about(2, 2, Authenticity::authentic_with_missing);
    rest.first_time += one_fragment / 2;
    hold.learn(rest);
    EXPECT_THAT(taken(), ElementsAre(Authenticity::authentic_with_missing)) << "the worse of both";
}

TEST_F(SignatureHoldTest, PatienceHasAnEnd) {
    hold.begin_session(false);
    hold.learn({.verdict = Authenticity::none});
    add(0);
    now += signature_patience - 1ms;
    EXPECT_THAT(taken(), IsEmpty());
    now += 1ms;
    EXPECT_THAT(taken(), ElementsAre(Authenticity::not_known));
    // What was found bad in a part stays bad.
    auto half = about(1, 1, Authenticity::not_authentic);
    half.last_time -= one_fragment / 2;
    hold.learn(half);
    add(1);
    now += signature_patience;
    EXPECT_THAT(taken(), ElementsAre(Authenticity::not_authentic));
}

TEST_F(SignatureHoldTest, MemoryHasAnEnd) {
    hold.begin_session(false);
    hold.learn({.verdict = Authenticity::none});
    Fragment large = fragment(0);
    large.pieces = {std::make_shared<const Bytes>(max_held_signature_bytes)};
    hold.add(std::move(large), now);
    EXPECT_THAT(taken(), IsEmpty());
    add(1);
    EXPECT_THAT(taken(), ElementsAre(Authenticity::not_known));
}

TEST_F(SignatureHoldTest, ACameraThatUsedToSignIsToldNotToAndThenNotWaitedFor) {
    hold.begin_session(true);
    add(0);
    EXPECT_THAT(taken(), IsEmpty());
    now += signature_patience;
    EXPECT_THAT(taken(), ElementsAre(Authenticity::not_signed));
    add(1);
    EXPECT_THAT(taken(), ElementsAre(Authenticity::not_signed));
    hold.begin_session(true);  // the next session may sign again
    add(2);
    EXPECT_THAT(taken(), IsEmpty());
    hold.learn(about(2, 2, Authenticity::authentic));
    EXPECT_THAT(taken(), ElementsAre(Authenticity::authentic));
}

TEST_F(SignatureHoldTest, AnotherSessionsPicturesAreOthers) {
    hold.begin_session(false);
    hold.learn(about(0, 3, Authenticity::authentic));
    hold.begin_session(false);
    hold.learn({.verdict = Authenticity::none});
    add(1);
    EXPECT_THAT(taken(), IsEmpty());
    EXPECT_EQ(hold.take_now()->signature, Authenticity::not_known);
    EXPECT_FALSE(hold.take_now());
}

}  // namespace
}  // namespace vedette::gateway::ingest
