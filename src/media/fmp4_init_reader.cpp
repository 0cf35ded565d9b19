// Reads the initialisation segments that we wrote ourselves, for players of recordings.

#include <algorithm>
#include <limits>
#include <optional>

#include "media/fmp4.hpp"
#include "media/fmp4_sample_entry.hpp"

namespace vedette::media {
namespace {

using fmp4::find_box;

ByteView after(ByteView bytes, std::size_t count) {
    return bytes.subspan(std::min(count, bytes.size()));
}

Result<TrackParameters> track(ByteView trak) {
    constexpr std::size_t timescale_at = 12;  // after version, flags and two times
    const ByteView mdia = find_box(trak, "mdia");
    ByteReader mdhd(after(find_box(mdia, "mdhd"), timescale_at));
    const ByteView stsd = find_box(find_box(find_box(mdia, "minf"), "stbl"), "stsd");
    return fmp4::read_sample_entry(after(stsd, 8), mdhd.u32());  // after version, flags, entry count
}

}  // namespace

Result<std::vector<TrackParameters>> parse_init_segment(ByteView segment) {
    ByteReader moov(find_box(segment, "moov"));
    std::vector<TrackParameters> tracks;
    while (!moov.failed() && moov.remaining() >= 8) {
        const std::uint32_t size = moov.u32();
        const ByteView name = moov.take(4);
        if (size < 8) break;
        const ByteView payload = moov.take(size - 8);
        if (as_text(name) != "trak" || payload.empty()) continue;
        if (tracks.size() == max_tracks)
            return fail(ErrorKind::corrupt, "an initialisation segment with too many tracks");
        VEDETTE_TRY(TrackParameters parameters, track(payload));
        tracks.push_back(std::move(parameters));
    }
    if (tracks.empty()) return fail(ErrorKind::corrupt, "an initialisation segment without tracks");
    return tracks;
}

namespace {

/// The start that the edit list of a track says, in 90 kHz; nullopt without one.
Result<std::optional<Ticks90k>> edit_start(ByteView trak, std::uint32_t timescale) {
    const ByteView elst = find_box(find_box(trak, "edts"), "elst");
    if (elst.empty()) return std::nullopt;
    ByteReader in(elst);
    const bool ours = in.u32() == 1U << 24 && in.u32() == 1 && in.u64() == 0;
    const std::int64_t start = in.i64();
    if (in.failed() || !ours || timescale == 0 || start < 0 ||
        start > std::numeric_limits<std::int64_t>::max() / 90'000)
        return fail(ErrorKind::corrupt, "another edit list");
    return Ticks90k(start * 90'000 / timescale);
}

/// Of the track that says it most exactly.
Result<std::optional<Ticks90k>> init_start(ByteView segment, std::span<const TrackParameters> tracks) {
    ByteReader moov(find_box(segment, "moov"));
    std::optional<Ticks90k> start;
    std::size_t index = 0;
    while (!moov.failed() && moov.remaining() >= 8 && index < tracks.size()) {
        const std::uint32_t size = moov.u32();
        const ByteView name = moov.take(4);
        if (size < 8) break;
        const ByteView payload = moov.take(size - 8);
        if (as_text(name) != "trak" || payload.empty()) continue;
        const TrackParameters& track = tracks[index++];
        VEDETTE_TRY(const auto here, edit_start(payload, timescale(track)));
        if (here && (!start || track.is_video())) start = here;
    }
    return start;
}

}  // namespace

Result<SelectedInit> select_init_tracks(ByteView segment, std::span<const std::uint8_t> kept) {
    VEDETTE_TRY(const std::vector<TrackParameters> tracks, parse_init_segment(segment));
    VEDETTE_TRY(const auto start, init_start(segment, tracks));
    std::vector<TrackParameters> selected;
    for (const std::uint8_t index : kept) {
        if (index >= tracks.size()) return fail(ErrorKind::invalid_input, "no track {}", index);
        selected.push_back(tracks[index]);
    }
    SelectedInit out{.segment = {}, .mime_type = mime_type(selected)};
    VEDETTE_TRY(out.segment, start ? init_segment(selected, *start) : init_segment(selected));
    return out;
}

std::string mime_type(std::span<const TrackParameters> tracks) {
    const bool video = std::ranges::any_of(tracks, &TrackParameters::is_video);
    std::string type = std::string(video ? "video" : "audio") + "/mp4; codecs=\"";
    for (const auto& parameters : tracks) type += (type.back() == '"' ? "" : ", ") + parameters.rfc6381;
    return type + '"';
}

}  // namespace vedette::media
