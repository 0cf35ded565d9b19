#include "gateway/vault/verify_events.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace vedette::vault {

namespace {

// What slewing, and steps that are too small to be told, may add up to between two events.
constexpr Ticks90k event_tolerance = std::chrono::seconds(5);
// A camera may deliver so far beyond its time, by docs/design/time.md, and a fragment ends behind that.
constexpr Ticks90k recorded_ahead = std::chrono::seconds(60);

}  // namespace

std::string EventCheck::subject(const RecordHeader& event) {
    const UtcTime at = event.stated_at.value_or(UtcTime());
    if (event.type == RecordType::start)
        return fmt::format("start {} of the recorder, {}", event.sequence, to_rfc3339(at));
    return fmt::format("the clock's step to {}", to_rfc3339(at));
}

std::vector<std::string> EventCheck::check(const RecordHeader& header, bool is_whole) {
    std::vector<std::string> reasons;
    const RecorderEvent event = event_of(header);
    if (const auto* start = std::get_if<RecorderStart>(&event)) {
        check_start(*start, is_whole, reasons);
        ++starts_;
        cut_off_ += start->before == EndBefore::cut_off ? 1 : 0;
        last_number_ = start->number;
        last_run_ = start->run;
        greatest_run_ = std::max(greatest_run_, start->run);
    } else {
        const auto& step = std::get<ClockStep>(event);
        check_step(step, is_whole, reasons);
        steps_.push_back(step);
    }
    last_time_ = time_of(event);
    run_then_ = greatest_run_;
    recorded_until_.clear();
    return reasons;
}

void EventCheck::check_start(const RecorderStart& start, bool is_whole, std::vector<std::string>& reasons) {
    const std::uint64_t expected = last_number_.value_or(0) + 1;
    if (last_number_ && start.number <= *last_number_)
        reasons.push_back(
            fmt::format("Start {} stands in front of it: two starts have one number, or their order "
                        "is another one.",
                        *last_number_));
    else if (start.number != expected && (is_whole || last_number_))
        reasons.push_back(
            start.number == expected + 1
                ? fmt::format("The log does not speak of start {}, which must stand in front of it.",
                              expected)
                : fmt::format("The log does not speak of starts {} to {}, which must stand in front of it.",
                              expected, start.number - 1));
    if (last_run_ && start.run == *last_run_)
        reasons.push_back(fmt::format("It has the run {}, which is that of the start before it.", start.run));
    else if (is_whole && start.run <= greatest_run_)
        reasons.push_back(fmt::format("It has the run {}, and run {} stands in front of it already.",
                                      start.run, greatest_run_));
    check_order(start.at, reasons);
}

void EventCheck::check_step(const ClockStep& step, bool is_whole, std::vector<std::string>& reasons) const {
    if (is_whole && !last_number_) reasons.emplace_back("No start of the recorder stands in front of it.");
    check_order(step.from, reasons);
    if (step.noticed != StepNoticed::running) return;
    for (const auto& [stream, until] : recorded_until_) {
        if (until <= step.from + recorded_ahead) continue;
        reasons.push_back(fmt::format(
            "It says that the clock showed {} before it, and what was recorded until {} was signed "
            "by then.",
            to_rfc3339(step.from), to_rfc3339(until)));
        return;
    }
}

void EventCheck::check_order(UtcTime before, std::vector<std::string>& reasons) const {
    if (!last_time_ || before + event_tolerance >= *last_time_) return;
    reasons.push_back(fmt::format(
        "The start or step of the clock in front of it was at {}, later than {}, and no step back "
        "stands between them.",
        to_rfc3339(*last_time_), to_rfc3339(before)));
}

std::string EventCheck::check_run(const RecordHeader& record, bool is_whole) {
    if (record.type != RecordType::init && record.type != RecordType::fragment) return "";
    // What waited for the disk when the clock was set still has the times of before.
    if (!is_fetched(record.stream) && record.run > run_then_) recorded_until_[record.stream] = record.end();
    greatest_run_ = std::max(greatest_run_, record.run);
    if (!is_whole || !last_run_ || record.run > *last_run_ || !told_runs_.insert(record.run).second)
        return "";
    return fmt::format(
        "It was begun before start {} of the recorder (run {}), and goes on behind it: the start that it "
        "belongs to is missing.",
        *last_number_, *last_run_);
}

}  // namespace vedette::vault
