// keys/signing from a disk that somebody else may have written to; its digest is made right first.

#include <cstdlib>

#include "crypto/digest.hpp"
#include "keystore/signing_key.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::keystore;
    const ByteView bytes = std::as_bytes(std::span(data, size));
    (void)SigningKey::parse(bytes);
    Bytes whole(bytes.begin(), bytes.end());
    const auto digest = crypto::sha256(bytes);
    whole.insert(whole.end(), digest.begin(), digest.end());
    if (const auto key = SigningKey::parse(whole))
        if (key->print() != whole) std::abort();
    return 0;
}
