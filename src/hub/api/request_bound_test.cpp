#include "hub/api/request_bound.hpp"

#include <gtest/gtest.h>

#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

TEST(RequestBound, EachUserHasABucketThatFillsAgain) {
    RequestBound bound({.burst = 3, .each_second = 2, .entries = 2});
    const UserId ada = UserId::random();
    const UserId eve = UserId::random();
    MonotonicTime now{std::chrono::hours(1)};
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(bound.take(ada, now)) << i;
    EXPECT_EQ(bound.take(ada, now), std::chrono::seconds(1));
    EXPECT_FALSE(bound.take(eve, now)) << "what one user asks is not another's";
    now += std::chrono::seconds(1);
    EXPECT_FALSE(bound.take(ada, now));
    EXPECT_FALSE(bound.take(ada, now));
    EXPECT_TRUE(bound.take(ada, now));
    now += std::chrono::hours(1);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(bound.take(ada, now)) << i;
    EXPECT_TRUE(bound.take(ada, now)) << "never more than the burst";
}

TEST(RequestBound, ForgetsTheLongestUnused) {
    RequestBound bound({.burst = 1, .each_second = 0, .entries = 2});
    const UserId first = UserId::random();
    MonotonicTime now{std::chrono::hours(1)};
    EXPECT_FALSE(bound.take(first, now));
    EXPECT_TRUE(bound.take(first, now));
    for (int i = 0; i < 2; ++i) EXPECT_FALSE(bound.take(UserId::random(), now += std::chrono::seconds(1)));
    EXPECT_FALSE(bound.take(first, now)) << "it was forgotten";
}

TEST(RequestBound, IsAnsweredWith429AndHoldsNobodyElseUpAndNoSignOut) {
    testing::TestSite site;
    const std::string ada = site.claim();
    const auto grace = site.add_user(ada, "Grace", policy::RightSet::all());
    site.services->requests = RequestBound({.burst = 2, .each_second = 0});
    const auto asked = [&](const std::string& cookie) {
        return site.send(net::Method::get, "/api/v1/cameras", {}, cookie);
    };
    EXPECT_EQ(asked(ada).status, 200u);
    EXPECT_EQ(asked(ada).status, 200u);
    const auto refused = asked(ada);
    EXPECT_EQ(refused.status, 429u);
    EXPECT_EQ(testing::header_of(refused, "Retry-After"), "1");
    EXPECT_EQ(asked(grace.cookie).status, 200u);
    EXPECT_EQ(site.send(net::Method::get, "/api/v1/setup").status, 200u);
    EXPECT_EQ(site.send(net::Method::del, "/api/v1/session", {}, ada).status, 204u);
}

}  // namespace
}  // namespace vedette::hub::api
