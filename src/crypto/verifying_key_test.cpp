// What is no key. That good ones verify is tested with the vectors of src/webauthn.

#include "crypto/verifying_key.hpp"

#include <gtest/gtest.h>

#include "base/test_hex.hpp"
#include "crypto/ed25519.hpp"

namespace vedette::crypto {
namespace {

// The generator of P-256 (SEC 2 section 2.4.2).
const Bytes generator_x = hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
const Bytes generator_y = hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");

TEST(VerifyingKey, IsAPointOfItsCurve) {
    using enum VerifyingKey::Curve;
    EXPECT_TRUE(VerifyingKey::ec(p256, generator_x, generator_y));
    Bytes beside = generator_y;
    beside.back() ^= std::byte{1};
    EXPECT_FALSE(VerifyingKey::ec(p256, generator_x, beside));
    EXPECT_FALSE(VerifyingKey::ec(p384, generator_x, generator_y));
    EXPECT_FALSE(VerifyingKey::ec(p256, ByteView(generator_x).first(31), generator_y));
    EXPECT_FALSE(VerifyingKey::ec(p256, Bytes(32), Bytes(32)));  // infinity has no such form
    EXPECT_FALSE(VerifyingKey::ec(p256, {}, {}));
}

TEST(VerifyingKey, HasARsaModulusOf2048To4096Bits) {
    const auto modulus = [](std::size_t bits) {
        Bytes number((bits + 7) / 8, std::byte{0xff});
        number.front() = static_cast<std::byte>(0xff >> (number.size() * 8 - bits));
        return number;
    };
    const Bytes e = hex("010001");
    EXPECT_FALSE(VerifyingKey::rsa(modulus(2047), e));
    EXPECT_FALSE(VerifyingKey::rsa(modulus(4104), e));
    EXPECT_FALSE(VerifyingKey::rsa({}, e));
    EXPECT_FALSE(VerifyingKey::rsa(modulus(2203), hex("01")));
    EXPECT_FALSE(VerifyingKey::rsa(modulus(2203), hex("02")));
    EXPECT_FALSE(VerifyingKey::rsa(modulus(2203), hex("0100000001")));
    EXPECT_FALSE(VerifyingKey::rsa(modulus(2203), {}));
}

TEST(VerifyingKey, VerifiesEd25519) {
    const auto signer = Ed25519Signer::generate();
    const auto key = VerifyingKey::ed25519(signer.public_key());
    ASSERT_TRUE(key);
    const auto signature = signer.sign(as_bytes("message"));
    EXPECT_TRUE(key->verify(as_bytes("message"), signature));
    EXPECT_FALSE(key->verify(as_bytes("massage"), signature));
    EXPECT_FALSE(key->verify(as_bytes("message"), ByteView(signature).first(63)));
    EXPECT_FALSE(key->verify(as_bytes("message"), {}));
    EXPECT_FALSE(VerifyingKey::ed25519(ByteView(signer.public_key()).first(31)));
}

}  // namespace
}  // namespace vedette::crypto
