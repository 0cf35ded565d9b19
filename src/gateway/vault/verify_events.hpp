#pragma once
// Whether what the log says of the recorder as a whole can be so: its starts, and steps of its clock.

#include <map>
#include <optional>
#include <set>
#include <string>

#include "gateway/vault/statement.hpp"

namespace vedette::vault {

/// Gets the log's entries in their order.
class EventCheck {
  public:
    /// What can't be right about a start or a step, a sentence each. `is_whole`: nothing is missing in front
    /// of it.
    std::vector<std::string> check(const RecordHeader& event, bool is_whole);
    /// Of a record of a file: why its run can't be one of the start before it. Once for each run; else empty.
    std::string check_run(const RecordHeader& record, bool is_whole);

    std::uint64_t starts() const { return starts_; }
    std::uint64_t cut_off() const { return cut_off_; }
    /// All of them, by the log's order.
    const std::vector<ClockStep>& steps() const { return steps_; }
    /// "start 3 of the recorder, 2026-11-21T02:35:06.120Z"
    static std::string subject(const RecordHeader& event);

  private:
    void check_start(const RecorderStart& start, bool is_whole, std::vector<std::string>& reasons);
    void check_step(const ClockStep& step, bool is_whole, std::vector<std::string>& reasons) const;
    void check_order(UtcTime before, std::vector<std::string>& reasons) const;

    std::uint64_t starts_ = 0;
    std::uint64_t cut_off_ = 0;
    std::vector<ClockStep> steps_;
    std::optional<std::uint64_t> last_number_;
    std::optional<std::uint64_t> last_run_;  // of a start
    std::uint64_t greatest_run_ = 0;         // of all records and starts
    std::set<std::uint64_t> told_runs_;
    std::uint64_t run_then_ = 0;                   // the greatest run at the last start or step
    std::optional<UtcTime> last_time_;             // of a start or step
    std::map<StreamKey, UtcTime> recorded_until_;  // live, since then
};

}  // namespace vedette::vault
