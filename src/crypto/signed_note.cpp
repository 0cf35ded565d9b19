#include "crypto/signed_note.hpp"

#include <charconv>

#include "base/hex.hpp"
#include "crypto/base64.hpp"

namespace vedette::crypto {

namespace {

constexpr std::byte ed25519_type{0x01};
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

Result<NoteVerifier> NoteVerifier::parse(std::string_view vkey) {
    const std::size_t first = vkey.find('+');
    const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
    if (second == std::string_view::npos)
        return fail(ErrorKind::invalid_input, "a verifier key reads name+id+key");
    NoteVerifier verifier;
    verifier.name = vkey.substr(0, first);
    const auto id = from_hex(vkey.substr(first + 1, second - first - 1));
    const auto key = from_base64(vkey.substr(second + 1));
    if (!valid_name(verifier.name) || !id || id->size() != 4 || !key || key->size() != 33 ||
        (*key)[0] != ed25519_type)
        return fail(ErrorKind::invalid_input,
                    "the verifier key is not an Ed25519 key in the form name+id+key");
    std::copy(key->begin() + 1, key->end(), verifier.key.begin());
    if (ByteReader(*id).u32() != verifier.key_id())
        return fail(ErrorKind::invalid_input, "the verifier key's id does not fit its key: a typing error?");
    return verifier;
}

std::uint32_t NoteVerifier::key_id() const {
    ByteWriter writer;
    writer.text(name).u8('\n').u8(std::to_integer<std::uint8_t>(ed25519_type)).bytes(key);
    return ByteReader(sha256(writer.view())).u32();
}

std::string NoteVerifier::vkey() const {
    ByteWriter typed;
    typed.u8(std::to_integer<std::uint8_t>(ed25519_type)).bytes(key);
    return fmt::format("{}+{:08x}+{}", name, key_id(), to_base64(typed.view()));
}

Result<std::string_view> open_note(std::string_view note, const NoteVerifier& verifier) {
    if (note.size() > max_note_size)
        return fail(ErrorKind::corrupt, "a signed note of {} bytes is too long", note.size());
    const std::size_t blank = note.rfind("\n\n");
    if (blank == std::string_view::npos) return fail(ErrorKind::corrupt, "the signed note has no signatures");
    const std::string_view text = note.substr(0, blank + 1);
    std::string_view lines = note.substr(blank + 2);
    std::string_view line;
    bool verified = false;
    for (std::size_t count = 0; take_line(lines, line); ++count) {
        if (count == max_note_signatures) return fail(ErrorKind::corrupt, "the note has too many signatures");
        if (!line.starts_with(signature_dash))
            return fail(ErrorKind::corrupt, "a signature line is malformed");
        line.remove_prefix(signature_dash.size());
        const std::size_t space = line.find(' ');
        const auto signature =
            space == std::string_view::npos ? std::nullopt : from_base64(line.substr(space + 1));
        if (!signature || signature->size() < 5)
            return fail(ErrorKind::corrupt, "a signature line is malformed");
        if (line.substr(0, space) != verifier.name || ByteReader(*signature).u32() != verifier.key_id())
            continue;
        if (!ed25519_verify(verifier.key, as_bytes(text), ByteView(*signature).subspan(4)))
            return fail(ErrorKind::corrupt, "the note's signature is wrong");
        verified = true;
    }
    if (!lines.empty()) return fail(ErrorKind::corrupt, "the signed note ends too early");
    if (!verified) return fail(ErrorKind::corrupt, "the note is not signed by {}", verifier.name);
    return text;
}

std::string sign_note(std::string_view text, std::string_view name, const Ed25519Signer& signer) {
    const NoteVerifier verifier{std::string(name), signer.public_key()};
    ByteWriter signature;
    signature.u32(verifier.key_id()).bytes(signer.sign(as_bytes(text)));
    return fmt::format("{}\n{}{} {}\n", text, signature_dash, name, to_base64(signature.view()));
}

std::string Checkpoint::text() const {
    return fmt::format("{}\n{}\n{}\n", origin, size, to_base64(root));
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
    std::string_view origin, size, root;
    if (!take_line(text, origin) || !take_line(text, size) || !take_line(text, root) || origin.empty())
        return fail(ErrorKind::corrupt, "the checkpoint has fewer than three lines");
    Checkpoint checkpoint;
    checkpoint.origin = origin;
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), checkpoint.size);
    if (error != std::errc() || end != size.data() + size.size() || (size.starts_with('0') && size != "0"))
        return fail(ErrorKind::corrupt, "the checkpoint's tree size is not a number");
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
