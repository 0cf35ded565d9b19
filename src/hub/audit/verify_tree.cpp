#include "hub/audit/verify_tree.hpp"

namespace vedette::hub::audit {

using crypto::merkle_leaf_hash;
using crypto::tile_width;

namespace {

// "watch_live, allowed, status 0, by user 0a0b..., camera 0c0d...": what of an entry can be told without
// keys.
std::string words_of(const Leaf& leaf) {
    const Facts& facts = leaf.facts;
    std::string out = fmt::format("\"{}\" at {}, {} ({})", facts.action, to_rfc3339(facts.time),
                                  facts.allowed ? "allowed" : "denied", facts.reason);
    if (facts.user) out += ", user " + facts.user->text();
    if (facts.camera) out += ", camera " + facts.camera->text();
    if (facts.status != 0) out += fmt::format(", status {}", facts.status);
    return out;
}

std::optional<UtcTime> time_of(const std::optional<Bytes>& leaf_bytes) {
    if (!leaf_bytes) return std::nullopt;
    const auto leaf = parse_leaf(*leaf_bytes);
    return leaf ? std::optional(leaf->facts.time) : std::nullopt;
}

std::string words_of(const std::optional<Bytes>& leaf_bytes) {
    const auto leaf =
        leaf_bytes ? parse_leaf(*leaf_bytes) : Result<Leaf>(fail(ErrorKind::not_found, "it is not there"));
    return leaf ? words_of(*leaf) : fmt::format("nothing that can be read ({})", leaf.error().message);
}

std::optional<crypto::Sha256Digest> hash_of(const std::optional<Bytes>& leaf) {
    return leaf ? std::optional(merkle_leaf_hash(*leaf)) : std::nullopt;
}

}  // namespace

Result<> TreeCheck::read_checkpoint(const VerifyOptions& options) {
    if (!verifier_) return {};
    if (options.kept_checkpoint) VEDETTE_CHECK(kept_.add_copy(*options.kept_checkpoint, *verifier_));
    if (options.witnessed)
        if (const auto added = kept_.add_witnessed(*options.witnessed, *verifier_); !added)
            tell_({{},
                   {},
                   "what the witness has cosigned",
                   fmt::format("It does not count: {}.", added.error().message)});
    compare_kept();
    auto checkpoint = reader_.checkpoint(*verifier_);
    if (checkpoint)
        checkpoint_ = std::move(*checkpoint);
    else
        tell_(
            {{},
             {},
             "the signed checkpoint",
             fmt::format("It does not count: {}. Without it nobody can tell whether entries were removed at "
                         "the end, or everything was altered together.",
                         checkpoint.error().message)});
    return {};
}

Result<> TreeCheck::compare(Book& book, std::uint64_t end) {
    size_ = checkpoint_ ? checkpoint_->size : end;
    for (std::uint64_t first = 0; first < size_; first += tile_width) {
        const std::uint64_t to = std::min<std::uint64_t>(first + tile_width, size_);
        Rows rows;
        VEDETTE_CHECK(book.for_each(first, to, [&](const Row& row) -> Result<> {
            rows.emplace(row.sequence, row.leaf);
            return {};
        }));
        compare_tile(first / tile_width, static_cast<std::size_t>(to - first), std::move(rows));
    }
    judge(truth());
    check_upper_tiles();
    for (std::string& reason : kept_.faults(size_)) tell_({{}, {}, "the log", std::move(reason)});
    return {};
}

void TreeCheck::compare_tile(std::uint64_t number, std::size_t width, Rows rows) {
    const std::uint64_t first = number * tile_width;
    const auto hashes = reader_.hashes(0, number, width);
    const auto bundle = reader_.bundle(number, width);
    const auto entries = bundle ? crypto::split_bundle(*bundle, width)
                                : Result<std::vector<ByteView>>(std::unexpected(bundle.error()));
    const std::string range = fmt::format("entries {} to {}", first, first + width - 1);
    if (!hashes)
        tell_({{},
               {},
               fmt::format("the hashes of {} in the signed tree", range),
               fmt::format("They can't be read: {}.", hashes.error().message)});
    if (!entries)
        tell_({{},
               {},
               fmt::format("{} in the signed tree", range),
               fmt::format("They can't be read: {}.", entries.error().message)});
    for (std::size_t i = 0; i < width; ++i) {
        Difference all{.sequence = first + i, .row = {}, .entry = {}, .tile = {}};
        if (const auto row = rows.find(first + i); row != rows.end()) all.row = std::move(row->second);
        if (entries) all.entry.emplace((*entries)[i].begin(), (*entries)[i].end());
        if (hashes) all.tile = (*hashes)[i];
        const auto row = hash_of(all.row);
        const auto entry = hash_of(all.entry);
        const crypto::Sha256Digest none{};
        // What is missing in one place is taken from another one, so that the rest can still be judged.
        by_rows_.add(row ? *row : entry ? *entry : all.tile.value_or(none));
        by_entries_.add(entry ? *entry : all.tile ? *all.tile : row.value_or(none));
        by_tiles_.add(all.tile ? *all.tile : entry ? *entry : row.value_or(none));
        compare_kept();
        const bool same = row && (!entry || *entry == *row) && (!all.tile || *all.tile == *row);
        if (!same) differences_.push_back(std::move(all));
    }
}

void TreeCheck::compare_kept() {
    for (const auto* reading : {&by_rows_, &by_entries_, &by_tiles_}) kept_.compare(*reading);
}

TreeCheck::Truth TreeCheck::truth() const {
    if (!checkpoint_) return Truth::none;
    if (by_rows_.root() == checkpoint_->root) return Truth::rows;
    if (by_tiles_.root() == checkpoint_->root) return Truth::tiles;
    if (by_entries_.root() == checkpoint_->root) return Truth::entries;
    return Truth::none;
}

void TreeCheck::judge(Truth truth) {
    for (const Difference& difference : differences_) {
        if (!difference.row) {
            if (!removed_.empty() && removed_.back().sequence + 1 != difference.sequence) tell_of_removed();
            removed_.push_back(difference);
            altered_.insert(difference.sequence);
        } else {
            tell_of_removed();
            judge_row(difference, truth);
        }
        judge_tree(difference, truth);
    }
    tell_of_removed();
    if (checkpoint_ && truth == Truth::none)
        tell_({{},
               {},
               "the log",
               fmt::format("Its {} entries are not those that were signed: the root hash is another one.",
                           size_)});
}

void TreeCheck::tell_of_removed() {
    if (removed_.empty()) return;
    const Difference& first = removed_.front();
    const std::string others =
        removed_.size() == 1
            ? "It was removed"
            : fmt::format("It and the {} entries after it were removed", removed_.size() - 1);
    tell_({first.sequence, time_of(first.entry), "",
           fmt::format("{} from the database. Signed was: {}.", others, words_of(first.entry))});
    removed_.clear();
}

void TreeCheck::judge_row(const Difference& difference, Truth truth) {
    if (truth == Truth::rows) return;
    const auto row = hash_of(difference.row);
    const auto entry = hash_of(difference.entry);
    const std::optional<crypto::Sha256Digest> signed_hash = truth == Truth::entries ? entry
                                                            : difference.tile       ? difference.tile
                                                                                    : entry;
    if (truth != Truth::none && row == signed_hash) return;
    altered_.insert(difference.sequence);
    const bool entry_is_true = truth != Truth::none && entry == signed_hash;
    const auto leaf = parse_leaf(*difference.row);
    std::string reason = "It was altered in the database";
    if (truth == Truth::none) reason = "The database and the signed tree do not say the same";
    if (leaf && leaf->sequence != difference.sequence)
        reason =
            fmt::format("Entry {} stands in its place: entries were put into another order", leaf->sequence);
    reason += fmt::format(". It says: {}.", words_of(difference.row));
    if (difference.entry)
        reason += fmt::format(" {}: {}.", entry_is_true ? "Signed was" : "The tree says",
                              words_of(difference.entry));
    tell_({difference.sequence, time_of(entry_is_true ? difference.entry : difference.row), "",
           std::move(reason)});
}

// The tree's own files, where the checkpoint says that another place has the true entry.
void TreeCheck::judge_tree(const Difference& difference, Truth truth) {
    const auto row = hash_of(difference.row);
    const auto entry = hash_of(difference.entry);
    const auto& tile = difference.tile;
    const auto& truth_hash = truth == Truth::rows && row ? row : truth == Truth::tiles ? tile : entry;
    if (truth == Truth::none || !truth_hash) return;
    if (tile && *tile != *truth_hash)
        tell_({difference.sequence, time_of(truth == Truth::rows ? difference.row : difference.entry), "",
               fmt::format("Its hash in tile {} of the signed tree was altered; the entry is as it was "
                           "signed.",
                           difference.sequence / tile_width)});
    if (entry && *entry != *truth_hash)
        tell_({difference.sequence, time_of(difference.row), "",
               "Its copy in the signed tree was altered; what was signed is something else."});
}

void TreeCheck::check_upper_tiles() {
    crypto::check_upper_tiles(
        reader_, size_, [this](std::size_t level, std::uint64_t tile, std::uint64_t below) {
            tell_({{},
                   {},
                   fmt::format("tile {} of level {} of the signed tree", tile, level),
                   fmt::format("It is missing, or does not fit to tile {} below it.", below)});
        });
}

}  // namespace vedette::hub::audit
