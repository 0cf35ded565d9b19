// Light encryption in the store: what lies in clear and what does not, that nothing of it can be altered, and
// that it shows wherever somebody looks.
#include "gateway/vault/light.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/tools.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::vector<ClearRange> some_ranges{{50, 100}, {200, 1}, {4000, 3000}, {9000, 900}};

Bytes joined(const std::vector<ByteView>& views) {
    ByteWriter out;
    for (const ByteView view : views) out.bytes(view);
    return std::move(out).finish();
}

class LightTest : public testing::Test {
  protected:
    void record(int from, int to) {
        const auto run = vault->begin_run(stream, shared("init")).value();
        for (int i = from; i < to; ++i) {
            Fragment fragment = make_fragment(stream, run, t0 + seconds(2 * i), i);
            fragment.clear = some_ranges;
            ASSERT_TRUE(vault->append(std::move(fragment)));
        }
        ASSERT_TRUE(vault->flush());
    }
    Played play() {
        auto cursor = vault->read(stream, t0);
        return play_all(*cursor);
    }
    fs::path only_segment() {
        for (const auto& entry : fs::recursive_directory_iterator(folder.path / "media"))
            if (entry.path().extension() == ".seg") return entry.path();
        return {};
    }
    // Where in the file these bytes stand; npos: nowhere.
    std::size_t find(ByteView bytes) {
        const Bytes file = read_file(only_segment(), 1 << 24).value();
        return as_text(file).find(as_text(bytes));
    }
    VerifyReport verified() {
        faults.clear();
        return verify({folder.path}, {}, [&](const Fault& fault) { faults.push_back(fault.reason); }).value();
    }
    void reopen() {
        vault.reset();
        vault = open_vault(folder.path).value();
        vault->set_encryption(stream.camera, Encryption::light);
    }

    VaultFolder folder;
    StreamKey stream{CameraId::random(), 0};
    UtcTime t0 = from_unix_seconds(1'795'228'500);
    std::unique_ptr<Vault> vault = open_vault(folder.path).value();
    std::vector<std::string> faults;
};

TEST_F(LightTest, LeavesInClearWhatItSaysAndNothingElse) {
    vault->set_encryption(stream.camera, Encryption::light);
    record(0, 1);
    const ByteView bytes = *payload(0);
    constexpr std::size_t looked_for = 32;
    std::size_t at = 0;
    for (const ClearRange& range : some_ranges) {
        const ByteView clear = bytes.subspan(range.offset, range.size);
        if (range.size >= looked_for) EXPECT_NE(find(clear), std::string::npos) << range.offset;
        // Not even the first bytes of what is sealed before it.
        if (range.offset - at >= looked_for)
            EXPECT_EQ(find(bytes.subspan(at, looked_for)), std::string::npos) << at;
        at = range.offset + range.size;
    }
    EXPECT_EQ(find(bytes.subspan(at, looked_for)), std::string::npos);

    const Played played = play();
    ASSERT_EQ(played.fragments.size(), 1u);
    EXPECT_TRUE(is_payload(*played.fragments[0].data, 0));
}

TEST_F(LightTest, ShowsInAllThatIsToldOfRecordings) {
    const Layout layout{folder.path};
    record(0, 3);
    vault->set_encryption(stream.camera, Encryption::light);
    record(3, 5);
    EXPECT_EQ(read_format(layout), newest_format);
    vault->set_encryption(stream.camera, Encryption::full);
    record(5, 6);
    for (int round = 0; round < 3; ++round) {
        const auto found = vault->recordings(stream, {t0, t0 + seconds(100)}).value();
        ASSERT_EQ(found.ranges.size(), 3u);
        EXPECT_EQ(found.ranges[0].encryption, Encryption::full);
        EXPECT_EQ(found.ranges[1].encryption, Encryption::light);
        EXPECT_EQ(found.ranges[1].interval, (UtcInterval{t0 + seconds(6), t0 + seconds(10)}));
        EXPECT_EQ(found.ranges[2].encryption, Encryption::full);
        const VerifyReport report = verified();
        EXPECT_TRUE(faults.empty()) << faults.front();
        EXPECT_EQ(report.fragments, 6u);
        EXPECT_EQ(report.light, 2u);
        const auto stats = vault_stats(layout).value();
        ASSERT_EQ(stats.size(), 1u);
        EXPECT_EQ(stats[0].fragments, 6);
        EXPECT_EQ(stats[0].light, 2);
        const Played played = play();
        ASSERT_EQ(played.fragments.size(), 6u);
        for (int i = 0; i < 6; ++i)
            EXPECT_TRUE(is_payload(*played.fragments[static_cast<std::size_t>(i)].data, i));
        vault.reset();
        if (round == 1) ASSERT_TRUE(vault_rebuild(layout));
        vault = open_vault(folder.path).value();
    }
}

TEST_F(LightTest, EveryAlteredByteIsFound) {
    vault->set_encryption(stream.camera, Encryption::light);
    record(0, 1);
    vault.reset();
    const fs::path path = only_segment();
    const Bytes good = read_file(path, 1 << 24).value();
    const Bytes clear(payload(0)->begin() + 4000, payload(0)->begin() + 7000);
    const std::size_t clear_at = as_text(good).find(as_text(clear));
    ASSERT_NE(clear_at, std::string::npos);
    // The size before the clear part, its first and last bytes, and the message behind it.
    const std::size_t payload_at = clear_at - 101 - 4;
    for (const std::size_t at : {payload_at, payload_at + 3, payload_at + 4, clear_at, clear_at + 2999,
                                 clear_at + 2999 + 901, clear_at + 2999 + 901 + 60, clear_at + 8000}) {
        Bytes bad = good;
        bad[at] ^= std::byte{1};
        ASSERT_TRUE(replace_file(path, bad, 0640));
        EXPECT_EQ(verified().faulty_fragments, 1u) << at;
        reopen();
        const Played played = play();
        EXPECT_EQ(played.fragments.size(), 0u) << at;
        EXPECT_EQ(played.damage, 1u) << at;
        vault.reset();
    }
}

TEST(LightPayload, IsBoundToItsClearPartAndItsPlace) {
    const Secret key = crypto::random_secret(32);
    RecordBuilder builder;
    const auto build = [&](int number, std::uint64_t sequence) {
        RecordHeader header;
        header.sequence = sequence;
        const ByteView bytes = *payload(number);
        const std::array pieces{bytes.first(60), bytes.subspan(60, 6000), ByteView(), bytes.subspan(6060)};
        const ByteView record = builder.build_light(header, key, pieces, some_ranges);
        return std::pair(header, Bytes(record.begin(), record.end()));
    };
    const auto open = [&](const RecordHeader& header, ByteView record) {
        return open_light(key, header, record.first(sealing_context_size),
                          record.subspan(record_header_size, header.payload_size));
    };
    const auto [first, one] = build(1, 1);
    ASSERT_TRUE(parse_record_header(one));
    EXPECT_EQ(*parse_record_header(one), first);
    EXPECT_TRUE(is_payload(open(first, one).value(), 1));
    EXPECT_EQ(crypto::sha256(ByteView(one).subspan(record_header_size, first.payload_size)), first.digest);

    // The clear part of another fragment of the same shape, in its place.
    const auto [second, two] = build(2, 2);
    constexpr std::size_t clear_at = record_header_size + 4;
    Bytes mixed = one;
    std::copy_n(two.begin() + clear_at, 4001, mixed.begin() + clear_at);
    EXPECT_EQ(open(first, mixed).error().kind, ErrorKind::corrupt);
    // The whole payload in another record.
    RecordHeader moved = first;
    moved.sequence = 2;
    Bytes elsewhere = one;
    encode_record_header(encode_entry(moved), elsewhere);
    EXPECT_EQ(open(moved, elsewhere).error().kind, ErrorKind::corrupt);
    // Every cut.
    for (std::size_t size : {0, 3, 4, 5, 4005, 4006, 4070}) {
        RecordHeader shorter = first;
        shorter.payload_size = static_cast<std::uint32_t>(size);
        EXPECT_EQ(open(shorter, one).error().kind, ErrorKind::corrupt) << size;
    }
}

TEST(LightPayload, MapsThatDoNotFitAreRefused) {
    const Bytes clear(10, std::byte{'c'});
    const auto message = [](std::initializer_list<std::uint32_t> numbers, std::string_view sealed) {
        ByteWriter out;
        for (const std::uint32_t number : numbers) out.u32(number);
        return std::move(out.text(sealed)).finish();
    };
    EXPECT_EQ(as_text(join_light(16, clear, message({2, 1, 4, 2, 6}, "ssssss")).value()), "sccccssccccccsss");
    EXPECT_EQ(as_text(join_light(10, clear, message({1, 0, 10}, "")).value()), "cccccccccc");
    for (const Bytes& bad : {
             message({2, 1, 4, 2, 5}, "ssssss"),            // less than all that is clear
             message({2, 1, 4, 2, 7}, "ssssss"),            // more
             message({2, 1, 4, 6, 6}, "ssssss"),            // more than all that is sealed
             message({2, 1, 0, 2, 10}, "ssssss"),           // an empty one
             message({2, 1, 4, 0xffff'ffff, 6}, "ssssss"),  // sums that wrap
             message({0}, "ssssssss"),
             message({3, 1, 4}, ""),  // none; more than there are
             message({0xffff'ffff, 1}, ""),
             Bytes{},
         }) {
        const std::size_t size = bad.size() >= 20 ? bad.size() - 20 + clear.size() : 16;
        const auto joined = join_light(size, clear, bad);
        ASSERT_FALSE(joined);
        EXPECT_EQ(joined.error().kind, ErrorKind::corrupt);
        EXPECT_THAT(joined.error().message, HasSubstr("map"));
    }
    EXPECT_FALSE(join_light(17, clear, message({2, 1, 4, 2, 6}, "ssssss"))) << "another size";
}

TEST(LightPayload, TakesApartAtAnyBorderOfPieces) {
    const ByteView bytes = *payload(3);
    for (const std::size_t step : {1u, 7u, 49u, 50u, 51u, 4096u, 100'000u}) {
        std::vector<ByteView> pieces;
        for (std::size_t at = 0; at < bytes.size(); at += step)
            pieces.push_back(bytes.subspan(at, std::min(step, bytes.size() - at)));
        const LightParts parts = split_light(pieces, some_ranges);
        EXPECT_EQ(parts.clear_size, 4001u);
        const auto whole = join_light(bytes.size(), joined(parts.clear), joined(parts.sealed));
        ASSERT_TRUE(whole) << step;
        EXPECT_TRUE(is_payload(*whole, 3)) << step;
    }
}

TEST(ClearRanges, MustBePartsOfTheFragmentInTheirOrder) {
    EXPECT_TRUE(are_clear_ranges({}, 0));
    EXPECT_TRUE(are_clear_ranges({{0, 4}, {4, 6}}, 10));
    EXPECT_FALSE(are_clear_ranges({{0, 4}, {4, 7}}, 10));
    EXPECT_FALSE(are_clear_ranges({{4, 4}, {0, 4}}, 10));
    EXPECT_FALSE(are_clear_ranges({{0, 4}, {3, 4}}, 10));
    EXPECT_FALSE(are_clear_ranges({{0, 0}}, 10));
    EXPECT_FALSE(are_clear_ranges({{0xffff'ffff, 0xffff'ffff}}, 10));
    std::vector<ClearRange> many;
    for (std::uint32_t i = 0; i <= max_clear_ranges; ++i) many.push_back({2 * i, 1});
    EXPECT_FALSE(are_clear_ranges(many, 1 << 20));
    many.pop_back();
    EXPECT_TRUE(are_clear_ranges(many, 1 << 20));
}

TEST_F(LightTest, WhatIsNoPartOfAFragmentIsRefused) {
    vault->set_encryption(stream.camera, Encryption::light);
    const auto run = vault->begin_run(stream, shared("init")).value();
    Fragment fragment = make_fragment(stream, run, t0, 0);
    fragment.clear = {{0, 1u << 20}};
    const auto appended = vault->append(std::move(fragment));
    ASSERT_FALSE(appended);
    EXPECT_EQ(appended.error().kind, ErrorKind::invalid_input);
}

}  // namespace
}  // namespace vedette::vault
