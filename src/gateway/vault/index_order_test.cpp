// Finding a time in the index, whatever the clock did.

#include <algorithm>
#include <array>
#include <random>

#include <gtest/gtest.h>

#include "gateway/vault/index.hpp"
#include "gateway/vault/test_support.hpp"

namespace vedette::vault {
namespace {

class IndexOrderTest : public testing::Test {
  protected:
    SegmentInfo segment(int number, int start_seconds) const {
        SegmentInfo info{{stream, static_cast<std::uint64_t>(number) * 2}, 0, 8192, {}, {}};
        for (const auto type : {RecordType::segment, RecordType::fragment}) {
            RecordRow row;
            row.type = type;
            row.sequence = info.end_sequence();
            row.run = static_cast<std::uint64_t>(number) + 1;
            row.start = t0 + seconds(start_seconds);
            if (type == RecordType::fragment) row.duration = seconds(60);
            info.rows.push_back(row);
        }
        return info;
    }
    // The first by sequence that ends later, looked for one by one.
    std::optional<std::uint64_t> expected(UtcTime from) const {
        std::optional<std::uint64_t> first;
        for (const SegmentInfo& info : all) {
            const UtcInterval interval = *info.fragments_interval();
            if (interval.end > from && interval.start >= from - longest_segment)
                first = std::min(first.value_or(UINT64_MAX), info.id.first_sequence);
        }
        return first;
    }
    void expect_found() {
        const auto index = Index::open(path).value();
        std::mt19937 random(1);
        for (int i = 0; i < 300; ++i) {
            const UtcTime from = t0 + seconds(static_cast<int>(random() % 9000));
            ASSERT_EQ(index->first_after(stream, from).value(), expected(from)) << to_rfc3339(from);
        }
        EXPECT_EQ(index->greatest_run().value(), all.size());
    }
    void insert_shuffled() {
        std::vector<SegmentInfo> shuffled = all;
        std::ranges::shuffle(shuffled, std::mt19937(2));
        const auto index = Index::open(path).value();
        for (const SegmentInfo& info : shuffled) ASSERT_TRUE(index->insert({info}, 0));
    }

    TestFolder folder{memory_place()};
    const std::filesystem::path path = folder.path() / "index.db";
    const StreamKey stream{CameraId::random(), 0};
    const UtcTime t0 = from_unix_seconds(1'800'000'000);
    std::vector<SegmentInfo> all;
};

TEST_F(IndexOrderTest, InOrder) {
    for (int i = 0; i < 120; ++i) all.push_back(segment(i, i * 60));
    insert_shuffled();
    expect_found();
}

TEST_F(IndexOrderTest, WhereTheClockWasSetBack) {
    for (int i = 0; i < 60; ++i) all.push_back(segment(i, 3000 + i * 60));
    for (int i = 60; i < 120; ++i) all.push_back(segment(i, (i - 60) * 60 + 7));
    insert_shuffled();
    expect_found();
}

TEST_F(IndexOrderTest, InAnIndexOfAnEarlierVersion) {
    for (int i = 0; i < 60; ++i) all.push_back(segment(i, 3000 + i * 60));
    for (int i = 60; i < 120; ++i) all.push_back(segment(i, (i - 60) * 60 + 7));
    insert_shuffled();
    {
        constexpr std::array<store::Migration, 5> as_it_is{};
        auto database = store::Database::open(path, as_it_is).value();
        ASSERT_TRUE(database.execute(
            "DROP TABLE out_of_order; DROP TABLE position; DROP TABLE stored;DROP TRIGGER "
            "segment_added; DROP TRIGGER segment_removed;"
            "ALTER TABLE segment DROP COLUMN light; ALTER TABLE state DROP COLUMN greatest_run; DROP INDEX "
            "segment_place;"
            "ALTER TABLE segment DROP COLUMN place; DROP TABLE place_debt; DROP TABLE recorder_event; PRAGMA "
            "user_version = 1;"));
    }
    expect_found();
    EXPECT_EQ(Index::open(path).value()->stored_bytes().value(),
              (std::map<CameraId, std::uint64_t>{{stream.camera, 120 * 8192}}));
}

TEST_F(IndexOrderTest, BytesAreCountedAsSegmentsComeAndGo) {
    for (int i = 0; i < 10; ++i) all.push_back(segment(i, i * 60));
    insert_shuffled();
    const auto index = Index::open(path).value();
    const auto bytes = [&] { return index->stored_bytes().value()[stream.camera]; };
    EXPECT_EQ(bytes(), 10u * 8192);
    SegmentInfo larger = all[3];
    larger.bytes = 16384;
    ASSERT_TRUE(index->insert({larger}, 0));
    EXPECT_EQ(bytes(), 11u * 8192);
    ASSERT_TRUE(index->remove(stream, larger.id.first_sequence, larger.end_sequence()));
    EXPECT_EQ(bytes(), 9u * 8192);
    ASSERT_TRUE(index->remove(stream, all[5].id.first_sequence));
    EXPECT_EQ(bytes(), 5u * 8192);
    ASSERT_TRUE(index->remove(stream, UINT32_MAX));
    EXPECT_EQ(index->stored_bytes().value().size(), 0u);
}

TEST_F(IndexOrderTest, WhatOnlyTheLogKnewIsRemembered) {
    all.push_back(segment(0, 0));
    insert_shuffled();
    const StreamKey gone{CameraId::random(), 1};
    ASSERT_TRUE(Index::open(path).value()->remember({{gone, {17, t0}}, {stream, {1, t0}}}, 99));
    const auto index = Index::open(path).value();
    EXPECT_EQ(index->position(gone).value().next_sequence, 17u);
    EXPECT_EQ(index->position(gone).value().last_end, t0);
    EXPECT_EQ(index->position(stream).value().next_sequence, 2u) << "the files are further";
    EXPECT_EQ(index->position(stream).value().last_end, t0 + seconds(60));
    EXPECT_EQ(index->greatest_run().value(), 99u);
}

}  // namespace
}  // namespace vedette::vault
