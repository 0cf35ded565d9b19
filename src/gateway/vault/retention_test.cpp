// What rules delete, what holds keep, and what verify says of both.

#include <thread>

#include "gateway/vault/keys.hpp"
#include "gateway/vault/test_retention.hpp"

namespace vedette::vault {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(RetentionTest, ByAgeFilesAndKeysGoAndAreToldAsDeleted) {
    record(stream, t0, 3);
    record(stream, t0 + 2 * day, 2);
    record(other, t0, 1);
    vault->set_retention(stream.camera, {.keep_days = 30});
    clock.advance(30 * day - seconds(2 * 3600));
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(recorded(stream).size(), 2u) << "not old enough";

    clock.advance(seconds(3 * 3600));
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(recorded(stream), (std::vector{UtcInterval{t0 + 2 * day, t0 + 2 * day + seconds(16)}}));
    EXPECT_EQ(
        deleted(stream),
        (std::vector{DeletedRange{{t0, t0 + seconds(24)}, DeletionRule::keep_days, 30, clock.utc_now()}}));
    EXPECT_EQ(played(stream), 8u);
    EXPECT_EQ(played(other), 4u) << "a camera without a rule";
    EXPECT_EQ(files_of(stream.camera), 3u) << "two, and the gap before them until its day is over";
    const auto keys = KeyStore::open_read_only({folder.path}).value();
    EXPECT_FALSE(keys->day_key(stream.camera, utc_day(t0)));
    EXPECT_TRUE(keys->day_key(stream.camera, utc_day(t0 + 2 * day)));
    EXPECT_TRUE(keys->day_key(other.camera, utc_day(t0)));

    const VerifyReport report = verified_without_faults();
    ASSERT_EQ(report.by_rule.size(), 1u);
    EXPECT_EQ(report.by_rule[0].interval, (UtcInterval{t0, t0 + seconds(24)}));
    EXPECT_EQ(report.by_rule[0].fragments, 12u);
    EXPECT_EQ(report.by_rule[0].value, 30u);
    EXPECT_EQ(report.deleted, 3u * 6);
    EXPECT_EQ(report.leftovers, 0u);
}

TEST_F(RetentionTest, ADayKeyLivesAsLongAsAnySegmentOfTheDay) {
    record(stream, t0, 2);
    record(sub, t0 + seconds(7200), 1);
    vault->set_retention(stream.camera, {.keep_days = 1});
    clock.advance(day + seconds(600));
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(played(stream), 0u);
    EXPECT_EQ(played(sub), 4u);
    clock.advance(day);
    ASSERT_TRUE(vault->expire());
    EXPECT_FALSE(KeyStore::open_read_only({folder.path}).value()->day_key(stream.camera, utc_day(t0)));
    verified_without_faults();
}

// A backup of yesterday's files and database opens nothing that was deleted since: the epoch key is another.
TEST_F(RetentionTest, YesterdaysFilesAndDatabaseDoNotBringADayBack) {
    record(stream, t0, 1);
    const fs::path backup = folder.path.parent_path() / "backup";
    fs::copy(folder.path, backup, fs::copy_options::recursive);
    vault->set_retention(stream.camera, {.keep_days = 1});
    clock.advance(2 * day);
    ASSERT_TRUE(vault->expire());
    vault.reset();
    fs::copy_file(folder.path / "keys" / "epoch.key", backup / "keys" / "epoch.key",
                  fs::copy_options::overwrite_existing);
    EXPECT_FALSE(KeyStore::open_read_only({backup}));
}

TEST_F(RetentionTest, KeysThatARestoreBringsBackGoAgain) {
    record(stream, t0, 1);
    record(stream, t0 + 5 * day, 1);
    const fs::path keys = folder.path / "keys";
    const fs::path backup = folder.path.parent_path() / "backup";
    fs::copy(keys, backup, fs::copy_options::recursive);
    const auto has_key = [&](UtcTime at) {
        return KeyStore::open_read_only({folder.path})
            .value()
            ->day_key(stream.camera, utc_day(at))
            .has_value();
    };
    clock.advance(6 * day);
    vault->set_retention(stream.camera, {.keep_days = 2});
    ASSERT_TRUE(vault->expire());
    EXPECT_FALSE(has_key(t0));
    vault.reset();
    fs::remove_all(keys);
    fs::copy(backup, keys, fs::copy_options::recursive);
    open();
    EXPECT_TRUE(has_key(t0));
    ASSERT_TRUE(vault->expire());
    EXPECT_TRUE(has_key(t0)) << "without a rule nobody can tell";
    vault->set_retention(stream.camera, {.keep_days = 2});
    ASSERT_TRUE(vault->expire());
    EXPECT_FALSE(has_key(t0));
    EXPECT_TRUE(has_key(t0 + 5 * day));
    EXPECT_EQ(played(stream), 4u);
    verified_without_faults();
}

TEST_F(RetentionTest, BySizeTheCameraThatIsMostOverGoesFirstAndItsOldestFirst) {
    record(stream, t0, 4);
    record(other, t0 + seconds(60), 8);
    const std::uint64_t file = vault->usage().value().stored_bytes / 12;
    vault->set_retention(stream.camera, {.keep_bytes = file * 3});
    vault->set_retention(other.camera, {.keep_bytes = file * 3});
    ASSERT_TRUE(vault->expire());
    const auto statements = expiries();
    ASSERT_EQ(statements.size(), 2u);
    EXPECT_EQ(statements[0].stream, other);
    EXPECT_EQ(statements[0].interval.start, t0 + seconds(60));
    EXPECT_EQ(statements[1].stream, stream);
    EXPECT_EQ(statements[1].interval.start, t0);
    EXPECT_LE(vault->usage()->stored_bytes, file * 6);
    EXPECT_GE(vault->usage()->stored_bytes, file * 4);
    EXPECT_EQ(recorded(stream).front().end, t0 + seconds(32)) << "the newest stay";
    verified_without_faults();
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(expiries().size(), 2u) << "nothing is left to do";
}

TEST_F(RetentionTest, OnAFullDiskTheOldestOfAllGoes) {
    keep_free_percent = 5;
    record(stream, t0 + seconds(20), 2);
    record(other, t0, 2);
    ASSERT_TRUE(vault->expire());
    EXPECT_TRUE(expiries().empty());
    space.free = 49'900'000;
    ASSERT_TRUE(vault->expire());
    const auto statements = expiries();
    ASSERT_EQ(statements.size(), 1u);
    EXPECT_EQ(statements[0].stream, other);
    EXPECT_EQ(statements[0].rule, DeletionRule::keep_free_percent);
    EXPECT_EQ(statements[0].files, 1u);
    EXPECT_EQ(vault->usage()->problem, "");
    ASSERT_TRUE(vault->place_hold(hold(t0, std::nullopt)));
    space.free = 0;
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(played(other), 0u);
    EXPECT_EQ(played(stream), 8u);
    EXPECT_THAT(vault->usage()->problem, HasSubstr("nothing that may be deleted"));
    verified_without_faults();
}

TEST_F(RetentionTest, WhatIsHeldStaysWhole) {
    record(stream, t0, 6);
    record(sub, t0, 6);
    // From within the third file to the begin of the fifth: both are kept whole, with those between.
    const auto placed = vault->place_hold(hold(t0 + seconds(19), t0 + seconds(33)));
    ASSERT_TRUE(placed);
    EXPECT_EQ(placed->placed_at, clock.utc_now());
    vault->set_retention(stream.camera, {.keep_days = 1, .keep_bytes = 1});
    clock.advance(3 * day);
    ASSERT_TRUE(vault->expire());
    for (const StreamKey key : {stream, sub}) {
        EXPECT_EQ(recorded(key), (std::vector{UtcInterval{t0 + seconds(16), t0 + seconds(40)}}));
        EXPECT_EQ(deleted(key).size(), 2u);
        EXPECT_EQ(played(key), 12u);
    }
    EXPECT_EQ(verified_without_faults().holds, 1u);
    open();
    const auto holds = vault->holds(stream.camera);
    ASSERT_EQ(holds->size(), 1u);
    EXPECT_EQ(holds->front().reason, "theft");
    EXPECT_EQ(holds->front().placed_by, "eva");
    EXPECT_EQ(vault->delete_camera(stream.camera).error().kind, ErrorKind::conflict);

    ASSERT_TRUE(vault->lift_hold(stream.camera, placed->id));
    EXPECT_EQ(vault->lift_hold(stream.camera, placed->id).error().kind, ErrorKind::not_found);
    vault->set_retention(stream.camera, {.keep_days = 1});
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(played(stream), 0u);
    EXPECT_EQ(deleted(stream).size(), 1u) << "one stretch, by one rule";
    verified_without_faults();
    EXPECT_TRUE(vault->delete_camera(stream.camera));
    verified_without_faults();
}

// Why nothing was recorded is as good as a recording.
TEST_F(RetentionTest, GapsThatAreHeldStay) {
    record(stream, t0, 1);
    ASSERT_TRUE(vault->append(Gap{stream, {t0 + day, t0 + day + seconds(9)}, GapReason::camera_silent, "x"}));
    open();
    const auto placed = vault->place_hold(hold(t0 + day + seconds(3), t0 + day + seconds(4)));
    vault->set_retention(stream.camera, {.keep_days = 1});
    clock.advance(9 * day);
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(played(stream), 0u);
    const auto gaps = vault->recordings(stream, everything)->gaps;
    ASSERT_EQ(gaps.size(), 1u);
    EXPECT_EQ(gaps[0].detail, "x");
    ASSERT_TRUE(vault->lift_hold(stream.camera, placed->id));
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(vault->recordings(stream, everything)->gaps.size(), 0u);
    verified_without_faults();
}

TEST_F(RetentionTest, HoldsThatAreNoneAreRefused) {
    EXPECT_FALSE(vault->place_hold(hold(t0, t0)));
    RecordingHold without_reason = hold(t0, std::nullopt);
    without_reason.reason.clear();
    EXPECT_FALSE(vault->place_hold(without_reason));
    for (std::size_t i = 0; i < max_holds_of_camera; ++i)
        ASSERT_TRUE(vault->place_hold(hold(t0, std::nullopt)));
    EXPECT_EQ(vault->place_hold(hold(t0, std::nullopt)).error().kind, ErrorKind::exhausted);
}

TEST_F(RetentionTest, WhatIsHeldDoesNotCountAgainstTheLimit) {
    record(stream, t0, 6);
    const std::uint64_t file = vault->usage().value().stored_bytes / 6;
    ASSERT_TRUE(vault->place_hold(hold(t0, t0 + seconds(32))));
    vault->set_retention(stream.camera, {.keep_bytes = file * 5 / 2});
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(played(stream), 24u);
}

TEST_F(RetentionTest, LiftingAHoldWakesTheRules) {
    record(stream, t0, 2);
    const auto placed = vault->place_hold(hold(t0, std::nullopt));
    interval = std::chrono::hours(1);
    clock.advance(3 * day);
    open();
    vault->set_retention(stream.camera, {.keep_days = 1});
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(played(stream), 8u);
    ASSERT_TRUE(vault->lift_hold(stream.camera, placed->id));
    for (int i = 0; i < 1000 && !recorded(stream).empty(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(recorded(stream).empty());
}

// Gaps go with the rest, and a stream of which all is gone goes on where it was.
TEST_F(RetentionTest, NothingIsLeftAndRecordingGoesOn) {
    record(stream, t0, 2);
    ASSERT_TRUE(
        vault->append(Gap{stream, {t0 + 2 * day, t0 + 2 * day + seconds(9)}, GapReason::camera_silent, ""}));
    open();
    vault->set_retention(stream.camera, {.keep_days = 1});
    clock.advance(9 * day);
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(files_of(stream.camera), 0u);
    EXPECT_TRUE(vault->recordings(stream, everything)->gaps.empty());
    open();
    const auto run = vault->begin_run(stream, shared("init"));
    EXPECT_GT(*run, 1u) << "numbers of runs never repeat";
    ASSERT_TRUE(vault->append(make_fragment(stream, *run, t0 + 9 * day, 1)));
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(played(stream), 1u);
    vault.reset();
    verified_without_faults();
}

TEST_F(RetentionTest, ADeletionUnderACursorIsNoDamage) {
    record(stream, t0, 3);
    auto cursor = vault->read(stream, t0);
    ASSERT_TRUE(cursor->next());
    vault->set_retention(stream.camera, {.keep_days = 1});
    clock.advance(3 * day);
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(play_all(*cursor).damage, 0u);
}

TEST_F(RetentionTest, AListThatIsLostIsMadeAgainFromTheLog) {
    record(stream, t0, 3);
    const auto lifted = vault->place_hold(hold(t0, std::nullopt));
    ASSERT_TRUE(vault->place_hold(hold(t0 + seconds(17), t0 + seconds(18))));
    ASSERT_TRUE(vault->lift_hold(stream.camera, lifted->id));
    vault->set_retention(stream.camera, {.keep_days = 1});
    clock.advance(3 * day);
    ASSERT_TRUE(vault->expire());
    const auto before = deleted(stream);
    ASSERT_EQ(before.size(), 1u);
    for (const bool damage : {false, true}) {
        vault.reset();
        for (const char* name : {"retention.db-wal", "retention.db-shm", "retention.db"})
            fs::remove(folder.path / name);
        if (damage)
            spill(folder.path / "retention.db", as_bytes("this is no database, whatever it is called"));
        notices.clear();
        open();
        EXPECT_THAT(notices, Contains(HasSubstr("1 hold was found")));
        ASSERT_EQ(vault->holds(stream.camera)->size(), 1u);
        EXPECT_EQ(vault->holds(stream.camera)->front().start, t0 + seconds(17));
        EXPECT_EQ(deleted(stream), before);
        vault->set_retention(stream.camera, {.keep_days = 1});
        ASSERT_TRUE(vault->expire());
        EXPECT_EQ(played(stream), 4u);
    }
    verified_without_faults();
}

}  // namespace
}  // namespace vedette::vault
