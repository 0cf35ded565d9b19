#pragma once
// C2SP tlog-cosignature, version 1 with Ed25519: a witness says when a checkpoint was the largest that it had
// seen of a log, and that it goes on from all those before.

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/signed_note.hpp"

namespace vedette::crypto {

/// The public half of a witness's key: a vkey of type 0x04.
struct WitnessVerifier {
    std::string name;
    Ed25519PublicKey key{};

    static Result<WitnessVerifier> parse(std::string_view vkey);
    std::string vkey() const { return note_vkey(name, NoteKeyType::cosignature, key); }
    std::uint32_t key_id() const { return note_key_id(name, NoteKeyType::cosignature, key); }
};

/// The line that goes below the note whose text is `text`. `unix_seconds` is above 0.
std::string cosign(std::string_view text, std::uint64_t unix_seconds, std::string_view name,
                   const Ed25519Signer& signer);

/// When `witness` cosigned the note, in Unix seconds; the last time of several. not_found: it has not;
/// corrupt: it is no note, or the cosignature is wrong.
Result<std::uint64_t> cosigned_at(std::string_view note, const WitnessVerifier& witness);

/// `note` with those of `lines`, the answer of a witness, that `witness` made. Errors as cosigned_at().
Result<std::string> add_cosignature(std::string_view note, std::string_view lines,
                                    const WitnessVerifier& witness);

}  // namespace vedette::crypto
