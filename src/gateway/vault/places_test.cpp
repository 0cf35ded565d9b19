// Several disks: which of them takes what, and what happens when one is full, turns read-only or goes away.
// Real file systems where this user may mount them, in mount namespaces of their own.

#include <set>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/test_depth.hpp"
#include "base/test_failing_disk.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/tools.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {
namespace {

namespace fs = std::filesystem;

class PlacesTest : public testing::Test {
  protected:
    fs::path disk(const std::string& name) {
        const fs::path path = folder.path.parent_path() / name;
        fs::create_directory(path);
        return path;
    }

    Result<> start(std::vector<PlaceOption> places) {
        options.folder = folder.path;
        options.clock = &clock;
        options.sync_interval = std::chrono::milliseconds(20);
        options.checkpoint_interval = std::chrono::milliseconds(100);
        options.segment_length = seconds(10);
        options.retention_interval = std::chrono::milliseconds(0);
        options.place_interval = std::chrono::milliseconds(0);  // check_places() says when
        options.place_room = 1 << 20;
        options.places = std::move(places);
        vault.reset();
        VEDETTE_TRY(vault, Vault::open(options));
        (void)vault->resume(stream);
        run_number = vault->begin_run(stream, shared("init")).value();
        return {};
    }

    // Two seconds of media each.
    void record(int fragments) {
        for (int i = 0; i < fragments; ++i) {
            ASSERT_TRUE(vault->append(make_fragment(stream, run_number, t0 + seconds(2 * next), next % 50)));
            ++next;
        }
        ASSERT_TRUE(vault->flush());
    }

    // How many fragments can be seen, each once and as it was.
    std::size_t seen() {
        auto cursor = vault->read(stream, t0);
        const Played played = play_all(*cursor);
        std::set<std::int64_t> numbers;
        for (const PlayFragment& fragment : played.fragments) {
            const std::int64_t number = fragment.camera_time.time_since_epoch().count();
            EXPECT_TRUE(is_payload(*fragment.data, static_cast<int>(number)));
            numbers.insert(ticks(fragment.start));
        }
        EXPECT_EQ(numbers.size(), played.fragments.size());
        return played.fragments.size();
    }

    VerifyReport verify_all() {
        const auto report =
            verify(Layout{folder.path}, {}, [&](const Fault& fault) { ADD_FAILURE() << to_text(fault, 2); });
        EXPECT_TRUE(report) << report.error().message;
        return report.value_or(VerifyReport{});
    }

    static std::size_t files_in(const fs::path& place) {
        std::size_t count = 0;
        for (const auto& file : fs::recursive_directory_iterator(place))
            if (file.path().extension() == ".seg") ++count;
        return count;
    }
    PlaceState state_of(const std::string& name) const {
        for (const PlaceStatus& place : vault->places())
            if (place.name == name) return place.state;
        ADD_FAILURE() << "no place " << name;
        return PlaceState::good;
    }

    VaultFolder folder;
    StreamKey stream{CameraId::random(), 0};
    UtcTime t0 = from_unix_seconds(1'795'228'500);
    SimulatedClock clock{t0};
    VaultOptions options;
    std::unique_ptr<Vault> vault;
    std::uint64_t run_number = 0;
    int next = 0;
};

TEST_F(PlacesTest, TheListReadsWhatItPrints) {
    const std::vector<PlaceEntry> places{{1, PlaceId::random(), "a", "/mnt/a b"},
                                         {7, PlaceId::random(), "b-2_x.y", "s3://host/bucket"}};
    EXPECT_EQ(parse_places(print_places(places)).value(), places);
    EXPECT_EQ(parse_places(print_places({})).value(), std::vector<PlaceEntry>());
    const std::string id = PlaceId::random().text();
    for (const std::string& bad :
         {std::string(), std::string("vedette places 2\n"), "vedette places 1\n0 " + id + " a /x\n",
          "vedette places 1\n1 " + id + " data /x\n", "vedette places 1\n1 " + id + " a x\n",
          "vedette places 1\n1 " + id + " a /x", std::string("vedette places 1\n1 x a /x\n"),
          "vedette places 1\n1 " + id + " a /x\n2 " + id + " b /y\n"})
        EXPECT_FALSE(parse_places(bad)) << bad;
    const PlaceIdentity identity{OrganisationId::random(), PlaceId::random()};
    EXPECT_EQ(parse_place_identity(print_place_identity(identity)).value(), identity);
    EXPECT_FALSE(parse_place_identity(print_place_identity(identity) + "x"));
}

TEST_F(PlacesTest, RecordingsGoToTheOtherDisksAndEverythingKnowsWhere) {
    const fs::path a = disk("a");
    const fs::path b = disk("b");
    const auto started = start({{"a", a}, {"b", b}});
    ASSERT_TRUE(started) << started.error().message;
    EXPECT_EQ(read_format(Layout{folder.path}), format_with_places);
    vault->set_place(stream.camera, "a");
    record(8);
    vault->set_place(stream.camera, "b");
    record(8);
    EXPECT_EQ(files_in(folder.path / "media"), 0u) << "the data directory is the last resort";
    EXPECT_GE(files_in(a), 2u);
    EXPECT_GE(files_in(b), 1u);
    EXPECT_EQ(seen(), 16u);
    vault.reset();
    EXPECT_EQ(verify_all().fragments, 16u);

    // Without the options what was recorded is still there, and new things go to the data directory.
    ASSERT_TRUE(start({}));
    EXPECT_EQ(seen(), 16u);
    record(2);
    EXPECT_GE(files_in(folder.path / "media"), 1u);
    vault.reset();
    fs::remove(folder.path / "index.db");
    ASSERT_TRUE(vault_rebuild(Layout{folder.path}));
    const auto stats = vault_stats(Layout{folder.path});
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->front().fragments, 18);
    ASSERT_TRUE(start({{"a", a}, {"b", b}}));
    EXPECT_EQ(seen(), 18u);
    ASSERT_TRUE(vault->delete_camera(stream.camera));
    EXPECT_EQ(files_in(a) + files_in(b), 0u);
    vault.reset();
    verify_all();
}

TEST_F(PlacesTest, ManyCamerasAreSpreadAndStayWhereTheyAre) {
    const auto started = start({{"a", disk("a")}, {"b", disk("b")}, {"c", disk("c")}});
    ASSERT_TRUE(started) << started.error().message;
    auto places = Places::open(Layout{folder.path}, options.places, {}, OrganisationId(), {});
    ASSERT_TRUE(places) << places.error().message;
    std::map<PlaceNumber, int> cameras;
    for (int i = 0; i < 300; ++i) {
        const CameraId camera = CameraId::random();
        const auto order = (*places)->candidates(camera);
        ASSERT_EQ(order.size(), 4u);
        EXPECT_EQ(order.back(), home_place);
        EXPECT_EQ(order, (*places)->candidates(camera));
        ++cameras[order.front()];
    }
    for (PlaceNumber place = 1; place <= 3; ++place) EXPECT_GT(cameras[place], 60) << place;
}

TEST_F(PlacesTest, ADiskThatIsAwayIsNotWrittenTo) {
    const fs::path a = disk("a");
    const fs::path kept = folder.path.parent_path() / "kept";
    ASSERT_TRUE(start({{"a", a}}));
    record(3);
    vault.reset();
    fs::rename(a, kept);
    fs::create_directory(a);
    ASSERT_TRUE(start({{"a", a}}));
    EXPECT_EQ(state_of("a"), PlaceState::away);
    record(3);
    EXPECT_TRUE(fs::is_empty(a));
    EXPECT_EQ(seen(), 3u);
    vault.reset();
    const VerifyReport report = verify_all();
    ASSERT_TRUE(report.away.contains("a"));
    EXPECT_EQ(report.away.at("a").fragments, 3u);
    EXPECT_EQ(report.fragments, 3u);

    fs::remove(a);
    fs::rename(kept, a);
    ASSERT_TRUE(start({{"a", a}}));
    EXPECT_EQ(seen(), 6u);
    vault.reset();
    EXPECT_TRUE(verify_all().away.empty());
}

TEST_F(PlacesTest, WhatIsNoDiskForRecordingsIsRefused) {
    const fs::path a = disk("a");
    ASSERT_TRUE(start({{"a", a}}));
    vault.reset();
    VaultFolder others;
    const auto kind_with = [&](std::vector<PlaceOption> places) {
        VaultOptions of_others;
        of_others.folder = others.path;
        of_others.places = std::move(places);
        const auto opened = Vault::open(of_others);
        return opened ? ErrorKind::internal : opened.error().kind;
    };
    EXPECT_EQ(kind_with({{"x", a}}), ErrorKind::conflict) << "another Vedette's";
    EXPECT_EQ(kind_with({{"x", folder.path}}), ErrorKind::conflict) << "a data directory";
    EXPECT_EQ(kind_with({{"x", a / "nothing"}}), ErrorKind::invalid_input);
    EXPECT_EQ(kind_with({{"data", disk("y")}}), ErrorKind::invalid_input);
    EXPECT_EQ(kind_with({{"x", "y"}}), ErrorKind::invalid_input);
    EXPECT_EQ(kind_with({{"x", disk("y")}, {"x", disk("z")}}), ErrorKind::invalid_input);
}

TEST_F(PlacesTest, WhatWasDeletedWhileADiskWasAwayGoesWhenItIsBack) {
    const fs::path a = disk("a");
    const fs::path kept = folder.path.parent_path() / "kept";
    ASSERT_TRUE(start({{"a", a}}));
    record(20);
    vault->set_place(stream.camera, "data");
    record(5);
    vault.reset();
    fs::rename(a, kept);
    fs::create_directory(a);
    ASSERT_TRUE(start({{"a", a}}));
    clock.advance(std::chrono::hours(50));
    vault->set_retention(stream.camera, {.keep_days = 1});
    ASSERT_TRUE(vault->expire());
    vault.reset();
    EXPECT_TRUE(verify_all().away.empty()) << "what is deleted need not be there";
    EXPECT_GT(files_in(kept), 0u);

    fs::remove(a);
    fs::rename(kept, a);
    ASSERT_TRUE(start({{"a", a}}));
    ASSERT_TRUE(vault->check_places());
    EXPECT_EQ(files_in(a), 1u) << "the gap since the last stop, which is new";
    EXPECT_EQ(seen(), 0u);
    vault.reset();
    EXPECT_EQ(verify_all().leftovers, 0u);
}

TEST_F(PlacesTest, AnIndexThatWasMadeAnewLearnsOfADiskWhenItIsBack) {
    const fs::path a = disk("a");
    const fs::path kept = folder.path.parent_path() / "kept";
    ASSERT_TRUE(start({{"a", a}}));
    record(20);
    vault.reset();
    fs::rename(a, kept);
    fs::create_directory(a);
    fs::remove(folder.path / "index.db");
    ASSERT_TRUE(start({{"a", a}}));
    EXPECT_EQ(seen(), 0u);
    vault->set_place(stream.camera, "data");
    record(2);
    fs::remove(a);
    fs::rename(kept, a);
    ASSERT_TRUE(vault->check_places());
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(seen(), 22u);
    vault.reset();
    EXPECT_EQ(verify_all().fragments, 22u);
}

// --------------------------------------------------------------------------------------------- archive

class ArchiveTest : public PlacesTest {
  protected:
    ArchiveTest() {
        options.archive = PlaceOption{"old", disk("old")};
        options.archive_after = std::chrono::hours(24);
    }
    static constexpr int fragments = 15;  // three files of ten seconds

    // Recorded, closed, and old enough.
    void record_old() {
        record(fragments);
        ASSERT_TRUE(start({}));
        clock.advance(std::chrono::hours(30));
    }
};

TEST_F(ArchiveTest, WhatIsOldMovesAndIsPlayedVerifiedAndDeletedThere) {
    const fs::path old = options.archive->folder;
    ASSERT_TRUE(start({}));
    record_old();
    record(1);
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(files_in(old), 3u);
    EXPECT_EQ(seen(), fragments + 1u);
    EXPECT_FALSE(fs::exists(old / "arriving") && !fs::is_empty(old / "arriving"));
    const std::size_t left = files_in(folder.path);
    EXPECT_LE(left, 2u) << "what is not old, and what is being written";
    vault.reset();
    EXPECT_EQ(verify_all().fragments, fragments + 1u);
    fs::remove(folder.path / "index.db");
    ASSERT_TRUE(vault_rebuild(Layout{folder.path}));
    ASSERT_TRUE(start({}));
    EXPECT_EQ(seen(), fragments + 1u);
    clock.advance(std::chrono::hours(24 * 10));
    vault->set_retention(stream.camera, {.keep_days = 5});
    ASSERT_TRUE(vault->expire());
    EXPECT_EQ(files_in(old), 0u);
    vault.reset();
    verify_all();
}

// At each operation on a disk, and whatever the disk does: the operation fails, or the process ends there.
TEST_F(ArchiveTest, WhereverItIsCutOffNothingIsLostAndTheNextStartGoesOn) {
    log::set_level(log::Level::off);
    for (const bool stops : {false, true}) {
        for (int at = 0;; at += test_step(5)) {
            const VaultFolder fresh;
            folder.path = fresh.path;
            options.archive = PlaceOption{"old", fresh.around.path() / "old"};
            fs::create_directory(options.archive->folder);
            stream = {CameraId::random(), 0};
            clock = SimulatedClock{t0};
            next = 0;
            options.checkpoint_interval = std::chrono::hours(1);
            ASSERT_TRUE(start({}));
            record_old();
            bool was_reached = false;
            {
                FailingDisk failing(at, stops, {EIO, 0.5});
                (void)vault->expire();
                was_reached = failing.was_reached();
                if (stops) vault.reset();
            }
            if (!stops) EXPECT_EQ(seen(), static_cast<std::size_t>(fragments)) << at;
            EXPECT_EQ(verify_all().fragments, static_cast<std::uint64_t>(fragments)) << at << stops;
            ASSERT_TRUE(start({}));
            ASSERT_TRUE(vault->expire());
            ASSERT_TRUE(vault->expire());
            EXPECT_EQ(seen(), static_cast<std::size_t>(fragments)) << at << stops;
            EXPECT_EQ(files_in(options.archive->folder / "media"), 3u) << at << stops;
            vault.reset();
            EXPECT_EQ(verify_all().fragments, static_cast<std::uint64_t>(fragments)) << at << stops;
            if (!was_reached) break;
        }
    }
    log::set_level(log::Level::info);
}

// ------------------------------------------------------------------------------------- real file systems

/// Mounts that nobody else sees.
class MountedPlacesTest : public PlacesTest {
  protected:
    void SetUp() override {
        if (::geteuid() != 0 || ::unshare(CLONE_NEWNS) != 0 ||
            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
            GTEST_SKIP() << "needs the right to mount";
    }
    void TearDown() override {
        vault.reset();
        for (const fs::path& path : mounted) ::umount2(path.c_str(), MNT_DETACH);
    }
    static void run(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }
    fs::path mount_memory(const std::string& name, int megabytes) {
        const fs::path path = disk(name);
        run(fmt::format("mount -t tmpfs -o size={}m none {}", megabytes, path.string()));
        mounted.push_back(path);
        return path;
    }
    fs::path image(const std::string& name) const { return folder.path.parent_path() / (name + ".img"); }
    fs::path mount_image(const std::string& name) {
        const fs::path path = disk(name);
        run(fmt::format("mount -o loop {} {}", image(name).string(), path.string()));
        mounted.push_back(path);
        return path;
    }
    fs::path make_disk(const std::string& name) {
        run(fmt::format("truncate -s 24M {0} && mkfs.ext4 -q {0}", image(name).string()));
        return mount_image(name);
    }
    // From now on nothing can be written to it or read from it, as when its cable is pulled.
    static void break_disk(const fs::path& path) {
        const int fd = ::open(path.c_str(), O_RDONLY);
        ASSERT_GE(fd, 0);
        std::uint32_t without_log = 2;
        EXPECT_EQ(::ioctl(fd, _IOR('X', 125, std::uint32_t), &without_log), 0);
        ::close(fd);
    }
    std::vector<fs::path> mounted;
};

TEST_F(MountedPlacesTest, AFullDiskLosesNothing) {
    const fs::path a = mount_memory("a", 3);
    const fs::path b = disk("b");
    ASSERT_TRUE(start({{"a", a}, {"b", b}}));
    vault->set_place(stream.camera, "a");
    for (int i = 0; i < 20; ++i) record(10);  // about 6 MB
    EXPECT_EQ(state_of("a"), PlaceState::full);
    EXPECT_EQ(vault->counters().refused, 0u);
    EXPECT_EQ(vault->counters().disk, DiskState::good);
    EXPECT_EQ(seen(), 200u);
    EXPECT_GT(files_in(a), 0u);
    EXPECT_GT(files_in(b), 0u);
    vault.reset();
    EXPECT_EQ(verify_all().fragments, 200u);
}

TEST_F(MountedPlacesTest, EachDiskKeepsItsOwnRoom) {
    const fs::path a = mount_memory("a", 8);
    options.keep_free_percent = 50;
    options.disk_space = [] { return DiskSpace{1'000'000'000, 900'000'000}; };
    ASSERT_TRUE(start({{"a", a}}));
    vault->set_place(stream.camera, "data");
    record(50);
    vault->set_place(stream.camera, "a");
    for (int i = 0; i < 20; ++i) record(10);
    ASSERT_TRUE(vault->expire());
    EXPECT_GE(fs::space(a).available, 4'000'000u);
    EXPECT_GT(files_in(a), 0u);
    EXPECT_GT(seen(), 50u + 50u);
    auto cursor = vault->read(stream, t0);
    EXPECT_EQ(play_all(*cursor).fragments.front().start, t0) << "the other disk's, which are older, stay";
    vault.reset();
    verify_all();
}

TEST_F(MountedPlacesTest, ADiskThatIsUnmountedIsToldAndItsReturnHealsAll) {
    const fs::path a = make_disk("a");
    const fs::path b = make_disk("b");
    std::mutex mutex;
    std::vector<PlaceState> told;
    options.on_place = [&](const PlaceStatus& place) {
        const std::lock_guard lock(mutex);
        if (place.name == "a") told.push_back(place.state);
    };
    ASSERT_TRUE(start({{"a", a}, {"b", b}}));
    vault->set_place(stream.camera, "a");
    record(8);
    ASSERT_EQ(::umount2(a.c_str(), MNT_DETACH), 0);
    ASSERT_TRUE(vault->check_places());
    EXPECT_EQ(state_of("a"), PlaceState::away);
    record(8);
    EXPECT_TRUE(fs::is_empty(a)) << "nothing is written where the disk should be";
    EXPECT_EQ(vault->counters().refused, 0u);
    EXPECT_EQ(seen(), 8u);
    EXPECT_FALSE(verify_all().away.empty());
    EXPECT_GT(files_in(b), 0u);

    mount_image("a");
    ASSERT_TRUE(vault->check_places());
    EXPECT_EQ(state_of("a"), PlaceState::good);
    record(8);
    ASSERT_TRUE(vault->check_places());
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(seen(), 24u);
    const VerifyReport report = verify_all();
    EXPECT_EQ(report.fragments, 24u);
    EXPECT_TRUE(report.away.empty());
    EXPECT_EQ(told, (std::vector{PlaceState::away, PlaceState::good}));
}

TEST_F(MountedPlacesTest, ALossIsNoticedWithinSeconds) {
    if (!test_thoroughly()) GTEST_SKIP() << "waits for the next look at the disk";
    const fs::path a = make_disk("a");
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<PlaceState> told;
    options.on_place = [&](const PlaceStatus& place) {
        const std::lock_guard lock(mutex);
        if (place.name == "a") told = place.state;
        changed.notify_all();
    };
    options.folder = folder.path;
    options.places = {{"a", a}};
    options.place_room = 1 << 20;
    vault = Vault::open(options).value();  // with the interval of every day
    const auto wait_for = [&](PlaceState state) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(5), [&] { return told == state; });
    };
    ASSERT_EQ(::umount2(a.c_str(), MNT_DETACH), 0);
    EXPECT_TRUE(wait_for(PlaceState::away));
    mount_image("a");
    EXPECT_TRUE(wait_for(PlaceState::good));
    break_disk(a);
    EXPECT_TRUE(wait_for(PlaceState::away)) << "not even its name can be read";
}

TEST_F(MountedPlacesTest, ADiskThatDiesLosesAtMostWhatWasNotSyncedAndIsHealedWhenItIsBack) {
    const fs::path a = make_disk("a");
    const fs::path b = make_disk("b");
    ASSERT_TRUE(start({{"a", a}, {"b", b}}));
    vault->set_place(stream.camera, "a");
    record(8);
    break_disk(a);
    record(8);
    EXPECT_NE(state_of("a"), PlaceState::good);
    EXPECT_EQ(vault->counters().disk, DiskState::good) << "recording goes on";
    EXPECT_GT(files_in(b), 0u);

    ASSERT_EQ(::umount2(a.c_str(), MNT_DETACH), 0);
    ASSERT_TRUE(vault->check_places());
    EXPECT_EQ(state_of("a"), PlaceState::away);
    record(4);
    mount_image("a");
    ASSERT_TRUE(vault->check_places());
    record(4);
    ASSERT_TRUE(vault->check_places());
    ASSERT_TRUE(vault->flush());
    const std::size_t refused = vault->counters().refused;
    EXPECT_LE(refused, 8u);
    EXPECT_GE(seen(), 24u - refused);
    vault.reset();
    EXPECT_GE(verify_all().fragments, 24u - refused);
}

TEST_F(MountedPlacesTest, AReadOnlyDiskIsReadAndNotWritten) {
    const fs::path a = make_disk("a");
    ASSERT_TRUE(start({{"a", a}}));
    record(8);
    vault.reset();
    run("mount -o remount,ro " + a.string());
    ASSERT_TRUE(start({{"a", a}}));
    ASSERT_TRUE(vault->check_places());
    EXPECT_EQ(state_of("a"), PlaceState::read_only);
    record(8);
    EXPECT_EQ(vault->counters().refused, 0u);
    EXPECT_EQ(seen(), 16u);
    clock.advance(std::chrono::hours(50));
    vault->set_retention(stream.camera, {.keep_days = 1});
    ASSERT_TRUE(vault->expire()) << "a disk that can't be written does not keep the rules from others";
    run("mount -o remount,rw " + a.string());
    ASSERT_TRUE(vault->check_places());
    EXPECT_EQ(state_of("a"), PlaceState::good);
    EXPECT_EQ(files_in(a), 0u);
    vault.reset();
    EXPECT_EQ(verify_all().leftovers, 0u);
}

// The recorder is killed while a disk holds files that are being written, and that disk is away at the next
// start.
TEST_F(PlacesTest, FilesThatACrashLeftOpenOnADiskThatIsAwayAreKeptForItsReturn) {
    const fs::path a = disk("a");
    const fs::path copy = folder.path.parent_path() / "copy";
    const fs::path copied_disk = folder.path.parent_path() / "copied";
    ASSERT_TRUE(start({{"a", a}}));
    record(3);
    fs::copy(folder.path, copy, fs::copy_options::recursive);  // as a kill leaves it
    fs::copy(a, copied_disk, fs::copy_options::recursive);
    vault.reset();
    fs::remove_all(folder.path);
    fs::rename(copy, folder.path);
    fs::remove_all(a);
    fs::create_directory(a);
    ASSERT_TRUE(start({{"a", a}}));
    record(3);
    EXPECT_EQ(seen(), 3u);
    ASSERT_TRUE(start({{"a", a}}));
    record(2);
    fs::remove(a);
    fs::rename(copied_disk, a);
    ASSERT_TRUE(vault->check_places());
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(seen(), 8u);
    vault.reset();
    EXPECT_EQ(verify_all().fragments, 8u);
}

}  // namespace
}  // namespace vedette::vault
