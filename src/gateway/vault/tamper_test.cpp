// What `vedette vault verify` promises, one promise after the other.

#include <fstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.hpp"
#include "gateway/vault/record.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

struct Verified {
    Result<VerifyReport> report;
    std::vector<std::string> faults;
};

Verified check(const fs::path& folder) {
    Verified verified{fail(ErrorKind::internal, "not run"), {}};
    verified.report = verify(Layout{folder}, std::nullopt,
                             [&](const Fault& fault) { verified.faults.push_back(to_text(fault, 4)); });
    return verified;
}

Bytes slurp(const fs::path& path) {
    return read_file(path, 1u << 30).value();
}
void spill(const fs::path& path, ByteView bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

class TamperTest : public testing::Test {
  protected:
    static constexpr int fragment_total = 45;

    void SetUp() override {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault) << vault.error().message;
        for (const StreamKey key : {stream, other}) {
            const std::uint64_t run = (*vault)->begin_run(key, shared("init")).value();
            for (int i = 0; i < fragment_total; ++i)
                ASSERT_TRUE((*vault)->append(make_fragment(key, run, t0 + seconds(2 * i), i)));
            ASSERT_TRUE((*vault)->append(
                Gap{key, {t0 + seconds(90), t0 + seconds(100)}, GapReason::camera_silent, "x"}));
        }
        (*vault).reset();
        for (const auto& file : fs::recursive_directory_iterator(folder.path / "media"))
            if (file.is_regular_file() &&
                file.path().string().find(stream.camera.text()) != std::string::npos)
                files.push_back(file.path());
        std::ranges::sort(files);
        ASSERT_GE(files.size(), 2u);
    }

    TemporaryFolder folder;
    StreamKey stream{CameraId::random(), 0};
    StreamKey other{CameraId::random(), 1};
    UtcTime t0 = from_unix_seconds(1'795'228'500);
    std::vector<fs::path> files;
};

TEST_F(TamperTest, WhatWasRecordedVerifies) {
    const Verified verified = check(folder.path);
    ASSERT_TRUE(verified.report) << verified.report.error().message;
    EXPECT_TRUE(verified.faults.empty()) << verified.faults.front();
    EXPECT_EQ(verified.report->fragments, 2u * fragment_total);
    EXPECT_EQ(verified.report->gaps, 2u);
    EXPECT_EQ(verified.report->unsigned_tail, 0u);
}

// Any byte: of the headers, the sealed bytes, and the padding.
TEST_F(TamperTest, OneFlippedByteIsFoundAndTheRestVerifies) {
    const Bytes original = slurp(files[0]);
    std::vector<std::size_t> places = {0,   4,   60,   110,  150,  170,        191,
                                       192, 210, 2000, 4095, 4096, 4096 + 200, 8191};
    for (std::size_t at = 9000; at < original.size(); at += 29'989) places.push_back(at);
    places.push_back(original.size() - 1);
    for (const std::size_t at : places) {
        Bytes bytes = original;
        bytes[at] ^= std::byte{0x01};
        spill(files[0], bytes);
        const Verified verified = check(folder.path);
        ASSERT_TRUE(verified.report);
        ASSERT_EQ(verified.faults.size(), 1u) << "byte " << at;
        EXPECT_THAT(verified.faults[0], AllOf(HasSubstr(stream.camera.text()), HasSubstr("2026-11-21 ")));
        EXPECT_GE(verified.report->fragments, 2u * fragment_total - 1) << "byte " << at;
    }
}

TEST_F(TamperTest, AMissingFileIsNamedOnceAndTheRestVerifies) {
    fs::remove(files[0]);
    const Verified verified = check(folder.path);
    ASSERT_TRUE(verified.report);
    ASSERT_EQ(verified.faults.size(), 1u);
    EXPECT_THAT(verified.faults[0], AllOf(HasSubstr(stream.camera.text()), HasSubstr("missing")));
    EXPECT_GE(verified.report->fragments, static_cast<std::uint64_t>(fragment_total));
}

TEST_F(TamperTest, ARecordCutOutOfTheMiddleIsFound) {
    const Bytes original = slurp(files[0]);
    std::size_t at = 0;
    for (int i = 0; i < 5; ++i) at += parse_record_header(ByteView(original).subspan(at))->stored_size();
    const std::size_t size = parse_record_header(ByteView(original).subspan(at))->stored_size();
    Bytes bytes = original;
    bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
    spill(files[0], bytes);
    const Verified verified = check(folder.path);
    ASSERT_TRUE(verified.report);
    ASSERT_FALSE(verified.faults.empty());
    EXPECT_THAT(verified.faults[0], AllOf(HasSubstr(stream.camera.text()), HasSubstr("cut out")));
}

TEST_F(TamperTest, CutEndsAndAddedBytesAreFound) {
    const Bytes original = slurp(files[0]);
    spill(files[0], ByteView(original).first(original.size() - block_size));
    EXPECT_FALSE(check(folder.path).faults.empty());
    Bytes longer = original;
    longer.resize(longer.size() + block_size);
    spill(files[0], longer);
    EXPECT_FALSE(check(folder.path).faults.empty());
    spill(files[0], original);
    spill(files[0].parent_path() / "stranger.seg", original);
    EXPECT_FALSE(check(folder.path).faults.empty());
}

TEST_F(TamperTest, ALogThatWasAlteredIsFound) {
    for (const char* name : {"tile/entries/000.p", "tile/0/000.p"}) {
        fs::path path;
        for (const auto& file : fs::directory_iterator(folder.path / "tlog" / name)) path = file.path();
        const Bytes original = slurp(path);
        Bytes bytes = original;
        bytes[100] ^= std::byte{1};
        spill(path, bytes);
        EXPECT_FALSE(check(folder.path).faults.empty()) << name;
        spill(path, original);
    }
    EXPECT_TRUE(check(folder.path).faults.empty());
    Bytes note = slurp(folder.path / "tlog" / "checkpoint");
    note[note.size() / 2] ^= std::byte{1};
    spill(folder.path / "tlog" / "checkpoint", note);
    const Verified verified = check(folder.path);
    ASSERT_TRUE(verified.report);
    EXPECT_EQ(verified.faults.size(), 1u);
    EXPECT_FALSE(verified.report->checkpoint);
    EXPECT_EQ(verified.report->fragments, 2u * fragment_total);
}

TEST_F(TamperTest, AFlippedByteLeavesTheRestPlayable) {
    Bytes bytes = slurp(files[0]);
    bytes[bytes.size() / 2] ^= std::byte{1};
    spill(files[0], bytes);
    auto vault = open_vault(folder.path);
    ASSERT_TRUE(vault);
    auto cursor = (*vault)->read(stream, t0);
    const Played played = play_all(*cursor);
    EXPECT_EQ(played.damage, 1u);
    EXPECT_EQ(played.fragments.size(), static_cast<std::size_t>(fragment_total - 1));
}

TEST_F(TamperTest, DeletedCamerasLeaveASignedStatementAndNothingElse) {
    {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault);
        ASSERT_TRUE((*vault)->delete_camera(stream.camera));
        EXPECT_TRUE((*vault)->recordings(stream, {t0, t0 + seconds(1000)})->ranges.empty());
        // It may record again, and its sequence goes on.
        const std::uint64_t run = (*vault)->begin_run(stream, shared("again")).value();
        ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0 + seconds(200), 1)));
    }
    for (const fs::path& file : files) EXPECT_FALSE(fs::exists(file));
    const Verified verified = check(folder.path);
    ASSERT_TRUE(verified.report);
    EXPECT_TRUE(verified.faults.empty()) << verified.faults.front();
    EXPECT_EQ(verified.report->fragments, fragment_total + 1u);
    EXPECT_GT(verified.report->deleted, 0u);
}

// A copy of the key database from before the deletion must not bring the recordings back.
TEST_F(TamperTest, AnOldKeyDatabaseDoesNotOpenWhatWasShredded) {
    const Bytes old = slurp(folder.path / "keys" / "keys.db");
    {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE((*vault)->delete_camera(stream.camera));
    }
    for (const char* suffix : {"keys.db-wal", "keys.db-shm"}) fs::remove(folder.path / "keys" / suffix);
    spill(folder.path / "keys" / "keys.db", old);
    const auto vault = open_vault(folder.path);
    ASSERT_FALSE(vault);
    EXPECT_EQ(vault.error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace vedette::vault
