// `vedette vault verify` and `stats` beside a recorder that records, closes segments and deletes.

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "base/test_depth.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/tools.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {
namespace {

using namespace std::chrono_literals;

const auto test_time = test_thoroughly() ? 3s : 1s;

class LiveTest : public testing::Test {
  protected:
    void SetUp() override {
        VaultOptions options;
        options.folder = folder.path;
        options.sync_interval = 10ms;
        options.checkpoint_interval = 15ms;
        options.segment_length = seconds(10);
        auto opened = Vault::open(std::move(options));
        ASSERT_TRUE(opened) << opened.error().message;
        vault = std::move(*opened);
        recorder = std::thread([this] { record(); });
    }
    void TearDown() override {
        stop = true;
        recorder.join();
        vault.reset();
    }
    // Three cameras; the third is deleted and comes back all the time.
    void record() {
        std::map<StreamKey, std::uint64_t> runs;
        for (int i = 0; !stop; ++i) {
            for (const StreamKey key : streams) {
                if (!runs.contains(key)) runs[key] = vault->begin_run(key, shared("init")).value();
                (void)vault->append(make_fragment(key, runs[key], t0 + seconds(2 * i), i));
            }
            if (i % 40 == 39) {
                EXPECT_TRUE(vault->delete_camera(streams[2].camera));
                runs.erase(streams[2]);
            }
            std::this_thread::sleep_for(3ms);
        }
    }

    VaultFolder folder;
    std::array<StreamKey, 3> streams{StreamKey{CameraId::random(), 0}, StreamKey{CameraId::random(), 1},
                                     StreamKey{CameraId::random(), 0}};
    UtcTime t0 = from_unix_seconds(1'795'228'500);
    std::unique_ptr<Vault> vault;
    std::atomic<bool> stop = false;
    std::thread recorder;
};

TEST_F(LiveTest, VerifyFindsNoFaultWhileTheRecorderWorks) {
    const auto end = std::chrono::steady_clock::now() + test_time;
    std::uint64_t fragments = 0;
    int rounds = 0;
    for (; std::chrono::steady_clock::now() < end || rounds < 3 || fragments <= 20; ++rounds) {
        const auto report =
            verify(Layout{folder.path}, {}, [](const Fault& fault) { ADD_FAILURE() << to_text(fault, 4); });
        ASSERT_TRUE(report) << report.error().message;
        fragments = report->fragments;
        if (HasFailure()) return;
    }
}

TEST_F(LiveTest, StatsCountEachSegmentOnce) {
    const auto end = std::chrono::steady_clock::now() + test_time;
    std::int64_t last = 0;
    while (!HasFailure() && (std::chrono::steady_clock::now() < end || last == 0)) {
        const auto all = vault_stats(Layout{folder.path});
        ASSERT_TRUE(all) << all.error().message;
        for (const CameraStats& stats : *all) {
            if (stats.stream != streams[0]) continue;
            EXPECT_GE(stats.fragments, last);
            last = stats.fragments;
            if (last > 0) {
                EXPECT_EQ(stats.covered.start, t0);
                EXPECT_EQ(stats.covered.end, t0 + seconds(static_cast<int>(2 * last)));
            }
        }
    }
}

}  // namespace
}  // namespace vedette::vault
