#include "onvif/event_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/test_support.hpp"

namespace vedette::onvif {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::now;

std::string notification(std::string_view topic, std::string_view attributes, std::string_view source,
                         std::string_view data) {
    return fmt::format(
        R"(<wsnt:NotificationMessage><wsnt:Topic Dialect="x">{}</wsnt:Topic><wsnt:Message><tt:Message {}>)"
        R"(<tt:Source>{}</tt:Source><tt:Data>{}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>)",
        topic, attributes, source, data);
}
std::string pulled(std::string_view notifications) {
    return write_envelope(
        fmt::format("<tev:PullMessagesResponse><tev:CurrentTime>2027-01-15T08:00:00Z</"
                    "tev:CurrentTime><tev:TerminationTime>"
                    "2027-01-15T08:01:00Z</tev:TerminationTime>{}</tev:PullMessagesResponse>",
                    notifications));
}

TEST(Events, NotificationsAsSeveralMakersWriteThem) {
    struct Case {
        const char* maker;
        std::string message;
        std::string topic;
        EventKind kind;
        std::optional<bool> state;
    };
    const Case cases[] = {
        {"by the book",
         notification("tns1:RuleEngine/CellMotionDetector/Motion",
                      R"(UtcTime="2027-01-15T08:00:00Z" PropertyOperation="Changed")",
                      R"(<tt:SimpleItem Name="Rule" Value="r"/>)",
                      R"(<tt:SimpleItem Name="IsMotion" Value="true"/>)"),
         "RuleEngine/CellMotionDetector/Motion", EventKind::motion, true},
        {"a prefix at each step, 1 and 0",
         notification(
             "tns1:VideoSource/tnsaxis:Tampering", R"(PropertyOperation="Changed")", "",
             R"(<tt:SimpleItem Name="tampering" Value="1"/><tt:SimpleItem Name="active" Value="0"/>)"),
         "VideoSource/Tampering", EventKind::tamper, false},
        {"the alarm of a video source",
         notification("tns1:VideoSource/MotionAlarm", R"(PropertyOperation="Initialized")",
                      R"(<tt:SimpleItem Name="Source" Value="0"/>)",
                      R"(<tt:SimpleItem Name="State" Value="false"/>)"),
         "VideoSource/MotionAlarm", EventKind::motion, false},
        {"an input, in words",
         notification("tns1:Device/Trigger/DigitalInput", "", "",
                      R"(<tt:SimpleItem Name="LogicalState" Value="ACTIVE"/>)"),
         "Device/Trigger/DigitalInput", EventKind::digital_input, true},
        {"a relay",
         notification("tns1:Device/Trigger/Relay", "", "",
                      R"(<tt:SimpleItem Name="LogicalState" Value="inactive"/>)"),
         "Device/Trigger/Relay", EventKind::relay_output, false},
        {"its own analytics: a line was crossed",
         notification("tns1:RuleEngine/LineDetector/Crossed", "", "",
                      R"(<tt:SimpleItem Name="ObjectId" Value="15"/>)"),
         "RuleEngine/LineDetector/Crossed", EventKind::analytics, std::nullopt},
        {"sound",
         notification("tns1:AudioAnalytics/Audio/DetectedSound", "", "",
                      R"(<tt:SimpleItem Name="isSoundDetected" Value="true"/>)"),
         "AudioAnalytics/Audio/DetectedSound", EventKind::sound, true},
        {"the picture is dark",
         notification("tns1:VideoSource/ImageTooDark/ImagingService", "", "",
                      R"(<tt:SimpleItem Name="State" Value="true"/>)"),
         "VideoSource/ImageTooDark/ImagingService", EventKind::tamper, true},
        {"its health",
         notification("tns1:Monitoring/ProcessorUsage", "", "",
                      R"(<tt:SimpleItem Name="Value" Value="42"/>)"),
         "Monitoring/ProcessorUsage", EventKind::device, std::nullopt},
        {"a missing thing is no state",
         notification("tns1:RecordingConfig/JobState", "", "",
                      R"(<tt:SimpleItem Name="Missing" Value="1"/>)"),
         "RecordingConfig/JobState", EventKind::other, std::nullopt},
        {"the message without its cover",
         R"(<wsnt:NotificationMessage><wsnt:Topic>tns1:UserAlarm/IVA/HumanShapeDetect</wsnt:Topic><tt:Message PropertyOperation="Changed">)"
         R"(<tt:Data><tt:SimpleItem Name="State" Value="true"/></tt:Data></tt:Message></wsnt:NotificationMessage>)",
         "UserAlarm/IVA/HumanShapeDetect", EventKind::analytics, true},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.maker);
        const auto messages = parse_pull_messages(pulled(c.message));
        ASSERT_TRUE(messages) << messages.error().message;
        ASSERT_EQ(messages->notifications.size(), 1u);
        const Notification& one = messages->notifications.front();
        EXPECT_EQ(one.topic, c.topic);
        EXPECT_EQ(kind_of_topic(one.topic), c.kind);
        EXPECT_EQ(state_of(one), c.state);
    }
}

TEST(Events, HoldTheirLimits) {
    std::string many;
    for (std::size_t i = 0; i < max_notifications + 9; ++i) many += notification("a/b", "", "", "");
    EXPECT_EQ(parse_pull_messages(pulled(many))->notifications.size(), max_notifications);
    std::string items;
    for (std::size_t i = 0; i < max_items + 9; ++i) items += R"(<tt:SimpleItem Name="n" Value="v"/>)";
    const auto one = parse_pull_messages(pulled(notification(std::string(2000, 'x'), "", items, "")));
    EXPECT_EQ(one->notifications[0].source.size(), max_items);
    EXPECT_LE(one->notifications[0].topic.size(), max_topic_bytes);
}

TEST(Events, MomentsInAllTheirSpellings) {
    const UtcTime eight = from_unix_seconds(1'800'000'000);
    EXPECT_EQ(parse_xml_time("2027-01-15T08:00:00Z"), eight);
    EXPECT_EQ(parse_xml_time("2027-01-15T08:00:00"), eight);
    EXPECT_EQ(parse_xml_time("2027-01-15T08:00:00.5Z"), eight + Ticks90k(45'000));
    EXPECT_EQ(parse_xml_time("2027-01-15T09:30:00+01:30"), eight);
    EXPECT_EQ(parse_xml_time("2027-01-15T07:00:00-0100"), eight);
    for (const char* text :
         {"", "2027", "2027-02-30T08:00:00Z", "2027-01-15 08:00:00Z", "2027-01-15T08:00:00X",
          "1900-01-15T08:00:00Z", "2027-01-15T08:00:00+99:00", "2027-01-15T25:00:00Z"})
        EXPECT_FALSE(parse_xml_time(text)) << text;
}

TEST(Events, WhatACameraPutsBesideItsAddressComesBack) {
    const auto subscription = parse_create_pull_point(write_envelope(
        R"(<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa:Address>http://10.0.0.1/onvif/sub</wsa:Address>)"
        R"(<wsa:ReferenceParameters><m:SubscriptionId xmlns:m="urn:maker">7&lt;</m:SubscriptionId><none/></wsa:ReferenceParameters>)"
        R"(</tev:SubscriptionReference><wsnt:CurrentTime>1970-01-01T00:00:10Z</wsnt:CurrentTime>)"
        R"(<wsnt:TerminationTime>1970-01-01T00:01:40Z</wsnt:TerminationTime></tev:CreatePullPointSubscriptionResponse>)"));
    ASSERT_TRUE(subscription) << subscription.error().message;
    EXPECT_EQ(subscription->lifetime, std::chrono::seconds(90)) << "whatever the camera's clock says";
    const std::string request = write_envelope(pull_messages(std::chrono::seconds(5), 8),
                                               write_addressing(action_pull, subscription->reference));
    const auto envelope = parse_envelope(request);
    ASSERT_TRUE(envelope) << request;
    EXPECT_EQ(envelope->header.child("urn:maker", "SubscriptionId").text(), "7<");
    EXPECT_EQ(envelope->header.child("To").text(), "http://10.0.0.1/onvif/sub");
}

// ---- the conversation

const std::string event_services = write_envelope(
    "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</"
    "tds:Namespace>"
    "<tds:XAddr>http://192.0.2.7/media</tds:XAddr></tds:Service><tds:Service><tds:Namespace>"
    "http://www.onvif.org/ver10/events/wsdl</tds:Namespace><tds:XAddr>http://192.0.2.7/events</tds:XAddr></"
    "tds:Service>"
    "</tds:GetServicesResponse>");
std::string created(unsigned number) {
    return write_envelope(
        fmt::format("<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa:Address>http://"
                    "192.0.2.7:81/sub/{}"
                    "</wsa:Address></tev:SubscriptionReference></tev:CreatePullPointSubscriptionResponse>",
                    number));
}

/// A camera with a clock of its own that the test moves.
struct EventCamera {
    EventSession session{{.host = "192.0.2.7",
                          .port = 80,
                          .path = "/onvif/device_service",
                          .username = "u",
                          .password = Secret(std::string_view("p")),
                          .stream_url = {}}};
    UtcTime time = now;
    std::string clock = testing::answer("time_right");
    unsigned subscriptions = 0;
    std::string last_path{};
    Question question{};

    /// The next request's name; "" when it is over.
    std::string ask() {
        const auto call = session.next(time);
        if (!call) return {};
        last_path = call->path;
        question = call->question;
        return std::string(parse_envelope(call->body)->body.local_name());
    }
    void say(const std::string& body, unsigned status = 200) {
        session.on_answer(status, read_reply(question, body), time);
    }
    void refuse() { say(testing::answer("fault_not_authorized"), 400); }
    /// Answers everything up to the first pull, which is asked then.
    std::vector<std::string> subscribe() {
        std::vector<std::string> asked;
        for (;;) {
            asked.push_back(ask());
            if (asked.back() == "GetSystemDateAndTime")
                say(clock);
            else if (asked.back() == "GetServices")
                say(event_services);
            else if (asked.back() == "CreatePullPointSubscription")
                say(created(++subscriptions));
            else if (asked.back() == "SetSynchronizationPoint")
                say(write_envelope("<tev:SetSynchronizationPointResponse/>"));
            else
                return asked;
        }
    }
};

TEST(EventSession, SubscribesAndFetches) {
    EventCamera camera;
    EXPECT_THAT(camera.subscribe(),
                ElementsAre("GetSystemDateAndTime", "GetServices", "CreatePullPointSubscription",
                            "SetSynchronizationPoint", "PullMessages"));
    EXPECT_EQ(camera.last_path, "/sub/1");
    EXPECT_GT(camera.session.patience(), pull_wait);
    camera.say(pulled(
        notification("tns1:Device/Trigger/DigitalInput", R"(UtcTime="2027-01-15T07:59:58Z")", "", "")));
    const auto told = camera.session.take_notifications();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].time, now - Ticks90k(std::chrono::seconds(2)));
    EXPECT_TRUE(camera.session.subscribed());
    EXPECT_EQ(camera.ask(), "PullMessages");
}

TEST(EventSession, ACameraThatDoesNotWaitIsNotHammered) {
    EventCamera camera;
    camera.subscribe();
    for (int i = 0; i < 5; ++i) {
        camera.say(pulled(""));
        EXPECT_GE(camera.session.pause(), quiet_pause);
        EXPECT_EQ(camera.ask(), "PullMessages");
    }
}

TEST(EventSession, RenewsAtHalfOfTheTimeAndDoesWithoutWhereItCant) {
    EventCamera camera;
    camera.subscribe();
    camera.say(pulled(""));
    camera.time += std::chrono::seconds(31);
    EXPECT_EQ(camera.ask(), "Renew");
    camera.say(
        write_envelope("<wsnt:RenewResponse><wsnt:TerminationTime>2027-01-15T08:01:30Z</"
                       "wsnt:TerminationTime></wsnt:RenewResponse>"));
    EXPECT_EQ(camera.ask(), "PullMessages");
    camera.say(pulled(""));
    camera.time += std::chrono::seconds(31);
    EXPECT_EQ(camera.ask(), "Renew");
    camera.say(testing::answer("fault_not_supported"), 500);
    EXPECT_EQ(camera.ask(), "PullMessages");
    camera.say(pulled(""));
    camera.time += std::chrono::seconds(31);
    EXPECT_EQ(camera.ask(), "PullMessages");
    // It runs out and is made anew at once.
    camera.say(write_fault(FaultCode::sender, "ResourceUnknown"), 400);
    EXPECT_EQ(camera.ask(), "CreatePullPointSubscription");
    EXPECT_GE(camera.session.pause(), std::chrono::milliseconds(500));
}

TEST(EventSession, ASubscriptionThatNeverLivesIsNotMadeForEver) {
    EventCamera camera;
    camera.subscribe();
    camera.say(pulled(""));
    EXPECT_EQ(camera.ask(), "PullMessages");
    camera.say(write_fault(FaultCode::sender, "ResourceUnknown"), 400);
    EXPECT_EQ(camera.ask(), "");
    ASSERT_TRUE(camera.session.error());
    EXPECT_EQ(camera.session.error()->kind, ErrorKind::unavailable);
}

TEST(EventSession, TooManySubscriptionsAreAnErrorAndWhatIsLeftBehindIsEndedFirst) {
    EventCamera camera;
    camera.subscribe();
    camera.session.on_failure({ErrorKind::timeout, "gone"});
    const auto left = camera.session.left_behind();
    ASSERT_TRUE(left);

    EventCamera again;
    again.session = EventSession(
        {.host = "192.0.2.7", .username = "u", .password = Secret(std::string_view("p")), .stream_url = {}},
        left);
    EXPECT_EQ(again.ask(), "GetSystemDateAndTime");
    again.say(again.clock);
    EXPECT_EQ(again.ask(), "GetServices");
    again.say(event_services);
    EXPECT_EQ(again.ask(), "Unsubscribe");
    EXPECT_EQ(again.last_path, "/sub/1");
    again.say(write_fault(FaultCode::sender, "ResourceUnknown"), 400);  // it has run out
    EXPECT_EQ(again.ask(), "CreatePullPointSubscription");
    again.say(write_fault(FaultCode::receiver, "The number of subscriptions is exhausted"), 500);
    EXPECT_EQ(again.ask(), "");
    ASSERT_TRUE(again.session.error());
    EXPECT_THAT(again.session.error()->message, HasSubstr("number of subscriptions"));
    EXPECT_FALSE(again.session.left_behind());
}

TEST(EventSession, WrongCredentialsEndItAfterOneAttempt) {
    EventCamera camera;
    EXPECT_EQ(camera.ask(), "GetSystemDateAndTime");
    camera.say(camera.clock);
    EXPECT_EQ(camera.ask(), "GetServices");
    camera.refuse();
    EXPECT_EQ(camera.ask(), "GetSystemDateAndTime");
    camera.say(camera.clock);
    EXPECT_EQ(camera.ask(), "") << "the clock is what it was";
    EXPECT_EQ(camera.session.error()->kind, ErrorKind::unauthenticated);
}

TEST(EventSession, TimesOfASkewedClockAreOurs) {
    EventCamera camera;
    camera.clock = testing::answer("time_half_a_year_behind");
    camera.subscribe();
    const auto clock = parse_system_date_and_time(camera.clock);
    const UtcTime theirs = *clock->utc;
    const auto at = [&](UtcTime when) {
        return notification("a/b", fmt::format(R"(UtcTime="{}")", to_xml_time(when)), "", "");
    };
    camera.say(pulled(at(theirs - Ticks90k(std::chrono::seconds(3))) +
                      at(theirs + Ticks90k(std::chrono::hours(5))) +
                      notification("a/b", R"(UtcTime="yesterday")", "", "")));
    const auto told = camera.session.take_notifications();
    ASSERT_EQ(told.size(), 3u);
    EXPECT_EQ(told[0].time, now - Ticks90k(std::chrono::seconds(3)));
    EXPECT_EQ(told[1].time, now) << "not believed";
    EXPECT_EQ(told[2].time, now);
}

TEST(EventSession, ACameraWithoutEventsIsToldApart) {
    EventCamera camera;
    EXPECT_EQ(camera.ask(), "GetSystemDateAndTime");
    camera.say(camera.clock);
    EXPECT_EQ(camera.ask(), "GetServices");
    camera.say(write_envelope(
        "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</"
        "tds:Namespace>"
        "<tds:XAddr>http://192.0.2.7/media</tds:XAddr></tds:Service></tds:GetServicesResponse>"));
    EXPECT_EQ(camera.ask(), "");
    ASSERT_TRUE(camera.session.error());
    EXPECT_EQ(camera.session.error()->kind, ErrorKind::unsupported);
}

TEST(EventSession, GivesItsSubscriptionBack) {
    EventCamera camera;
    camera.subscribe();
    camera.session.end();
    EXPECT_EQ(camera.ask(), "Unsubscribe");
    camera.say(write_envelope("<wsnt:UnsubscribeResponse/>"));
    EXPECT_EQ(camera.ask(), "");
    EXPECT_FALSE(camera.session.left_behind());
}

}  // namespace
}  // namespace vedette::onvif
