#include "crypto/signed_note.hpp"

#include <charconv>

#include "base/hex.hpp"
#include "crypto/base64.hpp"

namespace vedette::crypto {

namespace {

constexpr std::string_view signature_dash = "\xe2\x80\x94 ";  // em dash, space

bool valid_name(std::string_view name) {
    return !name.empty() && name.find_first_of(" +\n\t\r") == std::string_view::npos;
}

// The next line without its newline; false when there is none that ends in one.
bool take_line(std::string_view& text, std::string_view& line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return false;
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return true;
}

}  // namespace

std::uint32_t note_key_id(std::string_view name, NoteKeyType type, const Ed25519PublicKey& key) {
    ByteWriter writer;
    writer.text(name).u8('\n').u8(static_cast<std::uint8_t>(type)).bytes(key);
    return ByteReader(sha256(writer.view())).u32();
}

std::string note_vkey(std::string_view name, NoteKeyType type, const Ed25519PublicKey& key) {
    ByteWriter typed;
    typed.u8(static_cast<std::uint8_t>(type)).bytes(key);
    return fmt::format("{}+{:08x}+{}", name, note_key_id(name, type, key), to_base64(typed.view()));
}

Result<NoteVerifier> parse_vkey(std::string_view vkey, NoteKeyType type) {
    const std::size_t first = vkey.find('+');
    const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
    if (second == std::string_view::npos)
        return fail(ErrorKind::invalid_input, "a verifier key reads name+id+key");
    NoteVerifier verifier;
    verifier.name = vkey.substr(0, first);
    const auto id = from_hex(vkey.substr(first + 1, second - first - 1));
    const auto key = from_base64(vkey.substr(second + 1));
    if (!valid_name(verifier.name) || !id || id->size() != 4 || !key || key->size() != 33)
        return fail(ErrorKind::invalid_input,
                    "the verifier key is not an Ed25519 key in the form name+id+key");
    if ((*key)[0] != static_cast<std::byte>(type))
        return fail(ErrorKind::invalid_input, "the verifier key is not {}",
                    type == NoteKeyType::note ? "an Ed25519 key that signs a log"
                                              : "an Ed25519 key of a witness (cosignature/v1)");
    std::copy(key->begin() + 1, key->end(), verifier.key.begin());
    if (ByteReader(*id).u32() != note_key_id(verifier.name, type, verifier.key))
        return fail(ErrorKind::invalid_input, "the verifier key's id does not fit its key: a typing error?");
    return verifier;
}

Result<NoteVerifier> NoteVerifier::parse(std::string_view vkey) {
    return parse_vkey(vkey, NoteKeyType::note);
}

Result<NoteVerifier> NoteVerifier::parse_line(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    return parse(line);
}

Result<SplitNote> split_note(std::string_view note) {
    if (note.size() > max_note_size)
        return fail(ErrorKind::corrupt, "a signed note of {} bytes is too long", note.size());
    const std::size_t blank = note.rfind("\n\n");
    if (blank == std::string_view::npos) return fail(ErrorKind::corrupt, "the signed note has no signatures");
    SplitNote split{note.substr(0, blank + 1), {}};
    std::string_view lines = note.substr(blank + 2);
    std::string_view line;
    while (take_line(lines, line)) {
        if (split.signatures.size() == max_note_signatures)
            return fail(ErrorKind::corrupt, "the note has too many signatures");
        if (!line.starts_with(signature_dash))
            return fail(ErrorKind::corrupt, "a signature line is malformed");
        line.remove_prefix(signature_dash.size());
        const std::size_t space = line.find(' ');
        const auto bytes =
            space == std::string_view::npos ? std::nullopt : from_base64(line.substr(space + 1));
        if (!bytes || bytes->size() < 5) return fail(ErrorKind::corrupt, "a signature line is malformed");
        split.signatures.push_back(
            {line.substr(0, space), ByteReader(*bytes).u32(), Bytes(bytes->begin() + 4, bytes->end())});
    }
    if (!lines.empty()) return fail(ErrorKind::corrupt, "the signed note ends too early");
    if (split.signatures.empty()) return fail(ErrorKind::corrupt, "the signed note has no signatures");
    return split;
}

Result<std::string_view> open_note(std::string_view note, const NoteVerifier& verifier) {
    VEDETTE_TRY(const SplitNote split, split_note(note));
    bool verified = false;
    for (const NoteSignature& each : split.signatures) {
        if (each.name != verifier.name || each.key_id != verifier.key_id()) continue;
        if (!ed25519_verify(verifier.key, as_bytes(split.text), each.signature))
            return fail(ErrorKind::corrupt, "the note's signature is wrong");
        verified = true;
    }
    if (!verified) return fail(ErrorKind::corrupt, "the note is not signed by {}", verifier.name);
    return split.text;
}

std::string note_signature_line(std::string_view name, std::uint32_t key_id, ByteView signature) {
    ByteWriter bytes;
    bytes.u32(key_id).bytes(signature);
    return fmt::format("{}{} {}\n", signature_dash, name, to_base64(bytes.view()));
}

std::string sign_note(std::string_view text, std::string_view name, const Ed25519Signer& signer) {
    const auto id = note_key_id(name, NoteKeyType::note, signer.public_key());
    return fmt::format("{}\n{}", text, note_signature_line(name, id, signer.sign(as_bytes(text))));
}

std::string Checkpoint::text() const {
    return fmt::format("{}\n{}\n{}\n", origin, size, to_base64(root));
}

std::optional<std::uint64_t> parse_tree_size(std::string_view text) {
    std::uint64_t size = 0;
    const char* const text_end = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), text_end, size);
    if (error != std::errc() || end != text_end || (text.starts_with('0') && text != "0"))
        return std::nullopt;
    return size;
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
    std::string_view origin, size, root;
    if (!take_line(text, origin) || !take_line(text, size) || !take_line(text, root) || origin.empty())
        return fail(ErrorKind::corrupt, "the checkpoint has fewer than three lines");
    Checkpoint checkpoint;
    checkpoint.origin = origin;
    const auto number = parse_tree_size(size);
    if (!number) return fail(ErrorKind::corrupt, "the checkpoint's tree size is not a number");
    checkpoint.size = *number;
    const auto hash = from_base64(root);
    if (!hash || hash->size() != checkpoint.root.size())
        return fail(ErrorKind::corrupt, "the checkpoint's root hash is malformed");
    std::ranges::copy(*hash, checkpoint.root.begin());
    return checkpoint;
}

Result<Checkpoint> open_checkpoint(std::string_view note, const NoteVerifier& verifier) {
    VEDETTE_TRY(const std::string_view text, open_note(note, verifier));
    VEDETTE_TRY(Checkpoint checkpoint, Checkpoint::parse(text));
    if (checkpoint.origin != verifier.name)
        return fail(ErrorKind::corrupt, "the checkpoint is of another log, {}", checkpoint.origin);
    return checkpoint;
}

}  // namespace vedette::crypto
