#include "simulate/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulate/test_clip.hpp"

namespace vedette::simulate {
namespace {

using testing::HasSubstr;
using testing_support::TestClip;

class SessionTest : public testing::Test {
  protected:
    SessionTest() {
        streams_.push_back({"/cam1", "Camera 1", 0, &clip_});
        streams_.push_back({"/cam2", "Camera 2", 0, &clip_});
    }
    Session session(AuthPolicy auth = {}) const { return {streams_, auth, "id1", "nonce1", 60}; }
    static rtsp::Request request(std::string method, std::string uri,
                                 std::vector<std::pair<std::string, std::string>> headers = {}) {
        rtsp::Request out;
        out.method = std::move(method);
        out.uri = std::move(uri);
        out.headers.add("CSeq", "7");
        for (const auto& [name, value] : headers) out.headers.add(name, value);
        return out;
    }

    PackedClip clip_ = pack_clip(TestClip::get().video()).value();
    std::vector<FarmStream> streams_;
    const std::string url_ = "rtsp://127.0.0.1/cam1";
    const std::pair<std::string, std::string> tcp_{"Transport", "RTP/AVP/TCP;unicast;interleaved=4-5"};
    const std::pair<std::string, std::string> own_{"Session", "id1"};
};

TEST_F(SessionTest, WalksFromDescribeToTeardown) {
    Session s = session();
    const auto described = s.on_request(request("DESCRIBE", url_));
    EXPECT_EQ(described.response.status, 200);
    EXPECT_EQ(*described.response.headers.find("CSeq"), "7");
    EXPECT_THAT(described.response.body, HasSubstr("sprop-parameter-sets=Z0"));
    EXPECT_THAT(described.response.body, HasSubstr("mode=AAC-hbr"));

    const auto video = s.on_request(request("SETUP", url_ + "/trackID=0", {tcp_}));
    EXPECT_EQ(*video.response.headers.find("Transport"), "RTP/AVP/TCP;unicast;interleaved=0-1");
    EXPECT_EQ(*video.response.headers.find("Session"), "id1;timeout=60");
    const auto audio = s.on_request(request("SETUP", url_ + "/trackID=1", {tcp_, own_}));
    EXPECT_EQ(audio.response.status, 200);
    EXPECT_EQ(s.on_request(request("PLAY", url_, {own_})).action, Session::Action::play);
    EXPECT_EQ(s.on_request(request("GET_PARAMETER", url_, {own_})).response.status, 200);
    EXPECT_EQ(s.on_request(request("TEARDOWN", url_, {own_})).action, Session::Action::close);
}

TEST_F(SessionTest, RefusesWhatIsWrong) {
    struct Case {
        rtsp::Request request;
        int status;
    };
    const Case cases[] = {
        {request("DESCRIBE", "rtsp://127.0.0.1/cam9"), 404},
        {request("DESCRIBE", "nonsense"), 404},
        {request("SETUP", url_ + "/trackID=2", {tcp_}), 404},
        {request("SETUP", url_ + "/trackID=0", {{"Transport", "RTP/AVP;unicast;client_port=5000-5001"}}),
         461},
        {request("SETUP", url_ + "/trackID=0"), 461},
        {request("PLAY", url_, {own_}), 454},
        {request("RECORD", url_), 501},
    };
    for (const Case& c : cases) {
        Session s = session();
        EXPECT_EQ(s.on_request(c.request).response.status, c.status) << c.request.method << c.request.uri;
    }
    Session s = session();
    EXPECT_EQ(s.on_request(request("SETUP", url_, {tcp_})).response.status, 200);
    EXPECT_EQ(s.on_request(request("PLAY", url_, {{"Session", "other"}})).response.status, 454);
    const auto other = s.on_request(request("SETUP", "rtsp://127.0.0.1/cam2", {tcp_, own_}));
    EXPECT_EQ(other.response.status, 459);
}

TEST_F(SessionTest, AsksForCredentialsAndChecksThem) {
    const rtsp::Credentials right{"admin", Secret("s3cret")};
    for (const bool basic : {false, true}) {
        for (const std::string_view password : {"s3cret", "wrong"}) {
            Session s = session({&right, basic});
            const auto refused = s.on_request(request("DESCRIBE", url_));
            ASSERT_EQ(refused.response.status, 401);
            const auto challenges = refused.response.headers.all("WWW-Authenticate");
            EXPECT_EQ(challenges.size(), basic ? 3U : 2U);
            for (const std::string_view challenge : challenges) {  // each alone, SHA-256, MD5 and Basic
                rtsp::Authenticator authenticator({"admin", Secret(password)}, rtsp::BasicUse::allow);
                ASSERT_TRUE(authenticator.on_unauthorized(std::span(&challenge, 1)));
                const auto answer = authenticator.authorize("DESCRIBE", url_);
                const auto reply = s.on_request(request("DESCRIBE", url_, {{"Authorization", *answer}}));
                EXPECT_EQ(reply.response.status, password == "s3cret" ? 200 : 401) << challenge;
            }
        }
    }
}

}  // namespace
}  // namespace vedette::simulate
