#include "onvif/set_up_session.hpp"

#include <functional>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onvif/answers.hpp"
#include "onvif/discovery.hpp"
#include "onvif/envelope.hpp"
#include "onvif/test_support.hpp"

namespace vedette::onvif {
namespace {

using testing::answer;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::now;

const std::string right_password = "correct";

/// A camera that answers from files, and judges credentials by its own clock.
struct Camera {
    std::map<std::string, std::string, std::less<>> answers{
        {"GetSystemDateAndTime", "time_right"},
        {"GetServices", "services_media1"},
        {"GetDeviceInformation", "information"},
        {"GetProfiles", "profiles_media1"},
        {"GetStreamUri", "stream_media1"},
        {"GetNetworkInterfaces", "interfaces"},
        {"GetScopes", "scopes"},
        {"GetCapabilities", "capabilities"},
    };
    std::function<bool(UtcTime created)> accepts = [](UtcTime created) {
        return std::chrono::abs(created - now) < std::chrono::seconds(5);
    };
    std::function<void(const Call&, const std::string& name)> on_call = [](const Call&, const std::string&) {
    };
    std::vector<std::string> asked{};
    std::size_t signed_calls = 0;
    std::size_t refusals = 0;

    Result<DeviceDescription> talk(SetUpSession session) {
        while (const auto call = session.next(now)) {
            const auto envelope = parse_envelope(call->body);
            EXPECT_TRUE(envelope) << call->body;
            const std::string name(envelope->body.local_name());
            asked.push_back(name);
            on_call(*call, name);
            const UsernameToken token = read_security(envelope->header);
            if (!token.username.empty()) ++signed_calls;
            const bool open = name == "GetSystemDateAndTime";
            EXPECT_TRUE(!open || token.username.empty()) << "the clock is asked for without credentials";
            if (!open && !(proves(token, Secret(std::string_view(right_password))) &&
                           accepts(moment(token.created)))) {
                ++refusals;
                session.on_answer(400, read_reply(call->question, answer("fault_not_authorized")), now);
                continue;
            }
            const auto found = answers.find(name);
            if (found == answers.end())
                session.on_answer(500, read_reply(call->question, answer("fault_not_supported")), now);
            else
                session.on_answer(200, read_reply(call->question, answer(found->second)), now);
        }
        return session.take_result();
    }
    static UtcTime moment(const std::string& text) {
        std::tm tm{};
        EXPECT_NE(strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &tm), nullptr) << text;
        return from_unix_seconds(timegm(&tm));
    }
};

SetUpSession session(std::string_view secret = right_password, std::string_view user = "viewer") {
    SetUpOptions options;
    options.host = "192.0.2.7";
    options.username = user;
    options.password = Secret(secret);
    return SetUpSession(std::move(options));
}

TEST(SetUp, FindsIdentityAndStreams) {
    Camera camera;
    camera.on_call = [](const Call& call, const std::string& name) {
        EXPECT_EQ(call.port, name == "GetProfiles" || name == "GetStreamUri" ? 8899 : 80) << name;
    };
    const auto found = camera.talk(session());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->information.manufacturer, "Example");
    EXPECT_EQ(found->information.serial, "SN-0042");
    EXPECT_EQ(found->information.firmware, "1.2.3 build 4");
    EXPECT_EQ(found->name, "Loading bay");
    EXPECT_THAT(found->macs, ::testing::ElementsAre("001122aabbcc"));
    EXPECT_TRUE(found->has_events && found->has_ptz);
    ASSERT_EQ(found->channels.size(), 1u);
    EXPECT_EQ(found->channels[0].main.token, "main");
    EXPECT_EQ(found->channels[0].main_url, "rtsp://192.0.2.7:554/stream?profile=main&channel=1");
    EXPECT_EQ(found->channels[0].sub.token, "sub");
    EXPECT_THAT(found->warnings, IsEmpty());
}

TEST(SetUp, CreatedIsCountedByTheCamerasClock) {  // quirks 70 and 71
    Camera camera;
    camera.answers["GetSystemDateAndTime"] = "time_half_a_year_behind";
    const UtcTime camera_now = Camera::moment("2026-07-01T00:00:30");
    camera.accepts = [&](UtcTime created) {
        return std::chrono::abs(created - camera_now) < std::chrono::seconds(5);
    };
    const auto found = camera.talk(session());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(camera.refusals, 0u);
    EXPECT_EQ(found->clock_offset, camera_now - now);
    EXPECT_THAT(found->warnings, Contains(HasSubstr("198 days behind")));
}

TEST(SetUp, LocalTimeThatIsLabelledUtcIsFoundOut) {  // quirk 72
    Camera camera;
    camera.answers["GetSystemDateAndTime"] = "time_local_as_utc";
    // It judges by the right time, and calls that its local one.
    const auto found = camera.talk(session());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(camera.refusals, 1u);
}

TEST(SetUp, AClockThatWasSetMeanwhileIsReadAgain) {  // quirk 71: refresh on 400
    Camera camera;
    camera.answers["GetSystemDateAndTime"] = "time_half_a_year_behind";
    camera.on_call = [&](const Call&, const std::string& name) {
        if (name == "GetServices") camera.answers["GetSystemDateAndTime"] = "time_right";
    };
    const auto found = camera.talk(session());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_THAT(camera.asked, ::testing::Contains("GetSystemDateAndTime").Times(2));
}

TEST(SetUp, AWrongPasswordIsTriedOnce) {  // quirk 32: more could lock the account
    Camera camera;
    const auto found = camera.talk(session("wrong"));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, ErrorKind::unauthenticated);
    EXPECT_EQ(camera.signed_calls, 1u);
}

TEST(SetUp, WithoutCredentialsItSaysThatTheyAreWanted) {
    Camera camera;
    const auto found = camera.talk(session("", ""));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error(),
              (Error{ErrorKind::unauthenticated, "the camera asks for a user name and password"}));
}

TEST(SetUp, ATimeThatIsNoDateIsNotBelieved) {
    Camera camera;
    camera.answers["GetSystemDateAndTime"] = "time_no_date";
    const auto found = camera.talk(session());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->clock_offset, Ticks90k(0));
}

TEST(SetUp, NothingLeavesForAnotherHost) {  // SSRF, and quirk 75
    Camera camera;
    camera.answers["GetServices"] = "services_elsewhere";
    camera.answers["GetStreamUri"] = "stream_elsewhere";
    const auto found = camera.talk(session());
    ASSERT_TRUE(found) << found.error().message;
    // A Call has no host: it goes where the user said. Streams are taken on that host as well.
    EXPECT_EQ(found->channels.at(0).main_url, "rtsp://192.0.2.7:8554/live/1");
    EXPECT_THAT(found->warnings, Contains(HasSubstr("another host")));
}

TEST(SetUp, MediaTwoFallsBackToMediaOne) {
    Camera camera;
    camera.answers["GetServices"] = "services_media2";
    std::vector<std::string> bodies;
    camera.on_call = [&](const Call& call, const std::string& name) {
        if (name == "GetProfiles") bodies.push_back(call.path);
    };
    const auto found = camera.talk(session());  // its profiles are those of version 1 all the same
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_THAT(bodies, ::testing::ElementsAre("/onvif/media2", "/onvif/media"));

    camera.answers["GetProfiles"] = "profiles_media2";
    camera.answers["GetStreamUri"] = "stream_media2";
    const auto second = camera.talk(session());
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->channels.at(0).main_url, "rtsp://192.0.2.7/media2/1");
    EXPECT_THAT(second->warnings, Contains(HasSubstr("H.265")));
}

TEST(SetUp, OlderCamerasAreAskedForCapabilities) {
    Camera camera;
    camera.answers.erase("GetServices");
    camera.answers.erase("GetNetworkInterfaces");
    const auto found = camera.talk(session());
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_THAT(camera.asked, Contains("GetCapabilities"));
    EXPECT_THAT(found->macs, IsEmpty());
}

TEST(SetUp, AWebServerThatIsNoCameraIsNamed) {
    SetUpSession talk = session();
    while (const auto call = talk.next(now))
        talk.on_answer(404, read_reply(call->question, "<html><body>Not found</body></html>"), now);
    const auto found = talk.take_result();
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().message, HasSubstr("no ONVIF service"));
}

}  // namespace
}  // namespace vedette::onvif
