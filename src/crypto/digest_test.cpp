#include "crypto/digest.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "crypto/base64.hpp"

namespace vedette::crypto {
namespace {

// FIPS 180-4 example "abc", and the empty message.
TEST(Sha256, KnownAnswers) {
    EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Sha256 hash;
    EXPECT_EQ(to_hex(hash.finish()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash.update(as_bytes("a"));
    hash.update(as_bytes("bc"));
    EXPECT_EQ(hash.finish(), sha256(as_bytes("abc")));
}

TEST(Base64, Rfc4648Vectors) {
    for (const auto& [plain, encoded] : {std::pair{"", ""},
                                         {"f", "Zg=="},
                                         {"fo", "Zm8="},
                                         {"foo", "Zm9v"},
                                         {"foob", "Zm9vYg=="},
                                         {"fooba", "Zm9vYmE="},
                                         {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
        const auto back = from_base64(encoded);
        ASSERT_TRUE(back) << encoded;
        EXPECT_EQ(as_text(*back), plain);
    }
}

TEST(Base64, ForUrlsIsWithoutPaddingAndStrict) {
    const Bytes bytes{std::byte{0xfb}, std::byte{0xff}};
    EXPECT_EQ(to_base64url(bytes), "-_8");
    EXPECT_EQ(from_base64url("-_8"), bytes);
    EXPECT_EQ(from_base64url(""), Bytes());
    for (const char* text : {"+/8", "-_8=", "-_9", "-", "-_8\n"}) EXPECT_FALSE(from_base64url(text)) << text;
}

TEST(Base64, RefusesWhatIsNotBase64) {
    for (const char* text :
         {"Zg", "Zg=", "Z===", "====", "Zm 8", "Zm9\n", "Zg==Zg==", "Zm9_", "Zh==", "Zm9vYmF="})
        EXPECT_FALSE(from_base64(text)) << text;
}

}  // namespace
}  // namespace vedette::crypto
