#pragma once
// Fragmented MP4 (ISO 14496-12, 14496-14, 14496-15), in the form that recordings, live viewers and exports
// share. Pure: the payloads of samples are never copied here; callers gather [header, payload, payload...].
//
// Track i of the stream has track_ID i + 1. A video track counts in 90 kHz, an audio track in its sample
// rate. Decode times are absolute: since 1970-01-01 UTC, so that a fragment knows its place on the timeline.
// Presentation time is decode time plus the composition offset, which only B-frames have.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "media/types.hpp"

namespace vedette::media {

inline constexpr std::size_t max_tracks = 8;
inline constexpr std::size_t max_fragment_samples = 1 << 16;
/// The most payload in one fragment.
inline constexpr std::uint64_t max_fragment_bytes = 256U << 20;

/// Units per second of a track's decode times: 90000, or the sample rate of an audio track.
std::uint32_t timescale(const TrackParameters& track);

/// What an access unit of the track is taken to last while nothing is known, in its timescale; not 0 unless
/// the timescale is.
std::uint32_t usual_duration(const TrackParameters& track);

/// `time` as a decode time of a track with this timescale, rounded down. Exact for 90000.
std::int64_t decode_time(UtcTime time, std::uint32_t timescale);

/// ftyp and moov. `invalid_input` for no track, more than max_tracks, or a track without decoder_config.
Result<Bytes> init_segment(std::span<const TrackParameters> tracks);
/// The same with an edit list (ISO 14496-12, 8.6.6): players begin `start` behind time 0, at least 0; what is
/// before is there to be decoded. For files; parse_init_segment() does not read it.
Result<Bytes> init_segment(std::span<const TrackParameters> tracks, Ticks90k start);

/// Reads back what init_segment() made: its tracks in order. `corrupt` when it is anything else.
Result<std::vector<TrackParameters>> parse_init_segment(ByteView segment);

/// The type with codecs, as Media Source Extensions take it: video/mp4; codecs="avc1.640028, mp4a.40.2"
std::string mime_type(std::span<const TrackParameters> tracks);

/// One access unit, for a fragment.
struct Sample {
    std::uint8_t track = 0;
    bool random_access = false;
    std::int64_t decode_time = 0;         ///< in the track's timescale, since 1970-01-01 UTC, not negative
    std::uint32_t duration = 0;           ///< in the track's timescale
    std::uint32_t size = 0;               ///< of the payload, in bytes
    std::int32_t composition_offset = 0;  ///< presentation minus decode time, in the track's timescale

    friend bool operator==(const Sample&, const Sample&) = default;
};

struct FragmentHeader {
    Bytes bytes;                       ///< moof, and the header of the mdat
    std::vector<std::uint32_t> order;  ///< payloads follow as samples[order[0]], samples[order[1]], ...
};

/// The head of a fragment with these samples. Samples of one track are in decode order; a track's samples
/// follow one another by their durations from the first one's decode_time (a reader sees no other time).
/// Any order between tracks is accepted; the result's `order` is by track. `sequence` is any number that
/// grows within a playback. `invalid_input` when there are no samples, or a limit above is exceeded.
Result<FragmentHeader> fragment_header(std::uint32_t sequence, std::span<const Sample> samples);

struct FragmentSample {
    Sample sample;             ///< with its decode time computed from the durations before it
    std::uint32_t offset = 0;  ///< of the payload, from the first byte of the fragment
};

struct Fragment {
    std::uint32_t sequence = 0;
    std::uint32_t header_size = 0;        ///< bytes before the first payload
    std::uint64_t payload_size = 0;       ///< the fragment is header_size + payload_size bytes long
    std::vector<FragmentSample> samples;  ///< in the order of their payloads
};

/// Reads the head of a fragment that fragment_header() made; the payload need not be there. `corrupt` when it
/// is anything else.
Result<Fragment> parse_fragment(ByteView fragment);

/// Subtracts offsets[i] from the decode times of track i, for an export whose timeline starts at 0.
/// `fragment` starts with a head that fragment_header() made. `invalid_input` when a time would become
/// negative or a track has no offset; then nothing is changed.
Result<> rebase_fragment(Bytes& fragment, std::span<const std::int64_t> offsets);

/// The tracks that viewers in a browser get: all but those that it has no name for (see plays_in_browsers),
/// where any is left; else all. Indices into `tracks`, which grow.
std::vector<std::uint8_t> tracks_for_browsers(std::span<const TrackParameters> tracks);

/// The fragment with these tracks alone, numbered anew in their order; an empty result when it has none of
/// their samples. `kept` as tracks_for_browsers() gives it. `corrupt` when fragment_header() did not make it.
Result<Bytes> select_tracks(ByteView fragment, std::span<const std::uint8_t> kept);

/// The same, but the tracks keep their numbers: for who has the initialisation segment of all.
Result<Bytes> drop_other_tracks(ByteView fragment, std::span<const std::uint8_t> kept);

/// The initialisation segment, of init_segment(), with these tracks alone, in their order; an edit list
/// stays. `kept` as for select_tracks(). `corrupt` when init_segment() did not make it, `invalid_input` when
/// no track is left.
struct SelectedInit {
    Bytes segment;
    std::string mime_type;
};
Result<SelectedInit> select_init_tracks(ByteView segment, std::span<const std::uint8_t> kept);

/// The fragment without what comes at until[i] or later in track i; a sample that lasts beyond it ends there.
/// An empty result when nothing is left. `invalid_input` when a track has no time; `corrupt` when
/// fragment_header() did not make it.
Result<Bytes> cut_fragment(ByteView fragment, std::span<const std::int64_t> until);

}  // namespace vedette::media
