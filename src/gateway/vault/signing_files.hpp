#pragma once
// The folder signing/: what a key in a token or TPM has signed of the log. Anybody may read and check it.
// docs/ref/store-format.md has its form.

#include <map>

#include "crypto/note_key.hpp"
#include "gateway/vault/layout.hpp"
#include "gateway/vault/statement.hpp"
#include "keystore/signing_key.hpp"

namespace vedette::vault {

/// With what a change of the signing key is proven: signing/<index of its entry>.change.
struct SigningProof {
    std::string vkey;  ///< of the key that signs from then on; empty: none beside the log's own
    /// The checkpoint behind the change's entry, signed by the log's own key, by the key that signed beside
    /// it before, which so vouches for the change, and by the new one.
    std::string note;

    /// corrupt; unsupported: of a newer program.
    static Result<SigningProof> parse(std::string_view text);
    std::string print() const;
};

/// Writes and reads the folder. Blocking; not thread-safe.
class SigningFiles {
  public:
    explicit SigningFiles(const Layout& layout) : layout_(layout) {}

    std::filesystem::path proof(std::uint64_t entry) const;
    std::filesystem::path checkpoint() const { return layout_.signing() / "checkpoint"; }

    Result<> write_proof(std::uint64_t entry, const SigningProof& proof) const;
    /// By the index of the change's entry; what can't be read has its error.
    std::map<std::uint64_t, Result<SigningProof>> proofs() const;
    /// The newest checkpoint that the present key has signed, as the log's own key has.
    Result<> write_checkpoint(std::string_view note) const;
    Result<std::string> read_checkpoint() const;
    /// What the log was told last; own_key where nothing was written down.
    SigningState state() const;
    Result<> write_state(SigningState state) const;

  private:
    Layout layout_;
};

/// keys/signing; not_found where no key beside the log's own ever signed.
Result<keystore::SigningKey> read_signing_key(const Layout& layout);
/// Where a change is prepared; a start decides by the log whether it counts.
Result<> write_next_signing_key(const Layout& layout, const keystore::SigningKey& key);
Result<> adopt_next_signing_key(const Layout& layout);
/// After a crash: the change counts when its entry is the log's last one. `last_entry`: of the signed log.
Result<> finish_signing_change(const Layout& layout, const std::optional<RecordHeader>& last_entry);

/// What the log has of a key.
crypto::Sha256Digest signing_key_digest(std::string_view vkey);
SigningState state_of(keystore::SignerKind kind);
/// Whether `vkey` is that of a key beside the log's own, by what signing/ says.
bool is_hardware_key(const Layout& layout, std::string_view vkey);

/// `note`, and below it a signature.
std::string with_signature(std::string_view note, const crypto::NoteKey& key, ByteView signature);

}  // namespace vedette::vault
