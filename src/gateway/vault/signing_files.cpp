#include "gateway/vault/signing_files.hpp"

#include <charconv>

#include "base/file.hpp"
#include "crypto/digest.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view proof_words = "vedette signing change ";
constexpr std::string_view proof_version = "1";
constexpr std::string_view proof_suffix = ".change";
constexpr std::string_view no_key = "-";
constexpr std::size_t max_proof_size = crypto::max_note_size + 2048;
constexpr std::size_t max_state_size = 16;
constexpr unsigned readable_mode = 0640;

fs::path next_signing_key(const Layout& layout) {
    return layout.keys() / "signing.next";
}

std::optional<std::uint64_t> entry_of(const fs::path& path) {
    const std::string name = path.filename().string();
    if (!name.ends_with(proof_suffix)) return std::nullopt;
    std::uint64_t entry = 0;
    const char* const last = name.data() + name.size() - proof_suffix.size();
    const auto [end, error] = std::from_chars(name.data(), last, entry);
    return error == std::errc() && end == last ? std::optional(entry) : std::nullopt;
}

Result<keystore::SigningKey> read_key_file(const fs::path& path) {
    VEDETTE_TRY(const Bytes bytes, read_file(path, keystore::max_signing_file_size));
    return keystore::SigningKey::parse(bytes);
}

}  // namespace

Result<SigningProof> SigningProof::parse(std::string_view text) {
    const auto line = [&] {
        const std::size_t end = text.find('\n');
        const std::string_view found = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        return found;
    };
    const std::string_view first = line();
    if (!first.starts_with(proof_words))
        return fail(ErrorKind::corrupt, "it is no proof of a change of the signing key");
    if (first.substr(proof_words.size()) != proof_version)
        return fail(ErrorKind::unsupported, "a newer vedette wrote it");
    SigningProof proof;
    if (const std::string_view vkey = line(); vkey != no_key) proof.vkey = vkey;
    proof.note = text;
    VEDETTE_CHECK(crypto::split_note(proof.note));
    if (!proof.vkey.empty()) VEDETTE_CHECK(crypto::NoteKey::parse(proof.vkey));
    return proof;
}

std::string SigningProof::print() const {
    return fmt::format("{}{}\n{}\n{}", proof_words, proof_version, vkey.empty() ? no_key : vkey, note);
}

fs::path SigningFiles::proof(std::uint64_t entry) const {
    return layout_.signing() / fmt::format("{}{}", entry, proof_suffix);
}

Result<> SigningFiles::write_proof(std::uint64_t entry, const SigningProof& written) const {
    VEDETTE_CHECK(make_folder(layout_.signing()));
    return replace_file(proof(entry), as_bytes(written.print()), readable_mode);
}

std::map<std::uint64_t, Result<SigningProof>> SigningFiles::proofs() const {
    std::map<std::uint64_t, Result<SigningProof>> proofs;
    std::error_code error;
    for (auto it = fs::directory_iterator(layout_.signing(), error); !error && it != fs::directory_iterator();
         it.increment(error)) {
        const auto entry = entry_of(it->path());
        if (!entry) continue;
        const auto bytes = read_file(it->path(), max_proof_size);
        proofs.emplace(*entry, bytes ? SigningProof::parse(as_text(*bytes))
                                     : Result<SigningProof>(std::unexpected(bytes.error())));
    }
    return proofs;
}

Result<> SigningFiles::write_checkpoint(std::string_view note) const {
    VEDETTE_CHECK(make_folder(layout_.signing()));
    return replace_file(checkpoint(), as_bytes(note), readable_mode);
}

Result<std::string> SigningFiles::read_checkpoint() const {
    VEDETTE_TRY(const Bytes bytes, read_file(checkpoint(), crypto::max_note_size));
    return std::string(as_text(bytes));
}

SigningState SigningFiles::state() const {
    const auto bytes = read_file(layout_.signing() / "state", max_state_size);
    const std::string_view text = bytes ? as_text(*bytes) : std::string_view();
    for (const auto state : {SigningState::pkcs11, SigningState::tpm2, SigningState::away})
        if (text == fmt::format("{}\n", static_cast<unsigned>(state))) return state;
    return SigningState::own_key;
}

Result<> SigningFiles::write_state(SigningState state) const {
    VEDETTE_CHECK(make_folder(layout_.signing()));
    return replace_file(layout_.signing() / "state",
                        as_bytes(fmt::format("{}\n", static_cast<unsigned>(state))), readable_mode);
}

Result<keystore::SigningKey> read_signing_key(const Layout& layout) {
    return read_key_file(layout.signing_key());
}

Result<> write_next_signing_key(const Layout& layout, const keystore::SigningKey& key) {
    return replace_file(next_signing_key(layout), key.print(), 0600);
}

Result<> adopt_next_signing_key(const Layout& layout) {
    std::error_code error;
    fs::rename(next_signing_key(layout), layout.signing_key(), error);
    if (error) return fail_errno(error.value(), layout.signing_key().string());
    return sync_folder(layout.keys());
}

Result<> finish_signing_change(const Layout& layout, const std::optional<RecordHeader>& last_entry) {
    const auto next = read_key_file(next_signing_key(layout));
    if (!next && next.error().kind == ErrorKind::not_found) return {};
    if (next && last_entry && last_entry->type == RecordType::signing_key) {
        const SigningChange change = SigningChange::of(*last_entry);
        if (change.state == state_of(next->kind) && change.key == signing_key_digest(next->vkey))
            return adopt_next_signing_key(layout);
    }
    std::error_code ignored;
    fs::remove(next_signing_key(layout), ignored);
    return {};
}

crypto::Sha256Digest signing_key_digest(std::string_view vkey) {
    return vkey.empty() ? crypto::Sha256Digest{} : crypto::sha256(as_bytes(vkey));
}

SigningState state_of(keystore::SignerKind kind) {
    return static_cast<SigningState>(kind);
}

bool is_hardware_key(const Layout& layout, std::string_view vkey) {
    if (vkey.ends_with('\n')) vkey.remove_suffix(1);
    for (const auto& [entry, proof] : SigningFiles(layout).proofs())
        if (proof && !proof->vkey.empty() && proof->vkey == vkey) return true;
    return false;
}

std::string with_signature(std::string_view note, const crypto::NoteKey& key, ByteView signature) {
    return std::string(note) + crypto::note_signature_line(key.name(), key.id(), signature);
}

}  // namespace vedette::vault
