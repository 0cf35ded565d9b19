// What is left of people once the rule has erased them: nothing, also for who has old blocks of the disk.

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "base/test_failing_disk.hpp"
#include "hub/audit/test_audit.hpp"

namespace vedette::hub::audit {
namespace {

namespace fs = std::filesystem;
using testing::AuditFixture;

class ErasureTest : public AuditFixture {
  protected:
    Layout layout() const { return {folder->path()}; }
    std::vector<Row> rows() const {
        auto book = Book::open(layout().database(), store::Access::read_only).value();
        std::vector<Row> all;
        EXPECT_TRUE(book.for_each(0, 1'000'000, [&](const Row& row) -> Result<> {
            all.push_back(row);
            return {};
        }));
        return all;
    }
    static std::string content(const fs::path& path) {
        return std::string(as_text(read_file(path, 1 << 24).value_or(Bytes())));
    }
    bool stands_anywhere(std::string_view bytes) const {
        for (const auto& file : fs::recursive_directory_iterator(folder->path()))
            if (file.is_regular_file() && content(file.path()).find(bytes) != std::string::npos) return true;
        return false;
    }
};

TEST_F(ErasureTest, OldBlocksAndTheKeysOfTodayShowNothing) {
    open();
    for (int i = 0; i < 50; ++i) add("watch_live");
    close();
    // Everything that a thief could find of then, but for what was overwritten.
    const std::vector<Row> then = rows();
    const std::string secrets_then = content(layout().days()).substr(48);
    ASSERT_TRUE(PersonalSealer::open_existing(layout()).value()->unseal(then[7]));
    clock.advance(std::chrono::days(30));
    open();
    add("talk");
    EXPECT_EQ(log->erase_personal(clock.utc_now() - Ticks90k(std::chrono::days(7)), clock.utc_now()), 50u);
    close();

    const auto keys = PersonalSealer::open_existing(layout()).value();
    for (const Row& row : then) EXPECT_EQ(keys->unseal(row).error().kind, ErrorKind::not_found);
    EXPECT_TRUE(keys->unseal(rows()[50]));
    // Nor is it there any more, in the database, its write-ahead log, or the file of secrets.
    for (const Row& row : then) EXPECT_FALSE(stands_anywhere(as_text(*row.personal_sealed).substr(40, 64)));
    for (std::size_t at = 8; at + 32 <= secrets_then.size(); at += 48)
        EXPECT_FALSE(stands_anywhere(std::string_view(secrets_then).substr(at, 32)));
    // Without hub/data.key the secrets alone open nothing, and the other way round.
    EXPECT_EQ(verified().faults, 0u) << faults();
    EXPECT_EQ(verified().erased, 50u);
}

TEST_F(ErasureTest, TheSecretIsOverwrittenWhereItLay) {
    open();
    add("watch_live");
    struct stat before{};
    ASSERT_EQ(::stat(layout().days().c_str(), &before), 0);
    EXPECT_EQ(before.st_mode & 0777u, 0600u);
    clock.advance(std::chrono::days(400));
    add("talk");
    EXPECT_EQ(log->erase_personal(clock.utc_now(), clock.utc_now()), 1u);
    struct stat after{};
    ASSERT_EQ(::stat(layout().days().c_str(), &after), 0);
    EXPECT_EQ(after.st_ino, before.st_ino);
    EXPECT_EQ(content(layout().days()).substr(48, 48), std::string(48, '\0'));
    // Its place serves the next day.
    clock.advance(std::chrono::days(1));
    add("talk");
    EXPECT_EQ(content(layout().days()).size(), 48u * 3);
    EXPECT_NE(content(layout().days()).substr(48, 48), std::string(48, '\0'));
}

TEST_F(ErasureTest, TheDayThatIsNotOverKeepsItsNames) {
    clock.step_utc(Ticks90k(std::chrono::hours(2)));
    open();
    add("watch_live");
    EXPECT_EQ(log->erase_personal(clock.utc_now() + Ticks90k(std::chrono::hours(1)), clock.utc_now()), 0u);
    EXPECT_EQ(page(0).at(0).personal.name, "Ada");
}

TEST_F(ErasureTest, WhatWasSealedBeforeThereWereDaysOpensAndIsErased) {
    open();
    add("watch_live");
    add("talk");
    close();
    {
        // As format 1 had it.
        const auto sealer = PersonalSealer::open_existing(layout()).value();
        const auto base = sealing::ColumnSealer::open_existing(layout().data_key()).value();
        std::vector<std::pair<std::uint64_t, Bytes>> old;
        for (const Row& row : rows()) {
            ByteWriter name;
            name.u64(row.sequence);
            old.emplace_back(row.sequence,
                             base.seal({.table = "audit.entry", .column = "personal", .row = name.view()},
                                       sealer->unseal(row).value()));
        }
        static constexpr store::Migration none[] = {"", ""};  // as many as there are
        auto writable = store::Database::open(layout().database(), none).value();
        for (const auto& [sequence, sealed] : old)
            ASSERT_TRUE(
                writable.run("UPDATE entry SET personal_sealed = ? WHERE sequence = ?", sealed, sequence));
        ASSERT_TRUE(writable.execute("ALTER TABLE entry DROP COLUMN personal_day; PRAGMA user_version=1;"));
    }
    open();
    EXPECT_EQ(page(0).at(0).personal.name, "Ada");
    add("watch_live");
    close();
    EXPECT_EQ(verified().faults, 0u) << faults();
    clock.advance(std::chrono::days(400));
    open();
    EXPECT_EQ(page(0).at(0).state, PersonalState::erased);
    close();
    EXPECT_EQ(verified().faults, 0u) << faults();
    EXPECT_EQ(verified().erased, 3u);
}

TEST_F(ErasureTest, SecretsThatAreGoneWithoutAnEntryAreMissed) {
    open();
    add("watch_live");
    close();
    fs::remove(layout().days());
    EXPECT_EQ(verified().faults, 1u);
    EXPECT_NE(faults().find("no entry says"), std::string::npos) << faults();
    open();
    EXPECT_EQ(page(0).at(0).state, PersonalState::unreadable);
    close();
    verified();
    EXPECT_NE(faults().find("names_unreadable"), std::string::npos) << faults();
}

TEST_F(ErasureTest, AFileThatHoldsNoSecretsIsNotOverwritten) {
    ASSERT_TRUE(
        write_file_synced(layout().days(), as_bytes("something else that is longer than one slot of it")));
    EXPECT_EQ(DaySecrets::open(layout().days()).error().kind, ErrorKind::corrupt);
    fs::permissions(layout().days(), fs::perms(0640));
    EXPECT_EQ(DaySecrets::open(layout().days()).error().kind, ErrorKind::forbidden);
}

// At operation n of the erasure the disk stops, the process ends, and starts again.
TEST_F(ErasureTest, IsFinishedAfterACrashAtEveryOperation) {
    vedette::log::set_level(vedette::log::Level::off);
    bool reached = true;
    for (int n = 0; reached; ++n) {
        SCOPED_TRACE(n);
        reset();
        open();
        for (int i = 0; i < 3; ++i) add("watch_live");
        clock.advance(std::chrono::days(1));
        add("talk");
        const UtcTime now = clock.utc_now();
        {
            FailingDisk disk(n, true, {.error = EIO, .part = n % 2 == 0 ? 0.5 : 0});
            (void)log->erase_personal(now, now);
            close();
            reached = disk.was_reached();
        }
        EXPECT_EQ(verified().faults, 0u) << faults();
        open();
        (void)log->erase_personal(now, now);
        for (const Listed& entry : page(0))
            if (entry.leaf.facts.action == "watch_live") EXPECT_EQ(entry.state, PersonalState::erased);
        EXPECT_EQ(page(3).at(0).personal.name, "Ada");
        close();
        EXPECT_EQ(verified().faults, 0u) << faults();
        ASSERT_LT(n, 500);
    }
}

}  // namespace
}  // namespace vedette::hub::audit
