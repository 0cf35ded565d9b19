#include "gateway/playback_start.hpp"

#include <optional>

#include "gateway/key_picture.hpp"

namespace vedette::gateway {

namespace {

constexpr Ticks90k first_step = std::chrono::seconds(8);  // two fragments

/// The next fragment; nullopt at the end.
Result<std::optional<vault::PlayFragment>> next_fragment(vault::Cursor& cursor) {
    for (;;) {
        VEDETTE_TRY(auto item, cursor.next());
        if (!item) return std::nullopt;
        if (auto* fragment = std::get_if<vault::PlayFragment>(&*item)) return std::move(*fragment);
    }
}

bool begins_with_key_frame(const vault::PlayFragment& fragment) {
    const auto parsed = parse_head(fragment);
    return !parsed || parsed->samples.front().sample.random_access;
}

}  // namespace

Result<UtcTime> playback_start(vault::Vault& vault, vault::StreamKey stream, UtcTime from) {
    VEDETTE_TRY(vault::Cursor first, vault.read(stream, from, {.depth = vault::ReadDepth::head}));
    VEDETTE_TRY(const auto wanted, next_fragment(first));
    if (!wanted || begins_with_key_frame(*wanted)) return from;
    for (Ticks90k back = first_step; back <= max_key_frame_distance; back *= 2) {
        VEDETTE_TRY(vault::Cursor cursor,
                    vault.read(stream, wanted->start - back, {.depth = vault::ReadDepth::head}));
        std::optional<UtcTime> found;
        for (;;) {
            VEDETTE_TRY(const auto fragment, next_fragment(cursor));
            // Live and fetched fragments have counts of their own: time decides between them.
            const bool same = fragment && fragment->run == wanted->run;
            if (!fragment || (same ? fragment->sequence >= wanted->sequence
                                   : fragment->start > wanted->start + vault::max_stored_duration))
                break;
            if (fragment->run == wanted->run && begins_with_key_frame(*fragment)) found = fragment->start;
        }
        if (found) return *found;
    }
    return from;
}

}  // namespace vedette::gateway
