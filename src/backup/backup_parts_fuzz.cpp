// The content of a backup, as whoever has its passphrase may have made it; and headers.

#include <cstdlib>

#include "backup/header.hpp"
#include "backup/parts.hpp"

namespace {

using namespace vedette;
using namespace vedette::backup;

// What was read can be written again, and gives the same bytes.
void round_trip(ByteView bytes) {
    std::size_t at = 0;
    PartReader reader([&](std::span<std::byte> out) -> Result<std::size_t> {
        const std::size_t size = std::min(out.size(), bytes.size() - at);
        std::ranges::copy(bytes.subspan(at, size), out.begin());
        at += size;
        return size;
    });
    Bytes again;
    PartWriter writer([&](ByteView part) -> Result<> {
        again.insert(again.end(), part.begin(), part.end());
        return {};
    });
    Bytes buffer(97);
    for (;;) {
        const auto part = reader.next();
        if (!part) return;
        if (!*part) break;
        if ((*part)->is_folder) {
            if (!writer.folder((*part)->name, (*part)->mode)) std::abort();
            continue;
        }
        if (!writer.begin_file((*part)->name, (*part)->mode, (*part)->size)) std::abort();
        for (;;) {
            const auto got = reader.read(buffer);
            if (!got) return;
            if (*got == 0) break;
            if (!writer.write(ByteView(buffer).first(*got))) std::abort();
        }
        if (!writer.end_file()) std::abort();
    }
    if (!writer.finish() || !std::ranges::equal(again, bytes) || writer.parts() != reader.parts())
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes = std::as_bytes(std::span(data, size));
    if (const auto header = Header::parse(bytes))
        if (!std::ranges::equal(header->print(), bytes.first(Header::size))) std::abort();
    round_trip(bytes);
    return 0;
}
