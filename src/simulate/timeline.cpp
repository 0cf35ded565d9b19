#include "simulate/timeline.hpp"

#include <random>

#include "rtsp/replay_extension.hpp"
#include "rtsp/rtcp.hpp"
#include "rtsp/rtp.hpp"
#include "rtsp/stream_parser.hpp"

namespace vedette::simulate {
namespace {

constexpr std::uint64_t report_interval_seconds = 5;
constexpr std::uint64_t seconds_1900_to_1970 = 2'208'988'800;

/// 32.32 fixed point since 1900 (RFC 3550 section 4).
std::uint64_t ntp_time(UtcTime utc) {
    const auto ticks = static_cast<std::uint64_t>(utc.time_since_epoch().count());
    const std::uint64_t fraction = (ticks % 90'000 << 32) / 90'000;
    return (ticks / 90'000 + seconds_1900_to_1970) << 32 | fraction;
}

void put_u16(std::byte* at, std::uint16_t value) {
    at[0] = static_cast<std::byte>(value >> 8);
    at[1] = static_cast<std::byte>(value);
}
void put_u32(std::byte* at, std::uint32_t value) {
    put_u16(at, static_cast<std::uint16_t>(value >> 16));
    put_u16(at + 2, static_cast<std::uint16_t>(value));
}

}  // namespace

Result<PackedClip> pack_clip(const std::filesystem::path& video_file,
                             const std::optional<ClipSigning>& signing) {
    VEDETTE_TRY(Clip clip, load_clip(video_file));
    if (signing) VEDETTE_CHECK(sign_clip(clip, *signing));
    PackedClip packed;
    VEDETTE_TRY(packed.video, packetise_video(clip));
    packed.codec = clip.codec;
    for (const ByteView set : clip.parameter_sets) packed.parameter_sets.emplace_back(set.begin(), set.end());
    packed.frame_rate = clip.frame_rate;
    if (clip.audio) {
        VEDETTE_TRY(packed.audio, packetise_audio(clip));
        VEDETTE_TRY(packed.audio_config, media::build_audio_specific_config(*clip.audio));
        packed.sample_rate_hz = clip.audio->sample_rate_hz;
        packed.sound_samples = clip.audio->frame_samples;
        packed.channels = clip.audio->channels;
    }
    return packed;
}

Timeline::Timeline(std::shared_ptr<const PackedClip> clip, MonotonicTime epoch)
    : clip_(std::move(clip)), epoch_(epoch) {}

Timeline::Source Timeline::random_source() {
    std::random_device random;
    return {random(), static_cast<std::uint16_t>(random()), random()};
}

Timeline::Duration Timeline::elapsed(std::uint64_t picture) const {
    const auto [numerator, denominator] = clip_->frame_rate;
    const std::uint64_t units = picture * denominator;
    return std::chrono::seconds(units / numerator) +
           Duration(units % numerator * 1'000'000'000ULL / numerator);
}

std::uint64_t Timeline::first_after(MonotonicTime time) const {
    if (time < epoch_) return 0;
    const auto [numerator, denominator] = clip_->frame_rate;
    const double seconds = std::chrono::duration<double>(time - epoch_).count();
    auto picture = static_cast<std::uint64_t>(seconds * numerator / denominator);
    while (due(picture) <= time) ++picture;
    return picture;
}

/// AAC frames that start before the picture does.
std::uint64_t Timeline::sounds_before(std::uint64_t picture) const {
    const auto [numerator, denominator] = clip_->frame_rate;
    // Samples at the picture's time, in whole seconds and the rest so that nothing overflows.
    const std::uint64_t units = picture * denominator;
    const std::uint64_t samples =
        units / numerator * clip_->sample_rate_hz + units % numerator * clip_->sample_rate_hz / numerator;
    return (samples + clip_->sound_samples - 1) / clip_->sound_samples;
}

bool Timeline::reports_at(std::uint64_t picture) const {
    const auto [numerator, denominator] = clip_->frame_rate;
    const std::uint64_t interval = report_interval_seconds * numerator;
    return picture * denominator % interval < denominator;
}

void Timeline::append_frame(const PacketTable& table, const Source& source, std::uint64_t frame,
                            std::uint32_t timestamp) {
    const std::size_t index = frame % table.frames();
    const ByteView bytes = table.frame(index);
    const std::size_t start = out_.size();
    out_.insert(out_.end(), bytes.begin(), bytes.end());

    const std::uint32_t first = table.first_packet[index];
    auto sequence =
        static_cast<std::uint16_t>(source.first_sequence + frame / table.frames() * table.packets() + first);
    for (std::uint32_t i = first; i < table.first_packet[index + 1]; ++i) {
        const std::size_t at = start + table.packet_at[i] - table.packet_at[first];
        std::byte* header = out_.data() + at + rtsp::interleaved_header_bytes;
        put_u16(header + 2, sequence++);
        put_u32(header + 4, timestamp);
        put_u32(header + 8, source.ssrc);
    }
}

void Timeline::append_report(const PacketTable& table, const Source& source, std::uint8_t channel,
                             std::uint64_t frame, std::uint32_t timestamp, UtcTime utc) {
    const std::uint64_t loops = frame / table.frames();
    const std::size_t index = frame % table.frames();
    rtsp::RtcpSenderReport report;
    report.ssrc = source.ssrc;
    report.ntp = ntp_time(utc);
    report.rtp_time = timestamp;
    report.packets = static_cast<std::uint32_t>(loops * table.packets() + table.first_packet[index]);
    report.octets =
        static_cast<std::uint32_t>(loops * table.octets_before.back() + table.octets_before[index]);
    const Bytes bytes = rtsp::print_sender_report(report, "vedette-simulate");
    const auto header = rtsp::interleaved_header(static_cast<std::uint8_t>(channel + 1), bytes.size());
    out_.insert(out_.end(), header.begin(), header.end());
    out_.insert(out_.end(), bytes.begin(), bytes.end());
}

std::uint64_t Timeline::key_at(std::uint64_t picture) const {
    while (picture > 0 && !clip_->video.key[picture % clip_->video.frames()]) --picture;
    return picture;
}

/// ONVIF Streaming Specification, section 6.3: behind the fixed header of the frame's first packet.
void Timeline::stamp_frame(std::size_t start, const ReplayStamp& stamp, Ticks90k since_epoch, bool key) {
    const auto extension =
        rtsp::print(rtsp::ReplayExtension{.ntp = rtsp::ntp_of_utc(stamp.epoch + since_epoch),
                                          .clean_point = key,
                                          .end = stamp.end,
                                          .discontinuity = stamp.discontinuity,
                                          .terminal = stamp.end,
                                          .cseq = stamp.cseq});
    std::byte* const frame = out_.data() + start;
    const auto size = static_cast<std::uint16_t>(std::to_integer<unsigned>(frame[2]) << 8 |
                                                 std::to_integer<unsigned>(frame[3]));
    put_u16(frame + 2, static_cast<std::uint16_t>(size + extension.size()));
    frame[rtsp::interleaved_header_bytes] |= std::byte{0x10};
    const auto at = start + rtsp::interleaved_header_bytes + rtsp::rtp_header_bytes;
    out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(at), extension.begin(), extension.end());
}

Tick Timeline::build(std::uint64_t picture, UtcTime utc, const ReplayStamp* stamp) {
    out_.clear();
    const auto [numerator, denominator] = clip_->frame_rate;
    const std::uint64_t units = picture * denominator;
    const std::uint64_t ticks = units / numerator * 90'000 + units % numerator * 90'000 / numerator;
    const auto timestamp = static_cast<std::uint32_t>(video_.first_timestamp + ticks);
    const bool reports = stamp == nullptr && reports_at(picture);
    const bool key = clip_->video.key[picture % clip_->video.frames()];
    if (reports) append_report(clip_->video, video_, video_channel, picture, timestamp, utc);
    const std::size_t video_start = out_.size();
    append_frame(clip_->video, video_, picture, timestamp);
    if (stamp != nullptr) stamp_frame(video_start, *stamp, Ticks90k(static_cast<std::int64_t>(ticks)), key);
    const std::size_t video_size = out_.size();

    if (clip_->audio) {
        const std::uint64_t first = sounds_before(picture);
        const std::uint64_t samples =
            units / numerator * clip_->sample_rate_hz + units % numerator * clip_->sample_rate_hz / numerator;
        if (reports)
            append_report(*clip_->audio, audio_, audio_channel, first,
                          static_cast<std::uint32_t>(audio_.first_timestamp + samples), utc);
        for (std::uint64_t sound = first; sound < sounds_before(picture + 1); ++sound) {
            const std::size_t start = out_.size();
            append_frame(*clip_->audio, audio_, sound,
                         static_cast<std::uint32_t>(audio_.first_timestamp + sound * clip_->sound_samples));
            const auto since = sound * clip_->sound_samples * 90'000 / clip_->sample_rate_hz;
            if (stamp != nullptr)
                stamp_frame(start, *stamp, Ticks90k(static_cast<std::int64_t>(since)), true);
        }
    }
    return {out_, video_size, key};
}

}  // namespace vedette::simulate
