#include "store/database.hpp"

#include <array>
#include <fstream>

#include <gtest/gtest.h>

#include "base/test_folder.hpp"

namespace vedette::store {
namespace {

constexpr std::array<Migration, 2> schema_migrations = {
    "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, data BLOB);",
    "ALTER TABLE thing ADD COLUMN size INTEGER; CREATE UNIQUE INDEX thing_name ON thing (name);"};

class DatabaseTest : public testing::Test {
  protected:
    Result<Database> open(Access access = Access::read_write_create) {
        return Database::open(path_, schema_migrations, access);
    }
    TestFolder folder_;
    std::filesystem::path path_ = folder_.path() / "test.db";
};

TEST_F(DatabaseTest, KeepsEveryTypeExactly) {
    auto database = open();
    ASSERT_TRUE(database) << database.error().message;
    const std::int64_t big = INT64_MIN + 1;
    const Bytes blob = {std::byte{0}, std::byte{255}};
    ASSERT_TRUE(database->run("INSERT INTO thing VALUES (?, ?, ?, ?)", 1, std::string("a\0b", 3), blob, big));
    ASSERT_TRUE(database->run("INSERT INTO thing VALUES (?, ?, ?, ?)", 2, "", ByteView(),
                              std::optional<std::int64_t>()));
    auto statement = database->prepare("SELECT name, data, size FROM thing ORDER BY id");
    ASSERT_TRUE(statement);
    ASSERT_TRUE(statement->step().value());
    EXPECT_EQ(statement->text(0), std::string_view("a\0b", 3));
    EXPECT_TRUE(std::ranges::equal(statement->blob(1), blob));
    EXPECT_EQ(statement->int64(2), big);
    ASSERT_TRUE(statement->step().value());
    EXPECT_FALSE(statement->is_null(0));
    EXPECT_FALSE(statement->is_null(1));
    EXPECT_TRUE(statement->is_null(2));
    EXPECT_FALSE(statement->step().value());
}

TEST_F(DatabaseTest, AMigrationCallsFunctionsAndLeavesNothingOfWhatItTookOut) {
    {
        auto database = open();
        ASSERT_TRUE(database);
        for (int i = 0; i < 200; ++i)
            ASSERT_TRUE(database->run("INSERT INTO thing (id, name) VALUES (?, ?)", i,
                                      fmt::format("a name in the open {}", i)));
    }
    const auto lies_open = [&] {
        std::string all;
        for (const char* suffix : {"", "-wal", "-shm"}) {
            std::ifstream file(path_.string() + suffix, std::ios::binary);
            all.append(std::istreambuf_iterator<char>(file), {});
        }
        return all.find("a name in the open") != std::string::npos;
    };
    EXPECT_TRUE(lies_open());
    constexpr std::array<Migration, 3> with_sealed = {schema_migrations[0], schema_migrations[1],
                                                      "UPDATE thing SET data = turned(id, name), name = "
                                                      "NULL; CREATE TABLE rewriting (owed INTEGER NOT NULL); "
                                                      "INSERT INTO rewriting VALUES (1);"};
    const std::array<Function, 1> functions{
        {{.name = "turned", .arguments = 2, .body = [](std::span<const ByteView> arguments) {
              Bytes bytes(arguments[1].begin(), arguments[1].end());
              std::ranges::reverse(bytes);
              return bytes;
          }}}};
    {
        auto database = Database::open(path_, with_sealed, Access::read_write_create, functions);
        ASSERT_TRUE(database) << database.error().message;
        EXPECT_FALSE(database->run("SELECT turned(1, 'x')"));  // for migrations alone
        {
            auto reader = Database::open_snapshot(path_);
            ASSERT_TRUE(reader);
            EXPECT_FALSE(database->rewrite_if_owed());  // somebody reads
        }
        EXPECT_EQ(database->query_int64("SELECT owed FROM rewriting").value(), 1);
        ASSERT_TRUE(database->rewrite_if_owed());
        EXPECT_EQ(database->query_int64("SELECT owed FROM rewriting").value(), 0);
        EXPECT_FALSE(lies_open());
        auto row = database->prepare("SELECT data FROM thing WHERE id = 7");
        ASSERT_TRUE(row->step().value());
        EXPECT_EQ(as_text(row->blob(0)), "7 nepo eht ni eman a");
        EXPECT_TRUE(database->rewrite_if_owed());
    }
    EXPECT_FALSE(lies_open());
}

TEST_F(DatabaseTest, WhatIsBoundIsNeverSql) {
    auto database = open();
    ASSERT_TRUE(database);
    const std::string name = "x'); DROP TABLE thing; -- \" OR 1=1";
    ASSERT_TRUE(database->run("INSERT INTO thing (id, name) VALUES (?, ?)", 1, name));
    ASSERT_TRUE(database->run("INSERT INTO thing (id, name) VALUES (?, ?)", 2, "y"));
    EXPECT_EQ(database->query_int64("SELECT count(*) FROM thing WHERE name = ?", name).value(), 1);
    EXPECT_EQ(database->query_int64("SELECT count(*) FROM thing").value(), 2);
}

TEST_F(DatabaseTest, TheSameSqlCanNest) {
    auto database = open();
    ASSERT_TRUE(database);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(database->run("INSERT INTO thing (id) VALUES (?)", i));
    auto outer = database->prepare("SELECT id FROM thing");
    int pairs = 0;
    while (outer->step().value()) {
        auto inner = database->prepare("SELECT id FROM thing");
        while (inner->step().value()) ++pairs;
    }
    EXPECT_EQ(pairs, 9);
}

TEST_F(DatabaseTest, TransactionRollsBackUnlessCommitted) {
    auto database = open();
    {
        auto transaction = Transaction::begin(*database);
        ASSERT_TRUE(transaction);
        ASSERT_TRUE(database->run("INSERT INTO thing (id) VALUES (1)"));
    }
    EXPECT_EQ(database->query_int64("SELECT count(*) FROM thing").value(), 0);
    auto transaction = Transaction::begin(*database);
    ASSERT_TRUE(database->run("INSERT INTO thing (id) VALUES (1)"));
    ASSERT_TRUE(transaction->commit());
    EXPECT_EQ(database->query_int64("SELECT count(*) FROM thing").value(), 1);
}

TEST_F(DatabaseTest, ConstraintIsAConflict) {
    auto database = open();
    ASSERT_TRUE(database->run("INSERT INTO thing (id, name) VALUES (1, 'x')"));
    const auto again = database->run("INSERT INTO thing (id, name) VALUES (2, 'x')");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, ErrorKind::conflict);
}

TEST_F(DatabaseTest, MigratesStepByStepAndRefusesTheFuture) {
    {
        ASSERT_TRUE(Database::open(path_, std::span(schema_migrations).first(1)));
    }
    EXPECT_EQ(open(Access::read_only).error().kind, ErrorKind::unsupported);
    {
        ASSERT_TRUE(open()->run("INSERT INTO thing (size) VALUES (1)"));
    }
    EXPECT_TRUE(open(Access::read_only));
    const auto older = Database::open(path_, std::span(schema_migrations).first(1));
    ASSERT_FALSE(older);
    EXPECT_EQ(older.error().kind, ErrorKind::unsupported);
    EXPECT_NE(older.error().message.find("has format 2"), std::string::npos) << older.error().message;
}

TEST_F(DatabaseTest, ACopyIsOfOneMomentBesideAWriter) {
    auto database = open();
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run("INSERT INTO thing (id, name) VALUES (1, 'before')"));
    auto reader = Database::open_any(path_);
    ASSERT_TRUE(reader) << reader.error().message;
    ASSERT_TRUE(reader->execute("BEGIN; SELECT count(*) FROM sqlite_schema;"));
    ASSERT_TRUE(database->run("INSERT INTO thing (id, name) VALUES (2, 'after')"));
    const auto copy = reader->copy();
    ASSERT_TRUE(copy) << copy.error().message;
    EXPECT_TRUE(check_copy(*copy, "copy"));
    const auto path = folder_.path() / "copy.db";
    std::ofstream(path) << as_text(*copy);
    auto opened = Database::open(path, schema_migrations);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->query_int64("SELECT count(*) FROM thing").value(), 1);
    EXPECT_EQ(opened->query_int64("SELECT count(*) FROM thing WHERE name = 'before'").value(), 1);
}

TEST_F(DatabaseTest, ADamagedDatabaseIsNotCopied) {
    {
        auto database = open();
        for (int i = 0; i < 500; ++i)
            ASSERT_TRUE(database->run("INSERT INTO thing (name) VALUES (?)", fmt::format("name {}", i)));
    }
    {
        std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096 + 2);
        file << std::string(2000, '\xff');
    }
    auto reader = Database::open_any(path_);
    ASSERT_TRUE(reader && reader->execute("BEGIN"));
    const auto copy = reader->copy();
    ASSERT_FALSE(copy);
    EXPECT_EQ(copy.error().kind, ErrorKind::corrupt) << copy.error().message;
    const Bytes none(8192);
    EXPECT_FALSE(check_copy(none, "copy"));
}

TEST_F(DatabaseTest, DamageIsCalledDamage) {
    std::ofstream(path_) << std::string(8192, 'x');
    const auto damaged = open();
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().kind, ErrorKind::corrupt);
    EXPECT_NE(damaged.error().message.find("is damaged"), std::string::npos);
}

TEST_F(DatabaseTest, MissingFolderIsOneSentence) {
    const auto missing = Database::open(folder_.path() / "no" / "x.db", schema_migrations);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace vedette::store
