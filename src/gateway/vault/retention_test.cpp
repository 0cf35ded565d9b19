// What rules delete, what holds keep, and what verify says of both.

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/vault/keys.hpp"
#include "gateway/vault/retention_book.hpp"
#include "gateway/vault/tamper_support.hpp"

namespace vedette::vault {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class RetentionTest : public testing::Test {
  protected:
    static constexpr int fragments_of_file = 4;  // 8 s

    void SetUp() override { open(); }
    void open() {
        vault.reset();
        VaultOptions options;
        options.folder = folder.path;
        options.clock = &clock;
        options.segment_length = seconds(8);
        options.retention_interval = interval;
        options.keep_free_percent = keep_free_percent;
        options.disk_space = [this]() -> Result<DiskSpace> { return space; };
        options.on_notice = [this](const std::string& notice) { notices.push_back(notice); };
        auto opened = Vault::open(std::move(options));
        ASSERT_TRUE(opened) << opened.error().message;
        vault = std::move(*opened);
    }
    // So many files, the first one from `start` on. They are in the index then.
    void record(StreamKey key, UtcTime start, int files) {
        const std::uint64_t run = vault->begin_run(key, shared("init")).value();
        for (int i = 0; i < files * fragments_of_file; ++i)
            ASSERT_TRUE(vault->append(make_fragment(key, run, start + seconds(2 * i), i % 50)));
        open();
    }
    std::vector<UtcInterval> recorded(StreamKey key) const {
        std::vector<UtcInterval> found;
        const auto recordings = vault->recordings(key, everything);
        for (const RecordedRange& range : recordings.value().ranges) found.push_back(range.interval);
        return found;
    }
    std::vector<DeletedRange> deleted(StreamKey key) const {
        return vault->recordings(key, everything).value().deleted;
    }
    std::size_t played(StreamKey key) const {
        auto cursor = vault->read(key, everything.start);
        const Played all = play_all(*cursor);
        EXPECT_EQ(all.damage, 0u);
        return all.fragments.size();
    }
    std::size_t files_of(CameraId camera) const {
        std::size_t count = 0;
        for (const auto& file : fs::recursive_directory_iterator(folder.path / "media"))
            count +=
                file.is_regular_file() && file.path().filename().string().starts_with(camera.text()) ? 1 : 0;
        return count;
    }
    RecordingHold hold(UtcTime start, std::optional<UtcTime> end) const {
        return {.camera = stream.camera,
                .start = start,
                .end = end,
                .reason = "theft",
                .placed_by = "eva",
                .placed_at = {}};
    }
    VerifyReport verified_without_faults() const {
        const Verified verified = check(folder.path);
        EXPECT_TRUE(verified.report);
        EXPECT_THAT(verified.faults, IsEmpty());
        return verified.report.value_or(VerifyReport{});
    }
    std::vector<Expiry> expiries() const {
        std::vector<Expiry> found;
        const Layout layout{folder.path};
        const crypto::TileLogReader reader(layout.log());
        EXPECT_TRUE(
            reader.entries(0, vault->counters().log_size, [&](std::uint64_t, ByteView entry) -> Result<> {
                if (const auto header = parse_entry(entry); header && header->type == RecordType::expiry)
                    found.push_back(Expiry::of(*header));
                return {};
            }));
        return found;
    }

    TemporaryFolder folder;
    UtcTime t0 = from_unix_seconds(1'795'219'200);  // midnight
    UtcInterval everything{t0 - seconds(10), t0 + 400 * day};
    SimulatedClock clock{t0 + seconds(3600)};
    std::chrono::milliseconds interval{0};
    unsigned keep_free_percent = 0;
    DiskSpace space{1'000'000'000, 500'000'000};
    StreamKey stream{CameraId::random(), 0};
    StreamKey sub{stream.camera, 1};
    StreamKey other{CameraId::random(), 0};
    std::vector<std::string> notices;
    std::unique_ptr<Vault> vault;
};

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

// ------------------------------------------------------------------------------------------- forgeries

class RetentionForgeryTest : public RetentionTest {
  protected:
    void SetUp() override {
        RetentionTest::SetUp();
        record(stream, t0, 4);
        vault->set_retention(stream.camera, {.keep_days = 1, .keep_bytes = {}});
        vault.reset();
    }
    // What the owner of the signing key can do.
    void sign(const std::vector<RecordHeader>& statements) {
        const Layout layout{folder.path};
        const auto keys = KeyStore::open(layout).value();
        auto log = crypto::TileLog::open(layout.log(), keys->origin(), keys->signer()).value();
        for (RecordHeader statement : statements) {
            statement.organisation = keys->organisation();
            log.append(encode_entry(statement));
        }
        ASSERT_TRUE(log.publish());
    }
    // The second file, rightly.
    Expiry second_file() const {
        return {.stream = stream,
                .first_sequence = 6,
                .end_sequence = 12,
                .day = utc_day(t0),
                .interval = {t0 + seconds(8), t0 + seconds(16)},
                .rule = DeletionRule::keep_days,
                .value = 1,
                .deleted_at = t0 + 2 * day,
                .fragments = 4,
                .files = 1,
                .bytes = 1};
    }
    void remove_second_file() {
        std::vector<fs::path> files;
        for (const auto& file : fs::recursive_directory_iterator(folder.path / "media"))
            if (file.is_regular_file()) files.push_back(file.path());
        std::ranges::sort(files);
        fs::remove(files.at(1));
    }
    std::vector<std::string> faults() const { return check(folder.path).faults; }
};

TEST_F(RetentionForgeryTest, AFileThatWasRemovedByHandIsStillFound) {
    remove_second_file();
    EXPECT_THAT(faults(), Contains(HasSubstr("The file is missing")));
}

TEST_F(RetentionForgeryTest, WithAStatementItIsDeleted) {
    remove_second_file();
    sign({second_file().header({})});
    const Verified verified = check(folder.path);
    EXPECT_EQ(verified.report->by_rule.size(), 1u);
    for (const std::string& fault : verified.faults) EXPECT_THAT(fault, HasSubstr("index")) << fault;
}

TEST_F(RetentionForgeryTest, AStatementThatNobodySignedIsNone) {
    remove_second_file();
    // Somebody without the signing key puts it into entries and tiles, in the place of the last entry.
    const Layout layout{folder.path};
    const auto keys = KeyStore::open(layout).value();
    const fs::path kept = folder.path / "tlog" / "checkpoint";
    const Bytes checkpoint = slurp(kept);
    sign({second_file().header({})});
    spill(kept, checkpoint);
    EXPECT_THAT(faults(), Contains(HasSubstr("The file is missing"))) << "behind the checkpoint";

    const auto signer = crypto::Ed25519Signer::generate();
    fs::copy(folder.path / "tlog", folder.path / "foreign", fs::copy_options::recursive);
    std::vector<Bytes> entries;
    const crypto::TileLogReader reader(layout.log());
    ASSERT_TRUE(reader.entries(0, 24, [&](std::uint64_t, ByteView entry) -> Result<> {
        entries.emplace_back(entry.begin(), entry.end());
        return {};
    }));
    fs::remove_all(folder.path / "foreign");
    {
        auto forged = crypto::TileLog::open(folder.path / "foreign", keys->origin(), signer).value();
        RecordHeader statement = second_file().header(keys->organisation());
        for (std::size_t i = 0; i + 1 < entries.size(); ++i) forged.append(entries[i]);
        forged.append(encode_entry(statement));
        ASSERT_TRUE(forged.publish());
    }
    fs::remove_all(folder.path / "tlog" / "tile");
    fs::copy(folder.path / "foreign" / "tile", folder.path / "tlog" / "tile", fs::copy_options::recursive);
    fs::remove_all(folder.path / "foreign");
    const auto found = faults();
    EXPECT_THAT(found, Contains(HasSubstr("are not those that were signed")));
    EXPECT_THAT(found, Contains(HasSubstr("The file is missing"))) << "a statement excused it";
    EXPECT_TRUE(check(folder.path).report->by_rule.empty());
}

TEST_F(RetentionForgeryTest, AStatementInAnOpenFileIsNotSignedAtTheNextStart) {
    RecordHeader header = second_file().header({});
    header.stream = stream;
    header.segment = 24;
    header.sequence = 24;
    for (const RecordType type : {RecordType::expiry, RecordType::deletion, RecordType::hold_lifted}) {
        header.type = type;
        if (type == RecordType::deletion) header.stated_at.reset();
        header.rule = type == RecordType::expiry ? 1 : 0;
        header.payload_size = 0;
        header.digest = crypto::sha256({});
        Bytes file(block_size);
        encode_record_header(encode_entry(header), file);
        spill(folder.path / "media" / "open" / (stream.camera.text() + ".0.000000000024.seg"), file);
        open();
        const std::uint64_t size = vault->counters().log_size;
        vault.reset();
        EXPECT_EQ(size, 24u);
    }
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(RetentionForgeryTest, WhatTheOwnerOfTheKeyMayNotSay) {
    const fs::path kept = folder.path.parent_path() / "kept";
    fs::copy(folder.path, kept, fs::copy_options::recursive);
    const auto expect = [&](const std::vector<RecordHeader>& statements, const std::string& reason) {
        fs::remove_all(folder.path);
        fs::copy(kept, folder.path, fs::copy_options::recursive);
        sign(statements);
        EXPECT_THAT(faults(), Contains(HasSubstr(reason)));
    };
    Expiry early = second_file();
    early.deleted_at = early.interval.end + day - seconds(1);
    expect({early.header({})}, "not older than 1 days");
    Expiry ahead = second_file();
    ahead.end_sequence = 25;
    expect({ahead.header({})}, "no such records");
    Expiry more = second_file();
    more.end_sequence = 18;
    expect({more.header({})}, "something else about them");
    Expiry part = second_file();
    part.first_sequence = 7;
    expect({part.header({})}, "something else about them");
    Expiry moved = second_file();
    moved.interval.start -= seconds(1);
    expect({moved.header({})}, "something else about them");
    RecordingHold held = hold(t0 + seconds(9), t0 + seconds(10));
    held.id = 7;
    expect({hold_header(held, {}), second_file().header({})}, "They were held (hold 7)");
    fs::remove_all(folder.path);
    fs::copy(kept, folder.path, fs::copy_options::recursive);
    remove_second_file();
    sign({hold_header(held, {}), hold_lifted_header(held, {}, t0), second_file().header({})});
    EXPECT_EQ(check(folder.path).report->by_rule.size(), 1u);
}

}  // namespace
}  // namespace vedette::vault
