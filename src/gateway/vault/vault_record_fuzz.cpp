// Record headers, log entries, gaps and packed rows from a disk that somebody else wrote. What parses must
// print to the same bytes.

#include <cstdlib>

#include "gateway/vault/light.hpp"
#include "gateway/vault/segment_info.hpp"

namespace {

using namespace vedette;
using namespace vedette::vault;

// A clear part and an opened message, behind the size of the first. What fits is taken apart to the same.
void put_together(ByteView input) {
    ByteReader reader(input);
    const ByteView clear = reader.take(reader.u8());
    const ByteView opened = reader.rest();
    ByteReader message(opened);
    const std::size_t map_size = 4 + std::size_t{message.u32()} * 8;
    if (reader.failed() || message.failed() || map_size > opened.size()) return;
    const auto whole = join_light(clear.size() + opened.size() - map_size, clear, opened);
    if (!whole) return;
    std::vector<ClearRange> ranges;
    std::uint32_t at = 0;
    for (std::size_t i = 4; i < map_size; i += 8) {
        at += message.u32();
        ranges.push_back({at, message.u32()});
        at += ranges.back().size;
    }
    if (!are_clear_ranges(ranges, whole->size())) std::abort();
    const ByteView piece = *whole;
    const LightParts parts = split_light({&piece, 1}, ranges);
    const auto joined = [](const std::vector<ByteView>& views) {
        ByteWriter out;
        for (const ByteView view : views) out.bytes(view);
        return std::move(out).finish();
    };
    if (!std::ranges::equal(joined(parts.clear), clear) || !std::ranges::equal(joined(parts.sealed), opened))
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(reinterpret_cast<const std::byte*>(data), size);
    (void)parse_record_header(input);
    if (const auto header = parse_entry(input.first(std::min(size, entry_size))))
        if (!std::ranges::equal(encode_entry(*header), input.first(entry_size))) std::abort();
    (void)parse_gap(input);
    put_together(input);
    if (const auto rows = unpack_rows(input))
        if (const auto again = unpack_rows(pack_rows(*rows)); !again || *again != *rows) std::abort();
    return 0;
}
