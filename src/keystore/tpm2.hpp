#pragma once
// A TPM 2.0: the slot's key is sealed in it, and it gives the key out while platform configuration registers
// (PCRs, of the SHA-256 bank) are as the slot's policy says. The policy is either the registers' values at
// the time the slot was made, or whatever values a signature of the vendor's vouches for: then an update that
// comes with a new signature changes nothing here. The signature has the form and the places of systemd's
// (tpm2-pcr-signature.json).

#include <cstdint>
#include <string>

#include "keystore/provider.hpp"

namespace vedette::keystore {

/// A slot's parameters: u32 PCRs (bit n: PCR n), then u16 size and bytes of the sealed object's public part,
/// of its private part, and of the PEM public key of a signed policy (empty: the values themselves).
struct Tpm2Parameters {
    std::uint32_t pcrs = 0;
    Bytes public_part;
    Bytes private_part;
    std::string policy_key;

    /// corrupt when they are damaged, or a part is larger than 1024 bytes, or the key than 1600.
    static Result<Tpm2Parameters> parse(ByteView parameters);
    Bytes print() const;
};

const Provider& tpm2_provider();

/// "7" or "7+11": the bits of those PCRs. invalid_input for other text or numbers above 23.
Result<std::uint32_t> parse_pcrs(std::string_view text);
std::string print_pcrs(std::uint32_t pcrs);

/// For a new slot. `policy_key`: PEM of the RSA key that signs the PCRs' values; empty: the values as they
/// are now.
Result<Enrolment> enrol_tpm2(const Environment& environment, std::uint32_t pcrs,
                             const std::string& policy_key);

}  // namespace vedette::keystore
