#include "hub/audit/cef.hpp"

namespace vedette::hub::audit {

namespace {

// Common Event Format 0: "\" and "|" are escaped in the head, "\" and "=" behind it.
std::string cef_escaped(std::string_view text, char special) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == special) out += '\\';
        if (c == '\n' || c == '\r')
            out += special == '=' ? "\\n" : " ";
        else
            out += c;
    }
    return out;
}

class CefLine {
  public:
    void field(std::string_view key, std::string_view value) {
        if (value.empty()) return;
        text_ += fmt::format("{}{}={}", text_.empty() ? "" : " ", key, cef_escaped(value, '='));
    }
    void custom(int number, std::string_view label, std::string_view value) {
        if (value.empty()) return;
        field(fmt::format("cs{}Label", number), label);
        field(fmt::format("cs{}", number), value);
    }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

int severity_of(const Facts& facts) {
    if (is_alarm(facts)) return 10;
    if (!facts.allowed || facts.kind == Kind::summary) return 6;
    return facts.status >= 400 ? 5 : 3;
}

}  // namespace

std::string to_cef(const Listed& entry, std::string_view version) {
    const Facts& facts = entry.leaf.facts;
    CefLine line;
    const std::int64_t milliseconds =
        std::chrono::floor<std::chrono::milliseconds>(facts.time.time_since_epoch()).count();
    line.field("rt", std::to_string(milliseconds));
    line.field("externalId", std::to_string(entry.leaf.sequence));
    line.field("cat", to_string(facts.kind));
    line.field("outcome", facts.allowed ? "allowed" : "denied");
    line.field("reason", facts.reason);
    if (facts.user) line.field("suid", facts.user->text());
    line.field("suser", entry.personal.name);
    line.field(entry.personal.address.find(':') == std::string::npos ? "src" : "c6a2",
               entry.personal.address);
    if (entry.personal.address.find(':') != std::string::npos) line.field("c6a2Label", "Source IPv6 Address");
    if (facts.status != 0) {
        line.field("cn1Label", "status");
        line.field("cn1", std::to_string(facts.status));
    }
    if (facts.about) {
        line.field("cn2Label", "about");
        line.field("cn2", std::to_string(*facts.about));
    }
    line.custom(1, "operation", facts.operation);
    if (facts.camera) line.custom(2, "cameraId", facts.camera->text());
    line.custom(3, "cameraName", entry.personal.camera_name);
    line.custom(4, "details", entry.personal.details);
    const std::string action = cef_escaped(facts.action.empty() ? "result" : facts.action, '|');
    return fmt::format("CEF:0|Vedette|Vedette|{0}|{1}|{1}|{2}|{3}\n", cef_escaped(version, '|'), action,
                       severity_of(facts), line.text());
}

}  // namespace vedette::hub::audit
