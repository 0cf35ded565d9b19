// What a crash, a power cut, a full disk or a changed clock may and may not do.

#include <atomic>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/test_depth.hpp"
#include "gateway/vault/layout.hpp"
#include "gateway/vault/record.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> faults_of(const fs::path& folder) {
    std::vector<std::string> faults;
    const auto report =
        verify(Layout{folder}, {}, [&](const Fault& fault) { faults.push_back(to_text(fault, 4)); });
    if (!report) faults.push_back(report.error().message);
    return faults;
}

class CrashTest : public testing::Test {
  protected:
    VaultFolder folder;
    StreamKey stream{CameraId::random(), 0};
    UtcTime t0 = from_unix_seconds(1'795'228'500);
};

// The state of a data directory in which a record was being written when the power went, for each 512 bytes
// of that record.
TEST_F(CrashTest, ATornTailIsCutWhereverItIsTorn) {
    const fs::path live = folder.path;
    const fs::path copy = folder.path.parent_path() / "copy";
    const fs::path torn = folder.path.parent_path() / "torn";
    {
        auto vault = open_vault(live);
        ASSERT_TRUE(vault);
        const std::uint64_t run = (*vault)->begin_run(stream, shared("init")).value();
        ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0, 1)));
        ASSERT_TRUE((*vault)->flush());
        fs::copy(live, copy, fs::copy_options::recursive);  // what the log says before the last record
        ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0 + seconds(2), 2)));
        ASSERT_TRUE((*vault)->flush());
        for (const auto& file : fs::directory_iterator(live / "media" / "open"))
            fs::copy_file(file, copy / "media" / "open" / file.path().filename(),
                          fs::copy_options::overwrite_existing);
    }
    fs::path segment;
    for (const auto& file : fs::directory_iterator(copy / "media" / "open")) segment = file.path().filename();
    const std::uintmax_t whole = fs::file_size(copy / "media" / "open" / segment);
    RecordHeader last;
    last.payload_size = static_cast<std::uint32_t>(crypto::cobblestone_sealed_size(payload(2)->size()));
    const std::uintmax_t before = whole - last.stored_size();
    for (std::uintmax_t size = before; size <= whole; size += 512 * static_cast<unsigned>(test_step(7))) {
        fs::remove_all(torn);
        fs::copy(copy, torn, fs::copy_options::recursive);
        fs::resize_file(torn / "media" / "open" / segment, size);
        EXPECT_TRUE(faults_of(torn).empty()) << "before the start, " << size;
        auto vault = open_vault(torn);
        ASSERT_TRUE(vault) << vault.error().message;
        auto cursor = (*vault)->read(stream, t0);
        EXPECT_EQ(play_all(*cursor).fragments.size(), size == whole ? 2u : 1u) << size;
        (*vault).reset();
        const auto faults = faults_of(torn);
        EXPECT_TRUE(faults.empty()) << size << ": " << faults.front();
    }
    fs::remove_all(copy);
    fs::remove_all(torn);
}

TEST_F(CrashTest, KilledAtAnyTimeNothingThatWasSyncedIsLost) {
    for (int round = 0; round < 6; ++round) {
        int pipe_ends[2];
        ASSERT_EQ(::pipe(pipe_ends), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            auto vault = open_vault(folder.path);
            if (!vault) _exit(3);
            const std::uint64_t run = (*vault)->begin_run(stream, shared("init")).value();
            for (int i = 0;; ++i) {
                (void)(*vault)->append(make_fragment(stream, run, t0 + seconds(round * 10'000 + 2 * i), i));
                if (i % 7 == 6 && (*vault)->flush()) {
                    const std::uint32_t acknowledged = static_cast<std::uint32_t>(i + 1);
                    if (::write(pipe_ends[1], &acknowledged, sizeof acknowledged) < 0) _exit(4);
                }
            }
        }
        ::close(pipe_ends[1]);
        std::uint32_t acknowledged = 0;
        for (int i = 0; i <= round; ++i)
            ASSERT_EQ(::read(pipe_ends[0], &acknowledged, sizeof acknowledged), 4);
        ::usleep(static_cast<useconds_t>(round * 7'000));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        while (::read(pipe_ends[0], &acknowledged, sizeof acknowledged) == 4) {
        }
        ::close(pipe_ends[0]);

        EXPECT_TRUE(faults_of(folder.path).empty()) << "killed, before the next start";
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault) << vault.error().message;
        auto cursor = (*vault)->read(stream, t0 + seconds(round * 10'000));
        const Played played = play_all(*cursor);
        EXPECT_GE(played.fragments.size(), acknowledged);
        EXPECT_EQ(played.damage, 0u);
        (*vault).reset();
        const auto faults = faults_of(folder.path);
        EXPECT_TRUE(faults.empty()) << faults.front();
    }
}

TEST_F(CrashTest, AFullDiskPausesAndGoesOnWithAGap) {
    fs::create_directory(folder.path);
    if (::mount("none", folder.path.c_str(), "tmpfs", 0, "size=3m") != 0) GTEST_SKIP() << "needs root";
    std::atomic<int> full = 0, good = 0;
    {
        VaultOptions options;
        options.folder = folder.path;
        options.sync_interval = std::chrono::milliseconds(20);
        options.on_disk_state = [&](DiskState state, const std::string&) {
            ++(state == DiskState::good ? good : full);
        };
        std::ofstream(folder.path / "filler") << std::string(1'800'000, 'x');
        auto vault = Vault::open(options);
        ASSERT_TRUE(vault) << vault.error().message;
        const std::uint64_t run = (*vault)->begin_run(stream, shared("init")).value();
        int i = 0;
        for (; i < 60 && full == 0; ++i) {
            ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0 + seconds(2 * i), i)));
            (void)(*vault)->flush();
        }
        EXPECT_EQ(full, 1);
        fs::remove(folder.path / "filler");
        ::usleep(1'100'000);
        for (int more = 0; more < 5; ++more, ++i)
            ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0 + seconds(2 * i), i)));
        ASSERT_TRUE((*vault)->flush());
        EXPECT_EQ(good, 1);
        const auto recordings = (*vault)->recordings(stream, {t0, t0 + seconds(1000)});
        ASSERT_TRUE(recordings);
        ASSERT_EQ(recordings->gaps.size(), 1u);
        EXPECT_EQ(recordings->gaps[0].reason, GapReason::disk_full);
    }
    const auto faults = faults_of(folder.path);
    EXPECT_TRUE(faults.empty()) << faults.front();
    ::umount(folder.path.c_str());
}

TEST_F(CrashTest, AClockSetBackBreaksNothing) {
    for (const int shift : {0, -5000, -200'000, 100'000}) {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault);
        const std::uint64_t run = (*vault)->begin_run(stream, shared("init")).value();
        for (int i = 0; i < 5; ++i)
            ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0 + seconds(shift + 2 * i), i)));
    }
    EXPECT_TRUE(faults_of(folder.path).empty());
    auto vault = open_vault(folder.path);
    EXPECT_EQ((*vault)->recordings(stream, {t0 - seconds(300'000), t0 + seconds(300'000)})->ranges.size(),
              4u);
}

TEST_F(CrashTest, ADamagedIndexIsMadeAgain) {
    {
        auto vault = open_vault(folder.path);
        const std::uint64_t run = (*vault)->begin_run(stream, shared("init")).value();
        for (int i = 0; i < 40; ++i)
            ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0 + seconds(2 * i), i)));
    }
    std::ofstream(folder.path / "index.db", std::ios::trunc) << std::string(9000, 'x');
    auto vault = open_vault(folder.path);
    ASSERT_TRUE(vault) << vault.error().message;
    auto cursor = (*vault)->read(stream, t0);
    EXPECT_EQ(play_all(*cursor).fragments.size(), 40u);
}

// Whatever happens to the log, recording goes on; verify tells.
TEST_F(CrashTest, ADamagedLogIsSetAsideAndRecordingGoesOn) {
    const fs::path whole = folder.path.parent_path() / "whole";
    {
        auto vault = open_vault(folder.path);
        const std::uint64_t run = (*vault)->begin_run(stream, shared("init")).value();
        for (int i = 0; i < 40; ++i)
            ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0 + seconds(2 * i), i)));
        ASSERT_TRUE((*vault)->flush());
        fs::copy(folder.path, whole,
                 fs::copy_options::recursive);  // with an open segment, as a crash leaves it
    }
    fs::path entries;
    for (const auto& file : fs::directory_iterator(whole / "tlog/tile/entries/000.p")) entries = file.path();
    for (const fs::path& name : {fs::path("tlog/checkpoint"), entries.lexically_relative(whole)}) {
        for (const std::uintmax_t size : {std::uintmax_t{0}, std::uintmax_t{1},
                                          fs::file_size(whole / name) / 2, fs::file_size(whole / name) - 1}) {
            fs::remove_all(folder.path);
            fs::copy(whole, folder.path, fs::copy_options::recursive);
            fs::resize_file(folder.path / name, size);
            std::string notices;
            {
                VaultOptions options;
                options.folder = folder.path;
                options.on_notice = [&](const std::string& message) { notices += message + "\n"; };
                auto vault = Vault::open(options);
                ASSERT_TRUE(vault) << vault.error().message;
                const std::uint64_t run = (*vault)->begin_run(stream, shared("again")).value();
                ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0 + seconds(100), 50)));
                ASSERT_TRUE((*vault)->flush());
                auto cursor = (*vault)->read(stream, t0);
                EXPECT_EQ(play_all(*cursor).fragments.size(), 41u);
            }
            EXPECT_NE(notices.find("set aside"), std::string::npos);
            // The break is named; what lies in the closed file from before is named as well; no more.
            const auto faults = faults_of(folder.path);
            ASSERT_EQ(faults.size(), 2u) << name << " " << size;
            EXPECT_NE(faults[0].find("begun anew"), std::string::npos) << faults[0];
            EXPECT_NE(faults[1].find("begun anew"), std::string::npos) << faults[1];
            ASSERT_TRUE(open_vault(folder.path));  // once is enough
            EXPECT_EQ(faults_of(folder.path).size(), 2u);
        }
    }
}

TEST_F(CrashTest, ADeletionThatWasCutOffIsFinished) {
    const fs::path before = folder.path.parent_path() / "before";
    {
        auto vault = open_vault(folder.path);
        const std::uint64_t run = (*vault)->begin_run(stream, shared("init")).value();
        for (int i = 0; i < 40; ++i)
            ASSERT_TRUE((*vault)->append(make_fragment(stream, run, t0 + seconds(2 * i), i)));
    }
    fs::copy(folder.path, before, fs::copy_options::recursive);
    ASSERT_TRUE((*open_vault(folder.path))->delete_camera(stream.camera));
    // The crash came behind the writer's part: rows and files are still there.
    fs::copy(before / "index.db", folder.path / "index.db", fs::copy_options::overwrite_existing);
    fs::copy(before / "media" / stream.camera.text(),
             folder.path / "media" / ("deleted-" + stream.camera.text() + "-1"), fs::copy_options::recursive);
    EXPECT_TRUE(faults_of(folder.path).empty());
    {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault) << vault.error().message;
        EXPECT_TRUE((*vault)->recordings(stream, {t0, t0 + seconds(1000)})->ranges.empty());
        ::usleep(300'000);
    }
    for (const auto& left : fs::directory_iterator(folder.path / "media"))
        EXPECT_EQ(left.path().filename(), "open");
    EXPECT_TRUE(faults_of(folder.path).empty());
}

TEST_F(CrashTest, WhatIsWrongWithTheFolderIsOneSentence) {
    {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault);
        EXPECT_EQ(open_vault(folder.path).error().kind, ErrorKind::conflict);
    }
    EXPECT_EQ(open_vault(folder.path / "no" / "where").error().kind, ErrorKind::not_found);
    fs::permissions(folder.path / "keys" / "root.key", fs::perms::group_read, fs::perm_options::add);
    EXPECT_EQ(open_vault(folder.path).error().kind, ErrorKind::forbidden);
    fs::permissions(folder.path / "keys" / "root.key", fs::perms::owner_read);
    std::ofstream(folder.path / "format") << "99\n";
    EXPECT_EQ(open_vault(folder.path).error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace vedette::vault
