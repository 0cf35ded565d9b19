// A hundred files that are synced at the same time: one that fails costs its own stream alone.

#include <atomic>
#include <cerrno>

#include <gtest/gtest.h>

#include "base/file_fault.hpp"
#include "base/log.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {
namespace {

// The nth sync fails, once.
class FailingSync : public FileFaults {
  public:
    explicit FailingSync(int at) : at_(at) { set_file_faults(this); }
    ~FailingSync() override { set_file_faults(nullptr); }
    std::optional<FileFault> before(FileOperation operation) override {
        if (operation != FileOperation::sync || count_++ != at_) return std::nullopt;
        return FileFault{EIO, 0};
    }

  private:
    const int at_;
    std::atomic<int> count_ = 0;
};

TEST(ManyStreams, OneFileThatCannotBeSyncedCostsItsOwnStreamAlone) {
    constexpr int count = 100;
    const VaultFolder folder;
    const UtcTime t0 = from_unix_seconds(1'795'228'500);
    log::set_level(log::Level::off);  // the failure is what is tested
    std::vector<StreamKey> streams;
    std::vector<std::uint64_t> runs;
    {
        VaultOptions options;
        options.folder = folder.path;
        options.sync_interval = std::chrono::hours(1);  // flush() says when
        options.checkpoint_interval = std::chrono::hours(1);
        auto vault = Vault::open(std::move(options));
        ASSERT_TRUE(vault) << vault.error().message;
        for (int i = 0; i < count; ++i) {
            streams.push_back({CameraId::random(), 0});
            runs.push_back((*vault)->begin_run(streams.back(), shared("init")).value());
        }
        const auto append_all = [&](int number) {
            for (std::size_t i = 0; i < streams.size(); ++i)
                EXPECT_TRUE(
                    (*vault)->append(make_fragment(streams[i], runs[i], t0 + seconds(2 * number), number)));
        };
        append_all(0);
        ASSERT_TRUE((*vault)->flush());
        append_all(1);
        {
            const FailingSync fault(count / 2);
            const auto flushed = (*vault)->flush();
            ASSERT_FALSE(flushed);
            EXPECT_NE(flushed.error().message.find("fdatasync"), std::string::npos)
                << flushed.error().message;
        }
    }
    log::set_level(log::Level::info);

    auto vault = open_vault(folder.path);
    ASSERT_TRUE(vault) << vault.error().message;
    int whole = 0;
    for (const StreamKey stream : streams) {
        auto cursor = (*vault)->read(stream, t0);
        ASSERT_TRUE(cursor);
        const Played played = play_all(*cursor);
        EXPECT_EQ(played.damage, 0u);
        if (played.fragments.size() == 2 && played.gaps.empty()) {
            ++whole;
            continue;
        }
        EXPECT_EQ(played.fragments.size(), 1u);
        ASSERT_FALSE(played.gaps.empty());
        EXPECT_EQ(played.gaps[0].interval, (UtcInterval{t0 + seconds(2), t0 + seconds(4)}));
    }
    EXPECT_EQ(whole, count - 1);
    vault->reset();
    const auto report =
        verify({folder.path}, {}, [](const Fault& fault) { ADD_FAILURE() << to_text(fault, 4); });
    EXPECT_TRUE(report);
}

}  // namespace
}  // namespace vedette::vault
