#include "gateway/vault/prove.hpp"

#include "base/file.hpp"
#include "crypto/base64.hpp"
#include "crypto/key_file.hpp"
#include "crypto/merkle_proof.hpp"
#include "crypto/tile_log.hpp"
#include "gateway/vault/record.hpp"
#include "gateway/vault/signing_files.hpp"
#include "gateway/vault/tools.hpp"
#include "gateway/vault/verify_beside.hpp"

namespace vedette::vault {

namespace {

using crypto::tile_width;

struct Found {
    std::uint64_t index;
    Bytes entry;
};

// From the end, since what is asked for is mostly new.
Result<Found> find_fragment(const crypto::TileLogReader& log, std::uint64_t size, StreamKey stream,
                            UtcTime at) {
    for (std::uint64_t end = size; end > 0;) {
        const std::uint64_t begin = (end - 1) / tile_width * tile_width;
        std::optional<Found> found;
        VEDETTE_CHECK(log.entries(begin, end, [&](std::uint64_t index, ByteView entry) -> Result<> {
            VEDETTE_TRY(const RecordHeader header, parse_entry(entry));
            if (header.type == RecordType::fragment && header.stream == stream && header.start <= at &&
                at < header.end())
                found = Found{index, {entry.begin(), entry.end()}};
            return {};
        }));
        if (found) return std::move(*found);
        end = begin;
    }
    return fail(ErrorKind::not_found, "nothing was recorded of {} at {}", describe(stream), to_rfc3339(at));
}

struct HardwareSigned {
    std::string note;
    crypto::Checkpoint checkpoint;
    std::string signer;
};

// The newest checkpoint that the present key in a token or TPM has signed, where there is one.
std::optional<HardwareSigned> signed_by_hardware(const Layout& layout, const crypto::NoteVerifier& own) {
    auto note = SigningFiles(layout).read_checkpoint();
    const auto present = read_signing_key(layout);
    const auto key = present ? crypto::NoteKey::parse(present->vkey)
                             : Result<crypto::NoteKey>(std::unexpected(present.error()));
    if (!note || !key || !crypto::open_checkpoint(*note, own)) return std::nullopt;
    auto checkpoint = crypto::open_checkpoint(*note, *key);
    if (!checkpoint) return std::nullopt;
    return HardwareSigned{std::move(*note), std::move(*checkpoint),
                          fmt::format("{} ({}) {}", to_string(present->kind), key->algorithm(), key->vkey())};
}

}  // namespace

Result<FragmentProof> prove_fragment(const Layout& layout, const ProofRequest& request) {
    VEDETTE_CHECK(require_vault(layout));
    VEDETTE_TRY(const CameraId camera, IndexCheck(layout).find_camera(request.camera));
    VEDETTE_TRY(const auto verifier, crypto::load_verifier(layout.vkey()));
    // Before the tiles are read: those of an older checkpoint stay readable.
    VEDETTE_TRY(const Bytes newest, read_file(layout.log() / "checkpoint", crypto::max_note_size));
    std::string note(as_text(newest));
    VEDETTE_TRY(auto checkpoint, crypto::open_checkpoint(note, verifier));
    const auto by_hardware = signed_by_hardware(layout, verifier);

    const crypto::TileLogReader log(layout.log());
    VEDETTE_TRY(const Found found, find_fragment(log, checkpoint.size, {camera, request.stream}, request.at));
    FragmentProof result;
    result.signers.push_back(fmt::format("key file (Ed25519) {}", verifier.vkey()));
    if (by_hardware && found.index < by_hardware->checkpoint.size) {
        note = by_hardware->note;
        checkpoint = by_hardware->checkpoint;
        result.signers.push_back(by_hardware->signer);
    }
    VEDETTE_TRY(
        const auto hashes,
        crypto::inclusion_proof(found.index, checkpoint.size, [&](unsigned height, std::uint64_t index) {
            return log.subtree(checkpoint.size, height, index);
        }));
    if (crypto::root_of_inclusion(crypto::merkle_leaf_hash(found.entry), found.index, checkpoint.size,
                                  hashes) != checkpoint.root)
        return fail(
            ErrorKind::corrupt,
            "the log is not the one that was signed, so nothing can be proven from it: vedette vault verify "
            "says more");
    std::string proof = fmt::format("c2sp.org/tlog-proof@v1\nextra {}\nindex {}\n",
                                    crypto::to_base64(found.entry), found.index);
    for (const auto& hash : hashes) proof += crypto::to_base64(hash) + "\n";
    result.text = proof + "\n" + note;
    return result;
}

}  // namespace vedette::vault
