// Somebody was at the audit log's files. verify must say so and name the place.

#include <filesystem>
#include <thread>

#include "base/file.hpp"
#include "base/log.hpp"
#include "crypto/tile_log.hpp"
#include "hub/audit/test_audit.hpp"

namespace vedette::hub::audit {
namespace {

class TamperTest : public testing::AuditFixture {
  protected:
    void SetUp() override {
        vedette::log::set_level(vedette::log::Level::off);
        open();
        for (int i = 0; i < 20; ++i) {
            clock.advance(std::chrono::minutes(1));
            add(i % 5 == 4 ? "export_recording" : "watch_live", i % 7 != 6);
        }
        close();
        ASSERT_EQ(verified().faults, 0u) << faults();
        before_ = read_file(checkpoint_path(), 4096).value();
    }
    std::filesystem::path checkpoint_path() const { return folder->path() / "audit" / "tlog" / "checkpoint"; }
    std::filesystem::path tile(std::string_view rest) const {
        return folder->path() / "audit" / "tlog" / "tile" / rest;
    }

    void sql(const std::string& statement) {
        auto database = open_database();
        const auto done = database.execute(statement);
        ASSERT_TRUE(done) << done.error().message;
    }
    store::Database open_database() {
        // Its schema is what the log left; two migrations.
        static constexpr std::array<store::Migration, 2> current = {"SELECT 1;", "SELECT 1;"};
        return store::Database::open(folder->path() / "audit" / "audit.db", current).value();
    }
    /// Writes the leaf anew with `change`, in the row and its columns, as a careful forger would.
    void forge(std::uint64_t sequence, const std::function<void(Leaf&)>& change) {
        auto database = open_database();
        Bytes bytes;
        {
            auto row = database.prepare("SELECT leaf FROM entry WHERE sequence = ?").value();
            row.bind_all(sequence);
            ASSERT_TRUE(row.step().value());
            bytes.assign(row.blob(0).begin(), row.blob(0).end());
        }
        Leaf leaf = parse_leaf(bytes).value();
        change(leaf);
        ASSERT_TRUE(
            database.run("UPDATE entry SET leaf = ?, action = ?, allowed = ?, user_id = ? WHERE sequence = ?",
                         write_leaf(leaf), leaf.facts.action, leaf.facts.allowed ? 1 : 0,
                         ByteView(leaf.facts.user->bytes()), sequence));
    }
    void flip(const std::filesystem::path& path, std::size_t at) {
        Bytes bytes = read_file(path, 1 << 20).value();
        ASSERT_LT(at, bytes.size());
        bytes[at] ^= std::byte{1};
        ASSERT_TRUE(write_file_synced(path, bytes));
    }
    bool names_entry(std::uint64_t sequence) const {
        return std::ranges::any_of(faults_, [&](const Fault& f) { return f.sequence == sequence; });
    }
    UtcTime time_of(std::uint64_t sequence) const {
        return from_unix_seconds(1'800'000'000 + 60 * static_cast<std::int64_t>(sequence + 1));
    }

    Bytes before_;
};

TEST_F(TamperTest, AChangedEntryIsNamedWithWhatWasSigned) {
    forge(7, [](Leaf& leaf) { leaf.facts.user = UserId::random(); });
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_TRUE(names_entry(7));
    EXPECT_EQ(faults_.at(0).time, time_of(7));
    EXPECT_NE(faults().find("Signed was: \"watch_live\""), std::string::npos) << faults();
    EXPECT_NE(faults().find(user.text()), std::string::npos) << faults();
}

TEST_F(TamperTest, AChangedColumnIsNamed) {
    sql("UPDATE entry SET allowed = 1 WHERE sequence = 6");
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_TRUE(names_entry(6));
}

TEST_F(TamperTest, ARemovedEntryIsNamed) {
    sql("DELETE FROM entry WHERE sequence = 9");
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_TRUE(names_entry(9));
    EXPECT_EQ(faults_.at(0).time, time_of(9));
}

TEST_F(TamperTest, NeighboursThatWereRemovedAreOneFault) {
    sql("DELETE FROM entry WHERE sequence BETWEEN 3 AND 8");
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_TRUE(names_entry(3));
    EXPECT_NE(faults().find("the 5 entries after it"), std::string::npos) << faults();
}

TEST_F(TamperTest, AClosedGapIsNamed) {
    sql("DELETE FROM entry WHERE sequence = 4; UPDATE entry SET sequence = sequence + 1000000 WHERE sequence "
        "> "
        "4; UPDATE entry SET sequence = sequence - 1000001 WHERE sequence > 1000000;");
    EXPECT_GT(verified().faults, 0u);
    EXPECT_TRUE(names_entry(4));
    EXPECT_NE(faults().find("another order"), std::string::npos) << faults();
}

TEST_F(TamperTest, EntriesInAnotherOrderAreNamed) {
    sql("UPDATE entry SET sequence = 1000 WHERE sequence = 2; UPDATE entry SET sequence = 2 WHERE sequence = "
        "3; "
        "UPDATE entry SET sequence = 3 WHERE sequence = 1000");
    EXPECT_EQ(verified().faults, 2u) << faults();
    EXPECT_TRUE(names_entry(2));
    EXPECT_TRUE(names_entry(3));
    EXPECT_NE(faults().find("Entry 3 stands in its place"), std::string::npos) << faults();
}

TEST_F(TamperTest, ATruncatedEndIsNamed) {
    sql("DELETE FROM entry WHERE sequence >= 15");
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_TRUE(names_entry(15));
}

TEST_F(TamperTest, ChangedNamesAreFound) {
    sql("UPDATE entry SET personal_sealed = (SELECT personal_sealed FROM entry WHERE sequence = 1) WHERE "
        "sequence = 2");
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_TRUE(names_entry(2));
}

TEST_F(TamperTest, NamesSealedAnewWithTheKeyAreFound) {
    const auto sealer = PersonalSealer::open_existing({folder->path()}).value();
    const auto day = open_database().query_int64("SELECT personal_day FROM entry WHERE sequence = 2").value();
    const Bytes other =
        sealer->seal(2, static_cast<std::int32_t>(*day), write_personal({.name = "Eve"}, Salt{})).value();
    ASSERT_TRUE(open_database().run("UPDATE entry SET personal_sealed = ? WHERE sequence = 2", other));
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_NE(faults().find("not those that were signed"), std::string::npos) << faults();
}

TEST_F(TamperTest, NamesThatNobodyErasedAreMissed) {
    sql("UPDATE entry SET personal_sealed = NULL WHERE sequence = 5");
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_TRUE(names_entry(5));
}

TEST_F(TamperTest, AChangedTileIsNamed) {
    flip(tile("0/000.p/20"), 32 * 11 + 5);
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_TRUE(names_entry(11));
    EXPECT_NE(faults().find("tile 0"), std::string::npos) << faults();
}

TEST_F(TamperTest, AChangedEntryOfTheTreeIsNamed) {
    const Bytes bundle = read_file(tile("entries/000.p/20"), 1 << 20).value();
    flip(tile("entries/000.p/20"), bundle.size() - 1);
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_TRUE(names_entry(19));
}

TEST_F(TamperTest, AMissingTileIsNamed) {
    std::filesystem::remove(tile("0/000.p/20"));
    EXPECT_EQ(verified().faults, 1u) << faults();
    std::filesystem::remove(tile("entries/000.p/20"));
    EXPECT_EQ(verified().faults, 2u) << faults();
}

TEST_F(TamperTest, AChangedOrMissingCheckpointIsNamed) {
    flip(checkpoint_path(), before_.size() - 3);
    EXPECT_GE(verified().faults, 1u);
    EXPECT_NE(faults().find("the signed checkpoint"), std::string::npos) << faults();
    std::filesystem::remove(checkpoint_path());
    EXPECT_GE(verified().faults, 1u);
}

TEST_F(TamperTest, EntryTreeAndTileChangedTogetherDoNotFitToTheCheckpoint) {
    forge(7, [](Leaf& leaf) { leaf.facts.allowed = false; });
    const auto database = open_database();
    // The forger makes a tree of the forged rows with a key of his own, and puts the true checkpoint beside
    // it.
    std::filesystem::remove_all(folder->path() / "audit" / "tlog");
    const auto signer = crypto::Ed25519Signer::generate();
    auto tree = crypto::TileLog::open(folder->path() / "audit" / "tlog", "x", signer).value();
    auto book = Book::open(folder->path() / "audit" / "audit.db", store::Access::read_only).value();
    ASSERT_TRUE(book.for_each(0, 100, [&](const Row& row) -> Result<> {
        tree.append(row.leaf);
        return {};
    }));
    ASSERT_TRUE(tree.publish());
    EXPECT_GE(verified().faults, 1u);
    EXPECT_NE(faults().find("the signed checkpoint"), std::string::npos) << faults();
    ASSERT_TRUE(write_file_synced(checkpoint_path(), before_));
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_NE(faults().find("root hash"), std::string::npos) << faults();
}

TEST_F(TamperTest, AnOlderStateIsFoundByACheckpointThatWasKept) {
    const auto kept_folder = folder->path() / "copy";
    std::filesystem::copy(folder->path() / "audit", kept_folder, std::filesystem::copy_options::recursive);
    open();
    for (int i = 0; i < 5; ++i) add("talk");
    close();
    const Bytes later = read_file(checkpoint_path(), 4096).value();
    std::filesystem::remove_all(folder->path() / "audit");
    std::filesystem::rename(kept_folder, folder->path() / "audit");
    EXPECT_EQ(verified().faults, 0u) << faults();  // nothing in it can tell
    EXPECT_EQ(verified({.vkey = {}, .kept_checkpoint = std::string(as_text(later))}).faults, 1u);
    EXPECT_NE(faults().find("cut off at entry 20"), std::string::npos) << faults();
    EXPECT_EQ(verified({.vkey = {}, .kept_checkpoint = std::string(as_text(before_))}).faults, 0u)
        << faults();
}

TEST_F(TamperTest, AHistoryThatWasSignedAnewIsFoundByACheckpointThatWasKept) {
    forge(7, [](Leaf& leaf) { leaf.facts.allowed = false; });
    std::filesystem::remove_all(folder->path() / "audit" / "tlog");
    open();  // signs what it finds, and says that it did
    close();
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_TRUE(names_entry(20));
    EXPECT_NE(faults().find("tree_missing"), std::string::npos) << faults();
    verified({.vkey = {}, .kept_checkpoint = std::string(as_text(before_))});
    EXPECT_NE(faults().find("signed anew"), std::string::npos) << faults();
}

TEST_F(TamperTest, AForeignKeyOrCheckpointIsSaid) {
    const auto signer = crypto::Ed25519Signer::generate();
    const auto foreign = crypto::NoteVerifier{"example.com/x", signer.public_key()}.vkey();
    EXPECT_GE(verified({.vkey = foreign, .kept_checkpoint = {}}).faults, 1u);
    const auto ignore = [](const Fault&) {};
    EXPECT_FALSE(verify({folder->path()}, {.vkey = "no key", .kept_checkpoint = {}}, ignore));
    EXPECT_FALSE(verify({folder->path()}, {.vkey = {}, .kept_checkpoint = "no note"}, ignore));
    EXPECT_FALSE(verify({folder->path() / "none"}, {}, ignore));
}

TEST_F(TamperTest, WithoutTheDataKeyTheTreeIsStillProven) {
    std::filesystem::remove(folder->path() / "data.key");
    const auto report = verified();
    EXPECT_EQ(report.faults, 0u) << faults();
    EXPECT_NE(report.personal, "");
}

// ---- a start after somebody's visit: it starts, and the log says what was found

TEST_F(TamperTest, RowsThatAreMissingAreRestoredAndAnAlarmSaysSo) {
    sql("DELETE FROM entry WHERE sequence IN (3, 18, 19)");
    open();
    const auto all = page(0);
    ASSERT_EQ(all.size(), 21u);  // with the alarm
    EXPECT_EQ(all[20].leaf.facts.kind, Kind::alarm);
    EXPECT_EQ(all[18].leaf.facts.time, time_of(18));
    EXPECT_EQ(all[18].state, PersonalState::erased);
    EXPECT_EQ(add("talk"), 21u);
    close();
    verified();
    EXPECT_TRUE(names_entry(3));
    EXPECT_TRUE(names_entry(18));
    EXPECT_TRUE(names_entry(20)) << faults();  // the alarm
    EXPECT_FALSE(names_entry(21));
}

TEST_F(TamperTest, ADamagedDatabaseIsSetAsideAndRestored) {
    ASSERT_TRUE(write_file_synced(folder->path() / "audit" / "audit.db",
                                  as_bytes("this is no database, but long enough")));
    open();
    EXPECT_EQ(page(0).size(), 22u);
    EXPECT_EQ(add("talk"), 22u);
    close();
    verified();
    EXPECT_NE(faults().find("database_damaged"), std::string::npos) << faults();
}

TEST_F(TamperTest, ADamagedTreeIsSetAsideAndAnAlarmSaysSo) {
    flip(checkpoint_path(), 40);
    open();
    EXPECT_EQ(add("talk"), 21u);
    close();
    verified();
    EXPECT_NE(faults().find("tree_damaged"), std::string::npos) << faults();
}

TEST_F(TamperTest, ARowThatDiffersIsAnAlarmAndStays) {
    forge(12, [](Leaf& leaf) { leaf.facts.action = "talk"; });
    open();
    EXPECT_EQ(page(0).at(12).leaf.facts.action, "talk");
    close();
    verified();
    EXPECT_TRUE(names_entry(12));
    EXPECT_NE(faults().find("rows_differ"), std::string::npos) << faults();
}

TEST_F(TamperTest, AnotherDataKeyIsAnAlarm) {
    std::filesystem::remove(folder->path() / "data.key");
    open();
    EXPECT_EQ(page(0).at(0).state, PersonalState::unreadable);
    close();
    verified();
    EXPECT_NE(faults().find("names_unreadable"), std::string::npos) << faults();
}

TEST_F(TamperTest, AHoleInWhatWasNotSignedYetIsFilledAndSaid) {
    const auto sealer = sealing::ColumnSealer::open_existing(folder->path() / "data.key").value();
    auto book = Book::open(folder->path() / "audit" / "audit.db", store::Access::read_write).value();
    const Row row{22, write_leaf({.sequence = 22, .facts = make("talk").facts, .commitment = {}}), {}};
    ASSERT_TRUE(book.add({&row, 1}));
    open();
    EXPECT_EQ(add("talk"), 24u);
    close();
    verified();
    EXPECT_TRUE(names_entry(20));
    EXPECT_TRUE(names_entry(21));
}

// ---- more than one tile

TEST_F(TamperTest, AChangedUpperTileIsNamed) {
    open();
    std::vector<std::promise<Result<std::uint64_t>>> written(600);
    for (auto& one : written)
        log->append(make("watch_live"), [&one](Result<std::uint64_t> result) { one.set_value(result); });
    for (auto& one : written) ASSERT_TRUE(one.get_future().get());
    close();
    ASSERT_EQ(verified().faults, 0u) << faults();
    flip(tile("1/000.p/2"), 40);
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_NE(faults().find("tile 0 of level 1"), std::string::npos) << faults();
    flip(tile("1/000.p/2"), 40);
    forge(300, [](Leaf& leaf) { leaf.facts.allowed = false; });
    EXPECT_EQ(verified().faults, 1u) << faults();
    EXPECT_TRUE(names_entry(300));
}

TEST_F(TamperTest, ALogThatIsWrittenMeanwhileHasNoFault) {
    open();
    std::atomic<bool> stop = false;
    std::thread writing([&] {
        while (!stop) {
            std::promise<void> done;
            log->append(make("watch_live"), [&](const Result<std::uint64_t>&) { done.set_value(); });
            done.get_future().wait();
        }
    });
    for (int i = 0; i < 30; ++i) EXPECT_EQ(verified().faults, 0u) << faults();
    stop = true;
    writing.join();
}

}  // namespace
}  // namespace vedette::hub::audit
