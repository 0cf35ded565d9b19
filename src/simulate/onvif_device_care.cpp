// The part of the device service that changes the device: clock, time servers, accounts, restart, firmware.

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/hex.hpp"
#include "base/id.hpp"
#include "onvif/device_care.hpp"
#include "onvif/soap.hpp"
#include "simulate/onvif_service.hpp"

namespace vedette::simulate {

namespace {

OnvifAnswer done(std::string_view name) {
    return onvif_ok(fmt::format("<tds:{}Response/>", name));
}

std::optional<int> number(const onvif::Element& element) {
    const std::string text = element.text(16);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<UtcTime> moment(const onvif::Element& element) {
    const onvif::Element date = element.child("Date");
    const onvif::Element time = element.child("Time");
    const auto year = number(date.child("Year"));
    const auto month = number(date.child("Month"));
    const auto day = number(date.child("Day"));
    const auto hour = number(time.child("Hour"));
    const auto minute = number(time.child("Minute"));
    const auto second = number(time.child("Second"));
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day calendar{std::chrono::year(*year),
                                               std::chrono::month(static_cast<unsigned>(*month)),
                                               std::chrono::day(static_cast<unsigned>(*day))};
    if (!calendar.ok() || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 || *second < 0 ||
        *second > 60)
        return std::nullopt;
    const std::chrono::seconds since_1970 = std::chrono::sys_days(calendar).time_since_epoch() +
                                            std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                                            std::chrono::seconds(*second);
    return from_unix_seconds(since_1970.count());
}

OnvifAnswer set_clock(OnvifDevice& device, const onvif::Element& request, UtcTime now) {
    const std::string type = request.child("DateTimeType").text();
    device.clock_by_ntp = type == "NTP";
    if (device.clock_by_ntp) {
        if (!device.ntp_servers.empty()) device.clock_offset = Ticks90k(0);
        return done("SetSystemDateAndTime");
    }
    const auto time = moment(request.child("UTCDateTime"));
    if (type != "Manual" || !time) return onvif_refused("Invalid date time");
    device.clock_offset = *time - now;
    return done("SetSystemDateAndTime");
}

std::string ntp(const OnvifDevice& device) {
    std::string out = "<tds:GetNTPResponse><tds:NTPInformation><tt:FromDHCP>false</tt:FromDHCP>";
    for (const std::string& server : device.ntp_servers) {
        const bool v4 = server.find_first_not_of("0123456789.") == std::string::npos;
        out += fmt::format("<tt:NTPManual><tt:Type>{0}</tt:Type><tt:{1}>{2}</tt:{1}></tt:NTPManual>",
                           v4 ? "IPv4" : "DNS", v4 ? "IPv4Address" : "DNSname", onvif::escape(server));
    }
    return out + "</tds:NTPInformation></tds:GetNTPResponse>";
}

OnvifAnswer set_ntp(OnvifDevice& device, const onvif::Element& request) {
    std::vector<std::string> servers;
    for (const onvif::Element& manual : request.children()) {
        if (manual.local_name() != "NTPManual") continue;
        for (const char* field : {"DNSname", "IPv4Address", "IPv6Address"})
            if (const std::string host = manual.child(field).text(); !host.empty()) servers.push_back(host);
    }
    if (!std::ranges::all_of(servers, onvif::is_host) || servers.size() > onvif::max_ntp_servers)
        return onvif_refused("Invalid NTP server");
    device.ntp_servers = std::move(servers);
    return done("SetNTP");
}

std::string users(const OnvifDevice& device) {
    std::string out = "<tds:GetUsersResponse>";
    for (const OnvifAccount& account : device.accounts)
        out +=
            fmt::format("<tds:User><tt:Username>{}</tt:Username><tt:UserLevel>{}</tt:UserLevel></tds:User>",
                        onvif::escape(account.name), account.level);
    return out + "</tds:GetUsersResponse>";
}

OnvifAnswer set_user(OnvifDevice& device, const onvif::Element& request) {
    const onvif::Element user = request.child("User");
    const std::string name = user.child("Username").text();
    const auto account = std::ranges::find(device.accounts, name, &OnvifAccount::name);
    if (account == device.accounts.end()) return onvif_refused("Username not recognized");
    const std::string password = user.child("Password").text();
    if (password.size() < 8) return onvif_refused("Password too weak");
    account->password = password;
    account->level = user.child("UserLevel").text();
    device.accounts_changed = true;
    return done("SetUser");
}

OnvifAnswer start_firmware_upgrade(OnvifDevice& device) {
    device.firmware_token = to_hex(Uuid::random().bytes);
    std::string base = device.base;
    if (!device.upload_host.empty()) {
        const auto host = base.find("://") + 3;
        base.replace(host, base.find_first_of(":/", host) - host, device.upload_host);
    }
    return onvif_ok(fmt::format(
        "<tds:StartFirmwareUpgradeResponse><tds:UploadUri>{}/firmware/{}</tds:UploadUri><tds:UploadDelay>PT0S"
        "</tds:UploadDelay><tds:ExpectedDownTime>PT{}S</tds:ExpectedDownTime></"
        "tds:StartFirmwareUpgradeResponse>",
        base, device.firmware_token, OnvifDevice::restart_time.count()));
}

}  // namespace

std::optional<OnvifAnswer> answer_device_care(OnvifDevice& device, const onvif::Element& request,
                                              UtcTime now) {
    const std::string_view name = request.local_name();
    if (name == "SetSystemDateAndTime") return set_clock(device, request, now);
    if (name == "GetNTP") return onvif_ok(ntp(device));
    if (name == "SetNTP") return set_ntp(device, request);
    if (name == "GetUsers") return onvif_ok(users(device));
    if (name == "SetUser") return set_user(device, request);
    if (name == "StartFirmwareUpgrade") return start_firmware_upgrade(device);
    if (name == "SystemReboot") {
        device.restarts = true;
        return onvif_ok(
            "<tds:SystemRebootResponse><tds:Message>Rebooting</tds:Message></tds:SystemRebootResponse>");
    }
    return std::nullopt;
}

unsigned take_firmware(OnvifDevice& device, std::string_view token, std::string_view begin) {
    if (device.firmware_token.empty() || token != device.firmware_token) return 404;
    device.firmware_token.clear();
    if (!begin.starts_with(firmware_mark)) return 415;
    begin.remove_prefix(firmware_mark.size());
    device.other_firmware = std::string(begin.substr(0, begin.find('\n')));
    device.restarts = true;
    return 200;
}

}  // namespace vedette::simulate
