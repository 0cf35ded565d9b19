#include "gateway/vault/vault.hpp"

#include <gtest/gtest.h>

#include "gateway/vault/test_support.hpp"

namespace vedette::vault {
namespace {

class VaultTest : public testing::Test {
  protected:
    VaultFolder folder{TestFolder()};  // on a disk, as recorders write
    StreamKey stream{CameraId::random(), 0};
    UtcTime t0 = from_unix_seconds(1'795'228'500);
};

TEST_F(VaultTest, WhatGoesInComesOutAcrossSegmentsAndRestarts) {
    std::uint64_t run = 0;
    for (int part = 0; part < 2; ++part) {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault) << vault.error().message;
        run = (*vault)->begin_run(stream, shared("init " + std::to_string(part))).value();
        for (int i = 0; i < 45; ++i)
            ASSERT_TRUE((*vault)->append(
                make_fragment(stream, run, t0 + seconds(part * 90 + 2 * i), part * 100 + i)));
        ASSERT_TRUE((*vault)->flush());
        const auto recordings = (*vault)->recordings(stream, {t0, t0 + seconds(1000)});
        ASSERT_TRUE(recordings);
        EXPECT_EQ(recordings->ranges.size(), static_cast<std::size_t>(part + 1));
        EXPECT_EQ(recordings->ranges.back().interval,
                  (UtcInterval{t0 + seconds(part * 90), t0 + seconds(part * 90 + 90)}));
    }
    auto vault = open_vault(folder.path);
    ASSERT_TRUE(vault);
    auto cursor = (*vault)->read(stream, t0 + seconds(61));
    ASSERT_TRUE(cursor);
    const Played played = play_all(*cursor);
    EXPECT_EQ(played.inits, (std::vector<std::string>{"init 0", "init 1"}));
    EXPECT_EQ(played.damage, 0u);
    ASSERT_EQ(played.fragments.size(), 15u + 45u);
    EXPECT_EQ(played.fragments[0].start, t0 + seconds(60));
    for (std::size_t i = 0; i < 15; ++i)
        EXPECT_TRUE(is_payload(*played.fragments[i].data, 30 + static_cast<int>(i)));
    for (std::size_t i = 0; i < 45; ++i)
        EXPECT_TRUE(is_payload(*played.fragments[15 + i].data, 100 + static_cast<int>(i)));
}

}  // namespace
}  // namespace vedette::vault
