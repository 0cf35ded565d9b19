#include "gateway/vault/recorder_event.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace vedette::vault {

namespace {

// 1:05:30 h (hours, minutes, seconds); below a minute with milliseconds.
std::string length_text(Ticks90k duration) {
    const auto ms = std::chrono::round<std::chrono::milliseconds>(std::chrono::abs(duration)).count();
    if (ms < 60'000) return fmt::format("{}.{:03} s", ms / 1000, ms % 1000);
    const auto s = (ms + 500) / 1000;
    return fmt::format("{}:{:02}:{:02} h", s / 3600, s / 60 % 60, s % 60);
}

std::string_view clock_words(ClockTrust trust) {
    switch (trust) {
        case ClockTrust::synchronised:
            return "; the clock is synchronised";
        case ClockTrust::not_synchronised:
            return "; the clock is not synchronised";
        case ClockTrust::not_known:
            break;
    }
    return "";
}

std::string words(const RecorderStart& start) {
    const std::string idle = length_text(start.at - start.idle_since);
    std::string text = start.version.empty() ? "" : fmt::format("version {}; ", start.version);
    switch (start.before) {
        case EndBefore::not_known:
            text += "nothing is known of a process before";
            break;
        case EndBefore::orderly:
            text += fmt::format("the process before was stopped in good order, and nothing ran for {}", idle);
            break;
        case EndBefore::cut_off:
            text += fmt::format("the process before was cut off, and nothing ran for {}", idle);
            break;
    }
    return text.append(clock_words(start.clock));
}

std::string words(const ClockStep& step) {
    return fmt::format("from {} to {}, {} {}{}{}", to_rfc3339(step.from), to_rfc3339(step.to),
                       length_text(step.by()), step.by() < Ticks90k::zero() ? "back" : "forward",
                       step.noticed == StepNoticed::running ? "" : ", while nothing ran",
                       clock_words(step.clock));
}

}  // namespace

UtcTime time_of(const RecorderEvent& event) {
    if (const auto* start = std::get_if<RecorderStart>(&event)) return start->at;
    return std::get<ClockStep>(event).to;
}

UtcInterval span_of(const RecorderEvent& event) {
    if (const auto* start = std::get_if<RecorderStart>(&event)) return {start->idle_since, start->at};
    const auto& step = std::get<ClockStep>(event);
    return {std::min(step.from, step.to), std::max(step.from, step.to)};
}

std::string_view to_string(ClockTrust trust) {
    switch (trust) {
        case ClockTrust::synchronised:
            return "synchronised";
        case ClockTrust::not_synchronised:
            return "not_synchronised";
        case ClockTrust::not_known:
            break;
    }
    return "not_known";
}

std::string_view to_string(EndBefore end) {
    switch (end) {
        case EndBefore::orderly:
            return "orderly";
        case EndBefore::cut_off:
            return "cut_off";
        case EndBefore::not_known:
            break;
    }
    return "not_known";
}

std::string_view to_string(StepNoticed noticed) {
    return noticed == StepNoticed::running ? "running" : "at_start";
}

std::string describe(const RecorderEvent& event) {
    return std::visit([](const auto& one) { return words(one); }, event);
}

}  // namespace vedette::vault
