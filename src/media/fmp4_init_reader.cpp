// Reads the initialisation segments that we wrote ourselves, for players of recordings.

#include <algorithm>

#include "media/aac.hpp"
#include "media/fmp4.hpp"
#include "media/h264.hpp"

namespace vedette::media {
namespace {

constexpr std::size_t sample_entry_video_bytes =
    78;  // fields of an avc1 before its boxes (ISO 14496-12, 12.1.3)
constexpr std::size_t sample_entry_audio_bytes = 28;  // of an mp4a (12.2.3)

/// The payload of the first box of that type, or of the next one after `from`; an empty view when there is
/// none.
ByteView find_box(ByteReader& reader, std::string_view type) {
    while (!reader.failed() && reader.remaining() >= 8) {
        const std::uint32_t size = reader.u32();
        const ByteView name = reader.take(4);
        if (size < 8) return {};
        const ByteView payload = reader.take(size - 8);
        if (as_text(name) == type) return payload;
    }
    return {};
}

ByteView find_in(ByteView parent, std::string_view type) {
    ByteReader reader(parent);
    return find_box(reader, type);
}

ByteView after(ByteView bytes, std::size_t count) {
    return bytes.subspan(std::min(count, bytes.size()));
}

Result<TrackParameters> video_track(ByteView avc1) {
    VEDETTE_TRY(const AvcDecoderConfiguration config,
                parse_avcc(find_in(after(avc1, sample_entry_video_bytes), "avcC")));
    std::vector<ByteView> sps(config.sps.begin(), config.sps.end());
    std::vector<ByteView> pps(config.pps.begin(), config.pps.end());
    return h264_track_parameters(sps, pps);
}

Result<TrackParameters> audio_track(ByteView mp4a) {
    // ES_Descriptor as write_esds() makes it: the configuration follows tag 5 and one byte of length.
    constexpr std::size_t config_tag_at = 4 + 2 + 3 + 2 + 13;
    ByteReader esds(find_in(after(mp4a, sample_entry_audio_bytes), "esds"));
    esds.skip(config_tag_at);
    if (esds.u8() != 5) return fail(ErrorKind::corrupt, "an audio track without a decoder configuration");
    const ByteView config = esds.take(esds.u8());
    VEDETTE_CHECK(esds.check("an audio track's decoder configuration"));
    return aac_track_parameters(config);
}

Result<TrackParameters> track(ByteView trak) {
    const ByteView stsd = find_in(find_in(find_in(find_in(trak, "mdia"), "minf"), "stbl"), "stsd");
    const ByteView entries = after(stsd, 8);  // version, flags, entry count
    if (const ByteView avc1 = find_in(entries, "avc1"); !avc1.empty()) return video_track(avc1);
    if (const ByteView mp4a = find_in(entries, "mp4a"); !mp4a.empty()) return audio_track(mp4a);
    return fail(ErrorKind::corrupt, "an initialisation segment with a track of an unknown kind");
}

}  // namespace

Result<std::vector<TrackParameters>> parse_init_segment(ByteView segment) {
    ByteReader moov(find_in(segment, "moov"));
    std::vector<TrackParameters> tracks;
    for (;;) {
        const ByteView trak = find_box(moov, "trak");
        if (trak.empty()) break;
        if (tracks.size() == max_tracks)
            return fail(ErrorKind::corrupt, "an initialisation segment with too many tracks");
        VEDETTE_TRY(TrackParameters parameters, track(trak));
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
