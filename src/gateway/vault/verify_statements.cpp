#include "gateway/vault/verify_statements.hpp"

#include <algorithm>

namespace vedette::vault {

namespace {

constexpr Ticks90k joint = std::chrono::seconds(1);
constexpr Ticks90k one_day = std::chrono::hours(24);

}  // namespace

void StatementCheck::count(std::uint64_t first_sequence, const RecordHeader& header) {
    Counted& counted = counted_[{header.stream, first_sequence}];
    if (header.sequence == first_sequence) counted.begins_with_file = header.segment == first_sequence;
    if (header.type != RecordType::fragment) return;
    ++counted.fragments;
    if (!counted.interval) counted.interval = {header.start, header.end()};
    counted.interval->start = std::min(counted.interval->start, header.start);
    counted.interval->end = std::max(counted.interval->end, header.end());
}

std::string StatementCheck::check(const RecordHeader& header, std::uint64_t next_sequence, bool is_whole) {
    if (header.type == RecordType::hold) holds_[header.run] = hold_of(header);
    if (header.type == RecordType::hold_lifted) holds_.erase(header.run);
    if (header.type != RecordType::expiry) return "";
    const Expiry expiry = Expiry::of(header);
    std::string reason = check(expiry, next_sequence, is_whole);
    counted_.erase({expiry.stream, expiry.first_sequence});
    add(expiry);
    return reason;
}

std::string StatementCheck::check(const Expiry& expiry, std::uint64_t next_sequence, bool is_whole) {
    for (const auto& [id, hold] : holds_)
        if (hold.camera == expiry.stream.camera && hold.covers(expiry.interval))
            return fmt::format("They were held (hold {}): no rule may delete them.", id);
    if (expiry.rule == DeletionRule::keep_days && !expiry.interval.empty() && expiry.value < 100'000 &&
        expiry.interval.end + static_cast<std::int64_t>(expiry.value) * one_day > expiry.deleted_at)
        return fmt::format("They were not older than {} days when they were deleted.", expiry.value);
    if (!is_whole) return "";
    if (expiry.end_sequence > next_sequence || expiry.first_sequence >= expiry.end_sequence)
        return "The log has no such records in front of it.";
    const auto found = counted_.find({expiry.stream, expiry.first_sequence});
    const Counted counted = found == counted_.end() ? Counted{} : found->second;
    if (!counted.begins_with_file || counted.fragments != expiry.fragments ||
        (counted.interval && *counted.interval != expiry.interval))
        return "It says something else about them than the log does.";
    return "";
}

void StatementCheck::add(const Expiry& expiry) {
    if (expiry.interval.empty()) return;  // gaps alone
    const auto [place, is_new] =
        last_.try_emplace({expiry.stream, expiry.rule, expiry.value}, deletions_.size());
    if (!is_new) {
        RuleDeletion& last = deletions_[place->second];
        if (expiry.interval.start <= last.interval.end + joint &&
            last.interval.start <= expiry.interval.end + joint) {
            last.interval.start = std::min(last.interval.start, expiry.interval.start);
            last.interval.end = std::max(last.interval.end, expiry.interval.end);
            last.last_at = std::max(last.last_at, expiry.deleted_at);
            last.fragments += expiry.fragments;
            last.bytes += expiry.bytes;
            return;
        }
        place->second = deletions_.size();
    }
    deletions_.push_back({.stream = expiry.stream,
                          .camera_name = {},
                          .interval = expiry.interval,
                          .rule = expiry.rule,
                          .value = expiry.value,
                          .last_at = expiry.deleted_at,
                          .fragments = expiry.fragments,
                          .bytes = expiry.bytes});
}

std::vector<RuleDeletion> StatementCheck::deletions() const {
    std::vector<RuleDeletion> sorted = deletions_;
    std::ranges::sort(sorted, {}, [](const RuleDeletion& deletion) {
        return std::tuple(deletion.stream, deletion.interval.start, deletion.interval.end);
    });
    return sorted;
}

}  // namespace vedette::vault
