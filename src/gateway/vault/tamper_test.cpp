// What `vedette vault verify` promises, one promise after the other.

#include <sstream>

#include <gmock/gmock.h>

#include "crypto/base64.hpp"
#include "crypto/merkle_proof.hpp"
#include "gateway/vault/prove.hpp"
#include "gateway/vault/tamper_support.hpp"

namespace vedette::vault {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST_F(TamperTest, WhatWasRecordedVerifies) {
    const Verified verified = check(folder.path);
    ASSERT_TRUE(verified.report) << verified.report.error().message;
    EXPECT_TRUE(verified.faults.empty()) << verified.faults.front();
    EXPECT_EQ(verified.report->fragments, 2u * fragment_total);
    EXPECT_EQ(verified.report->gaps, 2u);
    ASSERT_EQ(verified.report->by_reason.size(), 1u);
    EXPECT_EQ(verified.report->by_reason.at(GapReason::camera_silent).count, 2u);
    EXPECT_EQ(verified.report->by_reason.at(GapReason::camera_silent).duration, seconds(20));
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

// The log is read whole; of the recordings what was asked for. What is wrong elsewhere is not told.
TEST_F(TamperTest, OneCameraOrTimeCanBeAskedFor) {
    {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault);
        ASSERT_TRUE((*vault)->set_camera_name(stream.camera, "Yard"));
        ASSERT_TRUE((*vault)->set_camera_name(other.camera, "Gate"));
    }
    const UtcInterval first_minute{t0, t0 + seconds(60)};
    const Verified yard = check(folder.path, {.camera = "Yard"});
    ASSERT_TRUE(yard.report) << yard.report.error().message;
    EXPECT_EQ(yard.report->fragments, 1u * fragment_total);
    EXPECT_EQ(yard.report->left_out, 1u * fragment_total);
    EXPECT_EQ(yard.report->streams, 1u);
    const Verified minute = check(folder.path, {.interval = first_minute});
    ASSERT_TRUE(minute.report);
    EXPECT_EQ(minute.report->fragments, 2u * 30);
    EXPECT_EQ(minute.report->left_out, 2u * (fragment_total - 30));
    EXPECT_THAT(yard.faults, testing::IsEmpty());
    EXPECT_THAT(minute.faults, testing::IsEmpty());

    const Bytes original = slurp(files[0]);
    Bytes bytes = original;
    bytes[8191] ^= std::byte{1};
    spill(files[0], bytes);
    const auto faults = [&](const VerifyOptions& options) {
        return check(folder.path, options).faults.size();
    };
    EXPECT_EQ(faults({.camera = "Yard"}), 1u);
    EXPECT_EQ(faults({.camera = stream.camera.text(), .interval = first_minute}), 1u);
    EXPECT_EQ(faults({.camera = "Gate"}), 0u);
    EXPECT_EQ(faults({.camera = "Yard", .interval = UtcInterval{t0 + seconds(62), t0 + seconds(90)}}), 0u);
    spill(files[0], original);
    fs::remove(files[0]);
    EXPECT_EQ(faults({.interval = first_minute}), 1u);
    EXPECT_EQ(faults({.interval = UtcInterval{t0 + seconds(62), t0 + seconds(90)}}), 0u);

    EXPECT_EQ(check(folder.path, {.camera = "Cellar"}).report.error().kind, ErrorKind::not_found);
    EXPECT_EQ(check(folder.path, {.interval = UtcInterval{t0 + seconds(200), t0 + seconds(300)}})
                  .report.error()
                  .kind,
              ErrorKind::not_found);
}

TEST_F(TamperTest, TheFastWayFindsAllButAlteredPictures) {
    const Bytes original = slurp(files[0]);
    const auto faults = [&](ByteView bytes) {
        spill(files[0], bytes);
        const Verified verified = check(folder.path, {.fast = true});
        EXPECT_TRUE(verified.report);
        return verified.faults.size();
    };
    EXPECT_EQ(faults(original), 0u);
    Bytes bytes = original;
    bytes[60] ^= std::byte{1};
    EXPECT_EQ(faults(bytes), 1u) << "a header";
    EXPECT_EQ(faults(ByteView(original).first(original.size() - block_size)), 1u) << "the end";
    bytes = original;
    bytes[8191] ^= std::byte{1};
    EXPECT_EQ(faults(bytes), 0u) << "a picture: the full way alone finds it";
    EXPECT_EQ(check(folder.path).faults.size(), 1u);
    fs::remove(files[0]);
    EXPECT_EQ(check(folder.path, {.fast = true}).faults.size(), 1u);
}

// What a stranger does with a proof: the public key, the text, and RFC 9162.
TEST_F(TamperTest, AFragmentIsProvenToBeInTheSignedLog) {
    for (const int number : {0, 17, fragment_total - 1}) {
        const auto proof = prove_fragment(
            {folder.path}, {stream.camera.text(), stream.stream, t0 + seconds(2 * number) + Ticks90k(1)});
        ASSERT_TRUE(proof) << proof.error().message;
        std::istringstream lines(proof->text);
        std::string line;
        std::string word;
        std::uint64_t index = 0;
        ASSERT_TRUE(std::getline(lines, line));
        EXPECT_EQ(line, "c2sp.org/tlog-proof@v1");
        std::string extra;
        ASSERT_TRUE(lines >> word >> extra);
        EXPECT_EQ(word, "extra");
        const Bytes entry = crypto::from_base64(extra).value();
        ASSERT_TRUE(lines >> word >> index);
        EXPECT_EQ(word, "index");
        std::getline(lines, line);
        std::vector<crypto::Sha256Digest> hashes;
        while (std::getline(lines, line) && !line.empty()) {
            const Bytes hash = crypto::from_base64(line).value();
            ASSERT_EQ(hash.size(), sizeof(crypto::Sha256Digest));
            std::ranges::copy(hash, hashes.emplace_back().begin());
        }
        const std::string note{std::istreambuf_iterator<char>(lines), {}};
        std::string vkey(as_text(slurp(folder.path / "tlog/vkey")));
        vkey.pop_back();
        const auto verifier = crypto::NoteVerifier::parse(vkey).value();
        const auto checkpoint = crypto::Checkpoint::parse(crypto::open_note(note, verifier).value()).value();
        EXPECT_EQ(crypto::root_of_inclusion(crypto::merkle_leaf_hash(entry), index, checkpoint.size, hashes),
                  checkpoint.root);
        const RecordHeader header = parse_entry(entry).value();
        EXPECT_EQ(header.stream, stream);
        EXPECT_EQ(header.start, t0 + seconds(2 * number));
    }
    const auto refusal = [&](const std::string& camera, UtcTime at) {
        return prove_fragment({folder.path}, {camera, 0, at}).error();
    };
    EXPECT_EQ(refusal("Cellar", t0).kind, ErrorKind::not_found);
    EXPECT_THAT(refusal(stream.camera.text(), t0 + seconds(95)).message, HasSubstr("nothing was recorded"));
    spill(folder.path / "tlog/checkpoint", as_bytes("no checkpoint"));
    EXPECT_EQ(refusal(stream.camera.text(), t0).kind, ErrorKind::corrupt);
}

TEST_F(TamperTest, VerificationTellsHowFarItIsAndCanBeStopped) {
    std::uint64_t last = 0;
    std::uint64_t total = 0;
    const auto watch = [&](const VerifyProgress& progress) {
        EXPECT_GE(progress.entries, last);
        last = progress.entries;
        total = progress.entries_total;
        return true;
    };
    ASSERT_TRUE(check(folder.path, {.on_progress = watch}).report);
    EXPECT_EQ(last, total);
    EXPECT_GT(total, 2u * fragment_total);
    const auto stopped = check(folder.path, {.on_progress = [](const auto& p) { return p.entries < 20; }});
    EXPECT_EQ(stopped.report.error().kind, ErrorKind::cancelled);
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
