#include "net/retry_pause.hpp"

#include <gtest/gtest.h>

namespace vedette::net {
namespace {

using namespace std::chrono_literals;

TEST(RetryPause, DoublesToItsEndWithJitterAndBeginsAnew) {
    for (int round = 0; round < 100; ++round) {
        RetryPause pause(100ms, 350ms);
        for (const auto longest : {100ms, 200ms, 350ms, 350ms}) {
            const auto wait = pause.next();
            EXPECT_GE(wait, longest / 2);
            EXPECT_LE(wait, longest);
        }
        pause.reset();
        EXPECT_LE(pause.next(), 100ms);
    }
}

}  // namespace
}  // namespace vedette::net
