#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "crypto/base64.hpp"
#include "rtsp/mikey.hpp"
#include "rtsp/sdes.hpp"

namespace vedette::rtsp {
namespace {

using crypto::SrtpSuite;
using testing::HasSubstr;
using testing::Not;

constexpr SrtpSuite all_suites[] = {SrtpSuite::aead_aes_256_gcm,        SrtpSuite::aead_aes_128_gcm,
                                    SrtpSuite::aes_256_cm_hmac_sha1_80, SrtpSuite::aes_cm_128_hmac_sha1_80,
                                    SrtpSuite::aes_256_cm_hmac_sha1_32, SrtpSuite::aes_cm_128_hmac_sha1_32};

bool same(const crypto::SrtpKey& a, const crypto::SrtpKey& b) {
    return a.suite == b.suite && a.mki == b.mki && std::ranges::equal(a.master.reveal(), b.master.reveal());
}

// The example of RFC 4568 section 6.1, with lifetime and MKI.
TEST(Sdes, LineOfRfc4568) {
    const auto key =
        parse_sdes("1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:4");
    ASSERT_TRUE(key);
    EXPECT_EQ(key->suite, SrtpSuite::aes_cm_128_hmac_sha1_80);
    EXPECT_EQ(key->master.size(), 30U);
    EXPECT_EQ(to_hex(key->mki), "00000001");
    const auto without =
        parse_sdes("2 AES_CM_128_HMAC_SHA1_32 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20");
    ASSERT_TRUE(without);
    EXPECT_TRUE(without->mki.empty());
}

TEST(Sdes, RoundTrip) {
    for (const SrtpSuite suite : all_suites) {
        crypto::SrtpKey key = crypto::make_srtp_key(suite);
        for (const std::string_view mki : {"", "07", "0a0b0c0d"}) {
            key.mki = *from_hex(mki);
            const auto again = parse_sdes(print_sdes(key, 3));
            ASSERT_TRUE(again) << again.error().message;
            EXPECT_TRUE(same(*again, key));
        }
    }
}

TEST(Sdes, WhatWeakensIsRefused) {
    const std::string line = "1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
    EXPECT_TRUE(parse_sdes(line + " WSH=128 KDR=0 -WHATEVER"));
    for (const char* parameter :
         {"UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP", "KDR=1", "UNKNOWN"}) {
        const auto refused = parse_sdes(line + " " + parameter);
        ASSERT_FALSE(refused) << parameter;
        EXPECT_EQ(refused.error().kind, ErrorKind::unsupported) << parameter;
    }
}

TEST(Sdes, BadLines) {
    for (const char* line :
         {"", "1", "1 F8_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
          "1 AES_CM_128_HMAC_SHA1_80", "1 AES_CM_128_HMAC_SHA1_80 uri:x",
          "1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCsp",
          "1 AEAD_AES_128_GCM inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
          "x AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
          "1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|1:200",
          "1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|256:1"}) {
        const auto refused = parse_sdes(line);
        ASSERT_FALSE(refused) << line;
        EXPECT_THAT(refused.error().message, Not(HasSubstr("d0Rm")));
    }
}

MikeyMessage message(SrtpSuite suite = SrtpSuite::aes_cm_128_hmac_sha1_80) {
    return {.bundle = 7,
            .sources = {{.policy = 0, .ssrc = 0xCAFE, .rollovers = 3}},
            .key = crypto::make_srtp_key(suite),
            .policy = mikey_policy(suite)};
}

TEST(Mikey, RoundTrip) {
    for (const SrtpSuite suite : all_suites) {
        for (const std::string_view mki : {"", "00000001"}) {
            MikeyMessage sent = message(suite);
            sent.key.mki = *from_hex(mki);
            const auto read = parse_mikey(print_mikey(sent, 1));
            ASSERT_TRUE(read) << read.error().message;
            EXPECT_TRUE(same(read->key, sent.key));
            EXPECT_EQ(read->sources, sent.sources);
            EXPECT_EQ(read->policy, sent.policy);
        }
    }
}

TEST(Mikey, WithoutAPolicyTheDefaultsHold) {
    MikeyMessage sent = message();
    sent.policy.clear();
    const auto read = parse_mikey(print_mikey(sent, 1));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->key.suite, SrtpSuite::aes_cm_128_hmac_sha1_80);
}

// GStreamer's servers write 10 or 4, the length of the tag, where the length of the key belongs.
TEST(Mikey, LengthOfTheTagInThePlaceOfTheKeys) {
    MikeyMessage sent = message();
    sent.policy = *from_hex(
        "000101"
        "010110"
        "020101"
        "03010a"
        "070101"
        "080101"
        "0a0101");
    EXPECT_EQ(parse_mikey(print_mikey(sent, 1))->key.suite, SrtpSuite::aes_cm_128_hmac_sha1_80);
    sent.policy = *from_hex(
        "000101"
        "010110"
        "020101"
        "030104"
        "070101"
        "080101"
        "0a0101");
    EXPECT_EQ(parse_mikey(print_mikey(sent, 1))->key.suite, SrtpSuite::aes_cm_128_hmac_sha1_32);
}

// Quirk 34.
TEST(Mikey, PaddingBehindTheEndIsIgnoredAndMoreIsNot) {
    Bytes bytes = print_mikey(message(), 1);
    bytes.resize(bytes.size() + 1);
    EXPECT_TRUE(parse_mikey(bytes));
    bytes.resize(bytes.size() + max_mikey_padding);
    EXPECT_FALSE(parse_mikey(bytes));
}

TEST(Mikey, WhatWeakensIsRefused) {
    for (const std::string_view policy :
         {"000100", "070100", "080100", "020100", "0a0100", "060101", "010118"}) {
        MikeyMessage sent = message();
        sent.policy = *from_hex(policy);
        const auto refused = parse_mikey(print_mikey(sent, 1));
        ASSERT_FALSE(refused) << policy;
        EXPECT_EQ(refused.error().kind, ErrorKind::unsupported) << policy;
    }
}

TEST(Mikey, CutAnywhereItIsRefused) {
    const Bytes whole = print_mikey(message(), 1);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(parse_mikey(ByteView(whole).first(size))) << size;
}

TEST(Mikey, EncryptedKeysAndOtherKindsAreRefused) {
    Bytes bytes = print_mikey(message(), 1);
    bytes[1] = std::byte{2};  // public key
    EXPECT_EQ(parse_mikey(bytes).error().kind, ErrorKind::unsupported);
    MikeyMessage no_policy = message();
    no_policy.policy.clear();
    bytes = print_mikey(no_policy, 1);
    const std::size_t kemac = 10 + 9 + 10 + 18 + 5;
    bytes[kemac + 1] = std::byte{1};  // AES-CM
    EXPECT_EQ(parse_mikey(bytes).error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace vedette::rtsp
