#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/file_fault.hpp"
#include "base/hex.hpp"
#include "base/test_depth.hpp"
#include "base/test_folder.hpp"
#include "crypto/tile_log.hpp"

namespace vedette::crypto {
namespace {

// The eight leaves and the roots that the reference implementations of RFC 6962 test with.
TEST(Merkle, Rfc6962KnownRoots) {
    const char* leaves[] = {
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
    const char* roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                           "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                           "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                           "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                           "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                           "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                           "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                           "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    MerkleFrontier frontier;
    EXPECT_EQ(to_hex(frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (std::size_t i = 0; i < 8; ++i) {
        frontier.add(merkle_leaf_hash(from_hex(leaves[i]).value()));
        EXPECT_EQ(to_hex(frontier.root()), roots[i]) << i;
    }
}

TEST(SignedNote, RoundTripAndRefusals) {
    const Ed25519Signer signer = Ed25519Signer::generate();
    const Checkpoint checkpoint{"example.com/log", 70'000, sha256(as_bytes("root"))};
    const std::string note = sign_note(checkpoint.text(), "example.com/log", signer);
    const NoteVerifier verifier =
        NoteVerifier::parse(NoteVerifier{"example.com/log", signer.public_key()}.vkey()).value();
    const auto text = open_note(note, verifier);
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(Checkpoint::parse(*text), checkpoint);
    for (std::size_t at = 0; at < note.size(); ++at) {
        std::string bad = note;
        bad[at] ^= 1;
        EXPECT_FALSE(open_note(bad, verifier)) << at;
    }
    EXPECT_FALSE(open_note(note, {"example.com/other", signer.public_key()}));
    EXPECT_FALSE(Checkpoint::parse("a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"));
}

TEST(TileLog, GrowsAcrossTilesAndRestarts) {
    const TestFolder folder;
    const Ed25519Signer signer = Ed25519Signer::generate();
    MerkleFrontier expected;
    for (const std::uint64_t size : {1u, 255u, 256u, 257u, 1000u, 66'000u}) {
        auto log = TileLog::open(folder.path(), "example.com/log", signer);
        ASSERT_TRUE(log) << log.error().message;
        while (log->size() < size) {
            const std::string entry = std::to_string(log->size());
            expected.add(merkle_leaf_hash(as_bytes(entry)));
            log->append(as_bytes(entry));
        }
        ASSERT_TRUE(log->publish());
        EXPECT_EQ(log->published().root, expected.root());
    }
    const TileLogReader reader(folder.path());
    std::uint64_t count = 0;
    ASSERT_TRUE(reader.entries(0, 66'000, [&](std::uint64_t index, ByteView entry) -> Result<> {
        EXPECT_EQ(as_text(entry), std::to_string(index));
        ++count;
        return {};
    }));
    EXPECT_EQ(count, 66'000u);
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "tile" / "2" / "000.p" / "1"));
    EXPECT_FALSE(TileLog::open(folder.path(), "example.com/other", signer));
}

void grow(const std::filesystem::path& folder, const Ed25519Signer& signer, std::uint64_t size,
          std::string_view what) {
    auto log = TileLog::open(folder, "example.com/log", signer);
    ASSERT_TRUE(log) << log.error().message;
    while (log->size() < size) log->append(as_bytes(fmt::format("{} {}", what, log->size())));
    ASSERT_TRUE(log->publish());
}

// A publication that a crash cut off, anywhere in any of its files: the checkpoint is still the old one.
TEST(TileLog, APublicationThatWasCutOffIsForgotten) {
    namespace fs = std::filesystem;
    const Ed25519Signer signer = Ed25519Signer::generate();
    for (const std::uint64_t before : {0u, 3u, 250u, 256u}) {
        TestFolder old{memory_place()}, next{memory_place()}, torn{memory_place()};
        grow(old.path() / "log", signer, before, "entry");
        fs::copy(old.path(), next.path(), fs::copy_options::recursive);
        grow(next.path() / "log", signer, before + 9, "lost");
        for (const auto& file : fs::recursive_directory_iterator(next.path())) {
            const fs::path name = file.path().lexically_relative(next.path());
            if (!file.is_regular_file() || fs::exists(old.path() / name)) continue;
            const std::uintmax_t step =
                (file.file_size() < 1000 ? 13 : 1031) * static_cast<unsigned>(test_step(5));
            for (std::uintmax_t size = 0; size <= file.file_size(); size += step) {
                fs::remove_all(torn.path() / "log");
                fs::copy(old.path(), torn.path(), fs::copy_options::recursive);
                fs::create_directories((torn.path() / name).parent_path());
                fs::copy_file(file.path(), torn.path() / name);
                fs::resize_file(torn.path() / name, size);
                // Other entries than those of the publication that was cut off.
                grow(torn.path() / "log", signer, before + 5, "entry");
                const TileLogReader reader(torn.path() / "log");
                std::uint64_t count = 0;
                ASSERT_TRUE(
                    reader.entries(0, before + 5, [&](std::uint64_t index, ByteView entry) -> Result<> {
                        EXPECT_EQ(as_text(entry), fmt::format("entry {}", index));
                        ++count;
                        return {};
                    }));
                ASSERT_EQ(count, before + 5) << name << " " << size;
            }
        }
    }
}

// The checkpoint that was renamed last is the one before it again, and only files of the later one are there.
TEST(TileLog, AnOlderCheckpointAfterALossOfPowerIsGoneOnFrom) {
    namespace fs = std::filesystem;
    const Ed25519Signer signer = Ed25519Signer::generate();
    for (const std::uint64_t size : {5u, 250u, 255u, 256u, 600u}) {
        TestFolder folder{memory_place()};
        grow(folder.path(), signer, size, "entry");
        const Bytes older = read_file(folder.path() / "checkpoint", max_note_size).value();
        grow(folder.path(), signer, size + 1, "entry");
        ASSERT_TRUE(write_file_synced(folder.path() / "checkpoint", older));
        // Twice: what the first start finds must be there for the second one.
        for (int start = 0; start < 2; ++start) {
            const auto log = TileLog::open(folder.path(), "example.com/log", signer);
            ASSERT_TRUE(log) << log.error().message;
            EXPECT_EQ(log->size(), size);
        }
        grow(folder.path(), signer, size + 9, "other");
        const TileLogReader reader(folder.path());
        ASSERT_TRUE(reader.entries(size - 1, size + 1, [&](std::uint64_t index, ByteView entry) -> Result<> {
            EXPECT_EQ(as_text(entry), fmt::format("{} {}", index < size ? "entry" : "other", index));
            return {};
        }));
        EXPECT_TRUE(reader.hashes(0, (size + 8) / tile_width, (size + 9) % tile_width));
    }
}

TEST(TileLog, ALowestTileThatIsTornIsMadeAgain) {
    namespace fs = std::filesystem;
    const Ed25519Signer signer = Ed25519Signer::generate();
    const TestFolder folder;
    grow(folder.path(), signer, 300, "entry");
    const fs::path tile = folder.path() / "tile/0/001.p/44";
    const Bytes whole = read_file(tile, 4096).value();
    ASSERT_TRUE(write_file_synced(tile, ByteView(whole).first(100)));
    ASSERT_TRUE(TileLog::open(folder.path(), "example.com/log", signer));
    EXPECT_EQ(read_file(tile, 4096).value(), whole);
    fs::remove_all(tile.parent_path());
    ASSERT_TRUE(TileLog::open(folder.path(), "example.com/log", signer));
    EXPECT_EQ(read_file(tile, 4096).value(), whole);
}

// What an entry of the audit log costs, beside its row: bundle, its folder, checkpoint.
TEST(TileLog, APublicationSyncsNoMoreThanItMust) {
    struct Counter final : FileFaults {
        std::optional<FileFault> before(FileOperation operation) override {
            syncs += operation == FileOperation::sync ? 1 : 0;
            return std::nullopt;
        }
        int syncs = 0;
    };
    const Ed25519Signer signer = Ed25519Signer::generate();
    const TestFolder folder;
    grow(folder.path(), signer, 10, "entry");
    auto log = TileLog::open(folder.path(), "example.com/log", signer).value();
    for (const auto& [sync, expected] :
         {std::pair(CheckpointSync::lazily, 3), std::pair(CheckpointSync::now, 4)}) {
        log.append(as_bytes("one more"));
        Counter counter;
        set_file_faults(&counter);
        EXPECT_TRUE(log.publish(sync));
        set_file_faults(nullptr);
        EXPECT_EQ(counter.syncs, expected);
    }
}

TEST(TileLog, DamagedTilesAreMadeAgainFromTheEntries) {
    namespace fs = std::filesystem;
    const Ed25519Signer signer = Ed25519Signer::generate();
    TestFolder folder;
    grow(folder.path(), signer, 600, "entry");
    for (const char* name : {"tile/0/002.p/88", "tile/1/000.p/2"}) {
        fs::resize_file(folder.path() / name, 32);
        ASSERT_TRUE(TileLog::open(folder.path(), "example.com/log", signer)) << name;
        EXPECT_GT(fs::file_size(folder.path() / name), 32u);
    }
    fs::resize_file(folder.path() / "tile/entries/002.p/88", 100);
    EXPECT_EQ(TileLog::open(folder.path(), "example.com/log", signer).error().kind, ErrorKind::corrupt);
}

TEST(TileLog, IndexPaths) {
    EXPECT_EQ(tile_index_path(0), "000");
    EXPECT_EQ(tile_index_path(1'234'067), "x001/x234/067");
}

}  // namespace
}  // namespace vedette::crypto
