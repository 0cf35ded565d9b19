#include "media/fmp4.hpp"

#include <array>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "media/aac.hpp"
#include "media/h264.hpp"
#include "media/with_ffmpeg.hpp"

namespace vedette::media {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::run;
using testing_support::WithFfmpeg;

// 2026-11-21T00:00:00Z
constexpr std::int64_t start_seconds = 1'795'219'200;

Sample sample(std::uint8_t track, std::int64_t time, std::uint32_t duration, std::uint32_t size,
              bool random_access = false) {
    return {track, random_access, time, duration, size};
}

std::vector<Sample> interleaved() {
    const std::int64_t video = start_seconds * 90'000;
    const std::int64_t audio = start_seconds * 48'000;
    return {sample(0, video, 3600, 100, true), sample(1, audio, 1024, 10, true),
            sample(1, audio + 1024, 1024, 11, true), sample(0, video + 3600, 3600, 50)};
}

TEST(DecodeTime, IsTheSameInstantInEveryTimescale) {
    const UtcTime time = from_unix_seconds(start_seconds) + Ticks90k(45'000);
    EXPECT_EQ(decode_time(time, 90'000), start_seconds * 90'000 + 45'000);
    EXPECT_EQ(decode_time(time, 48'000), start_seconds * 48'000 + 24'000);
    EXPECT_EQ(decode_time(from_unix_seconds(-1) + Ticks90k(1), 8'000), -8'000);
    EXPECT_EQ(decode_time(from_unix_seconds(253'402'300'799), 192'000), 253'402'300'799 * 192'000);
}

TEST(Fragment, TellsThePayloadOrderAndReadsBack) {
    const auto samples = interleaved();
    const auto header = fragment_header(7, samples);
    ASSERT_TRUE(header) << header.error().message;
    EXPECT_THAT(header->order, ElementsAre(0, 3, 1, 2));

    const auto fragment = parse_fragment(header->bytes);
    ASSERT_TRUE(fragment) << fragment.error().message;
    EXPECT_EQ(fragment->sequence, 7U);
    EXPECT_EQ(fragment->header_size, header->bytes.size());
    EXPECT_EQ(fragment->payload_size, 171U);
    std::vector<std::uint32_t> offsets;
    for (std::size_t i = 0; i < fragment->samples.size(); ++i) {
        EXPECT_EQ(fragment->samples[i].sample, samples[header->order[i]]);
        offsets.push_back(fragment->samples[i].offset - fragment->header_size);
    }
    EXPECT_THAT(offsets, ElementsAre(0, 100, 150, 160));
}

TEST(Fragment, KeepsCompositionOffsetsOfTheTracksThatHaveThem) {
    auto samples = interleaved();
    samples[0].composition_offset = 7200;
    samples[3].composition_offset = -3600;
    const auto header = fragment_header(7, samples);
    ASSERT_TRUE(header);
    const auto fragment = parse_fragment(header->bytes);
    ASSERT_TRUE(fragment) << fragment.error().message;
    for (std::size_t i = 0; i < fragment->samples.size(); ++i)
        EXPECT_EQ(fragment->samples[i].sample, samples[header->order[i]]);
    EXPECT_EQ(header->bytes.size(), fragment_header(7, interleaved())->bytes.size() + 2 * 4);
}

TEST(Fragment, HasLimits) {
    EXPECT_FALSE(fragment_header(1, {}));
    const Sample bad_track[] = {sample(max_tracks, 0, 1, 1)};
    EXPECT_FALSE(fragment_header(1, bad_track));
    const Sample before_1970[] = {sample(0, -1, 1, 1)};
    EXPECT_FALSE(fragment_header(1, before_1970));
    const Sample too_large[] = {sample(0, 0, 1, 200U << 20), sample(0, 1, 1, 200U << 20)};
    EXPECT_FALSE(fragment_header(1, too_large));
    EXPECT_FALSE(fragment_header(1, std::vector<Sample>(max_fragment_samples + 1)));
}

TEST(Fragment, IsRebasedPerTrack) {
    auto header = fragment_header(1, interleaved());
    const std::array<std::int64_t, 2> offsets{(start_seconds - 2) * 90'000, (start_seconds - 2) * 48'000};
    ASSERT_TRUE(rebase_fragment(header->bytes, offsets));
    const auto fragment = parse_fragment(header->bytes);
    EXPECT_EQ(fragment->samples[0].sample.decode_time, 180'000);
    EXPECT_EQ(fragment->samples[2].sample.decode_time, 96'000);

    const Bytes before = header->bytes;
    EXPECT_FALSE(rebase_fragment(header->bytes, offsets)) << "would be negative";
    EXPECT_FALSE(rebase_fragment(header->bytes, std::span(offsets).first(1)));
    EXPECT_EQ(header->bytes, before);
}

TEST(Fragment, ReaderRefusesEveryCutAndManyDamages) {
    const Bytes good = fragment_header(1, interleaved())->bytes;
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(parse_fragment(ByteView(good).first(size))) << size;
    for (std::size_t at = 0; at < 20; ++at) {  // sizes, types and versions before the sequence number
        Bytes bad = good;
        bad[at] ^= std::byte{1};
        EXPECT_FALSE(parse_fragment(bad)) << at;
    }
}

TEST(InitSegment, RefusesIncompleteTracks) {
    EXPECT_FALSE(init_segment({}));
    const TrackParameters empty[] = {TrackParameters{}};
    EXPECT_FALSE(init_segment(empty));
}

// ---- with ffmpeg and ffprobe ----

struct Payload {
    Sample sample;
    Bytes data;
};

/// Access units of an Annex B stream of one slice per picture, at 25 per second.
std::vector<Payload> pictures(ByteView annex_b, TrackParameters& track) {
    std::vector<Payload> out;
    std::vector<ByteView> sps;
    std::vector<ByteView> pps;
    const auto units = split_annex_b(annex_b).value();
    for (const ByteView unit : units) {
        if (nal_type(unit) == NalType::sps && sps.empty()) sps.push_back(unit);
        if (nal_type(unit) == NalType::pps && pps.empty()) pps.push_back(unit);
        if (!is_slice(nal_type(unit))) continue;
        ByteWriter data;
        data.u32(static_cast<std::uint32_t>(unit.size())).bytes(unit);
        const auto time = static_cast<std::int64_t>(start_seconds * 90'000 + out.size() * 3600);
        out.push_back({sample(0, time, 3600, static_cast<std::uint32_t>(data.size()),
                              nal_type(unit) == NalType::slice_idr),
                       std::move(data).finish()});
    }
    track = h264_track_parameters(sps, pps).value();
    return out;
}

std::vector<Payload> sounds(ByteView adts, TrackParameters& track) {
    std::vector<Payload> out;
    const auto frames = split_adts(adts).value();
    track = aac_track_parameters(build_audio_specific_config(frames.at(0).config).value()).value();
    for (const AdtsFrame& frame : frames) {
        const auto time = static_cast<std::int64_t>(start_seconds * 48'000 + out.size() * 1024);
        out.push_back({sample(1, time, 1024, static_cast<std::uint32_t>(frame.data.size()), true),
                       Bytes(frame.data.begin(), frame.data.end())});
    }
    return out;
}

void append_fragment(Bytes& file, std::uint32_t sequence, std::span<const Payload> payloads,
                     std::span<const std::int64_t> offsets) {
    std::vector<Sample> samples;
    for (const Payload& p : payloads) samples.push_back(p.sample);
    auto header = fragment_header(sequence, samples).value();
    if (!offsets.empty()) ASSERT_TRUE(rebase_fragment(header.bytes, offsets));
    file.insert(file.end(), header.bytes.begin(), header.bytes.end());
    for (const std::uint32_t i : header.order)
        file.insert(file.end(), payloads[i].data.begin(), payloads[i].data.end());
}

TEST_F(WithFfmpeg, FilesOpenInToolsThatWeDidNotWrite) {
    ASSERT_EQ(
        run("ffmpeg -v error -f lavfi -i testsrc2=s=320x180:r=25:d=2 -f lavfi -i sine=d=2:r=48000 "
            "-map 0 -c:v libx264 -preset ultrafast -bf 0 -g 25 -x264-params slices=1:sliced-threads=0 " +
            path("v.h264") + " -map 1 -c:a aac -ac 2 " + path("a.aac")),
        "");
    std::array<TrackParameters, 2> tracks;
    auto video = pictures(load("v.h264"), tracks[0]);
    auto audio = sounds(load("a.aac"), tracks[1]);
    ASSERT_EQ(video.size(), 50U);

    // One file as it is recorded, at its absolute place; one as it is exported, from 0; and one of single
    // access units, as live viewers get them.
    const std::array<std::int64_t, 2> offsets{start_seconds * 90'000, start_seconds * 48'000};
    const std::size_t half = audio.size() / 2;
    std::vector<Payload> first(video.begin(), video.begin() + 25);
    first.insert(first.end(), audio.begin(), audio.begin() + static_cast<std::ptrdiff_t>(half));
    std::vector<Payload> second(video.begin() + 25, video.end());
    second.insert(second.end(), audio.begin() + static_cast<std::ptrdiff_t>(half), audio.end());

    for (const std::string_view kind : {"recorded", "exported", "live"}) {
        Bytes file = init_segment(tracks).value();
        const std::span<const std::int64_t> shift =
            kind == "recorded" ? std::span<const std::int64_t>() : std::span<const std::int64_t>(offsets);
        std::uint32_t sequence = 1;
        if (kind == "live") {
            for (const auto* list : {&first, &second})
                for (const Payload& p : *list) append_fragment(file, sequence++, std::span(&p, 1), shift);
        } else {
            append_fragment(file, sequence++, first, shift);
            append_fragment(file, sequence++, second, shift);
        }
        const std::string name = path(std::string(kind) + ".mp4");
        std::ofstream(name, std::ios::binary).write(as_text(file).data(), static_cast<long>(file.size()));

        EXPECT_EQ(run("ffmpeg -v error -xerror -copyts -i " + name + " -map 0 -f null -"), "") << kind;
        const std::string facts =
            run("ffprobe -v error -count_packets -show_entries "
                "stream=codec_name,width,height,sample_rate,start_pts,nb_read_packets "
                "-of compact=p=0:nk=0 " +
                name);
        const std::int64_t origin = kind == "recorded" ? start_seconds : 0;
        EXPECT_THAT(facts, HasSubstr("codec_name=h264|width=320|height=180|start_pts=" +
                                     std::to_string(origin * 90'000) + "|nb_read_packets=50"))
            << kind;
        EXPECT_THAT(
            facts, HasSubstr("codec_name=aac|sample_rate=48000|start_pts=" + std::to_string(origin * 48'000)))
            << kind;
        const std::string keys =
            run("ffprobe -v error -select_streams v -show_entries packet=flags -of csv=p=0 " + name);
        EXPECT_EQ(std::ranges::count(keys, 'K'), 2) << keys;
    }

    // With an edit list time 0 is what was asked for, and the key frame before it lies before 0.
    constexpr Ticks90k asked = std::chrono::milliseconds(600);
    Bytes file = init_segment(tracks, asked).value();
    append_fragment(file, 1, first, offsets);
    append_fragment(file, 2, second, offsets);
    const std::string name = path("edited.mp4");
    std::ofstream(name, std::ios::binary).write(as_text(file).data(), static_cast<long>(file.size()));
    for (const auto& [stream, lead] : {std::pair("v", -54'000), std::pair("a", -28'800)}) {
        const std::string times = run("ffprobe -v error -select_streams " + std::string(stream) +
                                      " -show_entries packet=pts -of csv=p=0 " + name);
        EXPECT_EQ(std::atoi(times.c_str()), lead) << stream;
    }
    EXPECT_EQ(run("ffmpeg -v error -xerror -i " + name + " -map 0 -f null -"), "");
}

}  // namespace
}  // namespace vedette::media
