#pragma once
// Whether what the log states was deleted by rules could be so: the signing key's owner is held to his rules.

#include <map>

#include "gateway/vault/statement.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {

class StatementCheck {
  public:
    /// A record that the deletion of `first_sequence` covers. In the log's order, as check().
    void count(std::uint64_t first_sequence, const RecordHeader& header);
    /// A sentence when the statement can't be right, else empty. `next_sequence`: of its stream, as far as
    /// the log was read. `is_whole`: all of the stream's records were counted.
    std::string check(const RecordHeader& header, std::uint64_t next_sequence, bool is_whole);

    /// In the order of their stream and time.
    std::vector<RuleDeletion> deletions() const;
    std::uint64_t holds() const { return holds_.size(); }

  private:
    struct Counted {
        std::uint64_t fragments = 0;
        std::optional<UtcInterval> interval;
        bool begins_with_file = false;
    };
    std::string check(const Expiry& expiry, std::uint64_t next_sequence, bool is_whole);
    void add(const Expiry& expiry);

    std::map<std::pair<StreamKey, std::uint64_t>, Counted> counted_;
    std::map<std::uint64_t, RecordingHold> holds_;
    std::vector<RuleDeletion> deletions_;
    std::map<std::tuple<StreamKey, DeletionRule, std::uint64_t>, std::size_t> last_;  // in deletions_
};

}  // namespace vedette::vault
