#include "simulate/timeline.hpp"

#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rtsp/h265_depacketizer.hpp"
#include "rtsp/rtcp.hpp"
#include "rtsp/rtp.hpp"
#include "rtsp/stream_parser.hpp"
#include "simulate/test_clip.hpp"

namespace vedette::simulate {
namespace {

using testing::HasSubstr;
using testing_support::TestClip;

/// The packets of a buffer, by channel.
std::vector<rtsp::InterleavedFrame> frames_of(ByteView bytes) {
    std::vector<rtsp::InterleavedFrame> frames;
    while (!bytes.empty()) {
        ByteReader in(bytes);
        EXPECT_EQ(in.u8(), '$');
        const std::uint8_t channel = in.u8();
        const std::uint16_t size = in.u16();
        frames.push_back({channel, in.take(size)});
        EXPECT_FALSE(in.failed());
        bytes = bytes.subspan(in.offset());
    }
    return frames;
}

/// RFC 6184 the other way round, for one picture.
std::vector<Bytes> depacketise(const std::vector<ByteView>& payloads) {
    std::vector<Bytes> units;
    for (const ByteView payload : payloads) {
        const auto header = std::to_integer<unsigned>(payload[0]);
        if ((header & 0x1F) == 24) {
            ByteReader in(payload.subspan(1));
            while (!in.at_end() && !in.failed()) {
                const ByteView unit = in.take(in.u16());
                units.emplace_back(unit.begin(), unit.end());
            }
        } else if ((header & 0x1F) == 28) {
            const auto fu = std::to_integer<unsigned>(payload[1]);
            if ((fu & 0x80) != 0) units.push_back({std::byte((header & 0xE0) | (fu & 0x1F))});
            units.back().insert(units.back().end(), payload.begin() + 2, payload.end());
        } else {
            units.emplace_back(payload.begin(), payload.end());
        }
    }
    return units;
}

TEST(Packetiser, GivesBackEveryUnitOfThePicture) {
    const auto clip = load_clip(TestClip::get().video());
    ASSERT_TRUE(clip) << clip.error().message;
    ASSERT_EQ(clip->pictures.size(), 25U);
    const auto table = packetise_video(*clip);
    ASSERT_TRUE(table);
    ASSERT_EQ(table->frames(), 25U);
    for (std::size_t i = 0; i < table->frames(); ++i) {
        std::vector<ByteView> payloads;
        const auto frames = frames_of(table->frame(i));
        for (const auto& frame : frames) {
            const auto packet = rtsp::parse_rtp(frame.payload);
            ASSERT_TRUE(packet);
            EXPECT_LE(packet->payload.size(), max_payload_bytes);
            EXPECT_EQ(packet->marker, &frame == &frames.back());
            payloads.push_back(packet->payload);
        }
        const auto units = depacketise(payloads);
        ASSERT_EQ(units.size(), clip->pictures[i].units.size());
        for (std::size_t u = 0; u < units.size(); ++u)
            EXPECT_TRUE(std::ranges::equal(units[u], clip->pictures[i].units[u]));
        EXPECT_EQ(table->key[i], i % 10 == 0);
    }
}

TEST(Packetiser, H265ComesBackThroughTheDepacketiser) {
    const auto clip = load_clip(TestClip::get().h265());
    ASSERT_TRUE(clip) << clip.error().message;
    ASSERT_EQ(clip->codec, media::Codec::h265);
    ASSERT_EQ(clip->pictures.size(), 25U);
    EXPECT_EQ(clip->frame_rate, (media::FrameRate{25, 1}));
    const auto table = packetise_video(*clip);
    ASSERT_TRUE(table);
    rtsp::H265Depacketizer depacketizer;
    for (std::size_t i = 0; i < table->frames(); ++i) {
        std::vector<rtsp::MediaEvent> events;
        for (const auto& frame : frames_of(table->frame(i))) {
            const auto packet = rtsp::parse_rtp(frame.payload);
            ASSERT_TRUE(packet);
            EXPECT_LE(packet->payload.size(), max_payload_bytes);
            depacketizer.push(*packet, static_cast<std::int64_t>(i) * 3600, false, events);
        }
        ASSERT_FALSE(events.empty());
        const auto* unit = std::get_if<rtsp::DepacketizedUnit>(&events.back());
        ASSERT_NE(unit, nullptr);
        EXPECT_EQ(unit->random_access, i % 10 == 0);
        EXPECT_EQ(table->key[i], i % 10 == 0);
        ByteReader units(*unit->data);
        for (const ByteView sent : clip->pictures[i].units)
            EXPECT_TRUE(std::ranges::equal(units.take(units.u32()), sent));
        EXPECT_TRUE(units.at_end());
    }
    ASSERT_TRUE(depacketizer.parameters());
    EXPECT_EQ(depacketizer.parameters()->width, 320);
}

TEST(Timeline, LoopsWithContinuousSequenceAndTime) {
    auto packed = pack_clip(TestClip::get().video());
    ASSERT_TRUE(packed) << packed.error().message;
    Timeline timeline(std::make_shared<const PackedClip>(std::move(*packed)), MonotonicTime{});
    std::map<std::uint8_t, rtsp::SequenceTracker> sequences;
    std::map<std::uint8_t, std::uint32_t> last_time;
    std::uint64_t sounds = 0;
    std::uint64_t reports = 0;
    for (std::uint64_t picture = 0; picture < 260; ++picture) {
        const Tick tick = timeline.build(picture, from_unix_seconds(1000));
        EXPECT_EQ(tick.key, picture % 25 % 10 == 0);
        for (const auto& frame : frames_of(tick.all)) {
            if (frame.channel % 2 == 1) {
                const auto compound = rtsp::parse_rtcp(frame.payload);
                ASSERT_TRUE(compound);
                ASSERT_EQ(compound->sender_reports.size(), 1U);
                EXPECT_EQ(compound->sender_reports[0].ntp >> 32, 2'208'989'800U);
                ++reports;
                continue;
            }
            const auto packet = rtsp::parse_rtp(frame.payload);
            ASSERT_TRUE(packet);
            const auto verdict = sequences[frame.channel].on_packet(packet->sequence);
            EXPECT_TRUE(verdict.accept);
            EXPECT_EQ(verdict.lost, 0U);
            if (last_time.contains(frame.channel)) {
                const std::uint32_t step = packet->timestamp - last_time[frame.channel];
                if (frame.channel == audio_channel)
                    EXPECT_EQ(step, 1024U);
                else
                    EXPECT_TRUE(step == 3600U || step == 0U) << step;
            }
            last_time[frame.channel] = packet->timestamp;
            sounds += frame.channel == audio_channel ? 1 : 0;
        }
    }
    EXPECT_EQ(sounds, 488U) << "10.4 s of 46.875 AAC frames a second";
    EXPECT_EQ(reports, 6U) << "both tracks at 0, 5 and 10 s";
}

TEST(Timeline, TellsWhenPicturesAreDue) {
    auto packed = pack_clip(TestClip::get().video());
    ASSERT_TRUE(packed);
    const MonotonicTime epoch{std::chrono::hours(1)};
    const Timeline timeline(std::make_shared<const PackedClip>(std::move(*packed)), epoch);
    EXPECT_EQ(timeline.due(25), epoch + std::chrono::seconds(1));
    EXPECT_EQ(timeline.first_after(epoch - std::chrono::seconds(1)), 0U);
    EXPECT_EQ(timeline.first_after(epoch), 1U);
    EXPECT_EQ(timeline.first_after(epoch + std::chrono::milliseconds(41)), 2U);
}

TEST(Clip, ErrorsSayWhatToDo) {
    EXPECT_THAT(load_clip("/nowhere/x.h264").error().message, HasSubstr("/nowhere/x.h264"));
    const auto bad = TestClip::get().folder() / "bad.h264";
    std::ofstream(bad) << "this is no video";
    EXPECT_THAT(load_clip(bad).error().message, HasSubstr("ffmpeg -i"));
    EXPECT_THAT(find_clips(TestClip::get().folder()).error().message, HasSubstr("cam1-main.h264"));
}

}  // namespace
}  // namespace vedette::simulate
