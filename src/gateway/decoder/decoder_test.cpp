// The decoder process as it is: started from this test's own program, sandboxed, with what comes to it.

#include "gateway/decoder/decoder.hpp"

#include <csignal>
#include <fstream>
#include <random>
#include <string_view>

#include "gateway/decoder/worker.hpp"
#include "media/with_ffmpeg.hpp"
#include "net/event_loop.hpp"
#include "sandbox/child.hpp"

namespace vedette::gateway::decoder {
namespace {

// Before main(): it must have one thread.
__attribute__((constructor)) void become_worker(int count, char** arguments) {
    if (count == 2 && std::string_view(arguments[1]) == worker_word) run_worker();
}

using media::testing_support::run;

class DecoderTest : public media::testing_support::WithFfmpeg {
  protected:
    // One key frame of one colour, as ffmpeg writes it with these options.
    Bytes key_frame(const std::string& colour, const std::string& options, const std::string& name) {
        const std::string printed = run("ffmpeg -v error -y -f lavfi -i color=" + colour +
                                        ":s=640x360:r=25 -frames:v 1 " + options + " " + path(name));
        EXPECT_EQ(printed, "");
        return load(name);
    }
    Bytes jpeg_picture(const std::string& colour) { return key_frame(colour, "-q:v 2", "picture.jpg"); }

    Result<SmallPicture> decode(media::Codec codec, ByteView picture, ByteView config = {}) {
        auto frame = KeyFrame::make(codec, config, picture);
        if (!frame) return std::unexpected(frame.error());
        std::optional<Result<SmallPicture>> made;
        loop.run_until(decode_into(decoder, *frame, made));
        return std::move(*made);
    }
    static net::Awaitable<void> decode_into(Decoder& decoder, const KeyFrame& frame,
                                            std::optional<Result<SmallPicture>>& made) {
        auto decoding = decoder.decode(frame, 320);
        made.emplace(co_await std::move(decoding));
    }
    // The mean colour of a JPEG file, by another program: "rrggbb" with two hexadecimal digits each.
    std::array<int, 3> colour_of(ByteView jpeg) {
        std::ofstream(path("small.jpg"), std::ios::binary) << as_text(jpeg);
        EXPECT_EQ(run("ffmpeg -v error -y -i " + path("small.jpg") +
                      " -vf scale=1:1:flags=area -f rawvideo -pix_fmt rgb24 " + path("pixel")),
                  "");
        const Bytes pixel = load("pixel");
        if (pixel.size() != 3) return {-1, -1, -1};
        return {std::to_integer<int>(pixel[0]), std::to_integer<int>(pixel[1]),
                std::to_integer<int>(pixel[2])};
    }
    void expect_colour(ByteView jpeg, std::array<int, 3> wanted) {
        const auto got = colour_of(jpeg);
        for (std::size_t i = 0; i < wanted.size(); ++i)
            EXPECT_NEAR(got[i], wanted[i], 14) << "of " << got[0] << " " << got[1] << " " << got[2];
    }

    net::EventLoop loop{"decoder test"};
    Decoder decoder{loop.executor(), std::chrono::milliseconds(10'000)};
};

TEST_F(DecoderTest, MakesSmallPicturesOfEachCodec) {
    const struct {
        media::Codec codec;
        std::string options;
        std::string file;
    } cases[] = {
        {media::Codec::mjpeg, "-q:v 2", "a.jpg"},
        {media::Codec::h264, "-c:v libx264 -pix_fmt yuv420p -bsf:v h264_mp4toannexb", "a.h264"},
        {media::Codec::h265, "-c:v libx265 -x265-params log-level=none -pix_fmt yuv420p", "a.hevc"},
        {media::Codec::av1, "-c:v libaom-av1 -cpu-used 8 -pix_fmt yuv420p -f obu", "a.obu"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(media::to_string(one.codec));
        const Bytes picture = key_frame("0xC04020", one.options, one.file);
        ASSERT_FALSE(picture.empty());
        const auto made = decode(one.codec, picture);
        ASSERT_TRUE(made) << made.error().message;
        EXPECT_EQ(made->width, 320);
        EXPECT_EQ(made->height, 180);
        expect_colour(made->jpeg, {0xC0, 0x40, 0x20});
    }
}

TEST_F(DecoderTest, LooksAtPicturesInASandboxAndLast) {
    ASSERT_TRUE(decode(media::Codec::mjpeg, jpeg_picture("red")));
    ASSERT_TRUE(decoder.is_running());
    std::ifstream status(fmt::format("/proc/{}/status", decoder.pid()));
    const std::string text{std::istreambuf_iterator<char>(status), {}};
    EXPECT_NE(text.find("Seccomp:\t2\n"), std::string::npos) << text;
    EXPECT_NE(text.find("NoNewPrivs:\t1\n"), std::string::npos);
    EXPECT_NE(text.find("CapEff:\t0000000000000000\n"), std::string::npos);
    EXPECT_NE(text.find("Threads:\t1\n"), std::string::npos);
    std::ifstream stat(fmt::format("/proc/{}/stat", decoder.pid()));
    std::string word;
    for (int i = 0; i < 19; ++i) stat >> word;
    EXPECT_EQ(word, "19") << "its nice value";
    decoder.end();
    EXPECT_FALSE(decoder.is_running());
}

TEST_F(DecoderTest, GarbageCostsOnePicture) {
    const Bytes good = jpeg_picture("blue");
    std::minstd_rand random(7);
    Bytes noise(20'000);
    for (std::byte& byte : noise) byte = static_cast<std::byte>(random());
    for (const auto codec :
         {media::Codec::h264, media::Codec::h265, media::Codec::av1, media::Codec::mjpeg}) {
        const auto none = decode(codec, noise);
        ASSERT_FALSE(none);
        EXPECT_EQ(none.error().kind, ErrorKind::corrupt);
        EXPECT_EQ(none.error().message, "the picture can't be decoded");
        EXPECT_FALSE(decode(codec, ByteView(noise).first(1)));
    }
    EXPECT_EQ(decode(media::Codec::opus, noise).error().kind, ErrorKind::unsupported);
    const auto made = decode(media::Codec::mjpeg, good);
    ASSERT_TRUE(made) << made.error().message;
    expect_colour(made->jpeg, {0, 0, 255});
}

TEST_F(DecoderTest, ADeadOrHangingProcessIsReplaced) {
    const Bytes good = jpeg_picture("green");
    ASSERT_TRUE(decode(media::Codec::mjpeg, good));
    const pid_t first = decoder.pid();
    ::kill(first, SIGKILL);
    const auto made = decode(media::Codec::mjpeg, good);
    // It may have died in the middle, which costs this picture.
    if (!made) EXPECT_EQ(made.error().kind, ErrorKind::corrupt);
    ASSERT_TRUE(decode(media::Codec::mjpeg, good));
    EXPECT_NE(decoder.pid(), first);

    ::kill(decoder.pid(), SIGSTOP);
    const auto hung = decode(media::Codec::mjpeg, good);
    ASSERT_FALSE(hung);
    EXPECT_EQ(hung.error().message, "the picture can't be decoded");
    EXPECT_FALSE(decoder.is_running());
    ASSERT_TRUE(decode(media::Codec::mjpeg, good));
}

TEST_F(DecoderTest, NothingBeyondTheLimitsIsPassedOn) {
    EXPECT_FALSE(KeyFrame::make(media::Codec::h264, {}, {}));
    EXPECT_FALSE(KeyFrame::make(media::Codec::h264, Bytes(max_config_bytes + 1), Bytes(1)));
    EXPECT_FALSE(KeyFrame::make(media::Codec::h264, {}, Bytes(max_picture_bytes + 1)));
    EXPECT_TRUE(KeyFrame::make(media::Codec::h264, Bytes(max_config_bytes), Bytes(max_picture_bytes)));
}

Bytes bytes_of(std::string_view text) {
    const ByteView view = as_bytes(text);
    return {view.begin(), view.end()};
}

TEST(DecoderMessages, ComeBackAsTheyWere) {
    const Order order{
        .id = 7, .codec = media::Codec::av1, .side = 320, .config_bytes = 4, .picture_bytes = 99};
    EXPECT_EQ(decode_order(encode(order)), order);
    const Product product{
        .id = 7,
        .picture = SmallPicture{.width = 320, .height = 180, .jpeg = bytes_of("\xFF\xD8..\xFF\xD9")}};
    EXPECT_EQ(decode_product(encode(product)), product);
    const Product error{.id = 8, .picture = fail(ErrorKind::unsupported, "there is no decoder for it")};
    EXPECT_EQ(decode_product(encode(error)), error);
    const Product other{.id = 9, .picture = fail(ErrorKind::timeout, "of a kind that is not told")};
    EXPECT_EQ(decode_product(encode(other))->picture.error().kind, ErrorKind::internal);
}

TEST(DecoderMessages, WhatCanNotBeIsRefused) {
    const auto product = [](std::uint16_t width, std::uint16_t height, std::string_view jpeg) {
        return decode_product(encode(Product{
            .id = 1, .picture = SmallPicture{.width = width, .height = height, .jpeg = bytes_of(jpeg)}}));
    };
    EXPECT_TRUE(product(320, 180, "\xFF\xD8\xFF\xD9"));
    EXPECT_FALSE(product(0, 180, "\xFF\xD8\xFF\xD9"));
    EXPECT_FALSE(product(320, 641, "\xFF\xD8\xFF\xD9"));
    EXPECT_FALSE(product(320, 180, "<script>"));
    EXPECT_FALSE(product(320, 180, "\xFF\xD8"));
    EXPECT_FALSE(product(320, 180, ""));
    EXPECT_FALSE(decode_product({}));
    EXPECT_FALSE(decode_product(bytes_of("\1\1\1\1\x9 text")));
    EXPECT_FALSE(decode_product(bytes_of("\1\1\1\1\1two\nlines")));
    // A picture that stays too large is an error, and not a packet that does not fit.
    const Product large{.id = 1,
                        .picture = SmallPicture{.width = 2, .height = 2, .jpeg = Bytes(max_jpeg_bytes + 1)}};
    EXPECT_EQ(decode_product(encode(large))->picture.error().kind, ErrorKind::exhausted);
    EXPECT_LE(encode(large).size(), max_packet_bytes);
    for (const Order order : {Order{.picture_bytes = 0}, Order{.side = 641, .picture_bytes = 1},
                              Order{.side = 0, .picture_bytes = 1},
                              Order{.config_bytes = max_config_bytes + 1, .picture_bytes = 1},
                              Order{.picture_bytes = max_picture_bytes + 1}})
        EXPECT_FALSE(decode_order(encode(order)));
    EXPECT_FALSE(decode_order(bytes_of("short")));
}

}  // namespace
}  // namespace vedette::gateway::decoder
