#include "onvif/device_care.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onvif/address.hpp"
#include "onvif/answers.hpp"
#include "onvif/call_session.hpp"
#include "onvif/device.hpp"
#include "onvif/envelope.hpp"
#include "onvif/imaging.hpp"
#include "onvif/namespaces.hpp"
#include "onvif/test_support.hpp"

namespace vedette::onvif {
namespace {

using testing::answer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::now;

// As a camera would say it: with prefixes of its own.
std::string device_says(std::string_view content) {
    return fmt::format(
        R"(<e:Envelope xmlns:e="{}" xmlns:d="{}" xmlns:o="{}"><e:Body>{}</e:Body></e:Envelope>)", ns::soap,
        ns::device, ns::schema, content);
}

TEST(Place, StaysEncryptedAndOnItsHost) {  // quirk 75
    const Place plain{.port = 8080, .path = "/onvif/device_service", .secure = false};
    const Place secure{.port = 8443, .path = "/onvif/device_service", .secure = true};
    struct Case {
        const char* told;
        Place own;
        Place expected;
    };
    const Case cases[] = {
        {"http://192.0.2.1/media", plain, {.port = 80, .path = "/media", .secure = false}},
        {"http://192.0.2.1:8899/media?x=1", plain, {.port = 8899, .path = "/media?x=1", .secure = false}},
        {"https://192.0.2.1/media", plain, {.port = 8080, .path = "/media", .secure = false}},
        {"https://192.0.2.1/media", secure, {.port = 443, .path = "/media", .secure = true}},
        {"https://192.0.2.1:4443/media", secure, {.port = 4443, .path = "/media", .secure = true}},
        {"http://192.0.2.1:80/media", secure, {.port = 8443, .path = "/media", .secure = true}},
        {"", secure, secure},
        {"ftp://192.0.2.1/media", plain, plain},
        {"media", plain, plain},
    };
    for (const Case& c : cases) EXPECT_EQ(place_of(c.told, c.own), c.expected) << c.told;
}

TEST(Duration, IsReadAsFarAsDevicesUseIt) {
    struct Case {
        const char* text;
        std::optional<int> seconds;
    };
    const Case cases[] = {{"PT0S", 0},           {"PT5S", 5},
                          {"PT1M30S", 90},       {"PT0.5S", 0},
                          {"PT10M", 600},        {"P1D", 1800},
                          {"PT2H", 1800},        {"P", std::nullopt},
                          {"", std::nullopt},    {"5", std::nullopt},
                          {"PT", std::nullopt},  {"PT5", std::nullopt},
                          {"P5S", std::nullopt}, {"PT-5S", std::nullopt},
                          {"PTxS", std::nullopt}};
    for (const Case& c : cases) {
        const auto duration = parse_duration(c.text);
        EXPECT_EQ(duration.has_value(), c.seconds.has_value()) << c.text;
        if (duration && c.seconds) EXPECT_EQ(duration->count(), *c.seconds) << c.text;
    }
}

TEST(DeviceCare, ReadsTimeServers) {
    const auto manual = parse_ntp(device_says(
        "<d:GetNTPResponse><d:NTPInformation><o:FromDHCP>false</o:FromDHCP><o:NTPManual><o:Type>DNS</o:Type>"
        "<o:DNSname>time.example</o:DNSname></o:NTPManual><o:NTPManual><o:Type>IPv4</o:Type><o:IPv4Address>"
        "192.0.2.1</o:IPv4Address></o:NTPManual><o:NTPFromDHCP><o:Type>IPv4</o:Type><o:IPv4Address>192.0.2.9"
        "</o:IPv4Address></o:NTPFromDHCP></d:NTPInformation></d:GetNTPResponse>"));
    ASSERT_TRUE(manual) << manual.error().message;
    EXPECT_FALSE(manual->from_dhcp);
    EXPECT_THAT(manual->servers, ElementsAre("time.example", "192.0.2.1"));
    const auto given = parse_ntp(device_says(
        "<d:GetNTPResponse><d:NTPInformation><o:FromDHCP>true</o:FromDHCP><o:NTPFromDHCP><o:Type>IPv4</"
        "o:Type>"
        "<o:IPv4Address>192.0.2.9</o:IPv4Address></o:NTPFromDHCP></d:NTPInformation></d:GetNTPResponse>"));
    ASSERT_TRUE(given);
    EXPECT_TRUE(given->from_dhcp);
    EXPECT_THAT(given->servers, ElementsAre("192.0.2.9"));
}

TEST(DeviceCare, WritesWhatItReads) {
    const auto request =
        parse_envelope(write_envelope(set_ntp({"time.example", "192.0.2.1", "2001:db8::1"})));
    ASSERT_TRUE(request);
    std::vector<std::string> types;
    for (const Element& manual : request->body.children(ns::device, "NTPManual"))
        types.push_back(manual.child("Type").text());
    EXPECT_THAT(types, ElementsAre("DNS", "IPv4", "IPv6"));

    const auto clock = parse_envelope(write_envelope(set_system_date_and_time(now, true)));
    ASSERT_TRUE(clock);
    EXPECT_EQ(clock->body.child("DaylightSavings").text(), "true");
    const Element utc = clock->body.child("UTCDateTime");
    EXPECT_EQ(utc.child("Date").child("Year").text() + utc.child("Time").child("Hour").text(), "20278");
    EXPECT_FALSE(parse_envelope(write_envelope(set_system_date_and_time(std::nullopt, false)))
                     ->body.child("UTCDateTime"));

    // What a person types as a password does not become XML.
    const auto user = parse_envelope(
        write_envelope(set_user({.name = "a&b", .level = "Operator"}, Secret(std::string_view("<x>&\"'")))));
    ASSERT_TRUE(user);
    EXPECT_EQ(user->body.child("User").child("Password").text(), "<x>&\"'");
    EXPECT_EQ(user->body.child("User").child("Username").text(), "a&b");
}

TEST(DeviceCare, ReadsUsersAndFirmware) {
    const auto users =
        parse_users(device_says("<d:GetUsersResponse><d:User><o:Username>admin</"
                                "o:Username><o:UserLevel>Administrator</o:UserLevel></d:User>"
                                "<d:User><o:Username>viewer</o:Username><o:UserLevel>User</o:UserLevel></"
                                "d:User></d:GetUsersResponse>"));
    ASSERT_TRUE(users);
    ASSERT_EQ(users->size(), 2u);
    EXPECT_EQ(users->at(1).level, "User");
    const auto upgrade = parse_firmware_upgrade(device_says(
        "<d:StartFirmwareUpgradeResponse><d:UploadUri>http://192.0.2.7/up</d:UploadUri><d:UploadDelay>PT3S"
        "</d:UploadDelay><d:ExpectedDownTime>PT2M</d:ExpectedDownTime></d:StartFirmwareUpgradeResponse>"));
    ASSERT_TRUE(upgrade);
    EXPECT_EQ(upgrade->upload_address, "http://192.0.2.7/up");
    EXPECT_EQ(upgrade->down_time.count(), 120);
    EXPECT_FALSE(parse_firmware_upgrade(device_says("<d:StartFirmwareUpgradeResponse/>")));
    const auto refused = parse_done(answer("fault_not_authorized"), ns::device, "SystemRebootResponse");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unauthenticated);
}

TEST(DeviceCare, HostsAreNames) {
    for (const char* good : {"time.example", "192.0.2.1", "2001:db8::1", "a_b-c"})
        EXPECT_TRUE(is_host(good)) << good;
    for (const char* bad : {"", "-x", "a b", "a\n", "a;b", "$(x)", "a/b"}) EXPECT_FALSE(is_host(bad)) << bad;
}

std::string imaging_says(std::string_view content) {
    return fmt::format(
        R"(<e:Envelope xmlns:e="{}" xmlns:i="{}" xmlns:o="{}"><e:Body>{}</e:Body></e:Envelope>)", ns::soap,
        ns::imaging, ns::schema, content);
}

Imaging known_imaging() {
    return put_together(
        parse_imaging_settings(
            imaging_says("<i:GetImagingSettingsResponse><i:ImagingSettings><o:Brightness>40</o:Brightness>"
                         "<o:Contrast>50.5</o:Contrast><o:Sharpness>nan</o:Sharpness><o:IrCutFilter>AUTO"
                         "</o:IrCutFilter></i:ImagingSettings></i:GetImagingSettingsResponse>"))
            .value(),
        parse_imaging_options(
            imaging_says(
                "<i:GetOptionsResponse><i:ImagingOptions><o:Brightness><o:Min>0</o:Min><o:Max>100"
                "</o:Max></o:Brightness><o:IrCutFilterModes>ON</o:IrCutFilterModes><o:IrCutFilterModes>"
                "AUTO</o:IrCutFilterModes></i:ImagingOptions></i:GetOptionsResponse>"))
            .value());
}

TEST(Imaging, OnlyWhatHasARangeCanBeSet) {
    const Imaging imaging = known_imaging();
    ASSERT_EQ(imaging.numbers.size(), 1u);
    EXPECT_EQ(imaging.numbers[0].name, "brightness");
    EXPECT_EQ(imaging.ir_cut, "AUTO");
    EXPECT_THAT(imaging.focus_modes, IsEmpty());
    const auto set = set_imaging_settings("source", imaging,
                                          {.numbers = {{"brightness", 73}}, .ir_cut = "ON", .focus = ""});
    ASSERT_TRUE(set) << set.error().message;
    EXPECT_THAT(*set, HasSubstr("<tt:Brightness>73</tt:Brightness><tt:IrCutFilter>ON</tt:IrCutFilter>"));
    const ImagingChange bad[] = {{.numbers = {{"brightness", 101}}, .ir_cut = "", .focus = ""},
                                 {.numbers = {{"contrast", 1}}, .ir_cut = "", .focus = ""},
                                 {.numbers = {}, .ir_cut = "OFF", .focus = ""},
                                 {.numbers = {}, .ir_cut = "", .focus = "AUTO"}};
    for (const ImagingChange& change : bad) {
        const auto refused = set_imaging_settings("source", imaging, change);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::invalid_input);
    }
}

// Answers with `status` to each signed question; returns how many were signed.
std::size_t ask(CallSession& session, unsigned status, const std::string& body) {
    std::size_t signed_calls = 0;
    session.ask("<tds:GetUsers/>", {.asked = Asked::users});
    while (const auto message = session.next(now)) {
        const auto envelope = parse_envelope(message->text);
        EXPECT_TRUE(envelope);
        if (message->to_device) {
            EXPECT_TRUE(read_security(envelope->header).username.empty());
            session.on_answer(200, read_reply(message->question, answer("time_right")), now);
            continue;
        }
        ++signed_calls;
        session.on_answer(status, read_reply(message->question, body), now);
    }
    return signed_calls;
}

TEST(CallSession, ARefusedPasswordIsTriedOnce) {
    CallSession session("viewer", Secret(std::string_view("wrong")));
    EXPECT_EQ(ask(session, 400, answer("fault_not_authorized")), 1u);
    const auto refused = session.take_answer();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unauthenticated);
    EXPECT_EQ(ask(session, 401, ""), 1u);
    EXPECT_FALSE(session.take_answer());
}

TEST(CallSession, OtherFaultsAreTheAskersBusiness) {
    CallSession session("viewer", Secret(std::string_view("right")));
    const std::string fault = write_fault(FaultCode::action_not_supported, "No");
    EXPECT_EQ(ask(session, 500, fault), 1u);
    const auto given = session.take_answer();
    ASSERT_FALSE(given);
    EXPECT_EQ(given.error().kind, ErrorKind::unsupported);
    EXPECT_EQ(ask(session, 200, device_says("<d:GetUsersResponse/>")), 1u);
    const auto users = take_as<Users>(session.take_answer());
    ASSERT_TRUE(users);
    EXPECT_THAT(*users, IsEmpty());
    session.ask("<tds:GetUsers/>", {.asked = Asked::users});
    ASSERT_TRUE(session.next(now));
    session.on_failure({ErrorKind::timeout, "late"});
    EXPECT_FALSE(session.next(now));
    EXPECT_EQ(session.take_answer().error().kind, ErrorKind::timeout);
}

}  // namespace
}  // namespace vedette::onvif
