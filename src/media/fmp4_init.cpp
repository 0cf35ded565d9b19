// The initialisation segment: ftyp, and a moov without samples.

#include <algorithm>
#include <optional>

#include "media/aac.hpp"
#include "media/box_writer.hpp"
#include "media/fmp4.hpp"
#include "media/fmp4_sample_entry.hpp"

namespace vedette::media {
namespace {

constexpr std::uint32_t movie_timescale = 90'000;
constexpr std::uint16_t language_undetermined = 0x55C4;  // "und", three 5-bit letters
constexpr std::uint32_t fixed_1 = 0x00010000;            // 16.16
constexpr std::size_t max_decoder_config_bytes = 65'536;

void write_matrix(ByteWriter& out) {
    out.u32(fixed_1).zeros(12).u32(fixed_1).zeros(12).u32(0x40000000);
}

void write_ftyp(ByteWriter& out) {
    const Box ftyp(out, "ftyp");
    out.text("iso6").u32(1).text("iso6").text("iso5").text("mp41");
}

void write_mvhd(ByteWriter& out, std::size_t track_count) {
    const Box mvhd(out, "mvhd", 0, 0);
    out.u32(0).u32(0).u32(movie_timescale).u32(0);  // times unknown, duration in fragments
    out.u32(fixed_1).u16(0x0100).zeros(10);         // rate, volume
    write_matrix(out);
    out.zeros(24).u32(static_cast<std::uint32_t>(track_count + 1));
}

void write_tkhd(ByteWriter& out, const TrackParameters& track, std::uint32_t id) {
    constexpr std::uint32_t enabled_in_movie = 3;
    const Box tkhd(out, "tkhd", 0, enabled_in_movie);
    out.u32(0).u32(0).u32(id).u32(0).u32(0).zeros(8);
    out.u16(0)
        .u16(0)
        .u16(track.kind() == MediaKind::audio ? 0x0100 : 0)
        .u16(0);  // layer, alternate group, volume
    write_matrix(out);
    out.u32(std::uint32_t{track.width} << 16).u32(std::uint32_t{track.height} << 16);
}

void write_stbl(ByteWriter& out, const TrackParameters& track) {
    const Box stbl(out, "stbl");
    {
        const Box stsd(out, "stsd", 0, 0);
        out.u32(1);
        fmp4::write_sample_entry(out, track);
    }
    for (const std::string_view table : {"stts", "stsc", "stco"}) {
        const Box box(out, table, 0, 0);
        out.u32(0);
    }
    const Box stsz(out, "stsz", 0, 0);
    out.u32(0).u32(0);
}

struct Handler {
    std::string_view type;
    std::string_view name;
};
Handler handler_of(MediaKind kind) {
    switch (kind) {
        case MediaKind::video:
            return {"vide", "video"};
        case MediaKind::audio:
            return {"soun", "audio"};
        case MediaKind::metadata:
            break;
    }
    return {"meta", "metadata"};
}

void write_minf(ByteWriter& out, const TrackParameters& track) {
    const Box minf(out, "minf");
    switch (track.kind()) {
        case MediaKind::video: {
            const Box vmhd(out, "vmhd", 0, 1);
            out.zeros(8);
            break;
        }
        case MediaKind::audio: {
            const Box smhd(out, "smhd", 0, 0);
            out.zeros(4);
            break;
        }
        case MediaKind::metadata: {
            const Box nmhd(out, "nmhd", 0, 0);
            break;
        }
    }
    {
        const Box dinf(out, "dinf");
        const Box dref(out, "dref", 0, 0);
        out.u32(1);
        const Box url(out, "url ", 0, 1);  // the media is in this file
    }
    write_stbl(out, track);
}

// One edit, which lasts as long as there are fragments: its duration is 0.
void write_edts(ByteWriter& out, const TrackParameters& track, Ticks90k start) {
    const Box edts(out, "edts");
    const Box elst(out, "elst", 1, 0);
    out.u32(1).u64(0).i64(decode_time(UtcTime(start), timescale(track))).u16(1).u16(0);
}

void write_trak(ByteWriter& out, const TrackParameters& track, std::uint32_t id,
                std::optional<Ticks90k> start) {
    const Box trak(out, "trak");
    write_tkhd(out, track, id);
    if (start) write_edts(out, track, *start);
    const Box mdia(out, "mdia");
    {
        const Box mdhd(out, "mdhd", 0, 0);
        out.u32(0).u32(0).u32(timescale(track)).u32(0).u16(language_undetermined).u16(0);
    }
    {
        const Handler handler = handler_of(track.kind());
        const Box hdlr(out, "hdlr", 0, 0);
        out.u32(0).text(handler.type).zeros(12);
        out.text(handler.name).u8(0);
    }
    write_minf(out, track);
}

void write_mvex(ByteWriter& out, std::size_t track_count) {
    const Box mvex(out, "mvex");
    for (std::uint32_t id = 1; id <= track_count; ++id) {
        const Box trex(out, "trex", 0, 0);
        out.u32(id).u32(1).u32(0).u32(0).u32(0);
    }
}

bool needs_decoder_config(Codec codec) {
    return codec == Codec::h264 || codec == Codec::h265 || codec == Codec::av1 || codec == Codec::aac ||
           codec == Codec::opus;
}

Result<> check_tracks(std::span<const TrackParameters> tracks) {
    if (tracks.empty() || tracks.size() > max_tracks)
        return fail(ErrorKind::invalid_input, "a stream has 1 to {} tracks, not {}", max_tracks,
                    tracks.size());
    for (const TrackParameters& track : tracks) {
        const std::size_t limit = track.is_video() ? max_decoder_config_bytes : max_audio_config_bytes;
        if (track.decoder_config.empty() == needs_decoder_config(track.codec) ||
            track.decoder_config.size() > limit)
            return fail(ErrorKind::invalid_input, "a {} track with a decoder configuration of {} bytes",
                        to_string(track.codec), track.decoder_config.size());
        if (timescale(track) == 0)
            return fail(ErrorKind::invalid_input, "an audio track without sample rate");
    }
    return {};
}

}  // namespace

std::uint32_t timescale(const TrackParameters& track) {
    return track.kind() == MediaKind::audio ? track.sample_rate_hz : 90'000;
}

std::uint32_t usual_duration(const TrackParameters& track) {
    constexpr std::uint32_t aac_frame_samples = 1024;
    switch (track.codec) {
        case Codec::aac:
            return aac_frame_samples;
        case Codec::onvif_metadata:
            return timescale(track);
        default:
            // A picture, or a packet of sound: RFC 3551 section 4.2 and RFC 7587 section 4.2 recommend 20 ms.
            return std::max(timescale(track) / (track.is_video() ? 25 : 50), 1U);
    }
}

std::int64_t decode_time(UtcTime time, std::uint32_t timescale) {
    // In two steps, since ticks since 1970 times a sample rate comes close to 64 bits.
    const std::int64_t ticks = time.time_since_epoch().count();
    std::int64_t seconds = ticks / 90'000;
    std::int64_t rest = ticks % 90'000;
    if (rest < 0) {
        rest += 90'000;
        --seconds;
    }
    return seconds * timescale + rest * timescale / 90'000;
}

namespace {

Result<Bytes> make_init_segment(std::span<const TrackParameters> tracks, std::optional<Ticks90k> start) {
    VEDETTE_CHECK(check_tracks(tracks));
    ByteWriter out;
    write_ftyp(out);
    {
        const Box moov(out, "moov");
        write_mvhd(out, tracks.size());
        for (std::size_t i = 0; i < tracks.size(); ++i)
            write_trak(out, tracks[i], static_cast<std::uint32_t>(i + 1), start);
        write_mvex(out, tracks.size());
    }
    return std::move(out).finish();
}

}  // namespace

Result<Bytes> init_segment(std::span<const TrackParameters> tracks) {
    return make_init_segment(tracks, std::nullopt);
}

Result<Bytes> init_segment(std::span<const TrackParameters> tracks, Ticks90k start) {
    return make_init_segment(tracks, std::max(start, Ticks90k{}));
}

}  // namespace vedette::media
