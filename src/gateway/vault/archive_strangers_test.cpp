// What lies in an archive directory and is no recording that anybody knows: interrupted copies of our own,
// what somebody put there, what is of another installation. A bucket: archive/s3_store_test.cpp.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/vault/tamper_support.hpp"
#include "gateway/vault/tools.hpp"

namespace vedette::vault {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class ArchiveStrangersTest : public testing::Test {
  protected:
    static constexpr int fragments = 15;  // three files

    void SetUp() override {
        fs::create_directory(old);
        start();
        record(stream);  // becomes old enough
        start();
        clock.advance(std::chrono::hours(30));
        record(young);
        start();
    }
    void start() {
        vault.reset();
        vault = opened(folder.path, old);
        ASSERT_TRUE(vault);
    }
    std::unique_ptr<Vault> opened(const fs::path& path, const fs::path& archive) {
        VaultOptions options;
        options.folder = path;
        options.clock = &clock;
        options.segment_length = seconds(10);
        options.retention_interval = std::chrono::milliseconds(0);
        options.place_interval = std::chrono::milliseconds(0);
        if (!archive.empty()) options.archive = PlaceOption{"old", archive};
        options.archive_after = std::chrono::hours(24);
        auto result = Vault::open(std::move(options));
        EXPECT_TRUE(result) << result.error().message;
        return result ? std::move(*result) : nullptr;
    }
    void record(StreamKey key) const { record(*vault, key); }
    void record(Vault& into, StreamKey key) const {
        const std::uint64_t run = into.begin_run(key, shared("init")).value();
        for (int i = 0; i < fragments; ++i)
            ASSERT_TRUE(into.append(make_fragment(key, run, clock.utc_now() + seconds(2 * i), i)));
        ASSERT_TRUE(into.flush());
    }
    static std::vector<fs::path> segments_in(const fs::path& place) {
        std::vector<fs::path> files;
        for (const auto& file : fs::recursive_directory_iterator(place))
            if (file.path().extension() == ".seg") files.push_back(file.path());
        std::ranges::sort(files);
        return files;
    }
    void make_as_old_as(const fs::path& path, Ticks90k age) const {
        const std::chrono::sys_time<std::chrono::seconds> when{
            std::chrono::seconds(to_unix_seconds(clock.utc_now() - age))};
        fs::last_write_time(path, std::chrono::file_clock::from_sys(when));
    }
    std::size_t seen(StreamKey key) const {
        auto cursor = vault->read(key, t0 - day);
        const Played played = play_all(*cursor);
        EXPECT_EQ(played.damage, 0u);
        return played.fragments.size();
    }

    VaultFolder folder;
    fs::path old = folder.path.parent_path() / "old";
    UtcTime t0 = from_unix_seconds(1'795'228'500);
    SimulatedClock clock{t0};
    StreamKey stream{CameraId::random(), 0};
    StreamKey young{CameraId::random(), 0};
    std::unique_ptr<Vault> vault;
};

TEST_F(ArchiveStrangersTest, InterruptedCopiesAreNamedAndCleanedAwayAfterADay) {
    const fs::path home = folder.path / "media";
    const fs::path source = segments_in(home / young.camera.text()).front();
    // Cut off in its midst, and with its name already; an hour ago, and two days ago.
    const fs::path arriving = old / "arriving" / source.filename();
    const fs::path copied = old / "media" / source.lexically_relative(home);
    fs::create_directories(arriving.parent_path());
    fs::create_directories(copied.parent_path());
    fs::copy_file(source, arriving);
    fs::resize_file(arriving, 5000);
    fs::copy_file(source, copied);
    make_as_old_as(arriving, std::chrono::hours(1));
    make_as_old_as(copied, std::chrono::hours(1));
    vault.reset();
    const Verified before = check(folder.path);
    EXPECT_THAT(before.faults, IsEmpty());
    EXPECT_EQ(before.report->unfinished_copies, 2u);
    EXPECT_EQ(before.report->strangers, 0u);

    start();
    ASSERT_TRUE(vault->expire());
    EXPECT_TRUE(fs::exists(arriving) && fs::exists(copied)) << "not for a day";
    make_as_old_as(arriving, std::chrono::hours(25));
    make_as_old_as(copied, std::chrono::hours(25));
    start();
    ASSERT_TRUE(vault->expire());
    EXPECT_FALSE(fs::exists(arriving));
    EXPECT_FALSE(fs::exists(copied));
    EXPECT_TRUE(fs::exists(source));
    EXPECT_EQ(seen(stream), static_cast<std::size_t>(fragments));
    EXPECT_EQ(seen(young), static_cast<std::size_t>(fragments));
    vault.reset();
    EXPECT_EQ(check(folder.path).report->unfinished_copies, 0u);
}

TEST_F(ArchiveStrangersTest, ACopyWhoseOriginalIsGoneStays) {
    const fs::path home = folder.path / "media";
    const fs::path source = segments_in(home / young.camera.text()).front();
    const fs::path copied = old / "media" / source.lexically_relative(home);
    fs::create_directories(copied.parent_path());
    fs::rename(source, copied);
    make_as_old_as(copied, std::chrono::hours(50));
    ASSERT_TRUE(vault->expire());
    EXPECT_TRUE(fs::exists(copied)) << "it is the only one";
    EXPECT_EQ(seen(young), static_cast<std::size_t>(fragments));
}

TEST_F(ArchiveStrangersTest, WhatWasDeletedByARuleAndIsThereAgainGoes) {
    ASSERT_TRUE(vault->expire());
    const fs::path archived = segments_in(old / "media").front();
    const Bytes content = slurp(archived);
    vault->set_retention(stream.camera, {.keep_days = 1, .keep_bytes = {}});
    ASSERT_TRUE(vault->expire());
    EXPECT_FALSE(fs::exists(archived));
    fs::create_directories(archived.parent_path());
    spill(archived, content);
    make_as_old_as(archived, std::chrono::hours(25));
    start();
    ASSERT_TRUE(vault->expire());
    EXPECT_FALSE(fs::exists(archived));
}

TEST_F(ArchiveStrangersTest, WhatOthersPutThereIsNamedAndNeverTouched) {
    ASSERT_TRUE(vault->expire());
    // Another installation, whose archive was restored into the wrong folder.
    const fs::path others = folder.path.parent_path() / "others";
    const StreamKey theirs{CameraId::random(), 0};
    {
        const auto other = opened(others, {});
        ASSERT_TRUE(other);
        record(*other, theirs);
    }
    ASSERT_TRUE(opened(others, {}));  // closes its files
    const auto segments = segments_in(others / "media");
    ASSERT_FALSE(segments.empty());
    const fs::path foreign = old / "media" / segments.front().lexically_relative(others / "media");
    const fs::path note = old / "media" / "note.txt";
    const fs::path arriving = old / "arriving" / segments.front().filename();
    const fs::path beside = old / "README";
    fs::create_directories(foreign.parent_path());
    fs::create_directories(arriving.parent_path());
    fs::copy_file(segments.front(), foreign);
    fs::copy_file(segments.front(), arriving);
    spill(note, as_bytes("x"));
    spill(beside, as_bytes("x"));
    for (const fs::path& file : {foreign, note, arriving, beside})
        make_as_old_as(file, std::chrono::hours(99));

    const auto expect_named = [&] {
        vault.reset();
        const Verified verified = check(folder.path);
        EXPECT_THAT(verified.faults, Contains(HasSubstr("are of another installation of Vedette")));
        EXPECT_THAT(verified.faults, Contains(HasSubstr("a file that is no recording of this gateway")));
        EXPECT_THAT(verified.faults, Contains(HasSubstr("a file in the archive that nobody knows")));
        EXPECT_EQ(verified.faults.size(), 3u);
        EXPECT_EQ(verified.report->strangers, 3u);
        EXPECT_EQ(verified.report->fragments, 2u * fragments);
        EXPECT_EQ(verified.report->beside.at("old").count, 1u);
        EXPECT_EQ(verified.report->beside.at("old").names.front(), "README");
        for (const fs::path& file : {foreign, note, arriving, beside}) EXPECT_TRUE(fs::exists(file)) << file;
    };
    expect_named();
    start();
    clock.advance(std::chrono::hours(48));
    ASSERT_TRUE(vault->expire());
    expect_named();
    // Nor does an index that is made again know it.
    ASSERT_TRUE(vault_rebuild(Layout{folder.path}));
    const auto stats = vault_stats(Layout{folder.path}).value();
    EXPECT_EQ(std::ranges::count(stats, theirs, &CameraStats::stream), 0);
    expect_named();
}

}  // namespace
}  // namespace vedette::vault
