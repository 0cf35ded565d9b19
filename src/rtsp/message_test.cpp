#include "rtsp/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rtsp/stream_parser.hpp"

namespace vedette::rtsp {
namespace {

std::vector<StreamItem> parse_all(std::string_view text, std::size_t split = std::string_view::npos) {
    StreamParser parser;
    std::vector<StreamItem> items;
    static std::vector<Bytes> kept;  // frames point into the parser; copies outlive it
    for (std::string_view part : {text.substr(0, split), split < text.size() ? text.substr(split) : ""}) {
        parser.feed(as_bytes(part));
        while (true) {
            auto item = parser.next();
            EXPECT_TRUE(item) << item.error().message;
            if (!item || std::holds_alternative<NeedMore>(*item)) break;
            if (auto* frame = std::get_if<InterleavedFrame>(&*item)) {
                kept.emplace_back(frame->payload.begin(), frame->payload.end());
                frame->payload = kept.back();
            }
            items.push_back(*std::move(item));
        }
    }
    return items;
}

TEST(Message, ReadsAnswerWithoutReasonAndWithBlanks) {
    const auto head =
        parse_head("RTSP/1.0 200\r\nCSeq:  7 \r\n session : 12 ;timeout=5\r\nx\r\nPublic: A,\r\n B\r\n\r\n");
    ASSERT_TRUE(head);
    const auto& response = std::get<Response>(head->message);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.reason, "");
    EXPECT_EQ(*response.headers.find("public"), "A, B");
    EXPECT_EQ(*cseq(std::get<Response>(parse_head("RTSP/1.0 200 OK\r\nCSeq: 7 \r\n\r\n")->message).headers),
              7U);
}

TEST(Message, ReadsRequestWithBlankInUrl) {
    const auto head = parse_head("DESCRIBE rtsp://h/a b RTSP/1.0\r\nContent-Length: 3\r\n\r\n");
    ASSERT_TRUE(head);
    EXPECT_EQ(head->body_bytes, 3U);
    EXPECT_EQ(std::get<Request>(head->message).uri, "rtsp://h/a b");
}

struct Refusal {
    std::string_view head;
    ErrorKind kind;
};

TEST(Message, RefusesWithWords) {
    for (const auto& [head, kind] : std::vector<Refusal>{
             {"HTTP/1.1 400 Bad Request\r\n\r\n", ErrorKind::unsupported},
             {"RTSP/1.0 20 OK\r\n\r\n", ErrorKind::corrupt},
             {"OPTIONS RTSP/1.0\r\n\r\n", ErrorKind::corrupt},
             {"RTSP/1.0 200 OK\r\nContent-Length: x\r\n\r\n", ErrorKind::corrupt},
             {"RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n", ErrorKind::exhausted}}) {
        const auto parsed = parse_head(head);
        ASSERT_FALSE(parsed) << head;
        EXPECT_EQ(parsed.error().kind, kind) << head;
    }
}

TEST(Message, SessionHeader) {
    EXPECT_EQ(parse_session("ab;timeout=30")->timeout_seconds, 30U);
    EXPECT_EQ(parse_session(" ab ; timeout = 5 ")->id, "ab");
    EXPECT_EQ(parse_session("ab;timeout=0")->timeout_seconds, 60U);
    EXPECT_FALSE(parse_session(" ;timeout=5"));
}

TEST(Message, PrintedAndParsedAgain) {
    Response response{.status = 404, .reason = "Not Found", .headers = {}, .body = "why"};
    response.headers.add("CSeq", "3");
    const auto items = parse_all(print(response));
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(std::get<Response>(items[0]), response);
}

TEST(StreamParser, SameItemsWhereverTheInputIsSplit) {
    using namespace std::string_view_literals;
    const std::string text = std::string("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nv=0\r\n") +
                             std::string("$\x00\x00\x0c\x80\x60\x00\x01zzzzssss"sv) + "\r\n" +
                             std::string("$\x01\x00\x08\x80\xc8\x00\x01wwww"sv) +
                             "ANNOUNCE rtsp://h/ RTSP/1.0\nCSeq: 2\n\n" + std::string("\x07\x08junk"sv) +
                             std::string("$\x00\x00\x0c\x80\x60\x00\x02zzzzssss"sv);
    for (std::size_t split = 0; split <= text.size(); ++split) {
        const auto items = parse_all(text, split);
        ASSERT_EQ(items.size(), 5U) << split;
        EXPECT_EQ(std::get<Response>(items[0]).body, "v=0\r\n");
        EXPECT_EQ(std::get<InterleavedFrame>(items[1]).payload.size(), 12U);
        EXPECT_EQ(std::get<InterleavedFrame>(items[2]).channel, 1);
        EXPECT_EQ(std::get<Request>(items[3]).method, "ANNOUNCE");
        EXPECT_EQ(as_text(std::get<InterleavedFrame>(items[4]).payload).substr(8), "ssss");
    }
}

TEST(StreamParser, GivesUpOnGarbage) {
    StreamParser parser;
    const Bytes garbage(max_junk_bytes + 1, std::byte{0xee});
    parser.feed(garbage);
    const auto item = parser.next();
    ASSERT_FALSE(item);
    EXPECT_EQ(item.error().kind, ErrorKind::corrupt);
}

TEST(StreamParser, GivesUpOnEndlessHeaders) {
    StreamParser parser;
    std::string text = "RTSP/1.0 200 OK\r\n";
    while (text.size() <= max_head_bytes) text += "A: b\r\n";
    parser.feed(as_bytes(text));
    const auto item = parser.next();
    ASSERT_FALSE(item);
    EXPECT_EQ(item.error().kind, ErrorKind::exhausted);
}

}  // namespace
}  // namespace vedette::rtsp
