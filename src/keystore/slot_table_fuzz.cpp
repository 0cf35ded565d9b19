// keys/slots from a disk that somebody else may have written to. The digest at the end is made right first,
// or nothing behind it would ever be reached.

#include <cstdlib>

#include "crypto/digest.hpp"
#include "keystore/passphrase.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette;
    using namespace vedette::keystore;
    const ByteView bytes = std::as_bytes(std::span(data, size));
    (void)SlotTable::parse(bytes);
    Bytes whole(bytes.begin(), bytes.end());
    const auto digest = crypto::sha256(bytes);
    whole.insert(whole.end(), digest.begin(), digest.end());
    if (const auto table = SlotTable::parse(whole)) {
        if (table->print() != whole) std::abort();
        for (const Slot& slot : table->slots)
            if (const Provider* provider = provider_of(slot.kind)) (void)provider->describe(slot);
    }
    return 0;
}
