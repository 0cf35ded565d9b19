#include "onvif/control_session.hpp"

#include <functional>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/test_support.hpp"

namespace vedette::onvif {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::now;

const std::string host = "192.0.2.7";

std::string services(std::string_view ptz) {
    return write_envelope(fmt::format(
        "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</"
        "tds:Namespace>"
        "<tds:XAddr>http://{0}/onvif/media</tds:XAddr></tds:Service>{1}</tds:GetServicesResponse>",
        host,
        ptz.empty()
            ? ""
            : fmt::format("<tds:Service><tds:Namespace>http://www.onvif.org/ver20/ptz/wsdl</tds:Namespace>"
                          "<tds:XAddr>{}</tds:XAddr></tds:Service>",
                          ptz)));
}

std::string profile(std::string_view token, std::string_view source, bool head) {
    return fmt::format(
        R"(<trt:Profiles token="{0}"><tt:Name>{0}</tt:Name><tt:VideoSourceConfiguration token="v"><tt:SourceToken>{1}</tt:SourceToken>)"
        R"(</tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="e"><tt:Encoding>H264</tt:Encoding></tt:VideoEncoderConfiguration>)"
        R"({2}</trt:Profiles>)",
        token, source,
        head ? R"(<tt:PTZConfiguration token="c"><tt:NodeToken>head</tt:NodeToken></tt:PTZConfiguration>)"
             : "");
}
std::string profiles(std::string_view all) {
    return write_envelope(fmt::format("<trt:GetProfilesResponse>{}</trt:GetProfilesResponse>", all));
}
std::string stream(std::string_view path) {
    return write_envelope(
        fmt::format("<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>rtsp://10.0.0.1{}</tt:Uri>"
                    "</trt:MediaUri></trt:GetStreamUriResponse>",
                    path));
}
const std::string node_answer = write_envelope(
    R"(<tptz:GetNodesResponse><tptz:PTZNode token="other"/><tptz:PTZNode token="head"><tt:SupportedPTZSpaces>)"
    R"(<tt:ContinuousPanTiltVelocitySpace><tt:URI>u</tt:URI><tt:XRange><tt:Min>-1</tt:Min><tt:Max>1</tt:Max></tt:XRange>)"
    R"(</tt:ContinuousPanTiltVelocitySpace></tt:SupportedPTZSpaces></tptz:PTZNode></tptz:GetNodesResponse>)");

/// Answers by the name of the request; what is not named gets its empty PTZ answer.
struct PtzCamera {
    std::map<std::string, std::string, std::less<>> answers{
        {"GetSystemDateAndTime", testing::answer("time_right")},
        {"GetServices", services("http://10.9.9.9:81/onvif/ptz")},
        {"GetProfiles", profiles(profile("main", "a", true) + profile("sub", "a", true))},
        {"GetNodes", node_answer},
    };
    std::function<bool(const std::string& name)> refuses = [](const std::string&) { return false; };
    std::function<std::string(const Call& call)> relays{};  ///< answers what is about them
    std::vector<std::string> asked{};
    std::vector<Call> calls{};

    Result<CommandAnswer> tell(ControlSession& session, Command command) {
        asked.clear();
        calls.clear();
        session.begin(std::move(command));
        while (const auto call = session.next(now)) {
            const auto envelope = parse_envelope(call->body);
            EXPECT_TRUE(envelope) << call->body;
            const std::string name(envelope->body.local_name());
            asked.push_back(name);
            calls.push_back(*call);
            if (refuses(name)) {
                session.on_answer(400, read_reply(call->question, testing::answer("fault_not_authorized")),
                                  now);
            } else if (relays && name.contains("RelayOutput")) {
                const std::string told = relays(*call);
                session.on_answer(told.contains("Fault") ? 500 : 200, read_reply(call->question, told), now);
            } else if (const auto found = answers.find(name); found != answers.end()) {
                const bool fault = found->second.find("Fault") != std::string::npos;
                session.on_answer(fault ? 500 : 200, read_reply(call->question, found->second), now);
            } else {
                session.on_answer(
                    200, read_reply(call->question, write_envelope(fmt::format("<tptz:{}Response/>", name))),
                    now);
            }
        }
        return session.take_result();
    }
};

ControlSession session_of(std::string_view stream_url = "rtsp://192.0.2.7/1") {
    return ControlSession({.host = host,
                           .port = 8080,
                           .path = "/onvif/device_service",
                           .username = "u",
                           .password = Secret(std::string_view("p")),
                           .stream_url = std::string(stream_url)});
}

const MoveOn to_the_right{.velocity = {.pan = 1, .tilt = 0, .zoom = 0}, .limit = std::chrono::seconds(3)};

TEST(ControlSession, LearnsOnceAndThenAsksForTheMoveAlone) {
    PtzCamera camera;
    ControlSession session = session_of();
    ASSERT_TRUE(camera.tell(session, to_the_right));
    EXPECT_THAT(camera.asked, ElementsAre("GetSystemDateAndTime", "GetServices", "GetProfiles", "GetNodes",
                                          "ContinuousMove"));
    EXPECT_THAT(camera.calls.back().body, HasSubstr("<tptz:ProfileToken>main</tptz:ProfileToken>"));
    ASSERT_TRUE(camera.tell(session, to_the_right));
    EXPECT_THAT(camera.asked, ElementsAre("ContinuousMove"));
    const auto learned = camera.tell(session, LearnPtz{});
    ASSERT_TRUE(learned);
    EXPECT_TRUE(camera.asked.empty());
    EXPECT_EQ(std::get<PtzNode>(*learned).token, "head");
}

TEST(ControlSession, NoAddressThatACameraTellsLeadsToAnotherHost) {
    PtzCamera camera;
    ControlSession session = session_of();
    ASSERT_TRUE(camera.tell(session, to_the_right));
    // A call has no host: what is left of http://10.9.9.9:81/onvif/ptz is port and path.
    EXPECT_EQ(camera.calls.back().port, 81);
    EXPECT_EQ(camera.calls.back().path, "/onvif/ptz");
}

TEST(ControlSession, TheHeadOfItsOwnLensIsMoved) {
    PtzCamera camera;
    camera.answers["GetProfiles"] =
        profiles(profile("fixed", "a", false) + profile("dome_a", "b", true) + profile("dome_b", "c", true));
    int asked = 0;
    ControlSession session = session_of("rtsp://192.0.2.7:554/dome_b?x=1");
    session.begin(to_the_right);
    std::vector<std::string> names;
    std::string moved;
    while (const auto call = session.next(now)) {
        const auto envelope = parse_envelope(call->body);
        const std::string name(envelope->body.local_name());
        if (name == "GetStreamUri")
            session.on_answer(
                200, read_reply(call->question, stream(asked++ == 0 ? "/dome_a?x=1" : "/dome_b?x=1")), now);
        else if (const auto found = camera.answers.find(name); found != camera.answers.end())
            session.on_answer(200, read_reply(call->question, found->second), now);
        else {
            moved = call->body;
            session.on_answer(
                200, read_reply(call->question, write_envelope("<tptz:ContinuousMoveResponse/>")), now);
        }
    }
    ASSERT_TRUE(session.take_result());
    EXPECT_THAT(moved, HasSubstr("<tptz:ProfileToken>dome_b</tptz:ProfileToken>"));
}

TEST(ControlSession, ACameraThatDoesNotMoveIsAskedOnce) {
    struct Case {
        const char* what;
        std::string request;
        std::string answer;
    };
    const Case cases[] = {{"no PTZ service", "GetServices", services("")},
                          {"no profile with a head", "GetProfiles", profiles(profile("main", "a", false))},
                          {"no node", "GetNodes", write_envelope("<tptz:GetNodesResponse/>")}};
    for (const Case& c : cases) {
        SCOPED_TRACE(c.what);
        PtzCamera camera;
        camera.answers[c.request] = c.answer;
        ControlSession session = session_of();
        for (int i = 0; i < 2; ++i) {
            const auto told = camera.tell(session, to_the_right);
            ASSERT_FALSE(told);
            EXPECT_EQ(told.error().kind, ErrorKind::unsupported);
            EXPECT_THAT(told.error().message, HasSubstr("can't be moved"));
        }
        EXPECT_TRUE(camera.asked.empty());
        // Its relays are another matter.
        camera.answers["GetRelayOutputs"] = write_envelope("<tds:GetRelayOutputsResponse/>");
        EXPECT_TRUE(camera.tell(session, ListRelays{}));
    }
}

constexpr std::string_view io_namespace = "http://www.onvif.org/ver10/deviceIO/wsdl";

/// A device whose relays are at its service DeviceIO, which knows them in the words of one namespace.
PtzCamera with_device_io(std::string_view words) {
    PtzCamera camera;
    std::string told = services("");
    told.insert(told.find("</tds:GetServicesResponse>"),
                fmt::format("<tds:Service><tds:Namespace>{}</tds:Namespace><tds:XAddr>http://10.9.9.9/io</"
                            "tds:XAddr></tds:Service>",
                            io_namespace));
    camera.answers["GetServices"] = told;
    camera.relays = [words](const Call& call) {
        const bool lists = call.body.contains("GetRelayOutputs");
        if (call.path != "/io" || !call.body.contains(fmt::format(R"(xmlns:r="{}")", words)))
            return testing::answer("fault_not_supported");
        return write_envelope(
            fmt::format(R"(<r:{0}Response xmlns:r="{1}">{2}</r:{0}Response>)",
                        lists ? "GetRelayOutputs" : "SetRelayOutputState", words,
                        lists ? R"(<r:RelayOutputs token="door"><tt:Properties/></r:RelayOutputs>)" : ""));
    };
    return camera;
}

TEST(ControlSession, RelaysMayBeOfTheServiceDeviceIoAlone) {
    for (const std::string_view words :
         {std::string_view("http://www.onvif.org/ver10/device/wsdl"), io_namespace}) {
        SCOPED_TRACE(words);
        PtzCamera camera = with_device_io(words);
        ControlSession session = session_of();
        const auto listed = camera.tell(session, ListRelays{});
        ASSERT_TRUE(listed) << listed.error().message;
        EXPECT_EQ(std::get<std::vector<RelayOutput>>(*listed).at(0).token, "door");
        // Found once, it is asked there alone.
        ASSERT_TRUE(camera.tell(session, SwitchRelay{.token = "door", .active = true}));
        EXPECT_THAT(camera.asked, ElementsAre("SetRelayOutputState"));
        EXPECT_EQ(camera.calls.back().path, "/io");
        // Switched before it was listed, as after a restart.
        ControlSession other = session_of();
        EXPECT_TRUE(camera.tell(other, SwitchRelay{.token = "door", .active = true}));
        // That it has relays says nothing of a head.
        const auto moved = camera.tell(session, to_the_right);
        ASSERT_FALSE(moved);
        EXPECT_EQ(moved.error().kind, ErrorKind::unsupported);
        EXPECT_TRUE(camera.tell(session, ListRelays{}));
    }
}

TEST(ControlSession, WithoutDeviceIoTheDeviceServiceHasTheWord) {
    PtzCamera camera;
    camera.relays = [](const Call&) { return write_envelope("<tds:GetRelayOutputsResponse/>"); };
    ControlSession session = session_of();
    const auto none = camera.tell(session, ListRelays{});
    ASSERT_TRUE(none) << none.error().message;
    EXPECT_TRUE(std::get<std::vector<RelayOutput>>(*none).empty());
    camera.relays = [](const Call&) { return testing::answer("fault_not_supported"); };
    const auto refused = camera.tell(session, SwitchRelay{.token = "door", .active = true});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
    EXPECT_TRUE(camera.tell(session, to_the_right)) << "its head is another matter";
}

TEST(ControlSession, WhoAnswersOverHttpsIsAskedByItAlone) {
    PtzCamera camera;
    ControlSession session(
        {.host = host, .port = 443, .secure = true, .username = {}, .password = {}, .stream_url = {}});
    ASSERT_TRUE(camera.tell(session, to_the_right));
    for (const Call& call : camera.calls) EXPECT_TRUE(call.secure && call.port == 443) << call.body;
    EXPECT_EQ(camera.calls.back().path, "/onvif/ptz");
    camera.answers["GetServices"] = services("https://10.9.9.9:8443/ptz");
    ControlSession other(
        {.host = host, .port = 443, .secure = true, .username = {}, .password = {}, .stream_url = {}});
    ASSERT_TRUE(camera.tell(other, to_the_right));
    EXPECT_EQ(camera.calls.back().port, 8443);
}

TEST(ControlSession, WhatTheHeadCantDoIsNotAsked) {
    PtzCamera camera;
    ControlSession session = session_of();
    for (const Command& command : {Command(MoveBy{}), Command(MoveTo{.pan = 0, .tilt = 0, .zoom = {}}),
                                   Command(GoHome{}), Command(SetPreset{"", "x"})}) {
        const auto told = camera.tell(session, command);
        ASSERT_FALSE(told);
        EXPECT_EQ(told.error().kind, ErrorKind::unsupported);
    }
    EXPECT_TRUE(camera.asked.empty());
}

TEST(ControlSession, RefusedCredentialsAreNotTriedAgain) {
    PtzCamera camera;
    std::size_t refusals = 0;
    camera.refuses = [&](const std::string& name) {
        return name != "GetSystemDateAndTime" && ++refusals > 0;
    };
    ControlSession session = session_of();
    const auto told = camera.tell(session, to_the_right);
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().kind, ErrorKind::unauthenticated);
    EXPECT_EQ(refusals, 1u) << "the clock has not changed, so the password is wrong";
    EXPECT_FALSE(camera.tell(session, ListRelays{}));
    EXPECT_TRUE(camera.asked.empty());
}

TEST(ControlSession, AClockThatWasSetMeanwhileIsReadAgain) {
    PtzCamera camera;
    ControlSession session = session_of();
    ASSERT_TRUE(camera.tell(session, to_the_right));
    bool refused = false;
    camera.refuses = [&](const std::string& name) {
        return name == "ContinuousMove" && !std::exchange(refused, true);
    };
    camera.answers["GetSystemDateAndTime"] = testing::answer("time_half_a_year_behind");
    ASSERT_TRUE(camera.tell(session, to_the_right));
    EXPECT_THAT(camera.asked, ElementsAre("ContinuousMove", "GetSystemDateAndTime", "ContinuousMove"));
}

TEST(ControlSession, WithoutStopNoSpeedStopsIt) {
    PtzCamera camera;
    camera.answers["Stop"] = testing::answer("fault_not_supported");
    ControlSession session = session_of();
    ASSERT_TRUE(camera.tell(session, StopMove{}));
    EXPECT_THAT(camera.asked, Contains("Stop"));
    EXPECT_EQ(camera.asked.back(), "ContinuousMove");
    EXPECT_THAT(camera.calls.back().body, HasSubstr(R"(x="0.0000" y="0.0000")"));
}

TEST(ControlSession, ALostCameraIsAskedAgainByTheNextCommand) {
    PtzCamera camera;
    ControlSession session = session_of();
    session.begin(to_the_right);
    ASSERT_TRUE(session.next(now));
    session.on_failure({ErrorKind::unavailable, "gone"});
    EXPECT_FALSE(session.next(now));
    EXPECT_EQ(session.take_result().error().message, "gone");
    EXPECT_TRUE(camera.tell(session, to_the_right));
}

}  // namespace
}  // namespace vedette::onvif
