#include "gateway/ingest/fragmenter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/ingest/test_support.hpp"

namespace vedette::gateway::ingest {
namespace {

using namespace std::chrono_literals;

const UtcTime origin = from_unix_seconds(1'800'000'000);

PlacedAccessUnit picture(int number, bool key, std::size_t size = 100) {
    const Ticks90k at(number * picture_ticks);
    return {unit(0, number * picture_ticks, key, size), origin + at, CameraTime(at)};
}

PlacedAccessUnit sound(int number) {
    const Ticks90k at(number * sound_ticks * 90 / 48);
    return {unit(1, number * sound_ticks, true, 10), origin + at, CameraTime(at)};
}

Bytes joined(const Fragment& fragment) {
    ByteWriter writer;
    for (const auto& piece : fragment.pieces) writer.bytes(*piece);
    return std::move(writer).finish();
}

media::Fragment parsed(const Fragment& fragment) {
    const Bytes bytes = joined(fragment);
    auto result = media::parse_fragment(bytes);
    EXPECT_TRUE(result) << result.error().message;
    if (!result) return {};
    EXPECT_EQ(bytes.size(), result->header_size + result->payload_size);
    return *result;
}

TEST(Fragmenter, OneGroupOfPicturesIsOneFragment) {
    Fragmenter fragmenter({test_video()});
    EXPECT_TRUE(fragmenter.empty());
    EXPECT_FALSE(fragmenter.ends_before(picture(0, true)));
    for (int i = 0; i < 50; ++i) {
        EXPECT_FALSE(fragmenter.ends_before(picture(i, i == 0))) << i;
        fragmenter.add(picture(i, i == 0));
    }
    ASSERT_TRUE(fragmenter.ends_before(picture(50, true)));
    const auto fragment = fragmenter.close_before(picture(50, true));
    ASSERT_TRUE(fragment) << fragment.error().message;
    EXPECT_EQ(fragment->start, origin);
    EXPECT_EQ(fragment->duration, Ticks90k(2s));
    EXPECT_TRUE(fragment->random_access);
    EXPECT_EQ(fragment->pieces.size(), 51U);
    EXPECT_TRUE(fragmenter.empty());

    const auto contents = parsed(*fragment);
    ASSERT_EQ(contents.samples.size(), 50U);
    for (const auto& [sample, offset] : contents.samples) {
        EXPECT_EQ(sample.duration, 3'600U);
        EXPECT_EQ(sample.random_access, &sample == &contents.samples.front().sample);
    }
}

TEST(Fragmenter, SoundGoesWithThePicturesThatItArrivedWith) {
    Fragmenter fragmenter({test_video(), test_audio()});
    fragmenter.add(picture(0, true));
    fragmenter.add(sound(0));
    fragmenter.add(sound(1));
    fragmenter.add(picture(1, false));
    EXPECT_FALSE(fragmenter.ends_before(sound(2))) << "each sound is a random-access point, and ends nothing";
    const auto fragment = fragmenter.close_before(picture(2, true));
    ASSERT_TRUE(fragment);
    EXPECT_EQ(fragment->duration, Ticks90k(2 * picture_ticks));
    const auto contents = parsed(*fragment);
    ASSERT_EQ(contents.samples.size(), 4U);
    EXPECT_EQ(contents.samples[2].sample.track, 1);
    EXPECT_EQ(contents.samples[3].sample.duration, 1'024U);
}

TEST(Fragmenter, EndsAfterFourSecondsWithoutAKeyFrame) {
    Fragmenter fragmenter({test_video()});
    for (int i = 0; i < 100; ++i) fragmenter.add(picture(i, i == 0));
    EXPECT_TRUE(fragmenter.ends_before(picture(100, false)));
    ASSERT_TRUE(fragmenter.close_before(picture(100, false)));
    fragmenter.add(picture(100, false));
    const auto second = fragmenter.close();
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->random_access);
    EXPECT_EQ(second->duration, Ticks90k(picture_ticks)) << "as long as the picture before";
}

TEST(Fragmenter, SoundAloneDoesNotHoldAFragmentOpenForEver) {
    Fragmenter fragmenter({test_video(), test_audio()});
    fragmenter.add(picture(0, true));
    int i = 0;
    while (!fragmenter.ends_before(sound(i))) {
        fragmenter.add(sound(i++));
        ASSERT_LT(i, 1000);
    }
    EXPECT_NEAR(i * 1024 / 48'000.0, 5, 0.1);
}

// As of an encoder that can't keep up, while the microphone can.
TEST(Fragmenter, PicturesThatComeAfterSoundHasEndedTheirFragmentBeginBehindIt) {
    Fragmenter fragmenter({test_video(), test_audio()});
    for (int i = 0; i < 40; ++i) fragmenter.add(picture(i, i == 0));
    int heard = 0;
    while (!fragmenter.ends_before(sound(heard))) fragmenter.add(sound(heard++));
    auto before = fragmenter.close_before(sound(heard));
    ASSERT_TRUE(before);
    EXPECT_EQ(before->start + before->duration, sound(heard).start);
    fragmenter.add(sound(heard));
    for (int i = 40; i < 200; ++i) {
        const PlacedAccessUnit next = picture(i, i % 50 == 0);
        if (fragmenter.ends_before(next)) {
            const auto fragment = fragmenter.close_before(next);
            ASSERT_TRUE(fragment);
            EXPECT_EQ(fragment->start, before->start + before->duration) << "picture " << i;
            EXPECT_GT(fragment->duration, Ticks90k{});
            before = fragment;
        }
        fragmenter.add(next);
    }
    EXPECT_EQ(before->start + before->duration, picture(150, true).start);
}

TEST(Fragmenter, ALargeGroupOfPicturesIsDivided) {
    Fragmenter fragmenter({test_video()});
    fragmenter.add(picture(0, true, 20u << 20));
    EXPECT_FALSE(fragmenter.ends_before(picture(1, false, 10u << 20)));
    EXPECT_TRUE(fragmenter.ends_before(picture(1, false, 13u << 20)));
}

TEST(Fragmenter, AClockThatStandsStillKeepsEveryPicture) {
    Fragmenter fragmenter({test_video()});
    for (const std::int64_t time : {0, 3'600, 3'600, 3'000, 7'200})
        fragmenter.add({unit(0, time, time == 0), origin + Ticks90k(time), CameraTime(Ticks90k(time))});
    const auto fragment = fragmenter.close();
    ASSERT_TRUE(fragment);
    const auto contents = parsed(*fragment);
    ASSERT_EQ(contents.samples.size(), 5U);
    EXPECT_EQ(contents.samples[1].sample.duration, 1U);
    EXPECT_EQ(contents.samples[2].sample.duration, 1U);
}

TEST(Fragmenter, NothingIsCopied) {
    Fragmenter fragmenter({test_video()});
    const auto first = picture(0, true);
    const SharedBytes data = first.unit.data;
    fragmenter.add(first);
    EXPECT_EQ(fragmenter.close()->pieces.at(1), data);
}

}  // namespace
}  // namespace vedette::gateway::ingest
