#include "onvif/storage_session.hpp"

#include <gtest/gtest.h>

#include "onvif/answers.hpp"
#include "onvif/namespaces.hpp"
#include "onvif/soap.hpp"

namespace vedette::onvif {
namespace {

const UtcTime utc_now = from_unix_seconds(1'795'228'506);

std::string time_answer(std::string_view hour = "3") {
    return write_envelope(
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime><tt:Time><tt:Hour>" +
        std::string(hour) +
        "</tt:Hour>"
        "<tt:Minute>35</tt:Minute><tt:Second>6</tt:Second></tt:Time><tt:Date><tt:Year>2026</tt:Year>"
        "<tt:Month>11</tt:Month><tt:Day>21</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
        "</tds:GetSystemDateAndTimeResponse>");
}
std::string services_answer(bool storage) {
    const auto service = [](std::string_view uri, std::string_view path) {
        return fmt::format(
            "<tds:Service><tds:Namespace>{}</tds:Namespace><tds:XAddr>http://10.0.0.9:81/{}"
            "</tds:XAddr></tds:Service>",
            uri, path);
    };
    std::string body = service(ns::media, "media");
    if (storage) body += service(ns::search, "search") + service(ns::replay, "replay");
    return write_envelope("<tds:GetServicesResponse>" + body + "</tds:GetServicesResponse>");
}
std::string in(std::string_view uri, std::string_view name, std::string_view content) {
    return write_envelope(fmt::format(R"(<x:{0} xmlns:x="{1}">{2}</x:{0}>)", name, uri, content));
}
std::string results(std::string_view state, std::string_view recordings) {
    return in(
        ns::search, "GetRecordingSearchResultsResponse",
        fmt::format("<x:ResultList><tt:SearchState>{}</tt:SearchState>{}</x:ResultList>", state, recordings));
}
std::string recording(std::string_view token, std::string_view from, std::string_view to,
                      std::string_view type) {
    return fmt::format(
        "<tt:RecordingInformation><tt:RecordingToken>{0}</tt:RecordingToken><tt:EarliestRecording>{1}"
        "</tt:EarliestRecording><tt:LatestRecording>{2}</tt:LatestRecording><tt:Track><tt:TrackToken>t"
        "</tt:TrackToken><tt:TrackType>{3}</tt:TrackType></tt:Track><tt:RecordingStatus>Stopped"
        "</tt:RecordingStatus></tt:RecordingInformation>",
        token, from, to, type);
}

class StorageSessionTest : public ::testing::Test {
  protected:
    // The last call's body; the camera's answers one after another.
    std::string converse(std::vector<std::string> answers) {
        std::string last;
        for (const std::string& answer : answers) {
            const auto call = session.next(utc_now);
            if (!call) break;
            last = call->body;
            paths.push_back(fmt::format("{}{}", call->port, call->path));
            session.on_answer(200, read_reply(call->question, answer), utc_now);
        }
        EXPECT_FALSE(session.next(utc_now));
        return last;
    }

    // An hour before utc_now; the camera is an hour ahead.
    UtcInterval gap{utc_now - std::chrono::minutes(60), utc_now - std::chrono::minutes(50)};
    StorageSession session{
        {.host = "192.0.2.1", .port = 80, .username = "u", .password = Secret(std::string_view("p"))}, gap};
    std::vector<std::string> paths;
};

TEST_F(StorageSessionTest, FindsTheRecordingOfThatTimeOnTheCamerasClock) {
    converse({time_answer(), services_answer(true),
              in(ns::search, "FindRecordingsResponse", "<x:SearchToken>s1</x:SearchToken>"),
              results("Searching", recording("old", "2026-11-20T00:00:00Z", "2026-11-21T02:30:00Z", "Video")),
              results("Completed",
                      recording("sound", "2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z", "Audio") +
                          recording("right", "2026-11-21T03:37:06+01:00", "2026-11-22T00:00:00Z", "Video")),
              in(ns::search, "EndSearchResponse", ""),
              in(ns::replay, "GetReplayUriResponse", "<x:Uri>rtsp://u:p@10.0.0.9:8554/replay?x=1</x:Uri>")});
    const auto kept = session.take_result();
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(kept->url, "rtsp://192.0.2.1:8554/replay?x=1") << "the host stays the one that was chosen";
    EXPECT_EQ(kept->clock_offset, Ticks90k(std::chrono::milliseconds(3'600'500)));
    EXPECT_EQ(kept->kept.end, gap.end);
    EXPECT_EQ(paths[0], "80/onvif/device_service");
    EXPECT_EQ(paths[2], "81/search");
    EXPECT_EQ(paths[6], "81/replay");
}

TEST_F(StorageSessionTest, SaysWhatIsMissing) {
    converse({time_answer(), services_answer(false)});
    const auto kept = session.take_result();
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().kind, ErrorKind::unsupported);
    EXPECT_EQ(kept.error().message, "the camera has no service to search what it keeps");
}

TEST_F(StorageSessionTest, NothingOfThisTime) {
    converse(
        {time_answer(), services_answer(true),
         in(ns::search, "FindRecordingsResponse", "<x:SearchToken>s1</x:SearchToken>"),
         results("Completed", recording("old", "2026-11-20T00:00:00Z", "2026-11-21T02:30:00Z", "Video"))});
    const auto kept = session.take_result();
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().kind, ErrorKind::not_found);
}

TEST_F(StorageSessionTest, AClockThatWasSetMeanwhileIsReadAgain) {
    const auto answer = [&](unsigned status, const std::string& body) {
        const auto call = session.next(utc_now);
        ASSERT_TRUE(call);
        session.on_answer(status, read_reply(call->question, body), utc_now);
    };
    answer(200, time_answer("3"));
    answer(401, "");
    EXPECT_EQ(session.next(utc_now)->question.asked, Asked::system_date_and_time);
    answer(200, time_answer("2"));
    answer(200, services_answer(true));
    EXPECT_EQ(session.next(utc_now)->question.asked, Asked::find_recordings);
}

TEST_F(StorageSessionTest, ARefusedPasswordIsTriedOnce) {
    std::size_t signed_calls = 0;
    while (const auto call = session.next(utc_now)) {
        if (call->body.contains("UsernameToken")) ++signed_calls;
        const bool clock = call->question.asked == Asked::system_date_and_time;
        session.on_answer(clock ? 200 : 401, read_reply(call->question, clock ? time_answer() : ""), utc_now);
    }
    EXPECT_EQ(signed_calls, 1U);
    const auto kept = session.take_result();
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().kind, ErrorKind::unauthenticated);
}

TEST(XmlTime, ReadsWhatCamerasWrite) {
    EXPECT_EQ(parse_date_time("2026-11-21T02:35:06Z"), utc_now);
    EXPECT_EQ(parse_date_time("2026-11-21T02:35:06"), utc_now);
    EXPECT_EQ(parse_date_time("2026-11-21T03:35:06+01:00"), utc_now);
    EXPECT_EQ(parse_date_time("2026-11-20T22:05:06-04:30"), utc_now);
    EXPECT_EQ(parse_date_time("2026-11-21T02:35:06.500000Z"), utc_now + Ticks90k(45'000));
    for (const std::string_view bad :
         {"", "2026-11-21", "2026-13-21T02:35:06Z", "2026-02-30T02:35:06Z", "2026-11-21T02:35:06.Z",
          "2026-11-21T02:35:06X", "2026-11-21T02:35:06+1", "1969-12-31T00:00:00Z", "-026-11-21T02:35:06Z"})
        EXPECT_EQ(parse_date_time(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace vedette::onvif
