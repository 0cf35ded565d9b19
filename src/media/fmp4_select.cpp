// Leaves parts out of a fragment: tracks that a viewer's browser could not take, and what is behind the end
// of a file.

#include <algorithm>

#include "media/fmp4.hpp"

namespace vedette::media {

namespace {

/// The samples for which `keep`, which may change them, says yes.
template <class F>
Result<Bytes> rebuild(ByteView bytes, F keep) {
    VEDETTE_TRY(const Fragment fragment, parse_fragment(bytes));
    if (fragment.header_size + fragment.payload_size != bytes.size())
        return fail(ErrorKind::corrupt, "a fragment of {} bytes that should have {}", bytes.size(),
                    fragment.header_size + fragment.payload_size);
    std::vector<Sample> samples;
    ByteWriter payloads;
    for (auto [sample, offset] : fragment.samples) {
        if (!keep(sample)) continue;
        samples.push_back(sample);
        payloads.bytes(bytes.subspan(offset, sample.size));
    }
    if (samples.empty()) return Bytes{};
    VEDETTE_TRY(FragmentHeader header, fragment_header(fragment.sequence, samples));
    header.bytes.insert(header.bytes.end(), payloads.view().begin(), payloads.view().end());
    return std::move(header.bytes);
}

}  // namespace

std::vector<std::uint8_t> tracks_for_browsers(std::span<const TrackParameters> tracks) {
    std::vector<std::uint8_t> playable;
    std::vector<std::uint8_t> all;
    bool video = false;
    bool playable_video = false;
    for (std::size_t i = 0; i < tracks.size(); ++i) {
        const auto index = static_cast<std::uint8_t>(i);
        all.push_back(index);
        video |= tracks[i].is_video();
        if (!plays_in_browsers(tracks[i].codec)) continue;
        playable.push_back(index);
        playable_video |= tracks[i].is_video();
    }
    // Sound without its picture would look as if all were well: the viewer is to be told.
    return playable.empty() || video != playable_video ? all : playable;
}

Result<Bytes> select_tracks(ByteView bytes, std::span<const std::uint8_t> kept) {
    return rebuild(bytes, [&](Sample& sample) {
        const auto place = std::ranges::find(kept, sample.track);
        if (place == kept.end()) return false;
        sample.track = static_cast<std::uint8_t>(place - kept.begin());
        return true;
    });
}

Result<Bytes> drop_other_tracks(ByteView bytes, std::span<const std::uint8_t> kept) {
    return rebuild(bytes,
                   [&](Sample& sample) { return std::ranges::find(kept, sample.track) != kept.end(); });
}

Result<Bytes> cut_fragment(ByteView bytes, std::span<const std::int64_t> until) {
    bool known = true;
    VEDETTE_TRY(Bytes cut, rebuild(bytes, [&](Sample& sample) {
                    known = known && sample.track < until.size();
                    if (!known || sample.decode_time >= until[sample.track]) return false;
                    const std::int64_t left = until[sample.track] - sample.decode_time;
                    sample.duration =
                        static_cast<std::uint32_t>(std::min(std::int64_t{sample.duration}, left));
                    return true;
                }));
    if (!known) return fail(ErrorKind::invalid_input, "a track has no end");
    return cut;
}

}  // namespace vedette::media
