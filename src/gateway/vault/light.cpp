#include "gateway/vault/light.hpp"

namespace vedette::vault {

namespace {

constexpr std::size_t size_field = sizeof(std::uint32_t);
constexpr std::size_t map_entry_size = 2 * size_field;

// The next `size` bytes of the pieces, from `offset` in the first one on.
void take_views(std::span<const ByteView>& pieces, std::size_t& offset, std::size_t size,
                std::vector<ByteView>& out) {
    while (size > 0) {
        const ByteView rest = pieces.front().subspan(offset);
        const ByteView view = rest.first(std::min(size, rest.size()));
        if (!view.empty()) out.push_back(view);
        size -= view.size();
        offset += view.size();
        if (offset == pieces.front().size() && size > 0) {
            pieces = pieces.subspan(1);
            offset = 0;
        }
    }
}

std::unexpected<Error> malformed_light() {
    return fail(ErrorKind::corrupt, "the map of a lightly encrypted fragment does not fit it");
}

}  // namespace

bool are_clear_ranges(const std::vector<ClearRange>& ranges, std::size_t size) {
    if (ranges.size() > max_clear_ranges) return false;
    std::size_t end = 0;
    for (const ClearRange& range : ranges) {
        if (range.size == 0 || range.offset < end) return false;
        end = std::size_t{range.offset} + range.size;
    }
    return end <= size;
}

LightParts split_light(std::span<const ByteView> pieces, const std::vector<ClearRange>& ranges) {
    LightParts parts;
    std::size_t total = 0;
    for (const ByteView piece : pieces) total += piece.size();
    ByteWriter map;
    map.reserve(size_field + ranges.size() * map_entry_size);
    map.u32(static_cast<std::uint32_t>(ranges.size()));
    parts.sealed.reserve(pieces.size() + ranges.size() + 1);
    parts.sealed.emplace_back();  // the map's place
    parts.clear.reserve(ranges.size());
    std::size_t at = 0;
    std::size_t offset = 0;
    for (const ClearRange& range : ranges) {
        map.u32(static_cast<std::uint32_t>(range.offset - at)).u32(range.size);
        take_views(pieces, offset, range.offset - at, parts.sealed);
        take_views(pieces, offset, range.size, parts.clear);
        parts.clear_size += range.size;
        at = std::size_t{range.offset} + range.size;
    }
    take_views(pieces, offset, total - at, parts.sealed);
    parts.map = std::move(map).finish();
    parts.sealed.front() = parts.map;
    parts.sealed_size = parts.map.size() + total - parts.clear_size;
    return parts;
}

Result<Bytes> join_light(std::size_t size, ByteView clear, ByteView opened) {
    ByteReader in(opened);
    const std::uint32_t count = in.u32();
    if (count == 0 || count > max_clear_ranges) return malformed_light();
    ByteReader map(in.take(count * map_entry_size));
    ByteReader sealed(in.rest());
    ByteReader open(clear);
    if (sealed.remaining() + clear.size() != size) return malformed_light();
    Bytes whole;
    whole.reserve(size);
    const auto add = [&](ByteView view) { whole.insert(whole.end(), view.begin(), view.end()); };
    while (!map.at_end()) {
        add(sealed.take(map.u32()));
        const std::uint32_t open_size = map.u32();
        if (open_size == 0) return malformed_light();
        add(open.take(open_size));
        if (sealed.failed() || open.failed()) return malformed_light();
    }
    add(sealed.rest());
    if (in.failed() || !open.at_end()) return malformed_light();
    return whole;
}

Bytes light_context(ByteView sealing_context, const crypto::Sha256Digest& before) {
    ByteWriter context;
    context.bytes(sealing_context).bytes(before);
    return std::move(context).finish();
}

Result<Bytes> open_light(const Secret& key, const RecordHeader& header, ByteView sealing_context,
                         ByteView payload) {
    ByteReader in(payload);
    const ByteView clear = in.take(in.u32());
    if (in.failed()) return malformed_light();
    const Bytes context = light_context(sealing_context, crypto::sha256(payload.first(in.offset())));
    VEDETTE_TRY(crypto::CobblestoneOpener opener, crypto::CobblestoneOpener::start(key, context, in.rest()));
    if (opener.plain_size() + clear.size() > std::size_t{header.plain_size} + max_light_map_size)
        return malformed_light();
    VEDETTE_TRY(const Bytes opened, opener.read_all());
    return join_light(header.plain_size, clear, opened);
}

}  // namespace vedette::vault
