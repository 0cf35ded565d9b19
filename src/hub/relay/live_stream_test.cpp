#include "hub/relay/live_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vedette::hub::relay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Screen final : public Sink {
  public:
    void on_init(const std::string& /*mime_type*/, const SharedBytes& /*segment*/) override {}
    void on_media(const wire::ChannelMedia& media) override { starts.push_back(ticks(media.start)); }
    void on_gap(const UtcInterval& interval, const std::string& reason) override {
        gaps.emplace_back(ticks(interval.start), ticks(interval.end));
        last_reason = reason;
    }
    void on_end(const std::optional<Error>& /*error*/) override {}
    std::size_t queued_bytes() const override { return queued; }

    std::vector<std::int64_t> starts;
    std::vector<std::pair<std::int64_t, std::int64_t>> gaps;
    std::string last_reason;
    std::size_t queued = 0;
};

wire::ChannelMedia fragment(std::int64_t start, bool random_access, std::size_t bytes) {
    return {.start = UtcTime(Ticks90k(start)),
            .random_access = random_access,
            .pieces = {std::make_shared<const Bytes>(bytes)}};
}

class LiveViewerTest : public testing::Test {
  protected:
    LiveViewerTest() { viewer.init("video/mp4", std::make_shared<const Bytes>(8)); }

    Screen screen;
    LiveViewer viewer{screen};
};

TEST_F(LiveViewerTest, AKeyFrameLargerThanAllCreditComesAndIsPaidBackBeforeTheNext) {
    constexpr std::size_t large = std::size_t{max_credit_bytes} + 1;
    viewer.media(fragment(1, true, large));
    EXPECT_THAT(screen.starts, ElementsAre(1)) << "it must not starve";
    viewer.media(fragment(2, false, 10));
    viewer.media(fragment(3, true, large));
    EXPECT_THAT(screen.starts, ElementsAre(1)) << "once, not on and on";

    viewer.grant(max_credit_bytes - initial_credit_bytes);
    viewer.media(fragment(4, true, 10));
    EXPECT_THAT(screen.starts, ElementsAre(1)) << "one byte is still owed";
    viewer.grant(2);
    viewer.media(fragment(5, false, 10));
    EXPECT_THAT(screen.gaps, IsEmpty());
    viewer.media(fragment(6, true, large));
    EXPECT_THAT(screen.starts, ElementsAre(1, 6));
    EXPECT_THAT(screen.gaps, ElementsAre(std::pair(2, 6)));
    EXPECT_THAT(screen.last_reason, HasSubstr("too slow"));
}

TEST_F(LiveViewerTest, ACongestedConnectionSkipsToTheNextGroup) {
    viewer.media(fragment(1, true, 10));
    screen.queued = max_queued_bytes;
    viewer.media(fragment(2, false, 10));
    screen.queued = max_queued_bytes - 1;
    viewer.media(fragment(3, false, 10));
    viewer.media(fragment(4, true, max_queued_bytes));
    EXPECT_THAT(screen.starts, ElementsAre(1, 4));
    EXPECT_THAT(screen.gaps, ElementsAre(std::pair(2, 4)));
}

TEST_F(LiveViewerTest, BeforeItsFirstKeyFrameNothingIsMissed) {
    viewer.media(fragment(1, false, 10));
    viewer.media(fragment(2, true, 10));
    EXPECT_THAT(screen.starts, ElementsAre(2));
    EXPECT_THAT(screen.gaps, IsEmpty());
}

}  // namespace
}  // namespace vedette::hub::relay
