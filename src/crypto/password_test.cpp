#include "crypto/password.hpp"

#include <gtest/gtest.h>

namespace vedette::crypto {
namespace {

constexpr PasswordCost cheap{.memory_kib = 64, .passes = 1, .lanes = 1};

TEST(Password, RoundTrip) {
    const auto phc = hash_password("correct horse battery staple", cheap);
    ASSERT_TRUE(phc.has_value()) << phc.error().message;
    EXPECT_TRUE(phc->starts_with("$argon2id$v=19$m=64,t=1,p=1$")) << *phc;
    EXPECT_TRUE(verify_password(*phc, "correct horse battery staple"));
    EXPECT_FALSE(verify_password(*phc, "correct horse battery stapl"));
    EXPECT_NE(*phc, *hash_password("correct horse battery staple", cheap));  // salted
}

// Password, salt and tag as in the test vectors of the reference implementation (m = 2^8, t = 2, p = 1).
TEST(Password, OpensTheReferenceVector) {
    const auto phc = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    EXPECT_TRUE(verify_password(phc, "password"));
    EXPECT_FALSE(verify_password(phc, "Password"));
}

TEST(Password, RefusesWhatIsNoPhcString) {
    for (const char* phc : {"", "password", "$argon2id$", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$aGFzaA",
                            "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ"})
        EXPECT_FALSE(verify_password(phc, "password")) << phc;
}

TEST(Password, NeedsRehashWhenTheCostChanged) {
    const auto phc = hash_password("x", cheap);
    EXPECT_FALSE(needs_rehash(*phc, cheap));
    EXPECT_TRUE(needs_rehash(*phc, PasswordCost{}));
}

TEST(Password, UnusableHashIsWellFormedAndOpensForNobody) {
    const std::string phc = unusable_password_hash(cheap);
    EXPECT_EQ(phc.size(), hash_password("x", cheap)->size());
    EXPECT_FALSE(needs_rehash(phc, cheap));
    EXPECT_FALSE(verify_password(phc, ""));
}

}  // namespace
}  // namespace vedette::crypto
