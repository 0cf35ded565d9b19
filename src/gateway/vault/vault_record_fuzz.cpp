// Record headers, log entries, gaps and packed rows from a disk that somebody else wrote. What parses must
// print to the same bytes.

#include <cstdlib>

#include "gateway/vault/segment_info.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::vault;
    const ByteView input(reinterpret_cast<const std::byte*>(data), size);
    (void)parse_record_header(input);
    if (const auto header = parse_entry(input.first(std::min(size, entry_size))))
        if (!std::ranges::equal(encode_entry(*header), input.first(entry_size))) std::abort();
    (void)parse_gap(input);
    if (const auto rows = unpack_rows(input))
        if (const auto again = unpack_rows(pack_rows(*rows)); !again || *again != *rows) std::abort();
    return 0;
}
