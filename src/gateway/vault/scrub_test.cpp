// Damage is found by itself, told, and remembered.

#include "gateway/vault/scrub.hpp"

#include <condition_variable>
#include <mutex>

#include <gmock/gmock.h>

#include "gateway/vault/tamper_support.hpp"

namespace vedette::vault {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ScrubTest : public TamperTest {
  protected:
    void scrub() {
        ScrubOptions options{.interval = interval, .first_delay = std::chrono::seconds(0), .percent = 100};
        options.on_status = [this](const ScrubStatus& status) {
            const std::lock_guard lock(mutex);
            told.push_back(status);
            changed.notify_all();
        };
        scrubber.emplace(Layout{folder.path}, clock, std::move(options));
    }
    // What was told last, once `done` is true of it.
    ScrubStatus wait_for(const std::function<bool(const ScrubStatus&)>& done) {
        std::unique_lock lock(mutex);
        EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(60),
                                     [&] { return !told.empty() && done(told.back()); }));
        return told.empty() ? ScrubStatus{} : told.back();
    }
    void damage() {
        Bytes bytes = slurp(files[0]);
        bytes[8191] ^= std::byte{1};
        spill(files[0], bytes);
    }

    SimulatedClock clock{from_unix_seconds(1'795'300'000)};
    std::chrono::seconds interval = std::chrono::days(7);
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<ScrubStatus> told;
    std::optional<Scrubber> scrubber;
};

TEST_F(ScrubTest, SoundRecordingsAreReadOnceInAWeek) {
    scrub();
    const ScrubStatus status = wait_for([](const auto& s) { return s.finished.has_value(); });
    EXPECT_EQ(status.finished, clock.utc_now());
    EXPECT_THAT(status.damage, IsEmpty());
    scrubber.reset();

    told.clear();
    damage();
    clock.advance(std::chrono::days(6));
    scrub();  // it is not due yet
    EXPECT_EQ(wait_for([](const auto&) { return true; }), status);
    scrubber.reset();
    EXPECT_EQ(told.size(), 1u);

    clock.advance(std::chrono::days(2));
    scrub();
    EXPECT_EQ(wait_for([](const auto& s) { return !s.damage.empty(); }).damage.size(), 1u);
}

TEST_F(ScrubTest, DamageIsToldRememberedAndForgottenWhenItIsMended) {
    const Bytes original = slurp(files[0]);
    {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE((*vault)->set_camera_name(stream.camera, "Yard"));
    }
    damage();
    interval = std::chrono::seconds(0);
    scrub();
    const auto is_done = [](const ScrubStatus& s) { return s.finished.has_value(); };
    EXPECT_THAT(wait_for(is_done).damage,
                ElementsAre(AllOf(HasSubstr("camera \"Yard\" main, 2026-11-21T02:35:00.000Z"),
                                  HasSubstr("altered or damaged"), testing::Not(HasSubstr("\n")))));
    scrubber.reset();
    told.clear();

    spill(files[0], original);
    scrub();
    {
        const std::lock_guard lock(mutex);
        if (!told.empty()) EXPECT_EQ(told.front().damage.size(), 1u) << "of the time before";
    }
    wait_for([](const auto& s) { return s.damage.empty(); });
}

TEST_F(ScrubTest, ManyFaultsAreToldInPart) {
    for (const fs::path& file : files) fs::remove(file);
    fs::remove(folder.path / "checked");
    for (const auto& entry : fs::recursive_directory_iterator(folder.path / "media"))
        if (entry.is_regular_file()) spill(entry.path(), Bytes(100, std::byte{0x55}));
    scrub();
    const ScrubStatus status = wait_for([](const auto& s) { return s.finished.has_value(); });
    EXPECT_FALSE(status.damage.empty());
    EXPECT_LE(status.damage.size(), max_damage);
}

TEST_F(ScrubTest, AFileThatSaysNonsenseIsNoStatus) {
    spill(folder.path / "checked", as_bytes(std::string(100'000, 'x')));
    scrub();
    EXPECT_TRUE(wait_for([](const auto& s) { return s.finished.has_value(); }).damage.empty());
}

}  // namespace
}  // namespace vedette::vault
