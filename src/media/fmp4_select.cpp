// Leaves tracks out of a fragment, for viewers whose browser could not take them.

#include <algorithm>

#include "media/fmp4.hpp"

namespace vedette::media {

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
    VEDETTE_TRY(const Fragment fragment, parse_fragment(bytes));
    if (fragment.header_size + fragment.payload_size != bytes.size())
        return fail(ErrorKind::corrupt, "a fragment of {} bytes that should have {}", bytes.size(),
                    fragment.header_size + fragment.payload_size);
    std::vector<Sample> samples;
    ByteWriter payloads;
    for (const auto& [sample, offset] : fragment.samples) {
        const auto place = std::ranges::find(kept, sample.track);
        if (place == kept.end()) continue;
        samples.push_back(sample);
        samples.back().track = static_cast<std::uint8_t>(place - kept.begin());
        payloads.bytes(bytes.subspan(offset, sample.size));
    }
    if (samples.empty()) return Bytes{};
    VEDETTE_TRY(FragmentHeader header, fragment_header(fragment.sequence, samples));
    header.bytes.insert(header.bytes.end(), payloads.view().begin(), payloads.view().end());
    return std::move(header.bytes);
}

}  // namespace vedette::media
