// Each codec in a file: does it open in tools that we did not write, with the sound or picture that went in?

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/audio.hpp"
#include "media/av1.hpp"
#include "media/fmp4.hpp"
#include "media/jpeg.hpp"
#include "media/latm.hpp"
#include "media/with_ffmpeg.hpp"

namespace vedette::media {
namespace {

using testing::HasSubstr;
using testing_support::run;
using testing_support::WithFfmpeg;

class SampleEntry : public WithFfmpeg {
  protected:
    /// A file of these access units, each of the same duration. Its name.
    std::string file_of(const TrackParameters& track, const std::vector<Bytes>& units,
                        std::uint32_t duration) {
        Bytes file = init_segment(std::span(&track, 1)).value();
        EXPECT_EQ(parse_init_segment(file).value(), std::vector{track});
        std::vector<Sample> samples;
        for (std::size_t i = 0; i < units.size(); ++i)
            samples.push_back({.random_access = true,
                               .decode_time = static_cast<std::int64_t>(i * duration),
                               .duration = duration,
                               .size = static_cast<std::uint32_t>(units[i].size())});
        const auto header = fragment_header(1, samples).value();
        file.insert(file.end(), header.bytes.begin(), header.bytes.end());
        for (const Bytes& unit : units) file.insert(file.end(), unit.begin(), unit.end());
        std::ofstream(path("x.mp4"), std::ios::binary)
            .write(as_text(file).data(), static_cast<long>(file.size()));
        return path("x.mp4");
    }
    /// Pieces of a file of raw sound.
    std::vector<Bytes> pieces(std::string_view name, std::size_t size) const {
        const Bytes whole = load(name);
        std::vector<Bytes> out;
        for (std::size_t at = 0; at + size <= whole.size(); at += size)
            out.emplace_back(whole.begin() + static_cast<long>(at),
                             whole.begin() + static_cast<long>(at + size));
        return out;
    }
    /// The samples of a file as 16-bit numbers, decoded by ffmpeg.
    std::vector<int> decoded(const std::string& input, const std::string& input_options = "") const {
        EXPECT_EQ(run("ffmpeg -v error -y " + input_options + " -i " + input + " -f s16le " + path("pcm")),
                  "");
        const Bytes raw = load("pcm");
        std::vector<int> out;
        for (std::size_t i = 0; i + 1 < raw.size(); i += 2)
            out.push_back(static_cast<std::int16_t>(std::to_integer<unsigned>(raw[i]) |
                                                    std::to_integer<unsigned>(raw[i + 1]) << 8));
        return out;
    }
    std::string probe(const std::string& file) const {
        return run(
            "ffprobe -v error -show_entries stream=codec_name,sample_rate,channels,width,height "
            "-of compact=p=0 " +
            file);
    }
    void make(const std::string& options) const {
        ASSERT_EQ(run("ffmpeg -v error -y -f lavfi -i sine=d=1:f=440:r=48000 " + options), "");
    }
};

TEST_F(SampleEntry, G711) {
    for (const auto& [codec, name] : {std::pair{Codec::pcmu, "mulaw"}, std::pair{Codec::pcma, "alaw"}}) {
        make(std::string("-ar 8000 -c:a pcm_") + name + " -f " + name + " " + path("raw"));
        const std::string file =
            file_of(pcm_track_parameters(codec, 8'000, 1).value(), pieces("raw", 160), 160);
        EXPECT_THAT(probe(file),
                    HasSubstr(std::string("codec_name=pcm_") + name + "|sample_rate=8000|channels=1"));
        EXPECT_EQ(decoded(file), decoded(path("raw"), std::string("-ar 8000 -f ") + name));
    }
}

TEST_F(SampleEntry, LinearPcm) {
    make("-ar 44100 -ac 2 -c:a pcm_s16be -f s16be " + path("raw"));
    const std::string file =
        file_of(pcm_track_parameters(Codec::l16, 44'100, 2).value(), pieces("raw", 4 * 441), 441);
    EXPECT_THAT(probe(file), HasSubstr("codec_name=pcm_s16be|sample_rate=44100|channels=2"));
    EXPECT_EQ(decoded(file), decoded(path("raw"), "-ar 44100 -ac 2 -f s16be"));
}

TEST_F(SampleEntry, G726OfEachRate) {
    for (const std::uint8_t bits : {2, 3, 4, 5}) {
        const std::string rate = std::to_string(bits * 8) + "k";
        make("-ar 8000 -c:a g726le -b:a " + rate + " -f g726le " + path("raw"));
        std::vector<Bytes> units;
        for (const Bytes& piece : pieces("raw", 20U * bits)) units.push_back(repack_g726(piece, bits));
        const std::string file = file_of(g726_track_parameters(bits).value(), units, 160);
        EXPECT_THAT(probe(file), HasSubstr("codec_name=adpcm_g726|sample_rate=8000|channels=1"));
        const auto expected = decoded(path("raw"), "-ar 8000 -f g726le -code_size " + std::to_string(bits));
        EXPECT_EQ(decoded(file), expected) << int{bits};
        EXPECT_GT(expected.size(), 7'000U);
    }
}

TEST_F(SampleEntry, MotionJpeg) {
    ASSERT_EQ(run("ffmpeg -v error -f lavfi -i testsrc2=s=320x240:r=25:d=0.2 -c:v mjpeg -pix_fmt yuvj420p " +
                  path("%d.jpg")),
              "");
    std::vector<Bytes> units;
    for (int i = 1; i <= 5; ++i) units.push_back(load(std::to_string(i) + ".jpg"));
    const std::string file = file_of(mjpeg_track_parameters(320, 240), units, 3600);
    EXPECT_THAT(probe(file), HasSubstr("codec_name=mjpeg|width=320|height=240"));
    EXPECT_EQ(run("ffmpeg -v error -xerror -i " + file + " -f null -"), "");
}

TEST_F(SampleEntry, Av1) {
    ASSERT_EQ(
        run("ffmpeg -v error -f lavfi -i testsrc2=s=128x96:r=25:d=0.2 -c:v libaom-av1 -cpu-used 8 -usage "
            "realtime -b:v 100k -f obu " +
            path("raw")),
        "");
    const Bytes raw = load("raw");
    std::vector<Bytes> units;
    std::optional<TrackParameters> track;
    for (ByteReader in(raw); !in.at_end();) {
        ByteReader sizes(ByteView(raw).subspan(in.offset() + 1));
        const std::uint32_t size = read_leb128(sizes).value();
        const auto obu = parse_obu(in.take(1 + sizes.offset() + size));
        ASSERT_TRUE(obu);
        if (obu->type == ObuType::temporal_delimiter) {
            units.emplace_back();
            continue;
        }
        if (obu->type == ObuType::sequence_header) track = av1_track_parameters(*obu).value();
        ByteWriter out;
        write_obu(out, *obu);
        units.back().insert(units.back().end(), out.view().begin(), out.view().end());
    }
    ASSERT_TRUE(track);
    EXPECT_EQ(track->rfc6381, "av01.0.00M.08");
    EXPECT_EQ(track->width, 128);
    const std::string file = file_of(*track, units, 3600);
    EXPECT_THAT(probe(file), HasSubstr("codec_name=av1|width=128|height=96"));
    EXPECT_EQ(run("ffmpeg -v error -xerror -i " + file + " -f null -"), "");
}

TEST_F(SampleEntry, OnvifMetadataIsATimedTrack) {
    TrackParameters track = onvif_metadata_track();
    const std::string xml = "<tt:MetadataStream xmlns:tt=\"http://www.onvif.org/ver10/schema\"/>";
    const ByteView bytes = as_bytes(xml);
    const std::string file = file_of(track, {Bytes(bytes.begin(), bytes.end())}, 90'000);
    EXPECT_THAT(
        run("ffprobe -v error -show_entries stream=codec_type,codec_tag_string -of compact=p=0 " + file),
        HasSubstr("codec_type=data|codec_tag_string=metx"));
    EXPECT_EQ(run("ffprobe -v error -show_entries packet=size -of compact=p=0 " + file),
              "size=" + std::to_string(xml.size()) + "\n");
}

TEST(Audio, ImpossibleTracksAreRefused) {
    EXPECT_FALSE(pcm_track_parameters(Codec::pcmu, 0, 1));
    EXPECT_FALSE(pcm_track_parameters(Codec::l16, 44'100, 0));
    EXPECT_FALSE(g726_track_parameters(6));
    EXPECT_FALSE(opus_track_parameters(3));
}

TEST(Audio, G726CodeWordsAreTurnedRound) {
    const Bytes packed{std::byte{0x21}, std::byte{0x43}};
    EXPECT_EQ(repack_g726(packed, 4), (Bytes{std::byte{0x12}, std::byte{0x34}}));
    EXPECT_EQ(repack_g726(Bytes{std::byte{0b11'10'01'00}}, 2), (Bytes{std::byte{0b00'01'10'11}}));
    EXPECT_EQ(repack_g726({}, 3), Bytes{});
    EXPECT_EQ(repack_g726(Bytes{std::byte{0xff}}, 5).size(), 1U);
}

TEST(BrowserTracks, WhatNoBrowserPlaysIsLeftOutAndNeverThePictureAlone) {
    const auto opus = opus_track_parameters(2).value();
    const auto law = pcm_track_parameters(Codec::pcmu, 8'000, 1).value();
    TrackParameters video;
    video.codec = Codec::h264;
    using Kept = std::vector<std::uint8_t>;
    EXPECT_EQ(tracks_for_browsers(std::vector{video, law, onvif_metadata_track()}), Kept({0}));
    EXPECT_EQ(tracks_for_browsers(std::vector{video, law, opus}), Kept({0, 2}));
    EXPECT_EQ(tracks_for_browsers(std::vector{law}), Kept({0}));
    EXPECT_EQ(tracks_for_browsers(std::vector{mjpeg_track_parameters(64, 48), opus}), Kept({0, 1}));
}

TEST(BrowserTracks, AreCutOutOfAFragment) {
    const std::vector<Sample> samples{
        {.track = 0, .random_access = true, .decode_time = 0, .duration = 10, .size = 3},
        {.track = 1, .random_access = true, .decode_time = 5, .duration = 8, .size = 2},
        {.track = 2, .random_access = true, .decode_time = 7, .duration = 9, .size = 1},
        {.track = 0, .decode_time = 10, .duration = 10, .size = 1}};
    auto header = fragment_header(3, samples).value();
    const ByteView payload = as_bytes("aaabccd");
    Bytes whole = header.bytes;
    whole.insert(whole.end(), payload.begin(), payload.end());
    const std::uint8_t kept[] = {0, 2};
    const auto selected = select_tracks(whole, kept);
    ASSERT_TRUE(selected) << selected.error().message;
    const auto fragment = parse_fragment(*selected).value();
    ASSERT_EQ(fragment.samples.size(), 3U);
    EXPECT_EQ(fragment.samples[2].sample.track, 1);
    EXPECT_EQ(fragment.samples[2].sample.decode_time, 7);
    EXPECT_EQ(as_text(ByteView(*selected).subspan(fragment.header_size)), "aaabd");
    whole.pop_back();
    EXPECT_FALSE(select_tracks(whole, kept));
    const std::uint8_t none[] = {5};
    whole.push_back(std::byte{'d'});
    EXPECT_TRUE(select_tracks(whole, none).value().empty());
}

TEST(Cut, LeavesOutWhatComesBehindTheEnd) {
    const std::vector<Sample> samples{
        {.track = 0, .random_access = true, .decode_time = 100, .duration = 10, .size = 3},
        {.track = 1, .random_access = true, .decode_time = 50, .duration = 8, .size = 2},
        {.track = 0, .decode_time = 110, .duration = 10, .size = 1},
        {.track = 1, .random_access = true, .decode_time = 58, .duration = 8, .size = 1},
        {.track = 0, .decode_time = 120, .duration = 10, .size = 1}};
    auto header = fragment_header(3, samples).value();
    const ByteView payload = as_bytes("aaabcdde");
    Bytes whole = header.bytes;
    whole.insert(whole.end(), payload.begin(), payload.end());
    const std::int64_t until[] = {115, 58};
    const auto cut = cut_fragment(whole, until);
    ASSERT_TRUE(cut) << cut.error().message;
    const auto fragment = parse_fragment(*cut).value();
    ASSERT_EQ(fragment.samples.size(), 3U);
    EXPECT_EQ(fragment.samples[1].sample.decode_time, 110);
    EXPECT_EQ(fragment.samples[1].sample.duration, 5U) << "it ends with the file";
    EXPECT_EQ(fragment.samples[2].sample.track, 1);
    EXPECT_EQ(fragment.samples[2].sample.duration, 8U);
    EXPECT_EQ(as_text(ByteView(*cut).subspan(fragment.header_size)), "aaabdd");
    const std::int64_t before[] = {100, 50};
    EXPECT_TRUE(cut_fragment(whole, before).value().empty());
    EXPECT_EQ(cut_fragment(whole, std::span(until).first(1)).error().kind, ErrorKind::invalid_input);
}

TEST(JpegTables, FollowTheQuality) {
    const JpegTables best = jpeg_tables(99);
    const JpegTables worst = jpeg_tables(1);
    EXPECT_EQ(std::to_integer<int>(jpeg_tables(50).luma[0]), 16);
    EXPECT_EQ(std::to_integer<int>(best.luma[0]), 1);
    EXPECT_EQ(std::to_integer<int>(worst.luma[0]), 255);
    EXPECT_EQ(jpeg_tables(0), worst);
    EXPECT_EQ(jpeg_tables(127), best);
}

}  // namespace
}  // namespace vedette::media
