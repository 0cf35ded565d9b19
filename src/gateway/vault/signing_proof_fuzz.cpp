// What proves a change of the signing key, from a disk that somebody else may have written to.

#include <cstdlib>

#include "gateway/vault/signing_files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::vault;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto proof = SigningProof::parse(text)) {
        const auto again = SigningProof::parse(proof->print());
        if (!again || again->vkey != proof->vkey || again->note != proof->note) std::abort();
    }
    return 0;
}
