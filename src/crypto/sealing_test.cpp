#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/test_hex.hpp"
#include "crypto/cobblestone.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/kdf.hpp"
#include "crypto/key_wrap.hpp"

namespace vedette::crypto {
namespace {

Bytes counting(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i);
    return bytes;
}

Bytes pattern(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 13 + 5);
    return bytes;
}

Bytes seal(ByteView plain, std::size_t piece_size = 1000) {
    const Secret key(counting(32));
    const Bytes salt = counting(24);
    std::vector<ByteView> pieces;
    for (std::size_t at = 0; at < plain.size(); at += piece_size)
        pieces.push_back(plain.subspan(at, std::min(piece_size, plain.size() - at)));
    Bytes sealed(cobblestone_sealed_size(plain.size()));
    CobblestoneSealer sealer;
    Sha256 digest;
    sealer.seal_with_salt(key, std::span<const std::byte, 24>(salt), as_bytes("test"), pieces, sealed,
                          &digest);
    EXPECT_EQ(digest.finish(), sha256(sealed));
    return sealed;
}

// Computed from the specification with Node's crypto module, which shares no code with ours above AES and
// SHA.
TEST(Cobblestone, AgreesWithAnotherImplementation) {
    EXPECT_EQ(
        to_hex(seal(as_bytes("hello world"))),
        "000102030405060708090a0b0c0d0e0f10111213141516179eef4f582fef0697f9dcfab371dd215d6e1fd88f8b8361d49b0f"
        "82baa1f7a943e74c508b9835a52f23a5b4da45007c867cd4c0383f044cc78ed124");
    for (const auto& [size, digest] :
         {std::pair<std::size_t, const char*>{
              0, "b60cca44a3dfa5d2ddb86f1c946548e7cd8635f9e2758e91810d24a30645a8a0"},
          {16'383, "79a52729f1022740d49ea07f7f691c7f7e734f7e7e1f952005e0d80a16fec87e"},
          {16'384, "b27c912545512832b05b2e7cb9b77c7e9ed89b42c559e678060e7c40380e98f9"},
          {40'000, "0e8db1ceb162df29862ae28da070baaae6947a54ed3dc9195efe94f8a54c3d28"}})
        EXPECT_EQ(to_hex(sha256(seal(pattern(size), 777))), digest) << size;
}

TEST(Cobblestone, OpensWholeAndInParts) {
    const Secret key(counting(32));
    for (const std::size_t size : {0u, 1u, 16'383u, 16'384u, 16'385u, 50'000u}) {
        const Bytes plain = pattern(size);
        const Bytes sealed = seal(plain);
        auto opener = CobblestoneOpener::start(key, as_bytes("test"), sealed);
        ASSERT_TRUE(opener) << size;
        EXPECT_EQ(opener->plain_size(), size);
        EXPECT_EQ(opener->read_all(), plain);
        EXPECT_FALSE(opener->read(size, 1));
    }
    const Bytes plain = pattern(50'000);
    const Bytes sealed = seal(plain);
    auto opener = CobblestoneOpener::start(key, as_bytes("test"), sealed);
    EXPECT_EQ(opener->read(16'380, 16'390), Bytes(plain.begin() + 16'380, plain.begin() + 32'770));
}

TEST(Cobblestone, RefusesEveryTruncationAndEveryFlippedBit) {
    const Secret key(counting(32));
    const Bytes sealed = seal(pattern(17'000));
    for (const std::size_t size : {std::size_t{0}, std::size_t{55}, std::size_t{71}, std::size_t{56 + 16'400},
                                   std::size_t{56 + 16'410}, sealed.size() - 1}) {
        const Bytes cut(sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(size));
        auto opener = CobblestoneOpener::start(key, as_bytes("test"), cut);
        EXPECT_FALSE(opener && opener->read_all()) << size;
    }
    for (std::size_t at = 0; at < sealed.size(); at += 331) {
        Bytes bad = sealed;
        bad[at] ^= std::byte{0x80};
        auto opener = CobblestoneOpener::start(key, as_bytes("test"), bad);
        EXPECT_FALSE(opener && opener->read_all()) << at;
    }
    EXPECT_FALSE(CobblestoneOpener::start(key, as_bytes("tesT"), sealed));
}

// An empty last chunk is authenticated as well.
TEST(Cobblestone, AnEmptyLastChunkCounts) {
    const Secret key(counting(32));
    Bytes sealed = seal(pattern(16'384));
    sealed.back() ^= std::byte{1};
    auto opener = CobblestoneOpener::start(key, as_bytes("test"), sealed);
    ASSERT_TRUE(opener);
    EXPECT_FALSE(opener->read_all());
}

// RFC 5649 section 6 has 192-bit keys, ours have 256. From Project Wycheproof, aes_kwp_test.json, group of
// 256 bits: tests 171, 175, 178, 179, 182 and 185.
TEST(KeyWrap, WycheproofVectors) {
    const Secret kek(from_hex("1abf4b7fa2bb62a78f09ddab04625dcacdd9e551d1a69b6b162baa53d2700093").value());
    struct Vector {
        const char* key;
        const char* wrapped;
    };
    for (const Vector& vector :
         {Vector{"ae", "06c1e65ac0f385b4e8c400d229f39422"},
          Vector{"d9445094b1", "077362f50356fc7c54c70f9cb4306f7d"},
          Vector{"e43f5e4e123a03c4", "3a6746052a1744cfe7e2f36dafc4042d"},
          Vector{"1723eb9d000916996a", "db7e73da22219e1baac0f4e955c3db2b900b5d3078f94b59"},
          Vector{"b3be5e5397df5f46b099e821", "660f645b02405a18f7225b68c0a09a949b2b5ba784922cfe"},
          Vector{"72aaee126a822184806c7d22eed66b", "de497acf18a177a3a9b3d8da46d74dfa58dcc537a3a95323"}}) {
        const Bytes key = from_hex(vector.key).value();
        EXPECT_EQ(to_hex(wrap_key(kek, key)), vector.wrapped);
        auto unwrapped = unwrap_key(kek, from_hex(vector.wrapped).value());
        ASSERT_TRUE(unwrapped) << vector.key;
        EXPECT_TRUE(std::ranges::equal(unwrapped->reveal(), key));
    }
}

// The same file, tests 186, 190, 194, 198, 202 and 206: wrapped with an initial value or padding of their
// own.
TEST(KeyWrap, WycheproofRefusals) {
    const Secret kek(from_hex("4f710eb6b5e28703becfc3dc52fa8bc1dd44a4a6d38a84b4f94e89ac32d987e7").value());
    for (const char* wrapped : {"98428fb83dc207033c1585e0242e699be98e0001f1ee15ba",
                                "7cc6af073f8d21e26713222ba609c91b69fc5faee9870eb7",
                                "f795cf444efd94bd6a561d8cb0703ee0e979c073aa66fdaa",
                                "86b9f13e871ecb5aa009c80a31693336e59ae1ed3c8d7aaf",
                                "7fd3ad3aee0545da1ed3a54d5a198a2c76cf8290c011c042",
                                "b42bcb4161f40b30f3d2f740f43e441d3c9a39613914f1c6"})
        EXPECT_FALSE(unwrap_key(kek, from_hex(wrapped).value())) << wrapped;
}

TEST(KeyWrap, RoundTripAndBinding) {
    const Secret kek(counting(32));
    for (const std::size_t size : {1u, 7u, 8u, 20u, 32u, 33u}) {
        const Bytes wrapped = wrap_key(kek, counting(size));
        EXPECT_EQ(wrapped.size(), (size + 7) / 8 * 8 + 8);
        auto key = unwrap_key(kek, wrapped);
        ASSERT_TRUE(key);
        EXPECT_TRUE(std::ranges::equal(key->reveal(), counting(size)));
        for (std::size_t at = 0; at < wrapped.size(); ++at) {
            Bytes bad = wrapped;
            bad[at] ^= std::byte{1};
            EXPECT_FALSE(unwrap_key(kek, bad));
        }
    }
    const Bytes bound = wrap_key_for(kek, as_bytes("a"), counting(32));
    EXPECT_TRUE(unwrap_key_for(kek, as_bytes("a"), bound));
    EXPECT_FALSE(unwrap_key_for(kek, as_bytes("b"), bound));
}

// RFC 8032 section 7.1, tests 1 and 2.
TEST(Ed25519, Rfc8032Vectors) {
    struct Vector {
        const char* seed;
        const char* key;
        const char* message;
        const char* signature;
    };
    for (const Vector& v : {Vector{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                                   "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                                   "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb882159"
                                   "0a33bacc61e39701cf9b46bd25bf5"
                                   "f0595bbe24655141438e7a100b"},
                            Vector{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                                   "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                                   "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43"
                                   "e15996e458f3613d0f11d8c387b2ea"
                                   "eb4302aeeb00d291612bb0c00"}}) {
        const auto signer = Ed25519Signer::from_seed(hex(v.seed));
        ASSERT_TRUE(signer);
        EXPECT_EQ(to_hex(signer->public_key()), v.key);
        EXPECT_EQ(to_hex(signer->sign(hex(v.message))), v.signature);
        EXPECT_TRUE(ed25519_verify(signer->public_key(), hex(v.message), hex(v.signature)));
        EXPECT_FALSE(ed25519_verify(signer->public_key(), as_bytes("other"), hex(v.signature)));
    }
}

}  // namespace
}  // namespace vedette::crypto
