#include "gateway/live/live_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "media/aac.hpp"
#include "media/h264.hpp"

namespace vedette::gateway::live {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const UtcTime origin = from_unix_seconds(1'800'000'000);
constexpr int group = 25;
constexpr std::uint32_t plenty = 1u << 30;

media::TrackParameters video() {
    const Bytes sps = *from_hex("6742c01eda0280bfe5c044000003000400000300c83c58ba80");
    const Bytes pps = *from_hex("68ce3c80");
    const ByteView sps_list[] = {sps};
    const ByteView pps_list[] = {pps};
    return media::h264_track_parameters(sps_list, pps_list).value();
}

class LiveStreamTest : public testing::Test {
  protected:
    LiveStreamTest() { stream.set_tracks({video(), media::aac_track_parameters(*from_hex("1190")).value()}); }

    void send_picture(std::size_t size = 1'000) {
        stream.push({.track = 0,
                     .random_access = picture % group == 0,
                     .time = picture * 3'600,
                     .data = std::make_shared<const Bytes>(size)},
                    origin + Ticks90k(picture * 3'600));
        ++picture;
    }
    void send_pictures(int count) {
        for (int i = 0; i < count; ++i) send_picture();
    }
    template <class Message>
    std::vector<Message> got(std::uint32_t channel = 1) const {
        std::vector<Message> result;
        for (const auto& message : sent)
            if (const auto* found = std::get_if<Message>(&message); found && found->channel == channel)
                result.push_back(*found);
        return result;
    }
    static std::size_t size_of(const wire::ChannelMedia& media) {
        std::size_t size = 0;
        for (const auto& piece : media.pieces) size += piece->size();
        return size;
    }

    std::vector<wire::ToHub> sent;
    LiveStream stream{[this](wire::ToHub message) { sent.push_back(std::move(message)); }};
    std::int64_t picture = 0;
};

TEST_F(LiveStreamTest, AViewerBeginsAtOnceWithTheCurrentGroupOfPictures) {
    send_pictures(group + 10);
    EXPECT_THAT(sent, IsEmpty()) << "nobody watches";
    stream.add_viewer(1, plenty);
    ASSERT_FALSE(sent.empty());
    ASSERT_TRUE(std::holds_alternative<wire::ChannelInit>(sent.front()));
    EXPECT_THAT(std::get<wire::ChannelInit>(sent.front()).mime_type, HasSubstr("avc1.42c01e, mp4a.40.2"));
    auto media = got<wire::ChannelMedia>();
    ASSERT_THAT(media, SizeIs(10));
    EXPECT_TRUE(media[0].random_access);
    EXPECT_EQ(media[0].start, origin + 1s);

    send_picture();
    media = got<wire::ChannelMedia>();
    ASSERT_THAT(media, SizeIs(11));
    EXPECT_EQ(media[10].start, origin + 1s + Ticks90k(10 * 3'600));
    // Each is a fragment of its own that a player takes.
    for (const auto& one : media) {
        ByteWriter bytes;
        for (const auto& piece : one.pieces) bytes.bytes(*piece);
        const auto parsed = media::parse_fragment(bytes.view());
        ASSERT_TRUE(parsed) << parsed.error().message;
        ASSERT_THAT(parsed->samples, SizeIs(1));
        EXPECT_EQ(parsed->samples[0].sample.decode_time, one.start.time_since_epoch().count());
        EXPECT_EQ(parsed->samples[0].sample.duration, 3'600U);
    }
}

TEST_F(LiveStreamTest, AViewerOfASilentCameraWaitsForAKeyFrame) {
    stream.add_viewer(1, plenty);
    picture = 5;
    send_pictures(group - 5);
    EXPECT_THAT(sent, IsEmpty());
    send_pictures(2);
    EXPECT_THAT(got<wire::ChannelInit>(), SizeIs(1));
    EXPECT_THAT(got<wire::ChannelMedia>(), SizeIs(2));
}

TEST_F(LiveStreamTest, ASlowViewerSkipsToTheNextKeyFrameAndIsTold) {
    stream.add_viewer(1, 5'000);  // for about five pictures
    stream.add_viewer(2, plenty);
    send_pictures(group);
    const auto before = got<wire::ChannelMedia>(1);
    ASSERT_GE(before.size(), 4U);
    ASSERT_LE(before.size(), 6U);
    std::size_t spent = 0;
    for (const auto& media : before) spent += size_of(media);
    EXPECT_LE(spent, 5'000U + size_of(before.back())) << "at most one more than there was credit for";

    send_pictures(group);
    EXPECT_THAT(got<wire::ChannelMedia>(1), SizeIs(before.size()))
        << "no credit: no media, even at a key frame";
    EXPECT_THAT(got<wire::ChannelGap>(1), IsEmpty());
    stream.add_credit(1, plenty);
    send_pictures(group + 1);
    const auto gaps = got<wire::ChannelGap>(1);
    ASSERT_THAT(gaps, SizeIs(1));
    EXPECT_EQ(gaps[0].interval.start, before.back().start + Ticks90k(3'600));
    EXPECT_EQ(gaps[0].interval.end, origin + 2s);
    EXPECT_THAT(gaps[0].reason, HasSubstr("too slow"));
    const auto after = got<wire::ChannelMedia>(1);
    ASSERT_GT(after.size(), before.size());
    EXPECT_TRUE(after[before.size()].random_access);
    EXPECT_EQ(after[before.size()].start, origin + 2s);
    EXPECT_THAT(got<wire::ChannelMedia>(2), SizeIs(3 * group + 1)) << "others lose nothing";
}

TEST_F(LiveStreamTest, ViewersShareTheBytes) {
    stream.add_viewer(1, plenty);
    stream.add_viewer(2, plenty);
    send_picture();
    EXPECT_EQ(got<wire::ChannelMedia>(1).at(0).pieces, got<wire::ChannelMedia>(2).at(0).pieces);
}

TEST_F(LiveStreamTest, NewParametersComeWithANewInitialisationSegment) {
    stream.add_viewer(1, plenty);
    send_pictures(10);
    stream.set_tracks({video()});
    send_pictures(5);
    EXPECT_THAT(got<wire::ChannelInit>(), SizeIs(1)) << "from the next key frame on";
    EXPECT_THAT(got<wire::ChannelMedia>(), SizeIs(10));
    send_pictures(15);
    const auto inits = got<wire::ChannelInit>();
    ASSERT_THAT(inits, SizeIs(2));
    EXPECT_THAT(inits[1].mime_type, HasSubstr("\"avc1.42c01e\""));
    EXPECT_TRUE(got<wire::ChannelMedia>().at(10).random_access);
}

TEST_F(LiveStreamTest, ACameraThatWasAwayBeginsWithAKeyFrame) {
    send_pictures(10);
    stream.pause();
    stream.add_viewer(1, plenty);
    EXPECT_THAT(sent, IsEmpty()) << "the old group of pictures is no live picture";
    send_pictures(group);
    EXPECT_TRUE(got<wire::ChannelMedia>().at(0).random_access);
}

TEST_F(LiveStreamTest, EndsAllChannels) {
    stream.add_viewer(1, plenty);
    stream.add_viewer(2, plenty);
    stream.remove_viewer(2);
    EXPECT_FALSE(stream.has_viewer(2));
    stream.end({ErrorKind::not_found, "the camera was removed"});
    EXPECT_FALSE(stream.watched());
    ASSERT_THAT(got<wire::ChannelEnd>(1), SizeIs(1));
    EXPECT_EQ(got<wire::ChannelEnd>(1)[0].error->message, "the camera was removed");
    EXPECT_THAT(got<wire::ChannelEnd>(2), IsEmpty());
    send_pictures(2 * group);
    EXPECT_THAT(got<wire::ChannelMedia>(), IsEmpty());
}

TEST_F(LiveStreamTest, ACameraWithoutKeyFramesDoesNotFillTheMemory) {
    picture = 0;
    send_picture();
    for (int i = 0; i < 5'000; ++i) {
        if (picture % group == 0) ++picture;
        send_picture();
    }
    stream.add_viewer(1, plenty);
    EXPECT_LE(got<wire::ChannelMedia>().size(), 2'000U);
}

}  // namespace
}  // namespace vedette::gateway::live
