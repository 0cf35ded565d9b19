#include "gateway/vault/fault.hpp"

#include <fmt/format.h>

#include "gateway/vault/record.hpp"

namespace vedette::vault {

namespace {

std::string time_text(UtcTime time) {
    std::string text = to_rfc3339(time);
    if (const auto at = text.find('T'); at != std::string::npos) text[at] = ' ';
    if (text.ends_with('Z')) text.pop_back();
    return text;
}

}  // namespace

std::string to_text(const UtcInterval& interval) {
    const std::string start = time_text(interval.start);
    if (interval.empty()) return fmt::format("{} UTC", start);
    return fmt::format("{} to {} UTC", start, time_text(interval.end));
}

std::string to_text(const Fault& fault, std::size_t indent) {
    const std::string begin = "\n" + std::string(indent, ' ');
    std::string text;
    if (fault.stream) {
        text = fault.camera_name.empty()
                   ? describe(*fault.stream)
                   : fmt::format("{} \"{}\"", describe(*fault.stream), fault.camera_name);
        if (fault.interval) text += begin + to_text(*fault.interval);
        text += begin + fault.subject;
    } else {
        text = fault.subject;
    }
    if (!fault.file.empty()) text += (fault.stream ? ", " : ": ") + fault.file.string();
    return text + begin + fault.reason;
}

std::string to_line(const Fault& fault) {
    if (!fault.stream) return fmt::format("{}: {}", fault.subject, fault.reason);
    std::string who = describe(*fault.stream);
    if (!fault.camera_name.empty()) {
        const std::string id = fault.stream->camera.text();
        who.replace(who.find(id), id.size(), fmt::format("\"{}\"", fault.camera_name));
    }
    if (!fault.interval) return fmt::format("{}, {}: {}", who, fault.subject, fault.reason);
    return fmt::format("{}, {} to {}, {}: {}", who, to_rfc3339(fault.interval->start),
                       to_rfc3339(fault.interval->end), fault.subject, fault.reason);
}

}  // namespace vedette::vault
