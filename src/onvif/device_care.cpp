#include "onvif/device_care.hpp"

#include <algorithm>
#include <charconv>

#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

namespace {

constexpr std::size_t max_user_bytes = 128;
constexpr std::size_t max_host_bytes = 255;

bool is_true(const std::string& text) {
    return text == "true" || text == "1";
}

std::string flag(bool value) {
    return value ? "true" : "false";
}

bool is_v4(std::string_view host) {
    return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string network_host(std::string_view host) {
    const std::string_view type = host.contains(':') ? "IPv6" : is_v4(host) ? "IPv4" : "DNS";
    const std::string_view field = type == "DNS" ? "DNSname" : type == "IPv4" ? "IPv4Address" : "IPv6Address";
    return fmt::format("<tds:NTPManual><tt:Type>{0}</tt:Type><tt:{1}>{2}</tt:{1}></tds:NTPManual>", type,
                       field, escape(host));
}

}  // namespace

Result<ClockSettings> parse_clock_settings(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::device, "GetSystemDateAndTimeResponse"));
    const Element time = envelope.body.child("SystemDateAndTime");
    return ClockSettings{.by_ntp = time.child("DateTimeType").text() == "NTP",
                         .daylight_savings = is_true(time.child("DaylightSavings").text())};
}

std::string set_system_date_and_time(std::optional<UtcTime> time, bool daylight_savings) {
    std::string out = fmt::format(
        "<tds:SetSystemDateAndTime><tds:DateTimeType>{}</tds:DateTimeType><tds:DaylightSavings>{}"
        "</tds:DaylightSavings>",
        time ? "Manual" : "NTP", flag(daylight_savings));
    if (time) {
        const std::chrono::sys_seconds moment{std::chrono::seconds(to_unix_seconds(*time))};
        const auto day = std::chrono::floor<std::chrono::days>(moment);
        const std::chrono::year_month_day date{day};
        const std::chrono::hh_mm_ss clock{moment - day};
        out += fmt::format(
            "<tds:UTCDateTime><tt:Time><tt:Hour>{}</tt:Hour><tt:Minute>{}</tt:Minute><tt:Second>{}"
            "</tt:Second></tt:Time><tt:Date><tt:Year>{}</tt:Year><tt:Month>{}</tt:Month><tt:Day>{}</tt:Day>"
            "</tt:Date></tds:UTCDateTime>",
            clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
            static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()));
    }
    return out + "</tds:SetSystemDateAndTime>";
}

std::string get_ntp() {
    return "<tds:GetNTP/>";
}

Result<NtpSettings> parse_ntp(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::device, "GetNTPResponse"));
    const Element information = envelope.body.child("NTPInformation");
    NtpSettings settings{.from_dhcp = is_true(information.child("FromDHCP").text()), .servers = {}};
    const std::string_view list = settings.from_dhcp ? "NTPFromDHCP" : "NTPManual";
    for (const Element& host : information.children()) {
        if (host.local_name() != list || settings.servers.size() == max_ntp_servers) continue;
        for (const std::string_view field : {"DNSname", "IPv4Address", "IPv6Address"}) {
            std::string text = host.child(field).text(max_host_bytes);
            if (text.empty()) continue;
            settings.servers.push_back(std::move(text));
            break;
        }
    }
    return settings;
}

std::string set_ntp(const std::vector<std::string>& servers) {
    std::string out = "<tds:SetNTP><tds:FromDHCP>false</tds:FromDHCP>";
    for (const std::string& server : servers) out += network_host(server);
    return out + "</tds:SetNTP>";
}

bool is_host(std::string_view text) {
    return !text.empty() && text.size() <= max_host_bytes && !text.starts_with('-') &&
           std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_' || c == ':';
           });
}

std::string get_users() {
    return "<tds:GetUsers/>";
}

Result<std::vector<DeviceUser>> parse_users(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::device, "GetUsersResponse"));
    std::vector<DeviceUser> users;
    for (const Element& user : envelope.body.children(ns::device, "User"))
        if (users.size() < max_users)
            users.push_back({.name = user.child("Username").text(max_user_bytes),
                             .level = user.child("UserLevel").text(max_user_bytes)});
    return users;
}

std::string set_user(const DeviceUser& user, const Secret& password) {
    return fmt::format(
        "<tds:SetUser><tds:User><tt:Username>{}</tt:Username><tt:Password>{}</tt:Password><tt:UserLevel>{}"
        "</tt:UserLevel></tds:User></tds:SetUser>",
        escape(user.name), escape(password.reveal_text()), escape(user.level));
}

std::string system_reboot() {
    return "<tds:SystemReboot/>";
}
std::string start_firmware_upgrade() {
    return "<tds:StartFirmwareUpgrade/>";
}

Result<FirmwareUpgrade> parse_firmware_upgrade(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::device, "StartFirmwareUpgradeResponse"));
    const auto pause = [&](std::string_view name) {
        return parse_duration(envelope.body.child(name).text(64)).value_or(std::chrono::seconds(0));
    };
    FirmwareUpgrade upgrade{.upload_address = envelope.body.child("UploadUri").text(),
                            .delay = pause("UploadDelay"),
                            .down_time = pause("ExpectedDownTime")};
    if (upgrade.upload_address.empty())
        return fail(ErrorKind::corrupt, "the camera names no address for the firmware");
    return upgrade;
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    if (!text.starts_with('P')) return std::nullopt;
    text.remove_prefix(1);
    double total = 0;
    bool in_time = false;
    bool any = false;
    while (!text.empty()) {
        if (text.front() == 'T' && !in_time) {
            in_time = true;
            text.remove_prefix(1);
            continue;
        }
        double value = 0;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
        if (error != std::errc() || value < 0 || end == text.data() + text.size()) return std::nullopt;
        const char unit = *end;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
        if (unit == 'D' && !in_time)
            total += value * 86'400;
        else if (unit == 'H' && in_time)
            total += value * 3'600;
        else if (unit == 'M' && in_time)
            total += value * 60;
        else if (unit == 'S' && in_time)
            total += value;
        else
            return std::nullopt;
        any = true;
    }
    if (!any) return std::nullopt;
    const auto limit = static_cast<double>(max_device_pause.count());
    return std::chrono::seconds(static_cast<std::int64_t>(std::min(total, limit)));
}

Result<> parse_done(std::string_view answer, std::string_view uri, std::string_view name) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, uri, name));
    static_cast<void>(envelope);
    return {};
}

}  // namespace vedette::onvif
