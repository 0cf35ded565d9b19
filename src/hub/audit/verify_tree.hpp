#pragma once
// The first half of a verification: rows, entries of the tree, tiles and checkpoint against each other.

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "crypto/kept_checkpoints.hpp"
#include "crypto/tile_log.hpp"
#include "hub/audit/book.hpp"
#include "hub/audit/verify.hpp"

namespace vedette::hub::audit {

class TreeCheck {
  public:
    TreeCheck(std::filesystem::path tree, std::optional<crypto::NoteVerifier> verifier,
              std::function<void(Fault)> tell)
        : reader_(std::move(tree)), verifier_(std::move(verifier)), tell_(std::move(tell)) {}

    /// An error only for a kept checkpoint that is none of this log.
    Result<> read_checkpoint(const VerifyOptions& options);
    /// Goes over the whole log. `end` is one more than the last row's sequence number.
    Result<> compare(Book& book, std::uint64_t end);

    const std::optional<crypto::Checkpoint>& checkpoint() const { return checkpoint_; }
    /// Entries that the checkpoint signs; without one, those that there are rows of.
    std::uint64_t size() const { return size_; }
    /// What a witness vouches for, in words; empty when none does.
    std::string vouched() const { return kept_.vouched(); }
    /// Whether the row is another one than the one that was signed.
    bool is_altered(std::uint64_t sequence) const { return altered_.contains(sequence); }

  private:
    /// Each entry is there three times. The checkpoint tells which of them are true.
    enum class Truth : std::uint8_t { rows, entries, tiles, none };
    /// An entry of which the three are not the same.
    struct Difference {
        std::uint64_t sequence = 0;
        std::optional<Bytes> row;    ///< of the database
        std::optional<Bytes> entry;  ///< of the tree's entry bundle
        std::optional<crypto::Sha256Digest> tile;
    };

    using Rows = std::map<std::uint64_t, Bytes>;
    void compare_tile(std::uint64_t number, std::size_t width, Rows rows);
    void compare_kept();
    Truth truth() const;
    void judge(Truth truth);
    void judge_row(const Difference& difference, Truth truth);
    void judge_tree(const Difference& difference, Truth truth);
    void tell_of_removed();
    void check_upper_tiles();

    crypto::TileLogReader reader_;
    std::optional<crypto::NoteVerifier> verifier_;
    std::function<void(Fault)> tell_;
    std::optional<crypto::Checkpoint> checkpoint_;
    crypto::KeptCheckpoints kept_;
    std::uint64_t size_ = 0;
    crypto::MerkleFrontier by_rows_;
    crypto::MerkleFrontier by_entries_;
    crypto::MerkleFrontier by_tiles_;
    std::vector<Difference> differences_;
    std::vector<Difference> removed_;  // neighbours, not told yet
    std::set<std::uint64_t> altered_;
};

}  // namespace vedette::hub::audit
