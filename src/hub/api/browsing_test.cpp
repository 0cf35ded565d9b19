#include "hub/api/browsing.hpp"

#include <gtest/gtest.h>

namespace vedette::hub::api {
namespace {

using std::chrono::seconds;

BrowsingKey key_of(std::byte session, CameraId camera) {
    identity::SessionDigest digest{};
    digest[0] = session;
    return {.credential = digest, .camera = camera, .address = "203.0.113.1"};
}

UtcTime at(int second) {
    return UtcTime(Ticks90k(seconds(second)));
}

class BrowsingTest : public ::testing::Test {
  protected:
    const CameraId yard = CameraId::random();
    const CameraId gate = CameraId::random();
    const BrowsingKey mine = key_of(std::byte{1}, yard);
    MonotonicTime now{seconds(100)};
    Browsings browsings{{.pause = seconds(60), .longest = seconds(600), .total = 3, .at_once = 2}};
};

TEST_F(BrowsingTest, LastsWhileRequestsFollowEachOther) {
    EXPECT_FALSE(browsings.goes_on(mine, now));
    EXPECT_TRUE(browsings.begin(mine, {}, 7, now).empty());
    for (int i = 0; i < 9; ++i) EXPECT_TRUE(browsings.goes_on(mine, now += seconds(59)));
    EXPECT_FALSE(browsings.goes_on(key_of(std::byte{1}, gate), now)) << "another camera";
    EXPECT_FALSE(browsings.goes_on(key_of(std::byte{2}, yard), now)) << "another session";
    BrowsingKey elsewhere = mine;
    elsewhere.address = "198.51.100.1";
    EXPECT_FALSE(browsings.goes_on(elsewhere, now)) << "the same from somewhere else";
    EXPECT_TRUE(browsings.sweep(now).empty());
    EXPECT_FALSE(browsings.goes_on(mine, now += seconds(70))) << "ten minutes are over";
    const auto over = browsings.sweep(now);
    ASSERT_EQ(over.size(), 1u);
    EXPECT_EQ(over[0].entry, 7u);
    EXPECT_TRUE(browsings.sweep(now).empty());
}

TEST_F(BrowsingTest, TellsOfWhichTimeThePicturesWere) {
    browsings.begin(mine, {}, 7, now);
    for (const int second : {50, 20, 30}) browsings.shown(mine, at(second));
    browsings.shown(key_of(std::byte{1}, gate), at(1));
    auto over = browsings.end_all();
    ASSERT_EQ(over.size(), 1u);
    const Ending ending = over[0].ending();
    EXPECT_EQ(ending.details.at("pictures"), 3u);
    EXPECT_EQ(ending.details.at("start_90k"), 20 * 90'000);
    EXPECT_EQ(ending.details.at("end_90k"), 50 * 90'000);
    browsings.begin(mine, {}, 8, now);
    EXPECT_FALSE(browsings.end_all()[0].ending().details.contains("start_90k"));
}

TEST_F(BrowsingTest, TheOneThatRestedLongestEndsBeyondTheBound) {
    for (std::byte session{1}; session < std::byte{4}; session = std::byte(std::to_integer<int>(session) + 1))
        browsings.begin(key_of(session, yard), {}, std::to_integer<std::uint64_t>(session),
                        now += seconds(1));
    EXPECT_TRUE(browsings.goes_on(mine, now += seconds(1)));
    const auto over = browsings.begin(key_of(std::byte{4}, yard), {}, 4, now);
    ASSERT_EQ(over.size(), 1u);
    EXPECT_EQ(over[0].entry, 2u);
    // Of two that began at once the later counts, and the other has its end.
    const auto same = browsings.begin(mine, {}, 5, now);
    ASSERT_EQ(same.size(), 1u);
    EXPECT_EQ(same[0].entry, 1u);
}

TEST_F(BrowsingTest, ASessionHasSoManyRequestsAtOnce) {
    auto first = browsings.take_turn(mine);
    auto second = browsings.take_turn(key_of(std::byte{1}, gate));
    ASSERT_TRUE(first && second);
    EXPECT_EQ(browsings.take_turn(mine), nullptr);
    EXPECT_NE(browsings.take_turn(key_of(std::byte{2}, yard)), nullptr);
    first.reset();
    EXPECT_NE(browsings.take_turn(mine), nullptr);
    // While one waits for its picture nothing is over.
    browsings.begin(mine, {}, 7, now);
    EXPECT_TRUE(browsings.sweep(now + seconds(1'000)).empty());
    second.reset();
    EXPECT_EQ(browsings.sweep(now + seconds(1'000)).size(), 1u);
}

}  // namespace
}  // namespace vedette::hub::api
