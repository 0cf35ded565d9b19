#include "witness/ledger.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

#include "base/hex.hpp"
#include "base/log.hpp"
#include "crypto/key_file.hpp"

namespace vedette::witness {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_vkey_size = 4096;
constexpr unsigned public_mode = 0640;

std::string hash_of_origin(std::string_view origin) {
    return to_hex(crypto::sha256(as_bytes(origin)));
}

Result<> make_durable_folder(const fs::path& folder) {
    VEDETTE_CHECK(make_folder(folder));
    return sync_folder(folder.parent_path());
}

// The note with the log's signatures that were verified, and ours.
std::string keep_signatures(const crypto::SplitNote& split, const crypto::NoteVerifier& log,
                            const std::string& cosignature) {
    std::string note = fmt::format("{}\n", split.text);
    for (const crypto::NoteSignature& each : split.signatures)
        if (each.name == log.name && each.key_id == log.key_id())
            note += crypto::note_signature_line(each.name, each.key_id, each.signature);
    return note + cosignature;
}

}  // namespace

Result<Ledger> Ledger::open(fs::path folder) {
    VEDETTE_CHECK(make_private_folder(folder));
    VEDETTE_CHECK(make_durable_folder(folder / "logs"));
    VEDETTE_TRY(const Secret seed, crypto::load_or_make_key(folder / "witness.key"));
    VEDETTE_TRY(auto signer, crypto::Ed25519Signer::from_seed(seed.reveal()));
    // By the key itself, so that no second file has to be kept with it.
    const auto digest = crypto::sha256(signer.public_key());
    crypto::WitnessVerifier verifier{"vedette.invalid/witness/" + to_hex(ByteView(digest).first(16)),
                                     signer.public_key()};
    const std::string vkey = verifier.vkey() + "\n";
    const auto written = read_file(folder / "witness.vkey", max_vkey_size);
    if (!written || as_text(*written) != vkey)
        VEDETTE_CHECK(replace_file(folder / "witness.vkey", as_bytes(vkey), public_mode));
    return Ledger(std::move(folder), std::move(signer), std::move(verifier));
}

Result<File> Ledger::lock() const {
    VEDETTE_TRY(File lock, File::open(folder_ / "lock", O_RDWR | O_CREAT));
    if (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorKind::conflict, "another witness runs in {}", folder_.string());
    return lock;
}

fs::path Ledger::folder_of(std::string_view origin) const {
    return folder_ / "logs" / hash_of_origin(origin);
}

// nullopt: no such log is known. What can't be read is an error, and never taken for nothing.
Result<std::optional<Listed>> Ledger::load(const fs::path& log) const {
    auto verifier = crypto::load_verifier(log / "vkey");
    if (!verifier && verifier.error().kind == ErrorKind::not_found) return std::nullopt;
    if (!verifier) return std::unexpected(verifier.error());
    Listed listed;
    listed.known.log = std::move(*verifier);
    const auto note = read_file(log / "checkpoint", crypto::max_note_size);
    if (!note && note.error().kind == ErrorKind::not_found) return listed;
    if (!note) return std::unexpected(note.error());
    VEDETTE_TRY(listed.known.last, crypto::open_checkpoint(as_text(*note), listed.known.log));
    VEDETTE_TRY(listed.cosigned_at, crypto::cosigned_at(as_text(*note), verifier_));
    return listed;
}

Result<> Ledger::trust(const crypto::NoteVerifier& log) {
    const fs::path folder = folder_of(log.name);
    VEDETTE_TRY(const auto known, load(folder));
    if (known && known->known.log.key == log.key) return {};
    if (known)
        return fail(ErrorKind::conflict, "the log {} is known by another key, {}", log.name,
                    known->known.log.vkey());
    VEDETTE_CHECK(make_durable_folder(folder));
    return replace_file(folder / "vkey", as_bytes(log.vkey() + "\n"), public_mode);
}

Result<> Ledger::begin_anew(const std::string& origin, UtcTime now) {
    const fs::path folder = folder_of(origin);
    VEDETTE_CHECK(require_file(folder / "checkpoint"));
    std::error_code error;
    fs::rename(folder / "checkpoint", folder / ("checkpoint.until-" + to_rfc3339(now)), error);
    if (error) return fail_errno(error.value(), folder.string());
    return sync_folder(folder);
}

Result<std::vector<Listed>> Ledger::logs() const {
    std::vector<Listed> logs;
    std::error_code error;
    for (auto it = fs::directory_iterator(folder_ / "logs", error); !error && it != fs::directory_iterator();
         it.increment(error)) {
        VEDETTE_TRY(auto listed, load(it->path()));
        if (listed) logs.push_back(std::move(*listed));
    }
    if (error) return fail_errno(error.value(), (folder_ / "logs").string());
    std::ranges::sort(logs, {}, [](const Listed& each) { return each.known.log.name; });
    return logs;
}

Result<std::variant<std::string, Refusal>> Ledger::add_checkpoint(const crypto::Growth& growth, UtcTime now) {
    using Answer = std::variant<std::string, Refusal>;
    const fs::path folder = folder_of(growth.checkpoint.origin);
    VEDETTE_TRY(const auto listed, load(folder));
    auto refusal = refuse(growth, listed ? std::optional(listed->known) : std::nullopt);
    if (refusal) {
        // Signed by the log, and not what was cosigned: worth to be kept, as it may be a proof of forgery.
        if (refusal->status == 422)
            if (const auto kept = replace_file(folder / "refused", as_bytes(growth.text()), public_mode);
                !kept)
                log::warn("a refused checkpoint can't be kept: {}", kept.error().message);
        return Answer(std::move(*refusal));
    }
    VEDETTE_TRY(const auto split, crypto::split_note(growth.note));
    // A clock that went back does not make an older statement of a larger tree.
    const auto seconds = std::max<std::uint64_t>(
        static_cast<std::uint64_t>(std::max<std::int64_t>(to_unix_seconds(now), 1)), listed->cosigned_at);
    std::string line = crypto::cosign(split.text, seconds, verifier_.name, signer_);
    VEDETTE_CHECK(replace_file(folder / "checkpoint",
                               as_bytes(keep_signatures(split, listed->known.log, line)), public_mode));
    return Answer(std::move(line));
}

Result<std::string> Ledger::checkpoint(std::string_view origin_hash) const {
    const auto bytes = from_hex(origin_hash);
    if (!bytes || bytes->size() != sizeof(crypto::Sha256Digest) || to_hex(*bytes) != origin_hash)
        return fail(ErrorKind::not_found, "this is no SHA-256 of an origin");
    VEDETTE_TRY(const Bytes note,
                read_file(folder_ / "logs" / origin_hash / "checkpoint", crypto::max_note_size));
    return std::string(as_text(note));
}

}  // namespace vedette::witness
