#pragma once
// The first half of a verification: is the log what was signed? Follows a recorder that goes on meanwhile.

#include <map>
#include <set>

#include "crypto/kept_checkpoints.hpp"
#include "crypto/tile_log.hpp"
#include "gateway/vault/record.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {

class LogCheck {
  public:
    using OnFault = std::function<void(Fault)>;
    /// `go_on` is asked before each tile.
    LogCheck(const Layout& layout, OnFault on_fault, std::function<bool()> go_on)
        : layout_(layout),
          reader_(layout.log()),
          on_fault_(std::move(on_fault)),
          go_on_(std::move(go_on)),
          signing_(layout) {}

    /// Checks key, checkpoint, entries and tiles, by what the options trust. An error only for a key or a
    /// kept checkpoint that is none, and cancelled.
    Result<> run(const VerifyOptions& options);

    /// Entries in their order, without those that are known to be altered or that can't be read, while `each`
    /// returns true. False: it did not.
    bool for_each(const std::function<bool(std::uint64_t index, const RecordHeader&, ByteView entry)>& each);

    /// Takes in what the recorder has signed since; true when something came.
    bool follow();

    /// Records of the stream below this were deleted by signed statement.
    std::uint64_t deleted_before(StreamKey stream) const;
    /// The first sequence of what a rule deleted, by signed statement, and that this record is of.
    std::optional<std::uint64_t> expiry_of(StreamKey stream, std::uint64_t sequence) const;
    bool is_deleted(StreamKey stream, std::uint64_t sequence) const {
        return sequence < deleted_before(stream) || expiry_of(stream, sequence);
    }
    /// Blocks of the segment that entries behind the checkpoint speak of; nullopt when none does.
    std::optional<std::uint64_t> newer_end(const SegmentId& segment) const;

    /// Whether the log as a whole is the one that was signed.
    bool is_signed() const { return root_is_good_; }
    bool has_altered_entries() const { return !altered_.empty() || !lost_bundles_.empty(); }
    const std::optional<crypto::Checkpoint>& checkpoint() const { return checkpoint_; }
    const std::string& vkey() const { return vkey_; }
    /// Entries that the checkpoint signs.
    std::uint64_t size() const { return size_; }
    /// What a witness vouches for, in words; empty when none does.
    std::string vouched() const { return kept_.vouched(); }
    /// Which keys signed which of its entries; empty where the log is not the one that was signed.
    const std::vector<SignedStretch>& signed_by() const { return signing_.stretches(); }

  private:
    struct Difference {
        std::uint64_t tile;
        std::vector<std::uint64_t> entries;  // whose hash is another one than the tile's
        std::string tile_error;
        std::string bundle_error;
    };
    void fault(std::string subject, std::filesystem::path file, std::string reason);
    Result<> read_key(const std::optional<std::string>& trusted);
    Result<> read_kept(const VerifyOptions& options);
    void read_checkpoint();
    std::uint64_t count_entries() const;
    void compare_tile(std::uint64_t tile, std::size_t width, crypto::MerkleFrontier& by_tiles,
                      std::vector<Difference>& differences);
    void judge(const crypto::MerkleFrontier& by_tiles, const std::vector<Difference>& differences);
    void check_upper_tiles();
    void judge_signing();
    void note(const RecordHeader& header, bool is_newer);

    const Layout& layout_;
    crypto::TileLogReader reader_;
    OnFault on_fault_;
    std::function<bool()> go_on_;
    std::optional<crypto::NoteVerifier> verifier_;
    std::string vkey_;
    std::optional<crypto::Checkpoint> checkpoint_;
    crypto::KeptCheckpoints kept_;
    std::uint64_t size_ = 0;
    crypto::MerkleFrontier frontier_;  // of everything that was read, newer entries as well
    bool root_is_good_ = false;
    SigningCheck signing_;
    std::string trusted_hardware_;  // vkey of a key in a token or TPM, where that is what is trusted
    std::map<std::uint64_t, SigningChange> signing_changes_;
    std::vector<std::pair<std::uint64_t, RecordHeader>> deletions_;
    std::set<std::uint64_t> altered_;
    std::set<std::uint64_t> lost_bundles_;
    std::map<StreamKey, std::uint64_t> deleted_before_;
    std::map<StreamKey, std::map<std::uint64_t, std::uint64_t>> expired_;  // first sequence: end
    std::map<SegmentId, std::uint64_t> newer_end_;
};

}  // namespace vedette::vault
