// The file of signed PCR values, which an update brings.

#include "keystore/pcr_signature.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view json(reinterpret_cast<const char*>(data), size);
    (void)vedette::keystore::parse_pcr_signatures(json);
    return 0;
}
