#include "crypto/totp.hpp"

#include <gtest/gtest.h>

namespace vedette::crypto {
namespace {

// Of both RFCs.
const ByteView rfc_secret = as_bytes(std::string_view("12345678901234567890"));

TEST(Totp, Rfc4226AppendixD) {
    const char* expected[] = {"755224", "287082", "359152", "969429", "338314",
                              "254676", "287922", "162583", "399871", "520489"};
    for (std::uint64_t counter = 0; counter < 10; ++counter)
        EXPECT_EQ(hotp(rfc_secret, counter), expected[counter]);
}

TEST(Totp, Rfc6238AppendixB) {
    const std::pair<std::int64_t, const char*> expected[] = {
        {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
        {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
    for (const auto& [seconds, code] : expected)
        EXPECT_EQ(hotp(rfc_secret, totp_counter(from_unix_seconds(seconds)), 8), code);
}

TEST(Totp, OneStepEitherSideAndEachCodeOnce) {
    const UtcTime now = from_unix_seconds(59);  // step 1
    for (std::uint64_t step = 0; step < 5; ++step)
        EXPECT_EQ(accept_totp(rfc_secret, hotp(rfc_secret, step), now, 0).has_value(), step == 1 || step == 2)
            << step;
    EXPECT_EQ(accept_totp(rfc_secret, "287 082", now, 0), 1u);
    EXPECT_FALSE(accept_totp(rfc_secret, "287082", now, 1));
    EXPECT_TRUE(accept_totp(rfc_secret, hotp(rfc_secret, 2), now, 1));
    for (const char* wrong : {"", "0", "000000", "94287082", "287082x"})
        EXPECT_FALSE(accept_totp(rfc_secret, wrong, now, 0)) << wrong;
}

TEST(Base32, Rfc4648Vectors) {
    const std::pair<const char*, const char*> expected[] = {{"", ""},
                                                            {"f", "MY"},
                                                            {"fo", "MZXQ"},
                                                            {"foo", "MZXW6"},
                                                            {"foob", "MZXW6YQ"},
                                                            {"fooba", "MZXW6YTB"},
                                                            {"foobar", "MZXW6YTBOI"}};
    for (const auto& [text, code] : expected) EXPECT_EQ(to_base32(as_bytes(std::string_view(text))), code);
}

}  // namespace
}  // namespace vedette::crypto
