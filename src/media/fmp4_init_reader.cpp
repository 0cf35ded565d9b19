// Reads the initialisation segments that we wrote ourselves, for players of recordings.

#include <algorithm>

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

std::string mime_type(std::span<const TrackParameters> tracks) {
    const bool video = std::ranges::any_of(tracks, &TrackParameters::is_video);
    std::string type = std::string(video ? "video" : "audio") + "/mp4; codecs=\"";
    for (const auto& parameters : tracks) type += (type.back() == '"' ? "" : ", ") + parameters.rfc6381;
    return type + '"';
}

}  // namespace vedette::media
