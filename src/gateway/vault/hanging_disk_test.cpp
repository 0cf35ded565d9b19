// A disk that does not answer, as one with a bad cable or a dying controller: the kernel waits for it, and
// who asked it waits in the kernel. Here file systems on loop devices that are frozen (fsfreeze(8)): what
// writes to them hangs in the kernel until they are thawed.

#include <condition_variable>
#include <set>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.hpp"
#include "gateway/vault/disk_thread.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

TEST(DiskThread, TellsADiskThatHangsFromOneThatIsSlow) {
    DiskThread thread(200ms);
    std::mutex mutex;
    std::unique_lock held(mutex);
    const auto stuck = thread.start([&]() -> Result<> {
        const std::lock_guard lock(mutex);
        return fail(ErrorKind::exhausted, "full");
    });
    const auto behind = thread.start([] { return Result<>(); });
    EXPECT_FALSE(thread.wait(*behind, 20ms));
    EXPECT_FALSE(thread.hangs()) << "it has not been asked for long";
    EXPECT_FALSE(thread.wait(*stuck));
    EXPECT_TRUE(thread.hangs());
    EXPECT_FALSE(thread.wait(*behind)) << "nothing is behind it before it answers";
    held.unlock();
    while (!thread.is_done(*behind)) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(thread.wait(*stuck).value().error().kind, ErrorKind::exhausted);
    EXPECT_TRUE(thread.wait(*behind).value());
    EXPECT_FALSE(thread.hangs());

    const auto slow = thread.start([&] {
        for (int step = 0; step < 8; ++step) {
            std::this_thread::sleep_for(50ms);
            thread.note_progress();
        }
        return Result<>();
    });
    EXPECT_TRUE(thread.wait(*slow).value()) << "longer than the limit in all, and each step within it";
}

/// Mounts that nobody else sees.
class HangingDiskTest : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0 || ::unshare(CLONE_NEWNS) != 0 ||
            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
            GTEST_SKIP() << "needs the right to mount";
        log::set_level(log::Level::off);  // what fails is what is tested
    }
    void TearDown() override {
        for (const fs::path& path : std::set(frozen)) thaw(path);
        vault.reset();
        for (const fs::path& path : mounted) ::umount2(path.c_str(), MNT_DETACH);
        log::set_level(log::Level::info);
    }

    fs::path disk(const std::string& name) {
        const fs::path path = around.path() / name;
        fs::create_directory(path);
        const std::string image = (around.path() / (name + ".img")).string();
        const std::string make = fmt::format(
            "truncate -s 48M {0} && mkfs.ext4 -q {0} && mount -o loop {0} {1}", image, path.string());
        EXPECT_EQ(std::system(make.c_str()), 0);
        mounted.push_back(path);
        return path;
    }
    static int order(const fs::path& path, unsigned long request) {
        const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        const int done = ::ioctl(fd, request, 0);
        ::close(fd);
        return done;
    }
    void freeze(const fs::path& path) {
        ASSERT_EQ(order(path, FIFREEZE), 0);
        frozen.insert(path);
    }
    void thaw(const fs::path& path) {
        EXPECT_EQ(order(path, FITHAW), 0);
        frozen.erase(path);
    }

    void start(const fs::path& folder, std::vector<PlaceOption> places) {
        options.folder = folder;
        options.clock = &clock;
        options.sync_interval = 20ms;
        options.checkpoint_interval = 100ms;
        options.segment_length = seconds(10);
        options.retention_interval = 0ms;
        options.place_interval = 50ms;
        options.place_rest = 300ms;
        options.place_room = 1 << 20;
        options.hang_limit = 500ms;
        options.places = std::move(places);
        options.on_place = [this](const PlaceStatus& place) {
            const std::lock_guard lock(mutex);
            states[place.name] = place.state;
            messages += place.message;
            changed.notify_all();
        };
        options.on_disk_state = [this](DiskState state, const std::string& message) {
            const std::lock_guard lock(mutex);
            disk_state = state;
            messages += message;
            changed.notify_all();
        };
        auto opened = Vault::open(options);
        ASSERT_TRUE(opened) << opened.error().message;
        vault = std::move(*opened);
        for (Camera& camera : cameras) camera.run = vault->begin_run(camera.stream, shared("init")).value();
    }
    template <class Condition>
    bool wait_for(const Condition& condition) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, 10s, condition);
    }
    bool comes_to(const std::string& place, PlaceState state) {
        return wait_for([&] { return states[place] == state; });
    }

    // Two seconds of media each.
    void append(int camera, int count) {
        Camera& to = cameras.at(static_cast<std::size_t>(camera));
        for (int i = 0; i < count; ++i, ++to.next) {
            const auto began = std::chrono::steady_clock::now();
            EXPECT_TRUE(
                vault->append(make_fragment(to.stream, to.run, t0 + seconds(2 * to.next), to.next % 50)));
            EXPECT_LT(std::chrono::steady_clock::now() - began, 200ms) << "append() never waits for a disk";
        }
    }
    // Once the writer has written so many fragments in all.
    bool writes(std::uint64_t fragments) const {
        for (int i = 0; i < 1000 && vault->counters().fragments < fragments; ++i)
            std::this_thread::sleep_for(10ms);
        return vault->counters().fragments >= fragments;
    }
    Played played(int camera) {
        auto cursor = vault->read(cameras.at(static_cast<std::size_t>(camera)).stream, t0);
        return play_all(*cursor);
    }
    std::uint64_t verified() {
        const auto report = verify(Layout{options.folder}, {},
                                   [&](const Fault& fault) { ADD_FAILURE() << to_text(fault, 2); });
        EXPECT_TRUE(report) << report.error().message;
        return report ? report->fragments : 0;
    }

    struct Camera {
        StreamKey stream{CameraId::random(), 0};
        std::uint64_t run = 0;
        int next = 0;
    };
    TestFolder around;  // on a disk: loop devices need one
    std::vector<fs::path> mounted;
    std::set<fs::path> frozen;
    UtcTime t0 = from_unix_seconds(1'795'228'500);
    SimulatedClock clock{t0};
    VaultOptions options;
    std::array<Camera, 2> cameras;
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, PlaceState> states;
    DiskState disk_state = DiskState::good;
    std::string messages;
    std::unique_ptr<Vault> vault;
};

TEST_F(HangingDiskTest, IsLeftWithinItsLimitAndWhatItOwesIsMadeUpForWhenItAnswers) {
    const fs::path a = disk("a");
    const fs::path b = disk("b");
    start(around.path() / "data", {{"a", a}, {"b", b}});
    vault->set_place(cameras[0].stream.camera, "a");
    vault->set_place(cameras[1].stream.camera, "b");
    append(0, 12);
    append(1, 12);
    ASSERT_TRUE(vault->flush());
    freeze(a);
    append(0, 8);
    append(1, 8);
    EXPECT_TRUE(writes(12 + 12 + 8)) << "the other disk is not held up";
    ASSERT_TRUE(comes_to("a", PlaceState::hanging));
    EXPECT_TRUE(messages.contains("does not answer"));
    EXPECT_EQ(disk_state, DiskState::good) << "recording goes on";
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(vault->counters().refused, 0u) << "nothing was written there that was not synced";
    EXPECT_EQ(played(1).fragments.size(), 20u);
    EXPECT_EQ(played(0).fragments.size(), 8u) << "the twelve on the disk that hangs can't be seen";
    append(0, 8);
    append(1, 8);
    ASSERT_TRUE(vault->flush());

    thaw(a);
    ASSERT_TRUE(comes_to("a", PlaceState::good));
    append(0, 8);
    append(1, 8);
    ASSERT_TRUE(vault->flush());
    ASSERT_TRUE(vault->check_places());
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(played(0).fragments.size(), 36u);
    EXPECT_EQ(played(0).gaps.size(), 0u);
    EXPECT_EQ(played(1).fragments.size(), 36u);
    vault.reset();
    EXPECT_EQ(verified(), 72u);
    for (const auto& file : fs::directory_iterator(a / "media" / "open")) ADD_FAILURE() << file.path();
}

TEST_F(HangingDiskTest, ThatIsTheDataDirectorysOwnIsSignedOnceItAnswers) {
    const fs::path home = disk("home");
    const fs::path b = disk("b");
    start(home / "data", {{"b", b}});
    append(0, 12);
    ASSERT_TRUE(vault->flush());
    freeze(home);
    append(0, 30);
    EXPECT_TRUE(writes(42)) << "recording goes on on the other disk";
    ASSERT_TRUE(comes_to("data", PlaceState::hanging));
    EXPECT_EQ(vault->counters().refused, 0u);
    EXPECT_FALSE(vault->flush()) << "nothing can be signed, and that is said instead of waited for";
    thaw(home);
    ASSERT_TRUE(comes_to("data", PlaceState::good));
    append(0, 6);
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(played(0).fragments.size(), 48u);
    vault.reset();
    EXPECT_EQ(verified(), 48u);
}

// Nothing is read from it either: the file that names it is a pipe that nobody writes to.
TEST_F(HangingDiskTest, AtTheStartKeepsNobodyFromRecording) {
    const fs::path a = disk("a");
    start(around.path() / "data", {{"a", a}});
    append(0, 12);
    ASSERT_TRUE(vault->flush());
    vault.reset();
    const fs::path name = MediaFolder{a}.identity();
    fs::rename(name, a / "kept");
    ASSERT_EQ(::mkfifo(name.c_str(), 0600), 0);
    start(around.path() / "data", {{"a", a}});
    EXPECT_EQ(vault->places().at(1).state, PlaceState::hanging);
    append(0, 8);
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(played(0).fragments.size(), 8u);

    const fs::path pipe = a / "pipe";
    fs::rename(name, pipe);
    fs::rename(a / "kept", name);
    const int end = ::open(pipe.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GE(end, 0) << "somebody reads";
    ::close(end);
    ASSERT_TRUE(comes_to("a", PlaceState::good));
    ASSERT_TRUE(vault->check_places());
    append(0, 8);
    ASSERT_TRUE(vault->flush());
    EXPECT_EQ(played(0).fragments.size(), 28u);
    vault.reset();
    EXPECT_EQ(verified(), 28u);
}

TEST_F(HangingDiskTest, ThatIsTheOnlyOneIsToldAndCostsTheOldestThatDoesNotFitIntoMemory) {
    const fs::path home = disk("home");
    options.queue_bytes = 200'000;  // some six fragments
    start(home / "data", {});
    append(0, 3);
    ASSERT_TRUE(vault->flush());
    append(1, 1);
    ASSERT_TRUE(vault->flush());
    freeze(home);
    append(0, 30);
    ASSERT_TRUE(wait_for([&] { return disk_state == DiskState::failing; }));
    EXPECT_TRUE(messages.contains("does not answer"));
    EXPECT_EQ(vault->counters().disk, DiskState::failing);
    append(0, 1);
    thaw(home);
    ASSERT_TRUE(wait_for([&] { return disk_state == DiskState::good; }));
    ASSERT_TRUE(vault->flush());
    const Played left = played(0);
    const std::uint64_t refused = vault->counters().refused;
    EXPECT_GT(refused, 15u);
    EXPECT_EQ(left.fragments.size() + refused, 34u);
    EXPECT_EQ(left.fragments.back().start, t0 + seconds(2 * 33)) << "the newest stay";
    Ticks90k missing{};
    for (const PlayGap& gap : left.gaps) {
        missing += gap.interval.end - gap.interval.start;
        EXPECT_EQ(gap.reason, GapReason::disk_slow);
    }
    EXPECT_EQ(missing.count(), (seconds(2) * static_cast<std::int64_t>(refused)).count());
    vault.reset();
    EXPECT_EQ(verified(), left.fragments.size() + 1);
}

}  // namespace
}  // namespace vedette::vault
