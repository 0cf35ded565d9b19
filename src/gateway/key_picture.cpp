#include "gateway/key_picture.hpp"

#include "gateway/playback_start.hpp"

namespace vedette::gateway {

namespace {

const Error nothing_there{ErrorKind::not_found, "nothing is recorded at this time"};
/// As between the fragments of a run, where times are rounded.
constexpr Ticks90k joint = std::chrono::milliseconds(500);

UtcTime shown_at(const media::Sample& sample) {
    return UtcTime(Ticks90k(sample.decode_time + sample.composition_offset));
}

// The fragment that is shown at a time, with what decodes it.
struct Found {
    vault::PlayFragment fragment;
    std::vector<media::TrackParameters> tracks;
};

Result<Found> fragment_at(vault::Cursor& cursor, UtcTime at) {
    Found found;
    for (;;) {
        VEDETTE_TRY(auto item, cursor.next());
        if (!item) return std::unexpected(nothing_there);
        if (const auto* init = std::get_if<vault::PlayInit>(&*item)) {
            VEDETTE_TRY(found.tracks, media::parse_init_segment(*init->data));
        } else if (const auto* damage = std::get_if<vault::PlayDamage>(&*item)) {
            if (damage->interval.end > at) return fail(ErrorKind::corrupt, "{}", damage->message);
        } else if (auto* fragment = std::get_if<vault::PlayFragment>(&*item)) {
            if (fragment->start > at + joint) return std::unexpected(nothing_there);
            found.fragment = std::move(*fragment);
            return found;
        } else if (std::get<vault::PlayGap>(*item).interval.start > at) {
            return std::unexpected(nothing_there);
        }
    }
}

// The last one that is shown by `at`; the first picture stands for the moment before it, too.
Result<std::optional<KeyPicture>> key_picture_in(const Found& found, UtcTime at) {
    VEDETTE_TRY(const media::Fragment head, parse_head(found.fragment));
    std::optional<KeyPicture> best;
    std::uint32_t number = 0;
    for (const auto& [sample, offset] : head.samples) {
        const std::uint32_t mine = number++;
        if (sample.track >= found.tracks.size() || !found.tracks[sample.track].is_video() ||
            !sample.random_access || (best && shown_at(sample) > at))
            continue;
        if (shown_at(sample) > at + joint) continue;
        best = KeyPicture{.time = shown_at(sample),
                          .track = found.tracks[sample.track],
                          .fragment = found.fragment.partial,
                          .sample = mine,
                          .offset = offset,
                          .size = sample.size};
    }
    return best;
}

}  // namespace

Result<media::Fragment> parse_head(const vault::PlayFragment& fragment) {
    auto head = media::parse_fragment(*fragment.data);
    if (head || !fragment.partial) return head;
    // Some hundred samples and more: their table goes on behind what was opened.
    for (std::size_t size = fragment.data->size(); !head && size < fragment.partial->size();) {
        size = std::min(size * 8, fragment.partial->size());
        VEDETTE_TRY(const Bytes more, fragment.partial->read(0, size));
        head = media::parse_fragment(more);
    }
    return head;
}

Result<KeyPicture> find_key_picture(vault::Vault& vault, vault::StreamKey stream, UtcTime at) {
    VEDETTE_TRY(vault::Cursor cursor, vault.read(stream, at, {.depth = vault::ReadDepth::head}));
    VEDETTE_TRY(Found wanted, fragment_at(cursor, at));
    VEDETTE_TRY(auto picture, key_picture_in(wanted, at));
    if (picture) return std::move(*picture);
    // A later part of a long group of pictures: its key frame lies in a fragment before.
    VEDETTE_TRY(const UtcTime start, playback_start(vault, stream, at));
    if (start == at) return std::unexpected(nothing_there);
    VEDETTE_TRY(vault::Cursor earlier, vault.read(stream, start, {.depth = vault::ReadDepth::head}));
    VEDETTE_TRY(Found first, fragment_at(earlier, start));
    VEDETTE_TRY(picture, key_picture_in(first, at));
    if (!picture || first.fragment.run != wanted.fragment.run) return std::unexpected(nothing_there);
    return std::move(*picture);
}

Result<decoder::KeyFrame> read_key_picture(const KeyPicture& picture) {
    if (picture.size > decoder::max_picture_bytes)
        return fail(ErrorKind::exhausted, "a picture of {} bytes is not decoded", picture.size);
    VEDETTE_TRY(const Bytes bytes, picture.fragment->read(picture.offset, picture.size));
    return decoder::KeyFrame::make(picture.track.codec, picture.track.decoder_config, bytes);
}

}  // namespace vedette::gateway
