// What was fetched later stands in the gaps: in queries, in playback and for whoever verifies.

#include "gateway/vault/fetched.hpp"

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/tools.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {
namespace {

std::string text_of(const std::filesystem::path& file) {
    return std::string(as_text(read_file(file, 100).value()));
}

class FetchedTest : public testing::Test {
  protected:
    UtcTime at(int second) const { return t0 + seconds(second); }
    UtcInterval between(int from, int to) const { return {at(from), at(to)}; }

    // Live from 0 to 10 and from 30 to 40, and between them a gap.
    void record_with_gap() {
        const auto before = vault->begin_run(stream, shared("init live")).value();
        for (int i = 0; i < 5; ++i) add(stream, before, 2 * i, i);
        ASSERT_TRUE(vault->append(Gap{stream, between(10, 30), GapReason::camera_unreachable, "gone"}));
        const auto after = vault->begin_run(stream, shared("init live")).value();
        for (int i = 15; i < 20; ++i) add(stream, after, 2 * i, i);
    }
    void add(StreamKey key, std::uint64_t run, int second, int number) {
        ASSERT_TRUE(vault->append(make_fragment(key, run, at(second), number)));
    }
    void fetch(int from, int to) {
        const auto run = vault->begin_run(fetched, shared("init fetched"), fetched_at).value();
        for (int second = from; second < to; second += 2) add(fetched, run, second, 100 + second);
    }
    std::vector<int> starts(UtcTime from) {
        auto cursor = vault->read(stream, from);
        played = play_all(*cursor);
        std::vector<int> out;
        for (const PlayFragment& fragment : played.fragments)
            out.push_back(static_cast<int>((fragment.start - t0) / seconds(1)));
        return out;
    }
    void reopen() {
        vault.reset();
        vault = open_vault(folder.path).value();
    }

    VaultFolder folder;
    StreamKey stream{CameraId::random(), 0};
    StreamKey fetched = fetched_of(stream);
    UtcTime t0 = from_unix_seconds(1'795'228'500);
    UtcTime fetched_at = from_unix_seconds(1'795'230'000);
    std::unique_ptr<Vault> vault = open_vault(folder.path).value();
    Played played;
};

TEST_F(FetchedTest, FillsTheGapAndSaysWhereItCameFrom) {
    record_with_gap();
    fetch(10, 26);
    ASSERT_TRUE(vault->flush());
    for (int round = 0; round < 2; ++round) {
        const auto found = vault->recordings(stream, between(0, 100));
        ASSERT_TRUE(found);
        ASSERT_EQ(found->ranges.size(), 3u);
        EXPECT_EQ(found->ranges[0].fetched_at, std::nullopt);
        EXPECT_EQ(found->ranges[2].interval, between(10, 26));
        EXPECT_EQ(found->ranges[2].fetched_at, fetched_at);
        ASSERT_EQ(found->gaps.size(), 1u);
        EXPECT_EQ(found->gaps[0].interval, between(26, 30));

        EXPECT_EQ(starts(at(0)),
                  (std::vector<int>{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 30, 32, 34, 36, 38}));
        EXPECT_EQ(played.inits, (std::vector<std::string>{"init live", "init fetched", "init live"}));
        ASSERT_EQ(played.gaps.size(), 1u);
        EXPECT_EQ(played.gaps[0].interval, between(26, 30));
        EXPECT_TRUE(is_payload(*played.fragments[5].data, 110));
        EXPECT_EQ(starts(at(17)).front(), 16);
        reopen();  // from the index now
    }
    EXPECT_EQ(vault->recordings(fetched, between(0, 100))->gaps.size(), 0u);
}

TEST_F(FetchedTest, GapsMayBeFilledInAnyOrder) {
    record_with_gap();
    fetch(20, 30);
    fetch(10, 14);
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(starts(at(8)), (std::vector<int>{8, 10, 12, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38}));
    ASSERT_EQ(played.gaps.size(), 1u);
    EXPECT_EQ(played.gaps[0].interval, between(14, 20));
}

TEST_F(FetchedTest, WhatWasRecordedLiveIsNotGivenTwice) {
    record_with_gap();
    fetch(6, 34);
    ASSERT_TRUE(vault->flush());
    const auto found = vault->recordings(stream, between(0, 100));
    EXPECT_EQ(found->ranges[2].interval, between(10, 30));
    EXPECT_TRUE(found->gaps.empty());
    std::vector<int> all;
    for (int second = 0; second < 40; second += 2) all.push_back(second);
    EXPECT_EQ(starts(at(0)), all);
    EXPECT_TRUE(is_payload(*played.fragments[4].data, 4));  // live
    EXPECT_TRUE(is_payload(*played.fragments[15].data, 15));
}

// The connection broke within a group of pictures: the fetched one has all of it.
TEST_F(FetchedTest, AGroupThatWasCutOffIsReplacedByTheWholeOne) {
    const auto run = vault->begin_run(stream, shared("init")).value();
    add(stream, run, 0, 0);
    Fragment cut = make_fragment(stream, run, at(2), 1);
    cut.duration = seconds(1);
    ASSERT_TRUE(vault->append(std::move(cut)));
    ASSERT_TRUE(vault->append(Gap{stream, between(3, 6), GapReason::camera_unreachable, ""}));
    fetch(2, 6);
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(starts(at(0)), (std::vector<int>{0, 2, 4}));
    EXPECT_TRUE(is_payload(*played.fragments[1].data, 102));
    EXPECT_TRUE(played.gaps.empty());
}

TEST_F(FetchedTest, VerifyRebuildAndStatsKnowIt) {
    record_with_gap();
    fetch(10, 30);
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(text_of(folder.path / "format"), "6\n") << "older programs must refuse the store";
    vault.reset();

    const Layout layout{folder.path};
    ASSERT_TRUE(vault_rebuild(layout));
    const auto report = verify(layout, {}, [](const Fault& fault) { ADD_FAILURE() << to_text(fault, 4); });
    ASSERT_TRUE(report);
    EXPECT_EQ(report->fragments, 20u);
    EXPECT_EQ(report->fetched, 10u);
    const auto stats = vault_stats(layout);
    ASSERT_TRUE(stats);
    ASSERT_EQ(stats->size(), 2u);
    EXPECT_EQ(describe((*stats)[1].stream),
              "camera " + stream.camera.text() + " main (fetched from the camera's storage)");

    vault = open_vault(folder.path).value();
    EXPECT_EQ(starts(at(0)).size(), 20u);
    ASSERT_TRUE(vault->delete_camera(stream.camera));
    EXPECT_TRUE(starts(at(0)).empty());
    vault.reset();
    const auto after = verify(layout, {}, [](const Fault& fault) { ADD_FAILURE() << to_text(fault, 4); });
    EXPECT_EQ(after->fetched, 0u);
}

TEST_F(FetchedTest, ProvenanceIsSignedAndGoesWithItsStreamOnly) {
    EXPECT_FALSE(vault->begin_run(stream, shared("init"), fetched_at));
    EXPECT_FALSE(vault->begin_run(fetched, shared("init")));

    RecordHeader header;
    header.stream = fetched;
    header.plain_size = 10;
    header.payload_size = crypto::cobblestone_sealed_size(10);
    header.fetched_at = fetched_at;
    Entry entry = encode_entry(header);
    EXPECT_EQ(entry[4], std::byte{2}) << "a program that knows version 1 refuses it by name";
    EXPECT_EQ(*parse_entry(entry), header);
    entry[7] = std::byte{0};
    EXPECT_FALSE(parse_entry(entry));
    entry[7] = std::byte{1};
    entry[6] = std::byte{0};
    EXPECT_FALSE(parse_entry(entry)) << "a live stream has nothing fetched";
}

}  // namespace
}  // namespace vedette::vault
