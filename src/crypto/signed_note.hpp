#pragma once
// C2SP signed-note with Ed25519, and the checkpoint (tlog-checkpoint) that it carries.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ed25519.hpp"
#include "crypto/merkle.hpp"

namespace vedette::crypto {

inline constexpr std::size_t max_note_size = 64 * 1024;
inline constexpr std::size_t max_note_signatures = 64;

/// How a key signs: the byte before the key in a vkey, and in its id (c2sp.org/signed-note, "Signatures").
enum class NoteKeyType : std::uint8_t { note = 0x01, cosignature = 0x04 };

/// First four bytes of SHA-256(name || 0x0A || type || key), big-endian.
std::uint32_t note_key_id(std::string_view name, NoteKeyType type, const Ed25519PublicKey& key);
/// `name+keyid+base64(type || key)`.
std::string note_vkey(std::string_view name, NoteKeyType type, const Ed25519PublicKey& key);

/// The public half of a note's key: `name+keyid+base64(0x01 || key)` as text (a "vkey").
struct NoteVerifier {
    std::string name;
    Ed25519PublicKey key{};

    static Result<NoteVerifier> parse(std::string_view vkey);
    /// As it lies in a file: a newline at the end does not count.
    static Result<NoteVerifier> parse_line(std::string_view line);
    std::string vkey() const { return note_vkey(name, NoteKeyType::note, key); }
    std::uint32_t key_id() const { return note_key_id(name, NoteKeyType::note, key); }
};

/// Reads a vkey of that type. invalid_input: it is none.
Result<NoteVerifier> parse_vkey(std::string_view vkey, NoteKeyType type);

/// One line below a note, not verified.
struct NoteSignature {
    std::string_view name;
    std::uint32_t key_id = 0;
    Bytes signature;  ///< what follows the key's id
};

/// A note in its parts, which point into it.
struct SplitNote {
    std::string_view text;  ///< ends in a newline
    std::vector<NoteSignature> signatures;
};

/// corrupt: it is no note. Nothing is verified.
Result<SplitNote> split_note(std::string_view note);
/// One line, newline included.
std::string note_signature_line(std::string_view name, std::uint32_t key_id, ByteView signature);

/// The text of `note` when it carries a good signature by `verifier`. corrupt: no note, no signature by this
/// key, or a bad one. Signatures by others are ignored.
Result<std::string_view> open_note(std::string_view note, const NoteVerifier& verifier);

/// `text` ends in a newline.
std::string sign_note(std::string_view text, std::string_view name, const Ed25519Signer& signer);

/// The number of a log's entries as checkpoints have it: decimal, without leading zeroes.
std::optional<std::uint64_t> parse_tree_size(std::string_view text);

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
