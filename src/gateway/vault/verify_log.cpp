#include "gateway/vault/verify_log.hpp"

#include "base/file.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;
using crypto::tile_width;

void LogCheck::fault(std::string subject, fs::path file, std::string reason) {
    on_fault_({std::nullopt, "", std::nullopt, std::move(subject), std::move(file), std::move(reason)});
}

Result<> LogCheck::run(const VerifyOptions& options) {
    VEDETTE_CHECK(read_key(options.vkey));
    VEDETTE_CHECK(read_kept(options));
    read_checkpoint();
    crypto::MerkleFrontier by_tiles;
    std::vector<Difference> differences;
    for (std::uint64_t first = 0; first < size_; first += tile_width) {
        const auto width = static_cast<std::size_t>(std::min<std::uint64_t>(size_ - first, tile_width));
        if (!go_on_()) return fail(ErrorKind::cancelled, "the verification was stopped");
        compare_tile(first / tile_width, width, by_tiles, differences);
    }
    judge(by_tiles, differences);
    for (std::string& reason : kept_.faults(size_)) fault("the log", {}, std::move(reason));
    // Nobody has to be believed that a rule deleted something, but who has signed it.
    for (const auto& [index, deletion] : deletions_)
        if (!altered_.contains(index) && (deletion.type != RecordType::expiry || root_is_good_))
            note(deletion, false);
    check_upper_tiles();
    judge_signing();
    return {};
}

void LogCheck::judge_signing() {
    if (!verifier_ || !root_is_good_) return;
    const auto own = crypto::NoteKey::ed25519(verifier_->name, verifier_->key);
    if (!own) return;
    std::erase_if(signing_changes_, [&](const auto& change) { return altered_.contains(change.first); });
    signing_.judge(signing_changes_, size_, *own, trusted_hardware_,
                   [&](const fs::path& file, std::string reason) {
                       fault("the key that signs the log", file, std::move(reason));
                   });
}

Result<> LogCheck::read_key(const std::optional<std::string>& trusted) {
    std::string text;
    // A key in a token or TPM signs beside the log's own: that one has signed the checkpoint at any rate.
    if (trusted && is_hardware_key(layout_, *trusted)) {
        trusted_hardware_ = *trusted;
        if (trusted_hardware_.ends_with('\n')) trusted_hardware_.pop_back();
        return read_key(std::nullopt);
    }
    if (trusted) {
        text = *trusted;
    } else {
        const auto bytes = read_file(layout_.vkey(), 4096);
        if (!bytes) {
            fault(
                "the public key", layout_.vkey(),
                fmt::format("It can't be read, so no signature can be checked: {}.", bytes.error().message));
            return {};
        }
        text = as_text(*bytes);
    }
    if (text.ends_with('\n')) text.pop_back();
    auto verifier = crypto::NoteVerifier::parse(text);
    if (!verifier) {
        if (trusted) return std::unexpected(verifier.error());
        fault("the public key", layout_.vkey(),
              fmt::format("It was altered, so no signature can be checked: {}.", verifier.error().message));
        return {};
    }
    verifier_ = std::move(*verifier);
    vkey_ = std::move(text);
    return {};
}

Result<> LogCheck::read_kept(const VerifyOptions& options) {
    if (!verifier_) return {};  // told already
    if (options.kept_checkpoint) VEDETTE_CHECK(kept_.add_copy(*options.kept_checkpoint, *verifier_));
    if (options.witnessed)
        if (const auto added = kept_.add_witnessed(*options.witnessed, *verifier_); !added)
            fault("what the witness has cosigned", {},
                  fmt::format("It does not count: {}.", added.error().message));
    kept_.compare(frontier_);
    signing_.compare(frontier_);
    return {};
}

void LogCheck::read_checkpoint() {
    if (verifier_) {
        auto checkpoint = reader_.checkpoint(*verifier_);
        if (checkpoint) {
            checkpoint_ = *checkpoint;
            size_ = checkpoint->size;
            return;
        }
        fault("the signed checkpoint", layout_.log() / "checkpoint",
              fmt::format(
                  "It does not count: {}. Without it nobody can tell whether recordings were removed at "
                  "the end, or recordings and log were altered together.",
                  checkpoint.error().message));
    }
    size_ = count_entries();
}

// Of a log without a checkpoint: as far as its bundles go.
std::uint64_t LogCheck::count_entries() const {
    std::uint64_t count = 0;
    for (;; count += tile_width) {
        if (reader_.bundle(count / tile_width, tile_width)) continue;
        std::size_t width = tile_width - 1;
        while (width > 0 && !reader_.bundle(count / tile_width, width)) --width;
        return count + width;
    }
}

void LogCheck::compare_tile(std::uint64_t tile, std::size_t width, crypto::MerkleFrontier& by_tiles,
                            std::vector<Difference>& differences) {
    const std::uint64_t first = tile * tile_width;
    const auto hashes = reader_.hashes(0, tile, width);
    const auto bundle = reader_.bundle(tile, width);
    const auto entries = bundle ? crypto::split_bundle(*bundle, width)
                                : Result<std::vector<ByteView>>(std::unexpected(bundle.error()));
    Difference difference{
        tile, {}, hashes ? "" : hashes.error().message, entries ? "" : entries.error().message};
    for (std::size_t i = 0; i < width; ++i) {
        std::optional<crypto::Sha256Digest> leaf;
        if (entries) leaf = crypto::merkle_leaf_hash((*entries)[i]);
        if (hashes && leaf && (*hashes)[i] != *leaf) difference.entries.push_back(first + i);
        const crypto::Sha256Digest by_entry = leaf ? *leaf : hashes ? (*hashes)[i] : crypto::Sha256Digest{};
        frontier_.add(by_entry);
        by_tiles.add(hashes ? (*hashes)[i] : by_entry);
        kept_.compare(frontier_);
        kept_.compare(by_tiles);
        signing_.compare(frontier_);
        signing_.compare(by_tiles);
        if (!entries) continue;
        const auto header = parse_entry((*entries)[i]);
        if (!header) continue;
        if (header->type == RecordType::deletion || header->type == RecordType::expiry)
            deletions_.emplace_back(first + i, *header);
        if (header->type == RecordType::signing_key)
            signing_changes_.emplace(first + i, SigningChange::of(*header));
    }
    if (!hashes || !entries || !difference.entries.empty()) differences.push_back(std::move(difference));
}

// Where an entry and its tile differ, the signed root tells which of them is the true one.
void LogCheck::judge(const crypto::MerkleFrontier& by_tiles, const std::vector<Difference>& differences) {
    const bool entries_are_true = checkpoint_ && frontier_.root() == checkpoint_->root;
    const bool tiles_are_true = !entries_are_true && checkpoint_ && by_tiles.root() == checkpoint_->root;
    root_is_good_ = entries_are_true || tiles_are_true;
    if (tiles_are_true) frontier_ = by_tiles;
    for (const Difference& difference : differences) {
        const std::uint64_t first = difference.tile * tile_width;
        if (!difference.tile_error.empty())
            fault(fmt::format("tile {} of the log", difference.tile), {},
                  fmt::format("It can't be read: {}.", difference.tile_error));
        if (!difference.bundle_error.empty()) {
            lost_bundles_.insert(difference.tile);
            fault(fmt::format("entries {} to {} of the log", first, std::min(first + tile_width, size_) - 1),
                  {}, fmt::format("They can't be read: {}.", difference.bundle_error));
        }
        if (difference.entries.empty()) continue;
        if (entries_are_true) {
            fault(fmt::format("tile {} of the log", difference.tile), {},
                  "It was altered. The entries that it sums up are as they were signed.");
            continue;
        }
        for (const std::uint64_t index : difference.entries) {
            altered_.insert(index);
            fault(fmt::format("entry {} of the log", index), {},
                  tiles_are_true ? "It was altered: it is not the one that was signed."
                                 : "The entry and its hash do not fit together: one of them was altered.");
        }
    }
    if (checkpoint_ && !root_is_good_)
        fault("the log", {},
              fmt::format("Its {} entries are not those that were signed: the root hash is another one.",
                          size_));
}

void LogCheck::check_upper_tiles() {
    crypto::check_upper_tiles(
        reader_, size_,
        [this](std::size_t level, std::uint64_t tile, std::uint64_t) {
            fault(fmt::format("tile {} of the log's level {}", tile, level), {},
                  "It is missing or was altered.");
        },
        // A damaged tile below was named already.
        [this](std::size_t level) { return level == 1 && has_altered_entries(); });
}

bool LogCheck::for_each(const std::function<bool(std::uint64_t, const RecordHeader&, ByteView)>& each) {
    bool go_on = true;
    for (std::uint64_t first = 0; go_on && first < size_; first += tile_width) {
        if (lost_bundles_.contains(first / tile_width)) continue;
        const std::uint64_t to = std::min(size_, first + tile_width);
        (void)reader_.entries(first, to, [&](std::uint64_t index, ByteView entry) -> Result<> {
            if (altered_.contains(index)) return {};
            if (const auto header = parse_entry(entry)) {
                go_on = each(index, *header, entry);
                if (!go_on) return fail(ErrorKind::cancelled, "stopped");
            } else {
                fault(fmt::format("entry {} of the log", index), {},
                      fmt::format("It is none of ours: {}.", header.error().message));
            }
            return {};
        });
    }
    return go_on;
}

bool LogCheck::follow() {
    if (!verifier_ || !root_is_good_) return false;
    // The recorder removes partial tiles that a newer checkpoint has replaced, hence more than one attempt.
    for (int attempt = 0; attempt < 10; ++attempt) {
        const auto newer = reader_.checkpoint(*verifier_);
        if (!newer || newer->size <= frontier_.size()) return false;
        crypto::MerkleFrontier frontier = frontier_;
        std::vector<Bytes> entries;
        const auto read =
            reader_.entries(frontier.size(), newer->size, [&](std::uint64_t, ByteView entry) -> Result<> {
                frontier.add(crypto::merkle_leaf_hash(entry));
                entries.emplace_back(entry.begin(), entry.end());
                return {};
            });
        if (!read || frontier.root() != newer->root) continue;
        frontier_ = frontier;
        for (const Bytes& entry : entries)
            if (const auto header = parse_entry(entry)) note(*header, true);
        return true;
    }
    return false;
}

void LogCheck::note(const RecordHeader& header, bool is_newer) {
    if (header.type == RecordType::deletion) {
        std::uint64_t& before = deleted_before_[header.stream];
        before = std::max(before, header.sequence);
    } else if (header.type == RecordType::expiry) {
        std::uint64_t& end = expired_[header.stream][header.segment];
        end = std::max(end, header.sequence);
    } else if (is_newer && is_recorded(header.type)) {
        std::uint64_t& end = newer_end_[{header.stream, header.segment}];
        end = std::max(end, std::uint64_t{header.block} + header.blocks());
    }
}

std::uint64_t LogCheck::deleted_before(StreamKey stream) const {
    const auto found = deleted_before_.find(stream);
    return found == deleted_before_.end() ? 0 : found->second;
}

std::optional<std::uint64_t> LogCheck::expiry_of(StreamKey stream, std::uint64_t sequence) const {
    const auto ranges = expired_.find(stream);
    if (ranges == expired_.end()) return std::nullopt;
    const auto next = ranges->second.upper_bound(sequence);
    if (next == ranges->second.begin()) return std::nullopt;
    const auto [first, end] = *std::prev(next);
    return sequence < end ? std::optional(first) : std::nullopt;
}

std::optional<std::uint64_t> LogCheck::newer_end(const SegmentId& segment) const {
    const auto found = newer_end_.find(segment);
    return found == newer_end_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace vedette::vault
