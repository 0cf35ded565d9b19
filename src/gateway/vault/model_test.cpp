// A disk that fails or stops at operation n, for every n, and at random: what was acknowledged is there
// afterwards, what was not is there or in a gap, and `verify` finds nothing to say.
// VEDETTE_VAULT_SEEDS: number of random histories, 200 without it under ctest. VEDETTE_VAULT_SEED: the first
// one.

#include <cerrno>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "base/test_depth.hpp"
#include "base/test_failing_disk.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {
namespace {

namespace fs = std::filesystem;

class ModelTest : public testing::Test {
  protected:
    static constexpr int fragment_seconds = 2;

    void SetUp() override {
        log::set_level(log::Level::off);  // failures are what is tested
        folder.emplace();
    }
    void TearDown() override { log::set_level(log::Level::info); }
    UtcTime time_of(int number) const { return t0 + seconds(fragment_seconds * number); }

    Result<std::unique_ptr<Vault>> open() const {
        VaultOptions options;
        options.folder = folder->path;
        options.sync_interval = std::chrono::hours(1);  // flush() says when, so that n is always the same
        options.checkpoint_interval = std::chrono::hours(1);
        options.segment_length = seconds(8);
        if (is_behind) options.write_behind_bytes = 0;
        return Vault::open(std::move(options));
    }

    // One life of the recorder: some fragments, flushed now and then. False when it did not even start.
    bool live(FailingDisk* disk, int fragments, int flush_every) {
        auto vault = open();
        if (!vault) return false;
        const auto run = (*vault)->begin_run(stream, shared("init"));
        const auto other_run = (*vault)->begin_run(other, shared("init"));
        for (int i = 0; i < fragments; ++i) {
            EXPECT_TRUE((*vault)->append(make_fragment(stream, *run, time_of(next), next % 50)));
            if (disk == nullptr || !disk->has_stopped()) appended.insert(next);
            // What another camera's record meets is told to the right one.
            if (is_behind) (void)(*vault)->append(make_fragment(other, *other_run, time_of(next), next % 50));
            ++next;
            if (i % flush_every != flush_every - 1) continue;
            const bool flushed = (*vault)->flush().has_value();
            if (flushed && (disk == nullptr || !disk->was_reached())) durable = appended;
        }
        return true;
    }

    // Whether all is there. `gaps_explain`: the process lived on, so what is not there must be in a gap.
    void expect_sound(bool gaps_explain, const std::string& what) {
        const auto tell = [&](const Fault& fault) { ADD_FAILURE() << what << ": " << to_text(fault, 4); };
        const Layout layout{folder->path};
        if (fs::exists(layout.vkey())) (void)verify(layout, {}, tell);
        auto vault = open();
        ASSERT_TRUE(vault) << what << ": " << vault.error().message;
        auto cursor = (*vault)->read(stream, t0 - seconds(1));
        ASSERT_TRUE(cursor);
        const Played played = play_all(*cursor);
        EXPECT_EQ(played.damage, 0u) << what;
        std::set<int> found;
        for (const PlayFragment& fragment : played.fragments) {
            const auto number = static_cast<int>((fragment.start - t0) / seconds(fragment_seconds));
            EXPECT_TRUE(found.insert(number).second) << what << ": fragment " << number << " twice";
            EXPECT_TRUE(is_payload(*fragment.data, number % 50)) << what;
        }
        const auto recordings = (*vault)->recordings(stream, {t0 - seconds(1), time_of(next + 1)});
        ASSERT_TRUE(recordings);
        for (const int number : gaps_explain ? appended : durable) {
            const UtcInterval interval{time_of(number), time_of(number + 1)};
            const bool in_gap =
                gaps_explain && std::ranges::any_of(recordings->gaps, [&](const Gap& gap) {
                    return gap.interval.start <= interval.start && gap.interval.end >= interval.end;
                });
            EXPECT_TRUE(found.contains(number) || in_gap) << what << ": fragment " << number << " is lost";
        }
        vault->reset();
        const auto report = verify(layout, {}, tell);
        EXPECT_TRUE(report) << what;
    }

    void start_again() {
        folder.emplace();
        appended.clear();
        durable.clear();
        next = 0;
    }

    std::optional<VaultFolder> folder;
    StreamKey stream{CameraId::random(), 0};
    StreamKey other{CameraId::random(), 0};
    bool is_behind = false;  ///< records are written while the next is sealed, and there is another camera
    UtcTime t0 = from_unix_seconds(1'795'228'500);
    std::set<int> appended;
    std::set<int> durable;  // acknowledged before the disk failed
    int next = 0;
};

TEST_F(ModelTest, TheProcessEndsAtEveryOperation) {
    for (const auto& [part, behind] : {std::pair{0.0, false}, {0.5, false}, {0.5, true}}) {
        bool reached = true;
        is_behind = behind;
        for (int at = 0; reached && !HasFailure(); at += test_step(13)) {
            start_again();
            {
                FailingDisk disk(at, true, {EIO, part});
                live(&disk, 7, 3);
                reached = disk.was_reached();
            }
            expect_sound(false, fmt::format("stopped at operation {}, {} of it done", at, part));
        }
    }
}

TEST_F(ModelTest, OneOperationFailsAndTheProcessGoesOn) {
    for (const auto& [error, behind] :
         {std::pair{ENOSPC, false}, {EIO, false}, {ENOSPC, true}, {EIO, true}}) {
        bool reached = true;
        is_behind = behind;
        for (int at = 0; reached && !HasFailure(); at += test_step(13)) {
            start_again();
            bool lived = false;
            {
                FailingDisk disk(at, false, {error, 0.5});
                lived = live(&disk, 7, 3);
                reached = disk.was_reached();
            }
            expect_sound(lived, fmt::format("operation {} failed with {}{}", at, error,
                                            behind ? ", written behind" : ""));
        }
    }
}

TEST_F(ModelTest, RandomHistories) {
    const int first = test_number("VEDETTE_VAULT_SEED", 1);
    const int seeds = test_number("VEDETTE_VAULT_SEEDS", test_thoroughly() ? 200 : 4);
    for (int seed = first; seed < first + seeds && !HasFailure(); ++seed) {
        start_again();
        is_behind = seed % 2 == 0;
        std::mt19937 random(static_cast<unsigned>(seed));
        const auto below = [&](int limit) {
            return static_cast<int>(random() % static_cast<unsigned>(limit));
        };
        const int lives = 2 + below(2);
        for (int life = 0; life < lives && !HasFailure(); ++life) {
            {
                FailingDisk disk(below(50), true, {EIO, below(100) / 100.0});
                live(&disk, 1 + below(6), 1 + below(4));
            }
            expect_sound(false, fmt::format("VEDETTE_VAULT_SEED={} life {}", seed, life));
            appended = durable;  // the rest may or may not be there
        }
    }
}

}  // namespace
}  // namespace vedette::vault
