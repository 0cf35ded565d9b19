#include <limits>
#include <set>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/camera_process/answer_reader.hpp"
#include "gateway/camera_process/messages.hpp"
#include "onvif/namespaces.hpp"
#include "onvif/soap.hpp"

namespace vedette::gateway::camera_process {
namespace {

using onvif::Asked;
using onvif::Question;
using onvif::Reply;

const UtcTime moment = from_unix_seconds(1'800'000'000);

onvif::PtzNode dome() {
    const onvif::PtzSpace space{.uri = "http://space", .x = {-180, 180}, .y = {0, 90}};
    return {.token = "head",
            .continuous_pan_tilt = space,
            .continuous_zoom = space,
            .relative_pan_tilt = space,
            .relative_zoom = space,
            .absolute_pan_tilt = space,
            .absolute_zoom = space,
            .max_presets = 64,
            .has_home = true};
}
onvif::Notification notification() {
    return {.topic = "VideoSource/MotionAlarm",
            .operation = onvif::PropertyOperation::changed,
            .time = moment,
            .source = {{"Source", "1"}, {"Rule", "T\xc3\xbcr"}},
            .data = {{"State", "true"}}};
}
onvif::Subscription subscription() {
    return {
        .reference = {.address = "http://192.0.2.1/sub", .parameters = {{"urn:x", "SubscriptionId", "7"}}},
        .lifetime = std::chrono::seconds(60)};
}
onvif::Profile profile() {
    return {.token = "main",
            .name = "Einfahrt \xc3\xb6stlich",
            .source = "lens",
            .encoding = onvif::VideoEncoding::h265,
            .width = 3840,
            .height = 2160,
            .frames_per_second = 12.5,
            .has_audio = true,
            .has_ptz = true,
            .ptz_node = "head"};
}
onvif::SearchResults search_results() {
    return {.completed = true,
            .recordings = {{.token = "r1",
                            .source = "Card",
                            .earliest = moment,
                            .latest = moment + Ticks90k(1),
                            .is_recording = true,
                            .tracks = {{.is_video = true, .from = moment, .to = std::nullopt}}}}};
}
onvif::ProbeMatches matches() {
    return {.relates_to = "urn:uuid:1",
            .devices = {{.endpoint = "urn:uuid:2",
                         .types = {"NetworkVideoTransmitter"},
                         .scopes = {"onvif://www.onvif.org/name/Tor", "onvif://www.onvif.org/hardware/X"},
                         .addresses = {"http://192.0.2.1/onvif/device_service"}}}};
}

/// One reply to each question, with every field set.
std::vector<std::pair<Question, Reply>> replies() {
    const onvif::ImagingRange range{0, 100};
    const onvif::Services services{"http://d", "http://m", "http://m2", "http://e", "http://p",
                                   "http://i", "http://s", "http://r",  "http://io"};
    return {
        {onvif::done_question(onvif::ns::device, "SystemReboot"), onvif::Done{}},
        {{.asked = Asked::system_date_and_time}, onvif::DeviceTime{moment, moment + Ticks90k(9)}},
        {{.asked = Asked::clock_settings}, onvif::ClockSettings{true, true}},
        {{.asked = Asked::services}, services},
        {{.asked = Asked::capabilities}, services},
        {{.asked = Asked::device_information}, onvif::DeviceInformation{"Maker", "M1", "1.2", "SN", "HW"}},
        {{.asked = Asked::network_interfaces}, onvif::Texts{"001122aabbcc"}},
        {{.asked = Asked::scopes}, onvif::Texts{"onvif://www.onvif.org/name/x", "y"}},
        {{.asked = Asked::ntp}, onvif::NtpSettings{true, {"time.example", "192.0.2.9"}}},
        {{.asked = Asked::users}, onvif::Users{{"admin", "Administrator"}, {"viewer", "User"}}},
        {{.asked = Asked::firmware_upgrade},
         onvif::FirmwareUpgrade{"http://192.0.2.1/up", std::chrono::seconds(5), std::chrono::seconds(90)}},
        {{.asked = Asked::profiles, .media = onvif::MediaVersion::media2}, onvif::Profiles{profile()}},
        {{.asked = Asked::stream_uri}, std::string("rtsp://192.0.2.1/1")},
        {{.asked = Asked::snapshot_uri}, std::string("http://192.0.2.1/still")},
        {{.asked = Asked::imaging_settings}, onvif::ImagingSettings{1, 2, 3, 4.5, "AUTO", "MANUAL"}},
        {{.asked = Asked::imaging_options},
         onvif::ImagingOptions{range, range, range, range, {"ON", "OFF"}, {"AUTO"}}},
        {{.asked = Asked::ptz_nodes}, onvif::PtzNodes{dome(), {.token = "other"}}},
        {{.asked = Asked::ptz_status}, onvif::PtzStatus{-0.25, 0.5, 1, true}},
        {{.asked = Asked::presets}, onvif::PtzPresets{{"1", "T\xc3\xbcr"}, {"2", "2"}}},
        {{.asked = Asked::set_preset}, std::string("3")},
        {{.asked = Asked::relay_outputs}, onvif::Relays{{"r1", true, false}, {"r2", false, true}}},
        {{.asked = Asked::create_pull_point}, subscription()},
        {{.asked = Asked::pull_messages},
         onvif::PulledMessages{{notification(), notification()}, std::chrono::seconds(30)}},
        {{.asked = Asked::renew}, onvif::Renewal{std::chrono::seconds(45)}},
        {{.asked = Asked::find_recordings}, std::string("search")},
        {{.asked = Asked::search_results}, search_results()},
        {{.asked = Asked::replay_uri}, std::string("rtsp://192.0.2.1/replay")},
        {{.asked = Asked::ws_discovery}, matches()},
        {{.asked = Asked::ssdp},
         onvif::SsdpMessage{onvif::SsdpKind::alive, "urn:t", "uuid:n", "http://l", "Server"}},
    };
}

Bytes report_of(Reply reply) {
    return encode(SessionReport{7, DeviceReply{.error = std::nullopt, .reply = std::move(reply)}});
}

TEST(DeviceReplies, EachKindComesOutAsItWentIn) {
    std::set<Asked> asked;
    std::set<std::size_t> alternatives;
    for (const auto& [question, reply] : replies()) {
        const int number = static_cast<int>(question.asked);
        EXPECT_TRUE(onvif::may_answer(question, reply)) << number;
        const Bytes bytes = report_of(reply);
        const auto read = decode_report(bytes);
        ASSERT_TRUE(read) << number;
        EXPECT_EQ(read->session, 7u);
        const auto& got = std::get<DeviceReply>(read->report);
        EXPECT_FALSE(got.error) << number;
        EXPECT_EQ(got.reply.index(), reply.index()) << number;
        // The same fields are written and read: see messages.cpp.
        EXPECT_EQ(encode(*read), bytes) << number;
        asked.insert(question.asked);
        alternatives.insert(reply.index());
        for (std::size_t size = 0; size < bytes.size(); ++size)
            EXPECT_FALSE(decode_report(ByteView(bytes).first(size))) << number << " cut at " << size;
    }
    EXPECT_EQ(asked.size(), static_cast<std::size_t>(onvif::last_asked) + 1);
    EXPECT_EQ(alternatives.size(), std::variant_size_v<Reply::variant>);
}

TEST(DeviceReplies, ValuesAreWhatTheyWere) {
    const auto back = [](Reply reply) {
        return std::get<DeviceReply>(decode_report(report_of(std::move(reply)))->report).reply;
    };
    EXPECT_EQ(std::get<onvif::Profiles>(back(onvif::Profiles{profile()})).at(0), profile());
    EXPECT_EQ(std::get<onvif::PtzNodes>(back(onvif::PtzNodes{dome()})).at(0).absolute_zoom,
              dome().absolute_zoom);
    const auto pulled = std::get<onvif::PulledMessages>(back(onvif::PulledMessages{{notification()}, {}}));
    EXPECT_EQ(pulled.notifications.at(0).source.at(1).value, "T\xc3\xbcr");
    EXPECT_EQ(pulled.notifications.at(0).time, moment);
    EXPECT_EQ(std::get<onvif::ProbeMatches>(back(matches())).devices, matches().devices);
}

TEST(DeviceReplies, QuestionsKeepEveryField) {
    const ReadAnswer command{
        .session = 9, .question = onvif::done_question(onvif::ns::imaging, "SetImagingSettings"), .size = 77};
    const auto read = decode_command(encode(Command(command)));
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<ReadAnswer>(*read).question, command.question);
    EXPECT_EQ(std::get<ReadAnswer>(*read).size, 77u);
}

TEST(DeviceReplies, WhatEndsOnScreensIsClean) {
    const auto read = decode_report(encode(SessionReport{
        7,
        DeviceReply{.error = Error{ErrorKind::unavailable, "nein \xc3\xb6\x1b[31m\xff\x01"}, .reply = {}}}));
    ASSERT_TRUE(read);
    EXPECT_EQ(std::get<DeviceReply>(read->report).error->message, "nein \xc3\xb6 [31m");
}

TEST(DeviceReplies, WhatNoReaderReportsIsRefused) {
    const auto refused = [](Asked asked, Reply reply) { return !onvif::may_answer({.asked = asked}, reply); };
    for (const auto& [question, reply] : replies())  // the answer to another question
        for (const auto& [other, theirs] : replies())
            if (reply.index() != theirs.index()) EXPECT_FALSE(onvif::may_answer(question, theirs));

    EXPECT_TRUE(refused(Asked::system_date_and_time, onvif::DeviceTime{UtcTime::max(), {}}));
    EXPECT_TRUE(refused(Asked::services, onvif::Services{}));
    EXPECT_TRUE(refused(Asked::network_interfaces, onvif::Texts{"00:11:22:aa:bb:cc"}));
    EXPECT_TRUE(refused(Asked::firmware_upgrade, onvif::FirmwareUpgrade{"http://x", std::chrono::seconds(-1),
                                                                        std::chrono::seconds(0)}));
    auto large = profile();
    large.width = 40'000;
    EXPECT_TRUE(refused(Asked::profiles, onvif::Profiles{large}));
    EXPECT_TRUE(refused(Asked::profiles, onvif::Profiles{onvif::Profile{}}));
    EXPECT_TRUE(refused(Asked::set_preset, std::string()));
    EXPECT_TRUE(refused(Asked::replay_uri, std::string()));
    EXPECT_TRUE(
        refused(Asked::imaging_options, onvif::ImagingOptions{.brightness = onvif::ImagingRange{5, 5}}));
    auto narrow = dome();
    narrow.absolute_zoom->x = {1, 1};
    EXPECT_TRUE(refused(Asked::ptz_nodes, onvif::PtzNodes{narrow}));
    EXPECT_TRUE(refused(Asked::ptz_status, onvif::PtzStatus{.x = 2e6}));
    EXPECT_TRUE(refused(Asked::presets, onvif::PtzPresets{{"1", "a"}, {"1", "b"}}));
    EXPECT_TRUE(refused(Asked::relay_outputs, onvif::Relays{{.token = ""}}));
    auto injecting = subscription();
    injecting.reference.parameters[0].name = "x/><evil";
    EXPECT_TRUE(refused(Asked::create_pull_point, injecting)) << "it is written as an element's name";
    EXPECT_TRUE(refused(Asked::renew, onvif::Renewal{std::chrono::seconds(-1)}));
    EXPECT_TRUE(refused(Asked::pull_messages, onvif::PulledMessages{{onvif::Notification{}}, {}}));

    for (const ErrorKind kind : {ErrorKind::internal, ErrorKind::forbidden, ErrorKind::timeout,
                                 ErrorKind::cancelled, ErrorKind::invalid_input})
        EXPECT_FALSE(onvif::may_answer(Error{kind, "x"}));
    EXPECT_TRUE(onvif::may_answer(Error{ErrorKind::corrupt, "x"}));
}

TEST(DeviceReplies, NumbersAndListsAreBounded) {
    EXPECT_FALSE(decode_report(report_of(onvif::PtzStatus{.x = std::numeric_limits<double>::quiet_NaN()})));
    EXPECT_FALSE(decode_report(report_of(onvif::PtzStatus{.x = std::numeric_limits<double>::infinity()})));
    EXPECT_FALSE(decode_report(report_of(onvif::Relays(onvif::max_relays + 1))));
    EXPECT_FALSE(decode_report(report_of(onvif::PulledMessages{
        std::vector<onvif::Notification>(onvif::max_notifications + 1, notification()), {}})));
    EXPECT_FALSE(decode_report(report_of(onvif::Texts(onvif::max_scopes + 1, "x"))));
}

// ---- within the camera process

File file_of(std::string_view text) {
    File file(::memfd_create("test", MFD_CLOEXEC));
    EXPECT_EQ(::pwrite(file.fd(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return file;
}

Result<DeviceReply> read(Question question, std::string_view text) {
    const File file = file_of(text);
    return read_device_answer(
        {.session = 1, .question = std::move(question), .size = static_cast<std::uint32_t>(text.size())},
        file);
}

TEST(AnswerReader, ReadsAnswersAndFaults) {
    const auto users = read({.asked = Asked::users},
                            onvif::write_envelope("<tds:GetUsersResponse><tds:User><tt:Username>admin"
                                                  "</tt:Username></tds:User></tds:GetUsersResponse>"));
    ASSERT_TRUE(users && !users->error);
    EXPECT_EQ(std::get<onvif::Users>(users->reply).at(0).name, "admin");
    const auto refused =
        read({.asked = Asked::users}, onvif::write_fault(onvif::FaultCode::not_authorized, "no"));
    ASSERT_TRUE(refused && refused->error);
    EXPECT_EQ(refused->error->kind, ErrorKind::unauthenticated);
    const auto nothing = read({.asked = Asked::users}, "");
    ASSERT_TRUE(nothing && nothing->error);
    EXPECT_EQ(nothing->error->kind, ErrorKind::corrupt);
    const auto large = read({.asked = Asked::users}, std::string(onvif::max_answer_bytes, ' '));
    EXPECT_TRUE(large && large->error);
}

TEST(AnswerReader, WhatIsTooMuchForAReportIsAnError) {
    std::string all;
    for (std::size_t i = 0; i < onvif::max_notifications; ++i) {
        std::string items;
        for (std::size_t item = 0; item < onvif::max_items; ++item)
            items += fmt::format(R"(<tt:SimpleItem Name="{0}" Value="{0}"/>)", std::string(90, 'x'));
        all += fmt::format(
            "<wsnt:NotificationMessage><wsnt:Topic>a</wsnt:Topic><wsnt:Message><tt:Message><tt:Data>{}"
            "</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>",
            items);
    }
    const std::string answer =
        onvif::write_envelope("<tev:PullMessagesResponse>" + all + "</tev:PullMessagesResponse>");
    ASSERT_LE(answer.size(), onvif::max_answer_bytes);
    const auto reply = read({.asked = Asked::pull_messages}, answer);
    ASSERT_TRUE(reply && reply->error);
    EXPECT_EQ(reply->error->kind, ErrorKind::exhausted);
}

TEST(AnswerReader, ACommandThatDoesNotFitItsFileIsABug) {
    const File file = file_of("short");
    EXPECT_FALSE(read_device_answer({.session = 1, .question = {}, .size = 6}, file));
    EXPECT_FALSE(read_device_answer({.session = 1, .question = {}, .size = 1}, File()));
    EXPECT_FALSE(read_device_answer(
        {.session = 1, .question = {}, .size = static_cast<std::uint32_t>(onvif::max_answer_bytes + 1)},
        file));
}

}  // namespace
}  // namespace vedette::gateway::camera_process
