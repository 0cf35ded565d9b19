#pragma once
// Public keys of notes whose private half need not be ours: Ed25519, and ECDSA as tokens and TPMs have it
// (c2sp.org/signed-note, signature types 0x01 and 0x02).

#include <memory>
#include <string>
#include <string_view>

#include "crypto/signed_note.hpp"
#include "crypto/verifying_key.hpp"

namespace vedette::crypto {

inline constexpr std::size_t p256_coordinate_size = 32;

/// Copies share the key. Verifying is thread-safe.
class NoteKey {
  public:
    /// corrupt: the key has not 32 bytes. invalid_input: the name can't be a note key's.
    static Result<NoteKey> ed25519(std::string name, ByteView key);
    /// ECDSA over P-256 with SHA-256, signatures in DER. corrupt: it is no point of the curve.
    static Result<NoteKey> p256(std::string name, ByteView x, ByteView y);
    /// Either, from its vkey: `name+keyid+base64(0x01 || key)` or `name+keyid+base64(0x02 || SPKI)`, where
    /// the SubjectPublicKeyInfo is DER. invalid_input: it is none, or of another curve.
    static Result<NoteKey> parse(std::string_view vkey);

    const std::string& name() const { return name_; }
    std::uint32_t id() const { return id_; }
    std::string vkey() const;
    /// For people: "Ed25519" or "ECDSA P-256".
    std::string_view algorithm() const;
    bool verify(ByteView message, ByteView signature) const;

  private:
    NoteKey(std::string name, std::uint8_t type, Bytes encoded, VerifyingKey key);
    std::string name_;
    std::uint8_t type_;
    Bytes encoded_;
    std::uint32_t id_ = 0;
    std::shared_ptr<const VerifyingKey> key_;
};

/// See the functions of the same name for Ed25519 alone.
Result<std::string_view> open_note(std::string_view note, const NoteKey& key);
Result<Checkpoint> open_checkpoint(std::string_view note, const NoteKey& key);

/// r and s of an ECDSA signature, big-endian, as DER (RFC 3279 section 2.2.3).
Bytes ecdsa_signature(ByteView r, ByteView s);

}  // namespace vedette::crypto
