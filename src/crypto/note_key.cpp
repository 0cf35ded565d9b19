#include "crypto/note_key.hpp"

#include <array>

#include "base/hex.hpp"
#include "crypto/base64.hpp"

namespace vedette::crypto {

namespace {

constexpr std::uint8_t type_ed25519 = 0x01;
constexpr std::uint8_t type_ecdsa = 0x02;
constexpr std::size_t max_vkey_size = 1024;

// SubjectPublicKeyInfo of P-256 (RFC 5480) up to the uncompressed point's coordinates: of one curve and form
// there is one encoding.
constexpr std::array<unsigned char, 27> p256_prefix = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                                       0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                                       0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

ByteView p256_header() {
    return std::as_bytes(std::span(p256_prefix));
}

bool is_key_name(std::string_view name) {
    return !name.empty() && name.find_first_of(" +\n\t\r") == std::string_view::npos;
}

// By the specification the id of an ECDSA key is of its SubjectPublicKeyInfo alone.
std::uint32_t id_of(std::string_view name, std::uint8_t type, ByteView encoded) {
    ByteWriter hashed;
    if (type == type_ed25519) hashed.text(name).u8('\n').u8(type);
    hashed.bytes(encoded);
    return ByteReader(sha256(hashed.view())).u32();
}

// A number of ASN.1: without leading zeroes, and positive.
void write_integer(ByteWriter& writer, ByteView number) {
    while (number.size() > 1 && number.front() == std::byte{0}) number = number.subspan(1);
    const bool needs_zero = number.empty() || (number.front() & std::byte{0x80}) != std::byte{0};
    writer.u8(0x02).u8(static_cast<std::uint8_t>(number.size() + (needs_zero ? 1 : 0)));
    if (needs_zero) writer.u8(0);
    writer.bytes(number);
}

}  // namespace

NoteKey::NoteKey(std::string name, std::uint8_t type, Bytes encoded, VerifyingKey key)
    : name_(std::move(name)),
      type_(type),
      encoded_(std::move(encoded)),
      id_(id_of(name_, type_, encoded_)),
      key_(std::make_shared<const VerifyingKey>(std::move(key))) {}

Result<NoteKey> NoteKey::ed25519(std::string name, ByteView key) {
    if (!is_key_name(name)) return fail(ErrorKind::invalid_input, "no key of a note has that name");
    VEDETTE_TRY(VerifyingKey verifying, VerifyingKey::ed25519(key));
    return NoteKey(std::move(name), type_ed25519, {key.begin(), key.end()}, std::move(verifying));
}

Result<NoteKey> NoteKey::p256(std::string name, ByteView x, ByteView y) {
    if (!is_key_name(name)) return fail(ErrorKind::invalid_input, "no key of a note has that name");
    VEDETTE_TRY(VerifyingKey verifying, VerifyingKey::ec(VerifyingKey::Curve::p256, x, y));
    ByteWriter encoded;
    encoded.bytes(p256_header()).bytes(x).bytes(y);
    return NoteKey(std::move(name), type_ecdsa, std::move(encoded).finish(), std::move(verifying));
}

Result<NoteKey> NoteKey::parse(std::string_view vkey) {
    const std::size_t first = vkey.find('+');
    const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
    if (vkey.size() > max_vkey_size || second == std::string_view::npos)
        return fail(ErrorKind::invalid_input, "a verifier key reads name+id+key");
    const auto id = from_hex(vkey.substr(first + 1, second - first - 1));
    const auto typed = from_base64(vkey.substr(second + 1));
    if (!id || id->size() != 4 || !typed || typed->empty())
        return fail(ErrorKind::invalid_input, "the verifier key does not read name+id+key");
    const std::string name(vkey.substr(0, first));
    const ByteView encoded = ByteView(*typed).subspan(1);
    const auto type = std::to_integer<std::uint8_t>(typed->front());
    const bool is_p256 = type == type_ecdsa &&
                         encoded.size() == p256_prefix.size() + 2 * p256_coordinate_size &&
                         std::ranges::equal(encoded.first(p256_prefix.size()), p256_header());
    if (type != type_ed25519 && !is_p256)
        return fail(ErrorKind::invalid_input, "the verifier key is neither Ed25519 nor ECDSA with P-256");
    const ByteView point = is_p256 ? encoded.subspan(p256_prefix.size()) : encoded;
    auto key = is_p256 ? p256(name, point.first(p256_coordinate_size), point.subspan(p256_coordinate_size))
                       : ed25519(name, point);
    if (!key) return fail(ErrorKind::invalid_input, "the verifier key is none: {}", key.error().message);
    if (key->id_ != ByteReader(*id).u32())
        return fail(ErrorKind::invalid_input, "the verifier key's id does not fit its key: a typing error?");
    return key;
}

std::string NoteKey::vkey() const {
    ByteWriter typed;
    typed.u8(type_).bytes(encoded_);
    return fmt::format("{}+{:08x}+{}", name_, id_, to_base64(typed.view()));
}

std::string_view NoteKey::algorithm() const {
    return type_ == type_ed25519 ? "Ed25519" : "ECDSA P-256";
}

bool NoteKey::verify(ByteView message, ByteView signature) const {
    return key_->verify(message, signature);
}

Result<std::string_view> open_note(std::string_view note, const NoteKey& key) {
    VEDETTE_TRY(const SplitNote split, split_note(note));
    bool verified = false;
    for (const NoteSignature& each : split.signatures) {
        if (each.name != key.name() || each.key_id != key.id()) continue;
        if (!key.verify(as_bytes(split.text), each.signature))
            return fail(ErrorKind::corrupt, "the note's signature is wrong");
        verified = true;
    }
    if (!verified) return fail(ErrorKind::corrupt, "the note is not signed by {}", key.vkey());
    return split.text;
}

Result<Checkpoint> open_checkpoint(std::string_view note, const NoteKey& key) {
    VEDETTE_TRY(const std::string_view text, open_note(note, key));
    VEDETTE_TRY(Checkpoint checkpoint, Checkpoint::parse(text));
    if (checkpoint.origin != key.name())
        return fail(ErrorKind::corrupt, "the checkpoint is of another log, {}", checkpoint.origin);
    return checkpoint;
}

Bytes ecdsa_signature(ByteView r, ByteView s) {
    ByteWriter numbers;
    write_integer(numbers, r);
    write_integer(numbers, s);
    ByteWriter writer;  // of the sizes of P-256 and P-384 the length takes one byte
    writer.u8(0x30).u8(static_cast<std::uint8_t>(numbers.size())).bytes(numbers.view());
    return std::move(writer).finish();
}

}  // namespace vedette::crypto
