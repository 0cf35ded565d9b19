#include "onvif/events.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/id.hpp"
#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

namespace {

// "tns1:RuleEngine/tnsaxis:Motion" without the prefixes, which each camera chooses itself.
std::string bare_topic(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto slash = text.find('/');
        std::string_view part = text.substr(0, slash);
        if (const auto colon = part.rfind(':'); colon != std::string_view::npos)
            part.remove_prefix(colon + 1);
        if (!part.empty()) {
            if (!out.empty()) out += '/';
            out += part;
        }
        text = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
    }
    return clean_text(out, max_topic_bytes);
}

PropertyOperation read_operation(const std::string& text) {
    if (text == "Initialized") return PropertyOperation::initialized;
    if (text == "Changed") return PropertyOperation::changed;
    if (text == "Deleted") return PropertyOperation::deleted;
    return PropertyOperation::none;
}

void read_items(const Element& list, std::vector<Item>& items) {
    for (const Element& element : list.children()) {
        if (items.size() == max_items) return;
        if (element.local_name() != "SimpleItem") continue;
        items.push_back({.name = clean_text(element.attribute("Name"), max_item_bytes),
                         .value = clean_text(element.attribute("Value"), max_item_bytes)});
    }
}

// tt:Message lies in wsnt:Message; some cameras leave the outer or the inner one out.
Element message_of(const Element& notification) {
    const Element outer = notification.child("Message");
    const Element inner = outer.child("Message");
    return inner ? inner : outer;
}

Notification read_notification(const Element& element) {
    const Element message = message_of(element);
    Notification notification{.topic = bare_topic(element.child("Topic").text()),
                              .operation = read_operation(message.attribute("PropertyOperation")),
                              .time = parse_xml_time(message.attribute("UtcTime")),
                              .source = {},
                              .data = {}};
    read_items(message.child("Source"), notification.source);
    read_items(message.child("Key"), notification.source);
    read_items(message.child("Data"), notification.data);
    return notification;
}

// Termination minus current time: both are on the camera's clock, whatever that says.
std::optional<std::chrono::seconds> read_lifetime(const Element& body) {
    const auto current = parse_xml_time(body.child("CurrentTime").text(64));
    const auto termination = parse_xml_time(body.child("TerminationTime").text(64));
    if (!current || !termination || *termination <= *current) return std::nullopt;
    const auto lifetime = std::chrono::duration_cast<std::chrono::seconds>(*termination - *current);
    return std::min(lifetime, longest_lifetime);
}

bool contains(std::string_view text, std::string_view part) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return !std::ranges::search(text, part, {}, lower, lower).empty();
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(
        words, [&](std::string_view word) { return text.size() == word.size() && contains(text, word); });
}

// Reads `digits` digits at the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc() || end != text.data() + digits || value < 0) return std::nullopt;
    text.remove_prefix(digits);
    return value;
}
bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

// +hh:mm, -hh:mm, Z or nothing.
std::optional<std::chrono::minutes> take_offset(std::string_view text) {
    if (text.empty() || text == "Z" || text == "z") return std::chrono::minutes(0);
    const bool behind = text.starts_with('-');
    if (!behind && !text.starts_with('+')) return std::nullopt;
    text.remove_prefix(1);
    const auto hours = take_number(text, 2);
    (void)take(text, ':');
    const auto minutes = take_number(text, 2);
    if (!hours || !minutes || !text.empty() || *hours > 14 || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    return behind ? -offset : offset;
}

}  // namespace

std::string create_pull_point(std::chrono::seconds lifetime) {
    return fmt::format(
        "<tev:CreatePullPointSubscription><tev:InitialTerminationTime>PT{}S</tev:InitialTerminationTime></"
        "tev:CreatePullPointSubscription>",
        lifetime.count());
}
std::string pull_messages(std::chrono::seconds wait, unsigned limit) {
    return fmt::format(
        "<tev:PullMessages><tev:Timeout>PT{}S</tev:Timeout><tev:MessageLimit>{}</tev:MessageLimit></"
        "tev:PullMessages>",
        wait.count(), limit);
}
std::string set_synchronization_point() {
    return "<tev:SetSynchronizationPoint/>";
}
std::string renew(std::chrono::seconds lifetime) {
    return fmt::format("<wsnt:Renew><wsnt:TerminationTime>PT{}S</wsnt:TerminationTime></wsnt:Renew>",
                       lifetime.count());
}
std::string unsubscribe() {
    return "<wsnt:Unsubscribe/>";
}

bool is_plain_name(std::string_view name) {
    return !name.empty() && name.front() != '-' && (name.front() < '0' || name.front() > '9') &&
           std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
           });
}

std::string write_addressing(std::string_view action, const EndpointReference& to) {
    std::string out = fmt::format(
        "<wsa:Action>{}</wsa:Action><wsa:MessageID>urn:uuid:{}</wsa:MessageID><wsa:ReplyTo><wsa:Address>"
        "http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo><wsa:To>{}</wsa:To>",
        action, Uuid::random().text(), escape(to.address));
    for (const EndpointReference::Parameter& parameter : to.parameters)
        out += fmt::format(R"(<p:{0} xmlns:p="{1}" wsa:IsReferenceParameter="true">{2}</p:{0}>)",
                           parameter.name, escape(parameter.uri), escape(parameter.value));
    return out;
}

Result<Subscription> parse_create_pull_point(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope,
                parse_answer(answer, ns::events, "CreatePullPointSubscriptionResponse"));
    const Element reference = envelope.body.child("SubscriptionReference");
    Subscription subscription{.reference = {.address = reference.child("Address").text(), .parameters = {}},
                              .lifetime = read_lifetime(envelope.body)};
    if (subscription.reference.address.empty())
        return fail(ErrorKind::corrupt, "the camera does not say where its events are to be fetched");
    for (const Element& element : reference.child("ReferenceParameters").children()) {
        if (subscription.reference.parameters.size() == max_reference_parameters) break;
        const std::string name = clean_text(element.local_name(), 64);
        std::string uri = clean_text(element.namespace_uri(), 256);
        if (!is_plain_name(name) || uri.empty()) continue;
        subscription.reference.parameters.push_back(
            {.uri = std::move(uri), .name = name, .value = element.text(max_topic_bytes)});
    }
    return subscription;
}

Result<PulledMessages> parse_pull_messages(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::events, "PullMessagesResponse"));
    PulledMessages messages{.notifications = {}, .lifetime = read_lifetime(envelope.body)};
    for (const Element& element : envelope.body.children()) {
        if (element.local_name() != "NotificationMessage") continue;
        if (messages.notifications.size() == max_notifications) break;
        Notification notification = read_notification(element);
        if (!notification.topic.empty()) messages.notifications.push_back(std::move(notification));
    }
    return messages;
}

Result<Renewal> parse_renew(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::notification, "RenewResponse"));
    return Renewal{read_lifetime(envelope.body)};
}

std::optional<UtcTime> parse_xml_time(std::string_view text) {
    const auto year = take_number(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_number(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_number(text, 2);
    if (!day || !take(text, 'T')) return std::nullopt;
    const auto hour = take_number(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || !take(text, ':')) return std::nullopt;
    const auto second = take_number(text, 2);
    if (!second || *year < 1970 || *year > 2199 || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    Ticks90k fraction{0};
    if (take(text, '.')) {
        Ticks90k unit = std::chrono::seconds(1);
        while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
            unit /= 10;
            fraction += unit * (text.front() - '0');
            text.remove_prefix(1);
        }
    }
    const auto offset = take_offset(text);
    if (!offset) return std::nullopt;
    const auto since_1970 = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                            std::chrono::minutes(*minute) + std::chrono::seconds(*second) - *offset;
    return from_unix_seconds(std::chrono::duration_cast<std::chrono::seconds>(since_1970).count()) + fraction;
}

EventKind kind_of_topic(std::string_view topic) {
    struct Rule {
        std::string_view part;
        EventKind kind;
    };
    // The first that occurs counts: what a maker calls tampering is no motion, although it may say so as
    // well.
    static constexpr auto rules = std::to_array<Rule>({
        {"tamper", EventKind::tamper},
        {"GlobalSceneChange", EventKind::tamper},
        {"SceneChange", EventKind::tamper},
        {"ImageToo", EventKind::tamper},
        {"SignalLoss", EventKind::tamper},
        {"VideoLoss", EventKind::tamper},
        {"Defocus", EventKind::tamper},
        {"DigitalInput", EventKind::digital_input},
        {"AlarmIn", EventKind::digital_input},
        {"IO/Port", EventKind::digital_input},
        {"VirtualInput", EventKind::digital_input},
        {"Trigger/Relay", EventKind::relay_output},
        {"DigitalOutput", EventKind::relay_output},
        {"AlarmOut", EventKind::relay_output},
        {"Audio", EventKind::sound},
        {"Sound", EventKind::sound},
        {"Motion", EventKind::motion},
        {"VMD", EventKind::motion},
        {"RuleEngine/", EventKind::analytics},
        {"VideoAnalytics/", EventKind::analytics},
        {"CameraApplicationPlatform/", EventKind::analytics},
        {"IVA/", EventKind::analytics},
        {"Device/", EventKind::device},
        {"Monitoring/", EventKind::device},
        {"Storage", EventKind::device},
    });
    for (const Rule& rule : rules)
        if (contains(topic, rule.part)) return rule.kind;
    return EventKind::other;
}

std::optional<bool> state_of(const Notification& notification) {
    for (const Item& item : notification.data) {
        const bool about_state = is_one_of(item.name, {"State", "LogicalState", "Value", "Active", "Alarm",
                                                       "Status", "Triggered", "Motion", "Tamper"}) ||
                                 item.name.starts_with("Is") || item.name.starts_with("is") ||
                                 contains(item.name, "Active") || contains(item.name, "State");
        if (!about_state) continue;
        if (is_one_of(item.value, {"true", "1", "on", "active", "high"})) return true;
        if (is_one_of(item.value, {"false", "0", "off", "inactive", "low"})) return false;
    }
    return std::nullopt;
}

std::string describe(const std::vector<Item>& items) {
    std::string out;
    for (const Item& item : items) {
        if (!out.empty()) out += "; ";
        out += item.name.empty() ? item.value : item.name + "=" + item.value;
    }
    return out;
}

}  // namespace vedette::onvif
