#include "hub/audit/signing.hpp"

#include "base/file.hpp"
#include "base/hex.hpp"
#include "crypto/key_file.hpp"

namespace vedette::hub::audit {

Result<Signing> open_signing(const Layout& layout) {
    std::error_code error;
    const bool is_new = !std::filesystem::exists(layout.signing_key(), error);
    VEDETTE_TRY(const Secret seed, crypto::load_or_make_key(layout.signing_key()));
    VEDETTE_TRY(auto signer, crypto::Ed25519Signer::from_seed(seed.reveal()));
    // By the key itself, so that no second file has to be kept with it.
    const auto digest = crypto::sha256(signer.public_key());
    std::string origin = "vedette.invalid/audit/" + to_hex(ByteView(digest).first(16));
    const std::string vkey = crypto::NoteVerifier{origin, signer.public_key()}.vkey() + "\n";
    const auto written = read_file(layout.vkey(), 4096);
    if (!written || as_text(*written) != vkey)
        VEDETTE_CHECK(replace_file(layout.vkey(), as_bytes(vkey), 0640));
    return Signing{std::move(signer), std::move(origin), is_new};
}

}  // namespace vedette::hub::audit
