// Replayed media in a real vault: placed by the camera's times, cut to the gap, recognised by its pictures.

#include "gateway/edge/fetched_recorder.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/test_folder.hpp"
#include "media/fmp4.hpp"
#include "media/h264.hpp"

namespace vedette::gateway::edge {
namespace {

constexpr std::int64_t frame_ticks = 3'600;  // 25 pictures a second
constexpr int frames_of_group = 50;          // 2 s

media::TrackParameters video() {
    const Bytes sps = *from_hex("6742c01eda0280bfe5c044000003000400000300c83c58ba80");
    const Bytes pps = *from_hex("68ce3c80");
    const ByteView sps_list[] = {sps};
    const ByteView pps_list[] = {pps};
    return media::h264_track_parameters(sps_list, pps_list).value();
}

Bytes picture(int number) {
    ByteWriter writer;
    writer.u32(static_cast<std::uint32_t>(number)).zeros(96);
    return std::move(writer).finish();
}

class FetchedRecorderTest : public testing::Test {
  protected:
    FetchedRecorderTest() {
        vault::VaultOptions options;
        options.folder = folder.path() / "data";
        vault = vault::Vault::open(std::move(options)).value();
    }

    UtcTime at(double seconds) const { return t0 + Ticks90k(std::llround(seconds * 90'000)); }

    FetchedRecorder make(UtcInterval gap, KnownPictures known = {}, double camera_ahead = 0,
                         std::optional<int> live_again = {}) {
        FetchedRecorder recorder(
            {.live = live,
             .interval = gap,
             .clock_offset = Ticks90k(std::llround(camera_ahead * 90'000)),
             .fetched_at = at(1000),
             .live_again = live_again.transform([](int frame) { return crypto::sha256(picture(frame)); })},
            std::move(known), *vault);
        recorder.on_event(
            rtsp::Described{{{.codec = media::Codec::h264, .clock_rate_hz = 90'000, .parameters = video()}}});
        return recorder;
    }
    // Frame n of an endless recording that began at t0; `said_ahead`: the camera's clock is off by so much.
    void send(FetchedRecorder& recorder, int frame, double said_ahead = 0, rtsp::ReplayExtension flags = {}) {
        const std::int64_t rtp_time = 1'000'000 + frame * frame_ticks;
        flags.ntp = rtsp::ntp_of_utc(at(frame / 25.0 + said_ahead));
        recorder.on_event(rtsp::ReplayTime{.track = 0, .rtp_time = rtp_time, .extension = flags});
        recorder.on_event(media::AccessUnit{.track = 0,
                                            .random_access = frame % frames_of_group == 0,
                                            .time = rtp_time,
                                            .data = std::make_shared<const Bytes>(picture(frame))});
    }
    std::vector<vault::PlayFragment> stored() {
        EXPECT_TRUE(vault->flush());
        auto cursor = vault->read(live, t0 - std::chrono::hours(1)).value();
        std::vector<vault::PlayFragment> fragments;
        while (auto item = cursor.next().value())
            if (auto* fragment = std::get_if<vault::PlayFragment>(&*item)) fragments.push_back(*fragment);
        return fragments;
    }
    // The numbers of the pictures and where they stand, by what was stored.
    std::vector<std::pair<int, UtcTime>> pictures(const std::vector<vault::PlayFragment>& fragments) const {
        std::vector<std::pair<int, UtcTime>> found;
        for (const auto& fragment : fragments) {
            UtcTime time = fragment.start;
            for (const auto& [sample, offset] : media::parse_fragment(*fragment.data).value().samples) {
                found.emplace_back(ByteReader(ByteView(*fragment.data).subspan(offset)).u32(), time);
                time += Ticks90k(sample.duration);
            }
        }
        return found;
    }
    UtcInterval covered(const std::vector<vault::PlayFragment>& fragments) const {
        return {fragments.front().start, fragments.back().start + fragments.back().duration};
    }

    TestFolder folder;
    std::unique_ptr<vault::Vault> vault;
    vault::StreamKey live{CameraId::random(), 0};
    UtcTime t0 = from_unix_seconds(1'795'228'500);
};

TEST_F(FetchedRecorderTest, KeepsTheGroupThatReachesIntoTheGapAndStopsAtItsEnd) {
    auto recorder = make({at(9), at(16.4)});
    for (int frame = 0; frame < 1000 && !recorder.done(); ++frame) send(recorder, frame);
    EXPECT_TRUE(recorder.done());
    EXPECT_FALSE(recorder.error());
    EXPECT_EQ(recorder.filled().until, at(16.4));
    const auto fragments = stored();
    ASSERT_EQ(fragments.size(), 5u);
    EXPECT_EQ(covered(fragments), (UtcInterval{at(8), at(16.4)}));
}

TEST_F(FetchedRecorderTest, TimesAreTheCamerasLessWhatItsClockIsAhead) {
    auto recorder = make({at(4), at(8)}, {}, 3600);
    for (int frame = 0; frame < 300 && !recorder.done(); ++frame) send(recorder, frame, 3600);
    EXPECT_EQ(covered(stored()), (UtcInterval{at(4), at(8)}));
    EXPECT_FALSE(recorder.filled().recognised);
}

// The camera's clock is known to a second only: a picture that was recorded live says it exactly.
TEST_F(FetchedRecorderTest, APictureThatWasRecordedLiveSetsTheTime) {
    KnownPictures known;
    known.emplace(crypto::sha256(picture(100)), at(4));
    auto recorder = make({at(5), at(10)}, std::move(known), 0);
    for (int frame = 0; frame < 400 && !recorder.done(); ++frame) send(recorder, frame, 0.7);
    EXPECT_TRUE(recorder.filled().recognised);
    EXPECT_EQ(covered(stored()), (UtcInterval{at(4), at(10)}));
}

TEST_F(FetchedRecorderTest, ThePictureOfAnotherTimeIsNoProof) {
    KnownPictures known;
    known.emplace(crypto::sha256(picture(100)), at(3'000));
    auto recorder = make({at(5), at(10)}, std::move(known), 0);
    for (int frame = 0; frame < 400 && !recorder.done(); ++frame) send(recorder, frame);
    EXPECT_FALSE(recorder.filled().recognised);
    EXPECT_EQ(recorder.filled().until, at(10));
}

// The camera's times and ours differ by a little. Where the picture comes that live recording went on with,
// nothing is missing and nothing is there twice.
TEST_F(FetchedRecorderTest, EndsWithThePictureThatLiveRecordingWentOnWith) {
    for (const double off : {-0.35, -0.03, -0.005, 0.0, 0.005, 0.03, 0.35}) {
        SCOPED_TRACE(off);
        live = {CameraId::random(), 0};
        auto recorder = make({at(4), at(8)}, {}, 0, 200);
        for (int frame = 0; frame < 400 && !recorder.done(); ++frame) send(recorder, frame, off);
        EXPECT_TRUE(recorder.done());
        EXPECT_FALSE(recorder.error());
        EXPECT_EQ(recorder.filled().until, at(8));
        const auto fragments = stored();
        EXPECT_EQ(covered(fragments).end, at(8));
        const auto seen = pictures(fragments);
        ASSERT_FALSE(seen.empty());
        EXPECT_EQ(seen.back().first, 199);
        for (std::size_t i = 1; i < seen.size(); ++i) {
            EXPECT_EQ(seen[i].first, seen[i - 1].first + 1);
            EXPECT_GT(seen[i].second, seen[i - 1].second);
            EXPECT_LT(seen[i].second, at(8));
        }
    }
}

TEST_F(FetchedRecorderTest, EndsAtTheGapsEndWhenThatPictureDoesNotCome) {
    auto recorder = make({at(4), at(8)}, {}, 0, 10'000);
    for (int frame = 0; frame < 400 && !recorder.done(); ++frame) send(recorder, frame, 0.03);
    EXPECT_TRUE(recorder.done());
    const auto seen = pictures(stored());
    EXPECT_EQ(seen.back().first, 198);
}

TEST_F(FetchedRecorderTest, WhereTheCameraPausedAnotherRunBegins) {
    auto recorder = make({at(4), at(20)});
    for (int frame = 0; frame < 200; ++frame) send(recorder, frame);
    for (int frame = 300; frame < 600 && !recorder.done(); ++frame)
        send(recorder, frame, 0, {.discontinuity = frame == 300});
    ASSERT_TRUE(vault->flush());
    const auto found = vault->recordings(live, {at(0), at(100)}).value();
    ASSERT_EQ(found.ranges.size(), 2u);
    EXPECT_EQ(found.ranges[0].interval, (UtcInterval{at(4), at(8)}));
    EXPECT_EQ(found.ranges[1].interval, (UtcInterval{at(12), at(20)}));
    EXPECT_NE(found.ranges[0].run, found.ranges[1].run);
    EXPECT_EQ(found.ranges[0].fetched_at, at(1000));
}

TEST_F(FetchedRecorderTest, WithoutTimesNothingIsBelieved) {
    auto recorder = make({at(4), at(20)});
    recorder.on_event(media::AccessUnit{
        .track = 0, .random_access = true, .time = 1, .data = std::make_shared<const Bytes>(picture(1))});
    ASSERT_TRUE(recorder.error());
    EXPECT_EQ(recorder.error()->kind, ErrorKind::unsupported);
    EXPECT_TRUE(stored().empty());
}

}  // namespace
}  // namespace vedette::gateway::edge
