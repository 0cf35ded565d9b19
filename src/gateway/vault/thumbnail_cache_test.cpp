// Thumbnails that are kept of recordings.

#include "gateway/vault/thumbnail_cache.hpp"

#include "gateway/vault/test_partial.hpp"

namespace vedette::vault {
namespace {

class ThumbnailCacheTest : public PartialTest {
  protected:
    std::vector<fs::path> kept() const {
        std::vector<fs::path> files;
        std::error_code error;
        for (const auto& file : fs::recursive_directory_iterator(folder.path / "thumbnails", error))
            if (file.is_regular_file()) files.push_back(file.path());
        return files;
    }
    Bytes picture = [] {
        const ByteView bytes = as_bytes("a small picture");
        return Bytes(bytes.begin(), bytes.end());
    }();
};

TEST_F(ThumbnailCacheTest, KeepsSealedWhatWasMade) {
    record(stream, t0, 2);
    const auto fragment = fragment_at(t0);
    EXPECT_EQ(vault->find_thumbnail(*fragment, 0), std::nullopt);
    vault->keep_thumbnail(*fragment, 0, picture);
    EXPECT_EQ(vault->find_thumbnail(*fragment, 0), picture);
    EXPECT_EQ(vault->find_thumbnail(*fragment, 1), std::nullopt);
    EXPECT_EQ(vault->find_thumbnail(*fragment_at(t0 + seconds(8)), 0), std::nullopt);
    ASSERT_EQ(kept().size(), 1u);
    const Bytes sealed = read_file(kept().front(), 10'000).value();
    EXPECT_EQ(as_text(sealed).find("a small picture"), std::string_view::npos);
    EXPECT_EQ(fs::status(kept().front()).permissions(), fs::perms::owner_read | fs::perms::owner_write);

    // Over a restart, and only in its own place.
    open();
    EXPECT_EQ(vault->find_thumbnail(*fragment_at(t0), 0), picture);
    const fs::path own = kept().front();
    std::string other_sample = own.string();
    other_sample.back() = '1';
    fs::rename(own, other_sample);
    EXPECT_EQ(vault->find_thumbnail(*fragment_at(t0), 0), std::nullopt);
    EXPECT_EQ(vault->find_thumbnail(*fragment_at(t0), 1), std::nullopt);
    // An altered one counts as none.
    vault->keep_thumbnail(*fragment, 0, picture);
    ASSERT_EQ(vault->find_thumbnail(*fragment, 0), picture);
    for (const fs::path& file : kept()) flip(file, 70);
    EXPECT_EQ(vault->find_thumbnail(*fragment, 0), std::nullopt);
    verified_without_faults();
}

TEST_F(ThumbnailCacheTest, ADestroyedDayKeyMakesThemUnreadable) {
    record(stream, t0, 2);
    record(stream, t0 + day, 2);
    const auto first = fragment_at(t0);
    const auto second = fragment_at(t0 + day);
    vault->keep_thumbnail(*first, 0, picture);
    vault->keep_thumbnail(*second, 0, picture);
    ASSERT_EQ(kept().size(), 2u);
    const fs::path old = kept().front().string().find(day_text(first->header().day)) != std::string::npos
                             ? kept().front()
                             : kept().back();
    const Bytes bytes = read_file(old, 10'000).value();
    clock.advance(std::chrono::hours(24 * 3));
    vault->set_retention(stream.camera, {.keep_days = 3});
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(kept().size(), 1u) << "it goes with the recording";
    EXPECT_FALSE(fs::exists(old.parent_path()));

    // A copy that somebody kept does not open any more, whatever of the disk is there.
    fs::create_directories(old.parent_path());
    ASSERT_TRUE(write_file_synced(old, bytes));
    EXPECT_EQ(vault->find_thumbnail(*first, 0), std::nullopt);
    EXPECT_EQ(vault->find_thumbnail(*second, 0), picture);
    // What is left of such a day is swept away with the first use after a start.
    open();
    vault->keep_thumbnail(*fragment_at(t0 + day), 1, picture);
    EXPECT_FALSE(fs::exists(old));
}

TEST_F(ThumbnailCacheTest, GoWithTheirRecordingsAlsoWithinADay) {
    record(stream, t0, 4);
    record(other, t0, 1);
    const auto first = fragment_at(t0);
    const auto last = fragment_at(t0 + seconds(24));
    vault->keep_thumbnail(*first, 0, picture);
    vault->keep_thumbnail(*last, 0, picture);
    const std::uint64_t all = vault->usage()->stored_bytes;
    vault->set_retention(stream.camera, {.keep_bytes = all / 3});
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(kept().size(), 1u);
    EXPECT_EQ(vault->find_thumbnail(*last, 0), picture);
    EXPECT_EQ(vault->find_thumbnail(*first, 0), std::nullopt);
    // One that was being made meanwhile is not kept.
    vault->keep_thumbnail(*first, 0, picture);
    EXPECT_EQ(kept().size(), 1u);

    ASSERT_TRUE(vault->delete_camera(stream.camera));
    EXPECT_TRUE(kept().empty());
    EXPECT_EQ(vault->find_thumbnail(*last, 0), std::nullopt);
}

TEST_F(ThumbnailCacheTest, TheOldestGoBeyondTheBound) {
    record(stream, t0, 2);
    VaultOptions options;
    options.folder = folder.path;
    options.clock = &clock;
    options.thumbnail_bytes = 3 * block_size;
    vault.reset();
    vault = Vault::open(std::move(options)).value();
    const auto fragment = fragment_at(t0);
    for (std::uint32_t sample = 0; sample < 5; ++sample) vault->keep_thumbnail(*fragment, sample, picture);
    EXPECT_EQ(kept().size(), 3u);
    for (std::uint32_t sample = 0; sample < 5; ++sample)
        EXPECT_EQ(vault->find_thumbnail(*fragment, sample).has_value(), sample >= 2) << sample;
    // The same one again takes no further place.
    vault->keep_thumbnail(*fragment, 4, picture);
    EXPECT_EQ(kept().size(), 3u);
    vault->keep_thumbnail(*fragment, 5, Bytes(max_thumbnail_bytes + 1));
    EXPECT_EQ(vault->find_thumbnail(*fragment, 5), std::nullopt);
}

}  // namespace
}  // namespace vedette::vault
