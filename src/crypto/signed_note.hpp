#pragma once
// C2SP signed-note with Ed25519, and the checkpoint (tlog-checkpoint) that it carries.

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/ed25519.hpp"
#include "crypto/merkle.hpp"

namespace vedette::crypto {

inline constexpr std::size_t max_note_size = 64 * 1024;
inline constexpr std::size_t max_note_signatures = 64;

/// The public half of a note's key: `name+keyid+base64(0x01 || key)` as text (a "vkey").
struct NoteVerifier {
    std::string name;
    Ed25519PublicKey key{};

    static Result<NoteVerifier> parse(std::string_view vkey);
    std::string vkey() const;
    /// First four bytes of SHA-256(name || 0x0A || 0x01 || key), big-endian.
    std::uint32_t key_id() const;
};

/// The text of `note` when it carries a good signature by `verifier`. corrupt: no note, no signature by this
/// key, or a bad one. Signatures by others are ignored.
Result<std::string_view> open_note(std::string_view note, const NoteVerifier& verifier);

/// `text` ends in a newline.
std::string sign_note(std::string_view text, std::string_view name, const Ed25519Signer& signer);

struct Checkpoint {
    std::string origin;
    std::uint64_t size = 0;
    Sha256Digest root{};

    /// The note's text.
    std::string text() const;
    static Result<Checkpoint> parse(std::string_view text);
    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// The checkpoint of the log that `verifier` is named after. corrupt: see open_note() and parse(), or it is
/// another log's.
Result<Checkpoint> open_checkpoint(std::string_view note, const NoteVerifier& verifier);

}  // namespace vedette::crypto
