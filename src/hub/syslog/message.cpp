#include "hub/syslog/message.hpp"

#include <charconv>

#include "base/utf8.hpp"
#include "hub/audit/cef.hpp"

namespace vedette::hub::syslog {

namespace {

using audit::Facts;
using audit::Kind;

constexpr int facility_audit = 13;  // "log audit", RFC 5424 table 1
enum Severity : std::uint8_t { alert = 1, warning = 4, notice = 5, informational = 6 };  // table 2

constexpr std::size_t max_host_name = 255;
constexpr std::size_t max_message_id = 32;
constexpr std::size_t max_details = 4096;   // of the parameter, escaped
constexpr std::size_t max_parameter = 512;  // of each other text, escaped
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view replacement = "\xEF\xBF\xBD";

Severity severity_of(const Facts& facts) {
    if (audit::is_alarm(facts)) return alert;
    if (!facts.allowed || facts.kind == Kind::summary) return warning;
    return facts.status >= 400 || facts.kind == Kind::erasure ? notice : informational;
}

// RFC 5424 section 6: printable ASCII without blanks, or "-".
std::string header_word(std::string_view text, std::size_t limit) {
    std::string out;
    for (const char c : text.substr(0, limit)) out += c > 0x20 && c < 0x7f ? c : '_';
    return out.empty() ? "-" : out;
}

// UTF-8 without control characters; what stands in `escaped` gets a backslash (RFC 5424 section 6.3.3). Ends
// between two characters.
std::string cleaned(std::string_view text, std::string_view escaped, std::size_t limit) {
    std::string out;
    while (!text.empty()) {
        const std::size_t size = utf8_length(text);
        std::string piece(size == 0 ? replacement : text.substr(0, size));
        if (size == 1 && (static_cast<unsigned char>(piece[0]) < 0x20 || piece[0] == 0x7f)) piece = " ";
        if (size == 1 && escaped.find(piece[0]) != std::string_view::npos) piece.insert(0, 1, '\\');
        if (out.size() + piece.size() > limit) break;
        out += piece;
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return out;
}

class Element {
  public:
    explicit Element(std::string_view id) : text_(fmt::format("[{}", id)) {}
    void add(std::string_view name, std::string_view value, std::size_t limit = max_parameter) {
        if (!value.empty()) text_ += fmt::format(" {}=\"{}\"", name, cleaned(value, "\"\\]", limit));
    }
    std::string finish() && { return std::move(text_) + "]"; }

  private:
    std::string text_;
};

std::string structured_data(const audit::Listed& entry) {
    const Facts& facts = entry.leaf.facts;
    const audit::Personal& personal = entry.personal;
    Element data(structured_data_id);
    data.add("sequence", std::to_string(entry.leaf.sequence));
    data.add("kind", audit::to_string(facts.kind));
    data.add("organisation", facts.organisation.text());
    data.add("action", facts.action);
    data.add("allowed", facts.allowed ? "true" : "false");
    data.add("reason", facts.reason);
    if (facts.status != 0) data.add("status", std::to_string(facts.status));
    if (facts.about) data.add("about", std::to_string(*facts.about));
    data.add("who", audit::to_string(facts.who));
    if (facts.user) data.add("userId", facts.user->text());
    data.add("name", personal.name);
    data.add("address", personal.address);
    if (facts.camera) data.add("cameraId", facts.camera->text());
    data.add("cameraName", personal.camera_name);
    data.add("personal", audit::to_string(entry.state));
    data.add("details", personal.details, max_details);
    return std::move(data).finish();
}

std::string what_happened(const Facts& facts) {
    const std::string reason = facts.reason.empty() ? "" : fmt::format(" ({})", facts.reason);
    switch (facts.kind) {
        case Kind::decision:
            return fmt::format("{} {}{}", facts.action, facts.allowed ? "allowed" : "denied", reason);
        case Kind::result:
            return fmt::format("{} ended{}{}", facts.action.empty() ? "entry" : facts.action,
                               facts.status == 0 ? "" : fmt::format(" with status {}", facts.status), reason);
        case Kind::erasure:
            return fmt::format("names, addresses and details of entries before {} were erased{}",
                               facts.about.value_or(0), reason);
        case Kind::alarm:
            return fmt::format("the audit log was found damaged{}", reason);
        case Kind::summary:
            return "refusals were counted instead of listed";
    }
    return std::string(facts.action);
}

std::string sentence(const audit::Listed& entry) {
    const audit::Personal& personal = entry.personal;
    std::string text = what_happened(entry.leaf.facts);
    if (!personal.name.empty()) text += ", by " + personal.name;
    if (!personal.address.empty()) text += " from " + personal.address;
    if (!personal.camera_name.empty()) text += ", camera " + personal.camera_name;
    return text;
}

// RFC 5424 section 6.2.3, with milliseconds.
std::string header(Severity severity, UtcTime time, const Sender& sender, std::string_view message_id) {
    return fmt::format("<{}>1 {} {} vedette - {} ", facility_audit * 8 + severity, to_rfc3339(time),
                       header_word(sender.host_name, max_host_name), header_word(message_id, max_message_id));
}

std::string origin(const Sender& sender) {
    Element element("origin");  // section 7.2
    element.add("software", "Vedette", 48);
    element.add("swVersion", sender.version, 32);
    return std::move(element).finish();
}

std::string finish_message(std::string head, std::string_view text) {
    head += ' ';
    head += byte_order_mark;
    head += cleaned(text, "", max_message_bytes - head.size());
    return head;
}

}  // namespace

std::string to_message(const audit::Listed& entry, const Sender& sender, Wording wording) {
    const Facts& facts = entry.leaf.facts;
    std::string head = header(severity_of(facts), facts.time, sender,
                              facts.operation.empty() ? facts.action : facts.operation);
    head += structured_data(entry) + origin(sender);
    if (wording == Wording::sentence) return finish_message(std::move(head), sentence(entry));
    std::string line = audit::to_cef(entry, sender.version);
    if (line.ends_with('\n')) line.pop_back();
    return finish_message(std::move(head), line);
}

std::string test_message(UtcTime now, const Sender& sender) {
    return finish_message(header(informational, now, sender, "test") + origin(sender),
                          "Vedette can send its audit log here. This is a test, and no entry of the log.");
}

std::string frame(std::string_view message) {
    return fmt::format("{} {}", message.size(), message);
}

}  // namespace vedette::hub::syslog
