#include "simulate/farm.hpp"

#include <thread>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "simulate/test_clip.hpp"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing_support::run_tool;
using testing_support::TestClip;

FarmOptions options(Fault::Kind fault = Fault::Kind::none) {
    FarmOptions out;
    out.cameras = 3;
    out.clips = {{TestClip::get().video(), TestClip::get().video()}};
    out.fault.kind = fault;
    return out;
}

std::unique_ptr<Farm> start(FarmOptions farm_options) {
    auto farm = Farm::start(std::move(farm_options));
    EXPECT_TRUE(farm) << farm.error().message;
    return farm ? std::move(*farm) : nullptr;
}

/// A plain blocking connection to the farm.
class Connection {
  public:
    explicit Connection(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(port);
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
    }
    ~Connection() { close(fd_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void send(std::string_view text) const { ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL); }
    /// What comes within the time; "" when nothing, nullopt when the farm closed.
    std::optional<std::string> receive(std::chrono::milliseconds limit) const {
        pollfd poll{fd_, POLLIN, 0};
        if (::poll(&poll, 1, static_cast<int>(limit.count())) <= 0) return "";
        std::string text(65'536, '\0');
        const ssize_t n = recv(fd_, text.data(), text.size(), 0);
        if (n <= 0) return std::nullopt;
        text.resize(static_cast<std::size_t>(n));
        return text;
    }
    std::string ask(std::string_view text) const {
        send(text);
        return receive(5s).value_or("closed");
    }
    /// SETUP of the video and PLAY.
    void play(const std::string& url) const {
        const std::string answer =
            ask("SETUP " + url + "/trackID=0 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast\r\n\r\n");
        const std::string id = answer.substr(answer.find("Session: ") + 9, 32);
        EXPECT_THAT(ask("PLAY " + url + " RTSP/1.0\r\nCSeq: 2\r\nSession: " + id + "\r\n\r\n"),
                    HasSubstr("200 OK"));
    }

  private:
    int fd_;
};

constexpr std::string_view ask_options = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n";

TEST(Farm, IsReadByFfmpegAcrossTheLoop) {
    const auto farm = start(options());
    const auto facts = run_tool(
        "timeout 20 ffprobe -v error -rtsp_transport tcp -show_entries stream=codec_name,width,sample_rate "
        "-of compact=p=0 " +
        farm->url(2));
    EXPECT_THAT(facts.output, HasSubstr("codec_name=h264|width=320"));
    EXPECT_THAT(facts.output, HasSubstr("codec_name=aac|sample_rate=48000"));
    // Three times the clip's length, decoded: any jump or loss would be reported.
    const auto decoded = run_tool("timeout 30 ffmpeg -nostdin -v warning -rtsp_transport tcp -i " +
                                  farm->url(3, media::StreamKind::sub) + " -t 3 -f null -");
    EXPECT_EQ(decoded.status, 0);
    EXPECT_THAT(decoded.output, testing::Not(HasSubstr("error")));
    EXPECT_THAT(decoded.output, testing::Not(HasSubstr("missed")));
    EXPECT_GT(farm->statistics().bytes_sent, 10'000U);
}

TEST(Farm, AsksFfmpegForADigest) {
    FarmOptions farm_options = options();
    farm_options.credentials.emplace("admin", Secret("p4ss word"));
    const auto farm = start(std::move(farm_options));
    const std::string address = farm->url(1).substr(std::string_view("rtsp://").size());
    const std::string probe =
        "timeout 20 ffprobe -v error -rtsp_transport tcp -show_entries stream=codec_name ";
    EXPECT_THAT(run_tool(probe + "rtsp://admin:p4ss%20word@" + address).output, HasSubstr("codec_name=h264"));
    EXPECT_THAT(run_tool(probe + "rtsp://admin:wrong@" + address).output, HasSubstr("401"));
    EXPECT_THAT(run_tool(probe + farm->url(1)).output, HasSubstr("401"));
}

TEST(Farm, IsReadByGStreamer) {
    if (run_tool("command -v gst-launch-1.0").status != 0) GTEST_SKIP() << "gst-launch-1.0 is not installed";
    FarmOptions farm_options = options();
    farm_options.credentials.emplace("admin", Secret("s3cret"));
    const auto farm = start(std::move(farm_options));
    const auto run = run_tool("timeout 30 gst-launch-1.0 -q rtspsrc location=" + farm->url(1) +
                              " protocols=tcp user-id=admin user-pw=s3cret ! rtph264depay ! h264parse ! "
                              "'video/x-h264,alignment=au' ! fakesink num-buffers=40");
    EXPECT_EQ(run.status, 0) << run.output;
}

TEST(Farm, SaysWhatIsWrongWithItsOptions) {
    const auto first = start(options());
    FarmOptions same_port = options();
    same_port.port = first->port();
    const auto second = Farm::start(std::move(same_port));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::conflict);
    EXPECT_THAT(second.error().message, HasSubstr(std::to_string(first->port())));

    FarmOptions bad_address = options();
    bad_address.bind = "localhost.";
    EXPECT_EQ(Farm::start(std::move(bad_address)).error().kind, ErrorKind::invalid_input);
    FarmOptions no_clip = options();
    no_clip.clips = {{"/nowhere/clip.h264", std::nullopt}};
    EXPECT_EQ(Farm::start(std::move(no_clip)).error().kind, ErrorKind::not_found);
    FarmOptions no_camera = options();
    no_camera.cameras = 0;
    EXPECT_FALSE(Farm::start(std::move(no_camera)));
}

TEST(Farm, ClosesASilentSessionAndKeepsOneThatTalks) {
    FarmOptions farm_options = options(Fault::Kind::no_media);
    farm_options.session_timeout = 2s;
    const auto farm = start(std::move(farm_options));
    const Connection talks(farm->port());
    const Connection is_silent(farm->port());
    is_silent.play(farm->url(1));
    for (int i = 0; i < 8; ++i) {
        EXPECT_THAT(talks.ask(ask_options), HasSubstr("Public: "));
        std::this_thread::sleep_for(500ms);
    }
    EXPECT_EQ(is_silent.receive(3s), std::nullopt);
    EXPECT_EQ(farm->statistics().clients, 1U);
}

TEST(Farm, ClosesAClientThatDoesNotRead) {
    // The media alone would take minutes to fill the sockets, so the client asks and asks, and never reads.
    const auto farm = start(options());
    const Connection client(farm->port());
    std::string many;
    for (int i = 0; i < 200; ++i) many += "DESCRIBE " + farm->url(1) + " RTSP/1.0\r\nCSeq: 1\r\n\r\n";
    for (int i = 0; i < 2000 && farm->statistics().too_slow == 0; ++i) client.send(many);
    EXPECT_EQ(farm->statistics().too_slow, 1U);
}

TEST(Farm, HasFaults) {
    {
        const auto farm = start(options(Fault::Kind::silent));
        const Connection client(farm->port());
        client.send(ask_options);
        EXPECT_EQ(client.receive(300ms), "");
    }
    {
        const auto farm = start(options(Fault::Kind::garbage));
        const Connection client(farm->port());
        EXPECT_GT(client.receive(5s).value_or("").size(), 1000U);
    }
    {
        FarmOptions farm_options = options(Fault::Kind::drop);
        farm_options.fault.drop_after = 300ms;
        const auto farm = start(std::move(farm_options));
        const Connection client(farm->port());
        EXPECT_THAT(client.ask(ask_options), HasSubstr("200 OK"));
        EXPECT_EQ(client.receive(5s), std::nullopt);
    }
    {
        const auto farm = start(options(Fault::Kind::no_media));
        const Connection client(farm->port());
        client.play(farm->url(1));
        EXPECT_EQ(client.receive(1s), "");
    }
}

TEST(Farm, StopsWithClientsAndStopsTwice) {
    const auto farm = start(options());
    const Connection client(farm->port());
    client.play(farm->url(1));
    EXPECT_GT(client.receive(5s).value_or("").size(), 0U);
    farm->stop();
    farm->stop();
    EXPECT_EQ(farm->statistics().clients, 0U);
}

TEST(Fault, IsParsed) {
    EXPECT_EQ(parse_fault("drop=3")->drop_after, 3s);
    EXPECT_EQ(parse_fault("no-media")->kind, Fault::Kind::no_media);
    EXPECT_EQ(parse_fault("")->kind, Fault::Kind::none);
    EXPECT_FALSE(parse_fault("drop=x"));
    EXPECT_THAT(parse_fault("explode").error().message, HasSubstr("garbage"));
}

}  // namespace
}  // namespace vedette::simulate
