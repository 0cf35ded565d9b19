#include "rtsp/url.hpp"

#include <gtest/gtest.h>

namespace vedette::rtsp {
namespace {

struct Read {
    std::string_view text;
    std::string_view url;
    std::string_view username;
    std::string_view password;
};

TEST(Url, ReadsWhatPeopleAndCamerasWrite) {
    for (const auto& [text, url, username, password] : std::vector<Read>{
             {"rtsp://cam/live", "rtsp://cam/live", "", ""},
             {"RTSP://cam:554", "rtsp://cam/", "", ""},
             {"rtsp://admin:p%40ss:w@cam:8554/a?b=c", "rtsp://cam:8554/a?b=c", "admin", "p@ss:w"},
             {"rtsp://a:b@c@cam/x", "rtsp://cam/x", "a", "b@c"},
             {"192.168.1.10:554/stream0/", "rtsp://192.168.1.10/stream0/", "", ""},
             {"rtsp://rtsp://cam/x", "rtsp://cam/x", "", ""},
             {"rtsp://::ffff:192.168.1.123/x", "rtsp://[::ffff:192.168.1.123]/x", "", ""},
             {"rtsp://::ffff:192.168.1.123:8554/x", "rtsp://[::ffff:192.168.1.123]:8554/x", "", ""},
             {"rtsp://[2001:db8::1]:8554/x", "rtsp://[2001:db8::1]:8554/x", "", ""},
             {"rtsp://[fe80::1%25eth0]/x", "rtsp://[fe80::1%25eth0]/x", "", ""},
             {"rtsp://[fe80::1%eth0]:8554/x", "rtsp://[fe80::1%25eth0]:8554/x", "", ""},
             {"rtsp://u:p@[fe80::1%25Lan-1.2]/x", "rtsp://[fe80::1%25Lan-1.2]/x", "u", "p"},
             {"rtsps://u:p@cam/x", "rtsps://cam/x", "u", "p"},
             {"RTSPS://cam:322", "rtsps://cam/", "", ""},
             {"rtsps://cam:8322/x", "rtsps://cam:8322/x", "", ""},
             {"rtsp://cam?channel=1", "rtsp://cam?channel=1", "", ""}}) {
        const auto parsed = parse_url(text);
        ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
        EXPECT_EQ(parsed->url.text(), url) << text;
        EXPECT_EQ(parsed->credentials.username, username) << text;
        EXPECT_EQ(parsed->credentials.password.reveal_text(), password) << text;
    }
}

TEST(Url, RefusesWithoutQuotingThePassword) {
    for (const std::string_view text :
         {"", "http://u:secret@cam/", "rtsp://u:secret@/x", "rtsp://u:secret@cam:0/",
          "rtsp://u:secret@cam:99999/", "rtsp://u:secret@[::1/x", "rtsp://u:secret@[fe80::1%25]/x",
          "rtsp://u:secret@[fe80::1%eth0\\]/", "rtsp://u:secret@[cam%25eth0]/", "rtsp://u:secret\n@cam"}) {
        const auto parsed = parse_url(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().message.find("secret"), std::string::npos) << text;
    }
}

TEST(Url, TheZoneStaysHere) {
    const Url url = parse_url("rtsp://[fe80::1%25eth0]:8554/x")->url;
    EXPECT_EQ(url.host, "fe80::1%eth0");
    EXPECT_EQ(url.without_zone().text(), "rtsp://[fe80::1]:8554/x");
    EXPECT_EQ(parse_url("rtsp://cam/x")->url.without_zone().text(), "rtsp://cam/x");
}

struct Join {
    std::string_view base;
    std::string_view control;
    std::string_view url;
};

TEST(Url, JoinsControls) {
    for (const auto& [base, control, url] :
         std::vector<Join>{{"rtsp://c/live", "", "rtsp://c/live"},
                           {"rtsp://c/live", "*", "rtsp://c/live"},
                           {"rtsp://c/live", "trackID=0", "rtsp://c/live/trackID=0"},
                           {"rtsp://c/live/", "trackID=0", "rtsp://c/live/trackID=0"},
                           {"rtsp://c/live/", "/trackID=0", "rtsp://c/live/trackID=0"},
                           {"rtsp://c/live", "/trackID=0", "rtsp://c/live/trackID=0"},
                           {"rtsp://c/live", "/live/trackID=0", "rtsp://c/live/trackID=0"},
                           {"rtsp://c/a?ch=1&sub=0", "trackID=0", "rtsp://c/a?ch=1&sub=0/trackID=0"},
                           {"rtsp://c/a", "?ctype=video", "rtsp://c/a?ctype=video"},
                           {"rtsps://c/live", "/live/trackID=0", "rtsps://c/live/trackID=0"},
                           {"rtsps://c/live", "rtsps://c/live/a", "rtsps://c/live/a"},
                           {"rtsp://c/a", "rtsp://u:p@c:8554/b", "rtsp://c:8554/b"}})
        EXPECT_EQ(join_control(base, control), url) << base << " + " << control;
}

TEST(Url, BaseOfControls) {
    const Url request = parse_url("rtsp://cam:8554/live")->url;
    EXPECT_EQ(control_base(request, "", ""), "rtsp://cam:8554/live");
    EXPECT_EQ(control_base(request, "rtsp://x/y/", ""), "rtsp://x/y/");
    EXPECT_EQ(control_base(request, "", "rtsp://x/z"), "rtsp://x/z");
    EXPECT_EQ(control_base(request, "/stream0/", ""), "rtsp://cam:8554/stream0/");
    EXPECT_EQ(control_base(request, "rtsp://rtsp://x/y", ""), "rtsp://x/y");
}

}  // namespace
}  // namespace vedette::rtsp
