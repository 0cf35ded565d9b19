#include "simulate/tunnel.hpp"

#include <gtest/gtest.h>

#include "crypto/base64.hpp"

namespace vedette::simulate {
namespace {

TEST(Base64Stream, EachRequestIsEncodedForItself) {
    const std::string text =
        crypto::to_base64(as_bytes("OPTIONS")) + "\r\n" + crypto::to_base64(as_bytes("PLAY"));
    for (std::size_t split = 0; split <= text.size(); ++split) {
        Base64Stream stream;
        std::string out;
        for (const std::string& part : {text.substr(0, split), text.substr(split)}) {
            const auto bytes = stream.feed(as_bytes(part));
            ASSERT_TRUE(bytes) << split;
            out += as_text(*bytes);
        }
        EXPECT_EQ(out, "OPTIONSPLAY") << split;
    }
    EXPECT_FALSE(Base64Stream().feed(as_bytes("****")));
}

TEST(Opening, KindOfAConnectionWhereverItsBytesAreSplit) {
    using Kind = Opening::Kind;
    const std::pair<std::string, Kind> openings[] = {
        {"OPTIONS rtsp://cam RTSP/1.0\r\n", Kind::rtsp},
        {"GET_PARAMETER rtsp://cam RTSP/1.0\r\n", Kind::rtsp},
        {"GET /cam1 HTTP/1.0\r\nx-sessioncookie: 7\r\n\r\nrest", Kind::get},
        {"POST /cam1 HTTP/1.0\r\nX-SessionCookie: 7\r\n\r\nrest", Kind::post},
    };
    for (const auto& [bytes, kind] : openings) {
        for (std::size_t split = 0; split <= bytes.size(); ++split) {
            Opening opening;
            std::string after;
            for (const std::string& part : {bytes.substr(0, split), bytes.substr(split)}) {
                if (opening.kind() != Kind::unknown)
                    after += part;
                else
                    ASSERT_TRUE(opening.feed(as_bytes(part)));
            }
            EXPECT_EQ(opening.kind(), kind) << bytes << split;
            EXPECT_EQ(std::string(as_text(opening.bytes())) + after, kind == Kind::rtsp ? bytes : "rest")
                << split;
            if (kind != Kind::rtsp) EXPECT_EQ(opening.cookie(), "7");
        }
    }
    EXPECT_FALSE(Opening().feed(as_bytes("GET /cam1 RTSP/2.0\r\n\r\n")));
}

}  // namespace
}  // namespace vedette::simulate
