#include "crypto/srtp.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"

namespace vedette::crypto {
namespace {

Bytes bytes(std::string_view hex) {
    return *from_hex(hex);
}

SrtpKey key_of(SrtpSuite suite, std::string_view master_hex, std::string_view mki_hex = {}) {
    return {.suite = suite, .master = Secret(ByteView(bytes(master_hex))), .mki = bytes(mki_hex)};
}

constexpr SrtpSuite all_suites[] = {SrtpSuite::aead_aes_256_gcm,        SrtpSuite::aead_aes_128_gcm,
                                    SrtpSuite::aes_256_cm_hmac_sha1_80, SrtpSuite::aes_cm_128_hmac_sha1_80,
                                    SrtpSuite::aes_256_cm_hmac_sha1_32, SrtpSuite::aes_cm_128_hmac_sha1_32};

Bytes rtp(std::uint16_t sequence, std::uint32_t ssrc = 0xCAFE, std::string_view payload = "picture") {
    ByteWriter writer;
    writer.u8(0x80).u8(96).u16(sequence).u32(1000).u32(ssrc).text(payload);
    return std::move(writer).finish();
}

Bytes rtcp(std::uint32_t ssrc = 0xCAFE) {
    ByteWriter writer;
    writer.u8(0x80).u8(201).u16(1).u32(ssrc).text("report");
    return std::move(writer).finish();
}

// RFC 3711 appendix B.2: what zeros become is the key stream.
TEST(SrtpTransform, KeyStreamOfRfc3711) {
    SrtpSessionKeys keys{.suite = SrtpSuite::aes_cm_128_hmac_sha1_80,
                         .cipher = Secret(ByteView(bytes("2B7E151628AED2A6ABF7158809CF4F3C"))),
                         .salt = Secret(ByteView(bytes("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"))),
                         .authentication = Secret(20)};
    SrtpTransform transform(keys, {}, SrtpKind::rtp);
    Bytes packet = bytes("800000000000000000000000");
    packet.resize(packet.size() + 48);
    Bytes out;
    transform.protect(packet, 0, out);
    EXPECT_EQ(
        to_hex(ByteView(out).subspan(12, 48)),
        "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0");
}

// RFC 3711 appendix B.3.
TEST(SrtpTransform, KeysOfRfc3711) {
    const SrtpKey key = key_of(SrtpSuite::aes_cm_128_hmac_sha1_80,
                               "E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6");
    const SrtpSessionKeys keys = derive_srtp_keys(key, SrtpKind::rtp);
    EXPECT_EQ(to_hex(keys.cipher.reveal()), "c61e7a93744f39ee10734afe3ff7a087");
    EXPECT_EQ(to_hex(keys.salt.reveal()), "30cbbc08863d8c85d49db34a9ae1");
    EXPECT_EQ(to_hex(keys.authentication.reveal()), "cebe321f6ff7716b6fd4ab49af256a156d38baa4");
}

// RFC 6188 section 7.2.
TEST(SrtpTransform, KeysOfRfc6188) {
    const SrtpKey key = key_of(
        SrtpSuite::aes_256_cm_hmac_sha1_80,
        "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b63b04803de51ee7c96423ab5b78d2");
    const SrtpSessionKeys keys = derive_srtp_keys(key, SrtpKind::rtp);
    EXPECT_EQ(to_hex(keys.cipher.reveal()),
              "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4");
    EXPECT_EQ(to_hex(keys.salt.reveal()), "fa31791685ca444a9e07c6c64e93");
    EXPECT_EQ(to_hex(keys.authentication.reveal()), "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05");
}

struct Vector {
    const char* name;
    SrtpSuite suite;
    SrtpKind kind;
    const char* cipher;  ///< session keys
    std::uint64_t index;
    const char* plain;
    const char* sealed;
};

class Rfc7714 : public testing::TestWithParam<Vector> {};

// RFC 7714 sections 16.1.1, 16.2.1, 17.1 and 17.2.
INSTANTIATE_TEST_SUITE_P(
    SrtpTransform, Rfc7714,
    testing::Values(Vector{"Srtp128", SrtpSuite::aead_aes_128_gcm, SrtpKind::rtp,
                           "000102030405060708090a0b0c0d0e0f", 0xf17b,
                           "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e20706"
                           "1727465732074726573",
                           "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a5"
                           "1c7d19b36de3adf8833"
                           "899d7f27beb16a9152cf765ee4390cce"},
                    Vector{"Srtp256", SrtpSuite::aead_aes_256_gcm, SrtpKind::rtp,
                           "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0xf17b,
                           "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e20706"
                           "1727465732074726573",
                           "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a027"
                           "6ffae0f1ba63799b87b"
                           "7aa3db36dfffd6b0f9bb7878d7a76c13"},
                    Vector{"Srtcp128", SrtpSuite::aead_aes_128_gcm, SrtpKind::rtcp,
                           "000102030405060708090a0b0c0d0e0f", 0x5d4,
                           "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefd"
                           "eadbeefdeadbeefdead"
                           "beef",
                           "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4"
                           "ce09b4686303ded0bb9"
                           "275bc84aa45896cf4d2fc5abf87245d9eade800005d4"},
                    Vector{"Srtcp256", SrtpSuite::aead_aes_256_gcm, SrtpKind::rtcp,
                           "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0x5d4,
                           "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefd"
                           "eadbeefdeadbeefdead"
                           "beef",
                           "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8"
                           "415f658c61de0476f1b"
                           "6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4"}),
    [](const auto& tested) { return tested.param.name; });

TEST_P(Rfc7714, SealsAndOpens) {
    const Vector& vector = GetParam();
    const SrtpSessionKeys keys{.suite = vector.suite,
                               .cipher = Secret(ByteView(bytes(vector.cipher))),
                               .salt = Secret(ByteView(bytes("517569642070726f2071756f"))),
                               .authentication = Secret()};
    SrtpTransform transform(keys, {}, vector.kind);
    Bytes out;
    transform.protect(bytes(vector.plain), vector.index, out);
    EXPECT_EQ(to_hex(out), vector.sealed);
    ASSERT_TRUE(transform.unprotect(bytes(vector.sealed), vector.index, out));
    EXPECT_EQ(to_hex(out), vector.plain);
}

// The reference packets of libsrtp 2, an implementation of others: SRTP and SRTCP as a whole.
TEST(Srtp, PacketsOfLibsrtp) {
    SrtpSender sender(key_of(SrtpSuite::aes_cm_128_hmac_sha1_80,
                             "e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6"));
    Bytes out;
    sender.protect_rtp(bytes("800f1234decafbadcafebabeabababababababababababababababab"), out);
    EXPECT_EQ(to_hex(out), "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
    sender.protect_rtcp(bytes("81c8000bcafebabeabababababababababababababababab"), out);
    EXPECT_EQ(to_hex(out), "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798");
    SrtpSender longer(key_of(
        SrtpSuite::aes_256_cm_hmac_sha1_80,
        "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b63b04803de51ee7c96423ab5b78d2"));
    longer.protect_rtp(bytes("800f1234decafbadcafebabeabababababababababababababababab"), out);
    EXPECT_EQ(to_hex(out), "800f1234decafbadcafebabef1d9de17ff251ff1aa007774b0b4b40da08d9d9a5b3a55d8873b");
}

TEST(Srtp, RoundTripInEverySuiteWithAndWithoutMki) {
    for (const SrtpSuite suite : all_suites) {
        for (const std::string_view mki : {"", "00000001"}) {
            SrtpKey key = make_srtp_key(suite);
            key.mki = bytes(mki);
            SrtpSender sender(key);
            SrtpReceiver receiver(key);
            Bytes sealed;
            for (std::uint16_t sequence = 65'500; sequence != 100; ++sequence) {
                sender.protect_rtp(rtp(sequence), sealed);
                const auto plain = receiver.unprotect_rtp(sealed);
                ASSERT_TRUE(plain) << sequence;
                EXPECT_EQ(to_hex(*plain), to_hex(rtp(sequence)));
            }
            EXPECT_EQ(sender.rollovers(), 1U);
            for (int i = 0; i < 5; ++i) {
                sender.protect_rtcp(rtcp(), sealed);
                const auto plain = receiver.unprotect_rtcp(sealed);
                ASSERT_TRUE(plain);
                EXPECT_EQ(to_hex(*plain), to_hex(rtcp()));
            }
        }
    }
}

TEST(Srtp, EveryAlteredBitIsDroppedInSilence) {
    for (const SrtpSuite suite : all_suites) {
        SrtpKey key = make_srtp_key(suite);
        key.mki = bytes("0a0b0c0d");
        SrtpSender sender(key);
        SrtpReceiver receiver(key);
        Bytes sealed;
        Bytes report;
        sender.protect_rtp(rtp(7), sealed);
        sender.protect_rtcp(rtcp(), report);
        for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
            Bytes altered = sealed;
            altered[bit / 8] ^= std::byte(1U << bit % 8);
            EXPECT_FALSE(receiver.unprotect_rtp(altered)) << bit;
        }
        for (std::size_t bit = 0; bit < report.size() * 8; ++bit) {
            Bytes altered = report;
            altered[bit / 8] ^= std::byte(1U << bit % 8);
            EXPECT_FALSE(receiver.unprotect_rtcp(altered)) << bit;
        }
        EXPECT_EQ(receiver.unauthentic(), (sealed.size() + report.size()) * 8);
        EXPECT_TRUE(receiver.unprotect_rtp(sealed)) << "what was dropped has changed nothing";
        EXPECT_TRUE(receiver.unprotect_rtcp(report));
        for (std::size_t size = 0; size < sealed.size(); ++size)
            EXPECT_FALSE(receiver.unprotect_rtp(ByteView(sealed).first(size)));
        for (std::size_t size = 0; size < report.size(); ++size)
            EXPECT_FALSE(receiver.unprotect_rtcp(ByteView(report).first(size)));
    }
}

TEST(Srtp, PlainPacketsAndThoseOfAnotherKeyAreDropped) {
    SrtpReceiver receiver(make_srtp_key(SrtpSuite::aes_cm_128_hmac_sha1_80));
    SrtpSender stranger(make_srtp_key(SrtpSuite::aes_cm_128_hmac_sha1_80));
    Bytes sealed;
    stranger.protect_rtp(rtp(1), sealed);
    EXPECT_FALSE(receiver.unprotect_rtp(sealed));
    EXPECT_FALSE(receiver.unprotect_rtp(rtp(1, 0xCAFE, "a picture that is longer than any tag")));
    EXPECT_FALSE(receiver.unprotect_rtcp(rtcp()));
    EXPECT_EQ(receiver.unauthentic(), 3U);
}

TEST(Srtp, RepeatedAndOldPacketsAreDroppedAndLateOnesAreNot) {
    const SrtpKey key = make_srtp_key(SrtpSuite::aead_aes_128_gcm);
    SrtpSender sender(key);
    SrtpReceiver receiver(key);
    std::vector<Bytes> sealed(2000);
    for (std::size_t i = 0; i < sealed.size(); ++i)
        sender.protect_rtp(rtp(static_cast<std::uint16_t>(i)), sealed[i]);
    EXPECT_TRUE(receiver.unprotect_rtp(sealed[0]));
    EXPECT_FALSE(receiver.unprotect_rtp(sealed[0]));
    EXPECT_TRUE(receiver.unprotect_rtp(sealed[1500]));
    EXPECT_TRUE(receiver.unprotect_rtp(sealed[1500 - srtp_replay_window + 1]));
    EXPECT_FALSE(receiver.unprotect_rtp(sealed[1500 - srtp_replay_window + 1]));
    EXPECT_FALSE(receiver.unprotect_rtp(sealed[1500 - srtp_replay_window]));
    EXPECT_EQ(receiver.replayed(), 3U);
    Bytes report;
    sender.protect_rtcp(rtcp(), report);
    EXPECT_TRUE(receiver.unprotect_rtcp(report));
    EXPECT_FALSE(receiver.unprotect_rtcp(report));
}

TEST(Srtp, AStreamThatRunsAlreadyIsJoinedByItsRolloverCounter) {
    const SrtpKey key = make_srtp_key(SrtpSuite::aes_cm_128_hmac_sha1_80);
    SrtpSender sender(key);
    Bytes sealed;
    for (std::uint32_t i = 0; i < 5 * 65'536U + 1000; i += 1000)
        sender.protect_rtp(rtp(static_cast<std::uint16_t>(i)), sealed);
    ASSERT_EQ(sender.rollovers(), 5U);
    SrtpReceiver uninformed(key);
    EXPECT_FALSE(uninformed.unprotect_rtp(sealed));
    for (const std::uint32_t told : {4U, 5U}) {  // it may have wrapped since
        SrtpReceiver receiver(key);
        receiver.expect_rollovers(0xCAFE, told);
        EXPECT_TRUE(receiver.unprotect_rtp(sealed)) << told;
    }
}

TEST(Srtp, IndexOfRfc3711AppendixA) {
    EXPECT_EQ(srtp_index(0x1'0005, 4), 0x1'0004U);
    EXPECT_EQ(srtp_index(0x1'0005, 0xFFFF), 0xFFFFU);
    EXPECT_EQ(srtp_index(0x1'FFFF, 0), 0x2'0000U);
    EXPECT_EQ(srtp_index(5, 0xFFFF), 0xFFFFU) << "there is nothing before the first";
}

}  // namespace
}  // namespace vedette::crypto
