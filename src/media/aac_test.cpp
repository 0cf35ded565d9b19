#include "media/aac.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/test_hex.hpp"

namespace vedette::media {
namespace {

using testing::HasSubstr;

TEST(AudioSpecificConfig, ReadsWhatCamerasSend) {
    struct Case {
        std::string_view config;
        AudioSpecificConfig expected;
    };
    const Case cases[] = {
        {"1190", {2, 48'000, 2, 1024, false}},
        {"1588", {2, 8'000, 1, 1024, false}},
        {"1408", {2, 16'000, 1, 1024, false}},
        {"1408ffff", {2, 16'000, 1, 1024, false}},   // bytes after it
        {"2b118800", {2, 24'000, 2, 1024, true}},    // HE-AAC, explicit hierarchical signalling
        {"17800f3f08", {2, 7'806, 1, 1024, false}},  // explicit sample rate
    };
    for (const Case& c : cases) {
        const auto config = parse_audio_specific_config(hex(c.config));
        ASSERT_TRUE(config) << c.config << ": " << config.error().message;
        EXPECT_EQ(*config, c.expected) << c.config << " " << config->sample_rate_hz;
    }
}

TEST(AudioSpecificConfig, RefusesWhatItCanNotPlay) {
    EXPECT_EQ(parse_audio_specific_config({}).error().kind, ErrorKind::corrupt);
    EXPECT_EQ(parse_audio_specific_config(hex("11")).error().kind, ErrorKind::corrupt);
    EXPECT_EQ(parse_audio_specific_config(hex("1180")).error().kind, ErrorKind::unsupported);  // no channels
    EXPECT_EQ(parse_audio_specific_config(hex("4190")).error().kind, ErrorKind::unsupported);  // CELP
    EXPECT_EQ(parse_audio_specific_config(hex("1690")).error().kind, ErrorKind::corrupt);  // reserved rate
    EXPECT_FALSE(parse_audio_specific_config(Bytes(65)));
}

TEST(AudioSpecificConfig, IsBuiltAgain) {
    EXPECT_EQ(to_hex(*build_audio_specific_config({2, 48'000, 2, 1024, false})), "1190");
    EXPECT_FALSE(build_audio_specific_config({2, 48'001, 2, 1024, false}));
    EXPECT_FALSE(build_audio_specific_config({2, 48'000, 7, 1024, false}));
}

TEST(AudioSpecificConfig, GivesTrackParameters) {
    const auto track = aac_track_parameters(hex("1190"));
    ASSERT_TRUE(track);
    EXPECT_EQ(track->codec, Codec::aac);
    EXPECT_EQ(track->rfc6381, "mp4a.40.2");
    EXPECT_EQ(track->clock_rate_hz, 48'000U);
    EXPECT_EQ(track->sample_rate_hz, 48'000U);
    EXPECT_EQ(track->channels, 2);
    EXPECT_EQ(to_hex(track->decoder_config), "1190");
}

TEST(Adts, SplitsFramesAndReadsTheirConfiguration) {
    const Bytes stream =
        hex("fff14c40013ffc"
            "0102"
            "fff14c40011ffc"
            "03");
    const auto frames = split_adts(stream);
    ASSERT_TRUE(frames) << frames.error().message;
    ASSERT_EQ(frames->size(), 2U);
    EXPECT_EQ(to_hex((*frames)[0].data), "0102");
    EXPECT_EQ(to_hex((*frames)[1].data), "03");
    EXPECT_EQ((*frames)[0].config, (AudioSpecificConfig{2, 48'000, 1, 1024, false}));
}

TEST(Adts, NamesTheByteWhereItBreaks) {
    const auto cut =
        split_adts(hex("fff14c40013ffc"
                       "0102"
                       "fff14c40011ffc"));
    ASSERT_FALSE(cut);
    EXPECT_THAT(cut.error().message, HasSubstr("byte 9"));
    EXPECT_FALSE(split_adts(hex("00000001")));
    EXPECT_FALSE(split_adts(hex("fff14c40013ffc"
                                "0102"),
                            0));
    EXPECT_TRUE(split_adts({})->empty());
}

}  // namespace
}  // namespace vedette::media
