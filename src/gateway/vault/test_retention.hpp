#pragma once
// Recordings under rules: for this folder's tests alone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/vault/retention_book.hpp"
#include "gateway/vault/tamper_support.hpp"

namespace vedette::vault {

class RetentionTest : public testing::Test {
  protected:
    static constexpr int fragments_of_file = 4;  // 8 s

    void SetUp() override { open(); }
    void open() {
        vault.reset();
        VaultOptions options;
        options.folder = folder.path;
        options.clock = &clock;
        options.segment_length = seconds(8);
        options.retention_interval = interval;
        options.keep_free_percent = keep_free_percent;
        options.disk_space = [this]() -> Result<DiskSpace> { return space; };
        options.on_notice = [this](const std::string& notice) { notices.push_back(notice); };
        auto opened = Vault::open(std::move(options));
        ASSERT_TRUE(opened) << opened.error().message;
        vault = std::move(*opened);
    }
    // So many files, the first one from `start` on. They are in the index then.
    void record(StreamKey key, UtcTime start, int files) {
        (void)vault->resume(key);
        const std::uint64_t run = vault->begin_run(key, shared("init")).value();
        for (int i = 0; i < files * fragments_of_file; ++i)
            ASSERT_TRUE(vault->append(make_fragment(key, run, start + seconds(2 * i), i % 50)));
        open();
    }
    std::vector<UtcInterval> recorded(StreamKey key) const {
        std::vector<UtcInterval> found;
        const auto recordings = vault->recordings(key, everything);
        for (const RecordedRange& range : recordings.value().ranges) found.push_back(range.interval);
        return found;
    }
    std::vector<DeletedRange> deleted(StreamKey key) const {
        return vault->recordings(key, everything).value().deleted;
    }
    std::size_t played(StreamKey key) const {
        auto cursor = vault->read(key, everything.start);
        const Played all = play_all(*cursor);
        EXPECT_EQ(all.damage, 0u);
        return all.fragments.size();
    }
    std::size_t files_of(CameraId camera) const {
        std::size_t count = 0;
        for (const auto& file : fs::recursive_directory_iterator(folder.path / "media"))
            count +=
                file.is_regular_file() && file.path().filename().string().starts_with(camera.text()) ? 1 : 0;
        return count;
    }
    RecordingHold hold(UtcTime start, std::optional<UtcTime> end) const {
        return {.camera = stream.camera,
                .start = start,
                .end = end,
                .reason = "theft",
                .placed_by = "eva",
                .placed_at = {}};
    }
    VerifyReport verified_without_faults() const {
        const Verified verified = check(folder.path);
        EXPECT_TRUE(verified.report);
        EXPECT_THAT(verified.faults, testing::IsEmpty());
        return verified.report.value_or(VerifyReport{});
    }
    std::vector<Expiry> expiries() const {
        std::vector<Expiry> found;
        const Layout layout{folder.path};
        const crypto::TileLogReader reader(layout.log());
        EXPECT_TRUE(
            reader.entries(0, vault->counters().log_size, [&](std::uint64_t, ByteView entry) -> Result<> {
                if (const auto header = parse_entry(entry); header && header->type == RecordType::expiry)
                    found.push_back(Expiry::of(*header));
                return {};
            }));
        return found;
    }

    VaultFolder folder;
    UtcTime t0 = from_unix_seconds(1'795'219'200);  // midnight
    UtcInterval everything{t0 - seconds(10), t0 + 400 * day};
    SimulatedClock clock{t0 + seconds(3600)};
    std::chrono::milliseconds interval{0};
    unsigned keep_free_percent = 0;
    DiskSpace space{1'000'000'000, 500'000'000};
    StreamKey stream{CameraId::random(), 0};
    StreamKey sub{stream.camera, 1};
    StreamKey other{CameraId::random(), 0};
    std::vector<std::string> notices;
    std::unique_ptr<Vault> vault;
};

}  // namespace vedette::vault
