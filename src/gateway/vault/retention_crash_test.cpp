// A disk that fails or stops at operation n of a deletion, for every n: the next start brings it to its end,
// nothing that is held is touched, and `verify` finds nothing to say at any time.

#include <set>

#include <gtest/gtest.h>

#include "base/log.hpp"
#include "base/test_depth.hpp"
#include "base/test_failing_disk.hpp"
#include "gateway/vault/keys.hpp"
#include "gateway/vault/tamper_support.hpp"
#include "gateway/vault/test_support.hpp"

namespace vedette::vault {
namespace {

class RetentionCrashTest : public testing::Test {
  protected:
    static constexpr int files_of_stream = 4;  // of 8 s, on two days
    static constexpr int held_late = 12;       // the first fragment of the last file

    void SetUp() override {
        log::set_level(log::Level::off);  // failures are what is tested
        template_folder.emplace();
        folder.emplace();
        auto vault = open(template_folder->path);
        ASSERT_TRUE(vault);
        for (const StreamKey key : {stream, sub}) {
            const auto run = (*vault)->begin_run(key, shared("init"));
            for (int i = 0; i < 4 * files_of_stream; ++i)
                ASSERT_TRUE((*vault)->append(make_fragment(key, *run, time_of(i), i)));
        }
        vault->reset();
        vault = open(template_folder->path);
        ASSERT_TRUE((*vault)->place_hold(hold(5)));
    }
    void TearDown() override { log::set_level(log::Level::info); }
    // The first two files end at midnight.
    UtcTime time_of(int number) const { return midnight - seconds(16) + seconds(2 * number); }
    RecordingHold hold(int number) const {
        return {.camera = stream.camera,
                .start = time_of(number),
                .end = time_of(number + 1),
                .reason = "theft",
                .placed_by = "eva",
                .placed_at = {}};
    }
    Result<std::unique_ptr<Vault>> open(const fs::path& path) const {
        VaultOptions options;
        options.folder = path;
        options.clock = &clock;
        options.sync_interval = std::chrono::hours(1);
        options.checkpoint_interval = std::chrono::hours(1);
        options.segment_length = seconds(8);
        options.retention_interval = std::chrono::milliseconds(0);
        return Vault::open(std::move(options));
    }
    void start_again() {
        fs::remove_all(folder->path);
        fs::copy(template_folder->path, folder->path, fs::copy_options::recursive);
    }
    // What happens while the disk fails.
    void live() {
        auto vault = open(folder->path);
        if (!vault) return;
        placed = (*vault)->place_hold(hold(held_late)).has_value();
        (*vault)->set_retention(stream.camera, {.keep_days = 1});
        (void)(*vault)->expire();
        (void)(*vault)->lift_hold(stream.camera, 1);
        (void)(*vault)->expire();
    }
    void expect_sound(const std::string& what) {
        const auto tell = [&](const Fault& fault) { ADD_FAILURE() << what << ": " << to_text(fault, 4); };
        const Layout layout{folder->path};
        (void)verify(layout, {}, tell);
        auto vault = open(folder->path);
        ASSERT_TRUE(vault) << what << ": " << vault.error().message;
        for (const StreamKey key : {stream, sub}) {
            auto cursor = (*vault)->read(key, time_of(0));
            const Played played = play_all(*cursor);
            EXPECT_EQ(played.damage, 0u) << what;
            std::set<int> found;
            for (const PlayFragment& fragment : played.fragments) {
                const auto number = static_cast<int>((fragment.start - time_of(0)) / seconds(2));
                found.insert(number);
                EXPECT_TRUE(is_payload(*fragment.data, number)) << what;
            }
            const auto recordings = (*vault)->recordings(key, {time_of(0), time_of(100)});
            ASSERT_TRUE(recordings);
            for (int number = 0; number < 4 * files_of_stream; ++number) {
                const UtcInterval interval{time_of(number), time_of(number + 1)};
                const bool is_told = std::ranges::any_of(recordings->deleted, [&](const DeletedRange& range) {
                    return range.interval.start <= interval.start && range.interval.end >= interval.end;
                });
                EXPECT_NE(found.contains(number), is_told) << what << ": fragment " << number;
                if (placed && number >= held_late) EXPECT_TRUE(found.contains(number)) << what << ": held";
            }
            const auto holds = (*vault)->holds(stream.camera);
            if (std::ranges::find(*holds, 1u, &RecordingHold::id) != holds->end())
                for (int number = 4; number < 8; ++number)
                    EXPECT_TRUE(found.contains(number)) << what << ": held";
        }
        EXPECT_EQ((*vault)->recordings(stream, {time_of(0), time_of(100)})->gaps.size(), 0u);
        // And then all of it goes its way.
        for (const RecordingHold& left : (*vault)->holds(stream.camera).value())
            EXPECT_TRUE((*vault)->lift_hold(stream.camera, left.id)) << what;
        (*vault)->set_retention(stream.camera, {.keep_days = 1});
        EXPECT_TRUE((*vault)->expire()) << what;
        EXPECT_EQ((*vault)->usage()->stored_bytes, 0u) << what;
        vault->reset();
        for (const auto& file : fs::recursive_directory_iterator(folder->path / "media"))
            EXPECT_FALSE(file.is_regular_file()) << what << ": " << file.path();
        const auto keys = KeyStore::open_read_only(layout).value();
        for (const std::int32_t of : {utc_day(midnight) - 1, utc_day(midnight)})
            EXPECT_FALSE(keys->day_key(stream.camera, of)) << what;
        const auto report = verify(layout, {}, tell);
        ASSERT_TRUE(report) << what;
        EXPECT_EQ(report->leftovers, 0u) << what;
        std::uint64_t fragments = 0;
        for (const RuleDeletion& deletion : report->by_rule) fragments += deletion.fragments;
        EXPECT_EQ(fragments, 2u * 4 * files_of_stream) << what;
    }

    std::optional<VaultFolder> template_folder;
    std::optional<VaultFolder> folder;
    UtcTime midnight = from_unix_seconds(1'795'219'200);
    SimulatedClock clock{midnight + 3 * day};
    StreamKey stream{CameraId::random(), 0};
    StreamKey sub{stream.camera, 1};
    bool placed = false;
};

TEST_F(RetentionCrashTest, TheProcessEndsAtEveryOperation) {
    bool reached = true;
    for (int at = 0; reached && !HasFailure(); at += test_step(19)) {
        start_again();
        {
            FailingDisk disk(at, true, {EIO, 0.5});
            live();
            reached = disk.was_reached();
        }
        expect_sound(fmt::format("stopped at operation {}", at));
        if (!reached) EXPECT_GT(at, 60) << "the deletion was not reached";
    }
}

TEST_F(RetentionCrashTest, OneOperationFailsAndTheProcessGoesOn) {
    for (const int error : {ENOSPC, EIO}) {
        bool reached = true;
        for (int at = 0; reached && !HasFailure(); at += test_step(19)) {
            start_again();
            {
                FailingDisk disk(at, false, {error, 0.5});
                live();
                reached = disk.was_reached();
            }
            expect_sound(fmt::format("operation {} failed with {}", at, error));
        }
    }
}

}  // namespace
}  // namespace vedette::vault
