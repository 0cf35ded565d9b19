#include "witness/address.hpp"

#include <gtest/gtest.h>

namespace vedette::witness {
namespace {

constexpr std::string_view key = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

TEST(WitnessAddress, IsReadAsItIsWritten) {
    const std::pair<const char*, const char*> cases[] = {
        {"https://w.example", "https://w.example:443"},
        {"https://w.example:8444/", "https://w.example:8444"},
        {"https://w.example/a/b=c/", "https://w.example:443/a/b=c"},
        {"https://[2001:db8::1]:7", "https://[2001:db8::1]:7"},
        {"https://192.0.2.1:65535", "https://192.0.2.1:65535"}};
    for (const auto& [written, text] : cases) {
        const auto address = parse_address(fmt::format("{}={}", written, key));
        ASSERT_TRUE(address) << written << ": " << address.error().message;
        EXPECT_EQ(address->place->text(), text);
        EXPECT_EQ(address->verifier.vkey(), key);
    }
    EXPECT_EQ(parse_address(key)->place, std::nullopt);
}

TEST(WitnessAddress, OthersAreRefused) {
    for (const char* place : {"", "http://w.example", "w.example:1", "https://", "https://:1", "https://w:0",
                              "https://w:65536", "https://w:1x", "https://[::1", "https://[::1]x",
                              "https://a b", "https://u@w", "https://w/?q", "https://w/#f"})
        EXPECT_EQ(parse_address(fmt::format("{}={}", place, key)).error().kind, ErrorKind::invalid_input)
            << place;
    for (const char* text : {"", "=", "https://w.example", "https://w.example="})
        EXPECT_FALSE(parse_address(text)) << text;
}

}  // namespace
}  // namespace vedette::witness
