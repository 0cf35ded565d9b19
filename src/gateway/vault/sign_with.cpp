#include "gateway/vault/sign_with.hpp"

#include "base/file.hpp"
#include "crypto/tile_log.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/keys.hpp"
#include "gateway/vault/signing_files.hpp"
#include "gateway/vault/tools.hpp"

namespace vedette::vault {

namespace {

using namespace keystore;

// The key that signed until now; nothing where there was none, or it is lost.
Result<std::optional<NewSigner>> open_present(const Layout& layout, bool is_lost, const Environment& env) {
    auto present = read_signing_key(layout);
    if (!present && present.error().kind == ErrorKind::not_found) return std::nullopt;
    if (is_lost) return std::nullopt;
    if (!present)
        return fail(present.error().kind, "{}: --old-key-is-lost goes on without it",
                    present.error().message);
    if (present->kind == SignerKind::file) return std::nullopt;
    auto signer = open_signer(*present, env);
    if (!signer)
        return fail(signer.error().kind,
                    "the key that signs now can't vouch for the next one ({}): bring it back, or say "
                    "--old-key-is-lost",
                    signer.error().message);
    return NewSigner{std::move(*present), std::move(*signer)};
}

Result<NewSigner> make_next(const SignWith& wanted, const Environment& environment, const std::string& name) {
    switch (wanted.kind) {
        case SignerKind::pkcs11:
            return use_pkcs11_key(environment, wanted.pkcs11_uri, name);
        case SignerKind::tpm2:
            return make_tpm2_key(name);
        case SignerKind::file:
            break;
    }
    return NewSigner{{SignerKind::file, "", "", {}, {}}, nullptr};
}

Result<> add_signature(std::string& note, std::string_view text, const NewSigner& by) {
    VEDETTE_TRY(const crypto::NoteKey key, crypto::NoteKey::parse(by.key.vkey));
    VEDETTE_TRY(const Bytes signature, by.signer->sign(as_bytes(text)));
    note = with_signature(note, key, signature);
    return {};
}

}  // namespace

Result<SigningKey> sign_with(const Layout& layout, const SignWith& wanted, Secrets& secrets) {
    VEDETTE_CHECK(require_vault(layout));
    VEDETTE_CHECK(check_format(layout));
    VEDETTE_CHECK(require_file(layout.keys() / "keys.db"));
    VEDETTE_TRY(const File recorder, lock_out_recorder(layout));
    VEDETTE_TRY(const auto keys, KeyStore::open(layout, &secrets));
    const Environment environment{KeyFolder(layout.keys()), &secrets};
    auto opened = crypto::TileLog::open(layout.log(), keys->origin(), keys->signer());
    if (!opened)
        return fail(opened.error().kind, "{}: start the recorder once, which mends it",
                    opened.error().message);
    crypto::TileLog log = std::move(*opened);

    VEDETTE_TRY(const auto present, open_present(layout, wanted.old_key_is_lost, environment));
    VEDETTE_TRY(const NewSigner next, make_next(wanted, environment, keys->origin()));
    const auto stored = read_signing_key(layout);
    const std::string signs_now = stored ? stored->vkey : "";
    if (signs_now == next.key.vkey) return fail(ErrorKind::conflict, "recordings are signed so already");

    const SigningFiles files(layout);
    const SigningChange change{state_of(next.key.kind), signing_key_digest(next.key.vkey),
                               SystemClock().utc_now()};
    const std::uint64_t entry = log.size();
    log.append(encode_entry(change.header(keys->organisation())));
    const std::string text = log.pending().text();
    std::string note = crypto::sign_note(text, keys->origin(), keys->signer());
    if (present) VEDETTE_CHECK(add_signature(note, text, *present));
    if (next.signer) VEDETTE_CHECK(add_signature(note, text, next));

    // All that proves the change lies there before the change itself.
    VEDETTE_CHECK(raise_format(layout, format_with_marks));
    VEDETTE_CHECK(write_next_signing_key(layout, next.key));
    VEDETTE_CHECK(files.write_proof(entry, {next.key.vkey, note}));
    VEDETTE_CHECK(log.publish());
    VEDETTE_CHECK(adopt_next_signing_key(layout));
    VEDETTE_CHECK(files.write_checkpoint(note));
    VEDETTE_CHECK(files.write_state(change.state));
    return next.key;
}

}  // namespace vedette::vault
