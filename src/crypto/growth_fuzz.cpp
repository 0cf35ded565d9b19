// What strangers send to a witness, and what a witness answers. What parses must print to the same bytes.

#include <cstdlib>

#include "crypto/cosignature.hpp"
#include "crypto/growth.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::crypto;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto growth = Growth::parse(text); growth && growth->text() != text) std::abort();
    (void)cosigned_at(text, WitnessVerifier{"witness.example.com/w1", {}});
    (void)add_cosignature("example.com/log\n1\n\n\n", text, WitnessVerifier{"witness.example.com/w1", {}});
    if (const auto verifier = WitnessVerifier::parse(text))
        if (!WitnessVerifier::parse(verifier->vkey())) std::abort();
    return 0;
}
