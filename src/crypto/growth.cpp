#include "crypto/growth.hpp"

#include "base/file.hpp"
#include "crypto/base64.hpp"
#include "crypto/key_file.hpp"
#include "crypto/merkle_proof.hpp"

namespace vedette::crypto {

namespace {

constexpr std::string_view old_word = "old ";

Result<Sha256Digest> root_of_first(std::uint64_t size, const SubtreeHash& subtree) {
    MerkleFrontier frontier;
    for (unsigned height = 64; height-- > 0;) {
        if ((size >> height & 1) == 0) continue;
        VEDETTE_TRY(const Sha256Digest hash, subtree(height, frontier.size() >> height));
        frontier.add_subtree(hash, height);
    }
    return frontier.root();
}

}  // namespace

std::string Growth::text() const {
    std::string out = fmt::format("{}{}\n", old_word, old_size);
    for (const Sha256Digest& hash : proof) out += to_base64(hash) + "\n";
    return out + "\n" + note;
}

Result<Growth> Growth::parse(std::string_view text) {
    if (text.size() > max_growth_size)
        return fail(ErrorKind::invalid_input, "{} bytes are more than the {} that are read", text.size(),
                    max_growth_size);
    Growth growth;
    for (bool is_first = true;; is_first = false) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos)
            return fail(ErrorKind::invalid_input, "there is no empty line before the checkpoint");
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        if (is_first) {
            const auto old_size =
                line.starts_with(old_word) ? parse_tree_size(line.substr(old_word.size())) : std::nullopt;
            if (!old_size) return fail(ErrorKind::invalid_input, "the first line is not \"old\" and a size");
            growth.old_size = *old_size;
            continue;
        }
        if (line.empty()) break;
        const auto hash = from_base64(line);
        if (!hash || hash->size() != sizeof(Sha256Digest))
            return fail(ErrorKind::invalid_input, "line {} is no hash in base64", growth.proof.size() + 2);
        if (growth.proof.size() == max_proof_lines)
            return fail(ErrorKind::invalid_input, "the proof has more than {} hashes", max_proof_lines);
        std::ranges::copy(*hash, growth.proof.emplace_back().begin());
    }
    growth.note = text;
    const auto split = split_note(growth.note);
    auto checkpoint = split ? Checkpoint::parse(split->text) : std::unexpected(split.error());
    if (!checkpoint) return fail(ErrorKind::invalid_input, "{}", checkpoint.error().message);
    growth.checkpoint = std::move(*checkpoint);
    return growth;
}

Result<Growth> prove_growth(const TileLogReader& log, std::uint64_t old_size, std::string note,
                            const NoteVerifier& verifier) {
    VEDETTE_TRY(Checkpoint checkpoint, open_checkpoint(note, verifier));
    const std::uint64_t size = checkpoint.size;
    if (old_size > size)
        return fail(ErrorKind::invalid_input, "the log has {} entries, and not {}", size, old_size);
    const SubtreeHash subtree = [&](unsigned height, std::uint64_t index) {
        return log.subtree(size, height, index);
    };
    Growth growth{old_size, {}, std::move(note), std::move(checkpoint)};
    if (old_size == 0 || old_size == size) return growth;
    VEDETTE_TRY(growth.proof, consistency_proof(old_size, size, subtree));
    VEDETTE_TRY(const Sha256Digest old_root, root_of_first(old_size, subtree));
    if (!is_consistent(old_size, old_root, size, growth.checkpoint.root, growth.proof))
        return fail(ErrorKind::corrupt,
                    "the log is not the one that was signed, so nothing can be proven from it");
    return growth;
}

Result<Growth> prove_growth(const std::filesystem::path& log, const std::filesystem::path& vkey,
                            std::uint64_t old_size) {
    VEDETTE_TRY(const auto verifier, load_verifier(vkey));
    // Before the tiles are read: those of an older checkpoint stay readable.
    VEDETTE_TRY(const Bytes note, vedette::read_file(log / "checkpoint", max_note_size));
    return prove_growth(TileLogReader(log), old_size, std::string(as_text(note)), verifier);
}

}  // namespace vedette::crypto
