#include "simulate/quirks.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rtsp/rtp.hpp"
#include "rtsp/stream_parser.hpp"
#include "simulate/session.hpp"

namespace vedette::simulate {
namespace {

using testing::HasSubstr;

constexpr unsigned behaviours = 76;  // of docs/ref/cameras.md

TEST(Quirks, EachHasANameOfItsOwnANumberAndASentenceAndDoesSomething) {
    std::set<std::string_view> names;
    unsigned last = 0;
    for (const Quirk* quirk : all_quirks()) {
        SCOPED_TRACE(quirk->name);
        EXPECT_TRUE(names.insert(quirk->name).second);
        EXPECT_EQ(find_quirk(quirk->name).value(), quirk);
        EXPECT_GE(quirk->number, std::max(last, 1U));
        EXPECT_LE(quirk->number, behaviours);
        EXPECT_FALSE(quirk->sentence.empty());
        EXPECT_TRUE(quirk->request || quirk->response || quirk->wire || quirk->media || quirk->network);
        last = quirk->number;
    }
    EXPECT_THAT(find_quirk("nonsense").error().message, HasSubstr("--list-quirks"));
}

class QuirkScriptTest : public testing::Test {
  protected:
    /// Two packets of a picture, as the farm sends them, behind the quirks.
    std::string send(std::vector<std::string_view> names) {
        std::vector<const Quirk*> quirks;
        for (const std::string_view name : names) quirks.push_back(find_quirk(name).value());
        QuirkShared shared;
        QuirkScript script(quirks, session_, shared);
        ByteWriter frames;
        for (std::uint16_t i = 0; i < 2; ++i) {
            const auto header = rtsp::rtp_header({.marker = i == 1,
                                                  .payload_type = 96,
                                                  .sequence = static_cast<std::uint16_t>(65'535 + i),
                                                  .ssrc = 5});
            frames.bytes(rtsp::interleaved_header(0, header.size())).bytes(header);
        }
        const Bytes sent = std::move(frames).finish();
        std::string out;
        rtsp::StreamParser parser;
        parser.feed(script.media(sent, true, MonotonicTime{}));
        for (auto item = parser.next(); item && !std::holds_alternative<rtsp::NeedMore>(*item);
             item = parser.next())
            if (const auto* frame = std::get_if<rtsp::InterleavedFrame>(&*item)) {
                const auto packet = rtsp::parse_rtp(frame->payload).value();
                out += fmt::format("{}:{}/{}{} ", frame->channel, packet.sequence,
                                   packet.ssrc == 5 ? "own" : "other", packet.marker ? "!" : "");
            }
        return out + (parser.junk_bytes() > 0 ? "junk" : "");
    }

    std::vector<FarmStream> streams_;
    Session session_{streams_, {}, "id", "nonce", 60};
};

TEST_F(QuirkScriptTest, ChangesPacketsAndNumbersTheRestAnew) {
    EXPECT_EQ(send({}), "0:65535/own 0:0/own! ");
    EXPECT_EQ(send({"no-marker"}), "0:65535/own 0:0/own ");
    EXPECT_EQ(send({"packets-of-an-earlier-session"}), "0:65535/other 0:65535/own 0:0/other! 0:0/own! ");
    EXPECT_EQ(send({"unknown-channel"}), "9:65535/own 0:65535/own 0:0/own! ");
    EXPECT_EQ(send({"junk-before-frames"}), "0:65535/own 0:0/own! junk");
    EXPECT_EQ(send({"no-key-frames"}), "");
    EXPECT_EQ(send({"no-marker", "other-channels"}), "13:65535/own 13:0/own ");
}

TEST_F(QuirkScriptTest, AnswersInTheCamerasPlace) {
    const std::vector quirks{find_quirk("options-refused").value(),
                             find_quirk("cseq-loosely-written").value()};
    QuirkShared shared;
    QuirkScript script(quirks, session_, shared);
    rtsp::Request request{.method = "OPTIONS", .uri = "*"};
    request.headers.add("CSeq", "7");
    auto own = script.before(request, MonotonicTime{});
    ASSERT_TRUE(own);
    EXPECT_THAT(script.answer(request, *std::move(own), MonotonicTime{}),
                HasSubstr("RTSP/1.0 404 Not Found\r\ncseq:   7  \r\n"));
    request.method = "DESCRIBE";
    EXPECT_FALSE(script.before(request, MonotonicTime{}));
}

}  // namespace
}  // namespace vedette::simulate
