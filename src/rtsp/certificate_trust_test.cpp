#include "rtsp/certificate_trust.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vedette::rtsp {
namespace {

using enum CertificateVerdict;

CertificateTrust seen(bool by_authority, char digit) {
    return {.authority = "cam:322", .by_authority = by_authority, .fingerprint = std::string(64, digit)};
}

TEST(CertificateTrust, FirstUseIsRememberedAndAChangeStops) {
    const CertificateTrust pinned = seen(false, 'a');
    EXPECT_EQ(judge_certificate(std::nullopt, pinned), first);
    EXPECT_EQ(judge_certificate(pinned, pinned), known);
    EXPECT_EQ(judge_certificate(pinned, seen(false, 'b')), changed);
    EXPECT_EQ(judge_certificate(pinned, seen(true, 'b')), changed);
    EXPECT_EQ(judge_certificate(pinned, seen(true, 'a')), known) << "the same key, certified since";
}

TEST(CertificateTrust, VouchedForStaysVouchedFor) {
    const CertificateTrust vouched = seen(true, 'a');
    EXPECT_EQ(judge_certificate(std::nullopt, vouched), first);
    EXPECT_EQ(judge_certificate(vouched, seen(true, 'b')), known) << "renewed with a new key";
    EXPECT_EQ(judge_certificate(vouched, seen(false, 'a')), changed) << "expired, or somebody else";
}

TEST(CertificateTrust, TheChangeIsToldInWords) {
    EXPECT_THAT(describe_change(seen(false, 'a'), seen(false, 'b')),
                testing::StartsWith("certificate changed: was aaaa aaaa aaaa aaaa, is bbbb bbbb bbbb bbbb;"));
    EXPECT_THAT(describe_change(seen(true, 'a'), seen(false, 'b')),
                testing::HasSubstr("was one that a certificate authority vouches for, is bbbb"));
}

TEST(CertificateTrust, WhereOnlyTrustedOnesAreAllowedAKeyHasToBeAccepted) {
    using enum CertificateVerdict;
    const CertificateTrust vouched{.authority = "cam:322", .by_authority = true, .fingerprint = "aa"};
    const CertificateTrust pinned{.authority = "cam:322", .by_authority = false, .fingerprint = "aa"};
    CertificateTrust accepted = pinned;
    accepted.accepted = true;
    CertificateTrust other = pinned;
    other.fingerprint = "bb";
    EXPECT_EQ(judge_certificate(std::nullopt, vouched, true), first);
    EXPECT_EQ(judge_certificate(vouched, vouched, true), known);
    EXPECT_EQ(judge_certificate(std::nullopt, pinned, true), untrusted);
    EXPECT_EQ(judge_certificate(pinned, pinned, true), untrusted) << "it was pinned by its first use";
    EXPECT_EQ(judge_certificate(accepted, pinned, true), known);
    EXPECT_EQ(judge_certificate(accepted, other, true), changed);
    EXPECT_EQ(judge_certificate(pinned, pinned, false), known);
}

}  // namespace
}  // namespace vedette::rtsp
