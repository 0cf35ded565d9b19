#include "rtsp/auth.hpp"

#include <gtest/gtest.h>

namespace vedette::rtsp {
namespace {

Credentials mufasa() {
    return {"Mufasa", Secret(std::string_view("Circle of Life"))};
}

Challenge rfc7616_challenge(DigestAlgorithm algorithm) {
    return {.realm = "http-auth@example.org",
            .nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            .opaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
            .algorithm = algorithm,
            .names_algorithm = true,
            .qop_auth = true};
}

// RFC 7616 section 3.9.1
TEST(Digest, VectorsOfRfc7616) {
    const DigestRequest request{.method = "GET",
                                .uri = "/dir/index.html",
                                .nonce_count = 1,
                                .cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"};
    EXPECT_EQ(digest_response(rfc7616_challenge(DigestAlgorithm::md5), mufasa(), request),
              "8ca523f5e9506fed4657c9700eebdbec");
    EXPECT_EQ(digest_response(rfc7616_challenge(DigestAlgorithm::sha256), mufasa(), request),
              "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

// RFC 7616 section 3.9.2, with the responses of erratum 4897: the RFC printed those of SHA-512 cut to 256
// bits.
TEST(Digest, VectorOfRfc7616ForSha512_256) {
    const Challenge challenge{.realm = "api@example.org",
                              .nonce = "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
                              .opaque = "HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS",
                              .algorithm = DigestAlgorithm::sha512_256,
                              .names_algorithm = true,
                              .qop_auth = true};
    const Credentials user{"J\xc3\xa4s\xc3\xb8n Doe", Secret(std::string_view("Secret, or not?"))};
    const DigestRequest request{.method = "GET",
                                .uri = "/doe.json",
                                .nonce_count = 1,
                                .cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v"};
    EXPECT_EQ(digest_response(challenge, user, request),
              "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
}

TEST(Digest, BestChallengeWins) {
    const std::vector<std::string_view> values{
        "Basic realm=\"cam\"", "Digest realm=\"cam\", nonce=\"n1\", stale=FALSE",
        "Digest realm=\"cam\",nonce=\"n2\",algorithm=SHA-256,qop=\"auth,auth-int\"",
        "Digest realm=\"cam\", nonce=\"n3\", algorithm=SHA-512-256"};
    const auto challenges = parse_challenges(values);
    ASSERT_EQ(challenges.size(), 4U);
    EXPECT_EQ(best_challenge(challenges)->nonce, "n3");
    EXPECT_EQ(best_challenge(std::span(challenges).first(3))->nonce, "n2");
    EXPECT_TRUE(challenges[2].qop_auth);
    EXPECT_EQ(best_challenge(std::span(challenges).first(2))->nonce, "n1");
    const std::vector<std::string_view> in_one{"Basic realm=\"a, b\", Digest realm=\"c\", nonce=\"n\""};
    EXPECT_EQ(parse_challenges(in_one).size(), 2U);
}

TEST(Digest, ClientAndServerAgree) {
    for (const bool qop : {false, true}) {
        for (const auto algorithm :
             {DigestAlgorithm::md5, DigestAlgorithm::md5_sess, DigestAlgorithm::sha256,
              DigestAlgorithm::sha256_sess, DigestAlgorithm::sha512_256, DigestAlgorithm::sha512_256_sess}) {
            Challenge challenge = rfc7616_challenge(algorithm);
            challenge.qop_auth = qop;
            const std::string printed = print(challenge);
            const std::vector<std::string_view> values{printed};
            ASSERT_EQ(parse_challenges(values).at(0), challenge);
            Authenticator client(mufasa());
            EXPECT_FALSE(client.authorize("PLAY", "rtsp://h/"));
            ASSERT_TRUE(client.on_unauthorized(values));
            const std::string answer = client.authorize("PLAY", "rtsp://h/").value();
            EXPECT_EQ(verify_authorization(answer, "PLAY", challenge, mufasa()), Verdict::accepted);
            EXPECT_EQ(verify_authorization(answer, "PAUSE", challenge, mufasa()), Verdict::refused);
            EXPECT_EQ(verify_authorization("", "PLAY", challenge, mufasa()), Verdict::absent);
            const Credentials other{"Mufasa", Secret(std::string_view("x"))};
            EXPECT_EQ(verify_authorization(answer, "PLAY", challenge, other), Verdict::refused);
            challenge.nonce = "another";
            EXPECT_EQ(verify_authorization(answer, "PLAY", challenge, mufasa()), Verdict::stale);
        }
    }
}

// Quirk 31: such a camera lets everybody pass who writes 127.0.0.1 into his requests. It gets the password
// that its owner has set, and without one no request that pretends.
TEST(Authenticator, TpLinkIsSignedInToLikeAnyOther) {
    const std::vector<std::string_view> values{
        "Digest realm=\"TP-LINK Streaming Media\", nonce=\"9c5f\", algorithm=MD5"};
    Authenticator client(mufasa());
    ASSERT_TRUE(client.on_unauthorized(values));
    const std::string answer = client.authorize("DESCRIBE", "rtsp://192.0.2.7/stream1").value();
    EXPECT_EQ(verify_authorization(answer, "DESCRIBE", parse_challenges(values).at(0), mufasa()),
              Verdict::accepted);
    EXPECT_NE(answer.find("uri=\"rtsp://192.0.2.7/stream1\""), std::string::npos) << answer;
    Authenticator nobody{Credentials{}};
    EXPECT_EQ(nobody.on_unauthorized(values).error().kind, ErrorKind::unauthenticated);
}

TEST(Digest, BasicAgrees) {
    const Challenge challenge{.scheme = AuthScheme::basic, .realm = "r"};
    const std::string printed = print(challenge);
    const std::vector<std::string_view> values{printed};
    Authenticator client(mufasa(), BasicUse::allow);
    ASSERT_TRUE(client.on_unauthorized(values));
    EXPECT_EQ(verify_authorization(*client.authorize("PLAY", "u"), "PLAY", challenge, mufasa()),
              Verdict::accepted);
}

TEST(Authenticator, StopsAfterADefiniteRefusal) {
    const std::vector<std::string_view> first{"Digest realm=\"r\", nonce=\"1\""};
    const std::vector<std::string_view> second{"Digest realm=\"r\", nonce=\"2\""};
    const std::vector<std::string_view> stale{"Digest realm=\"r\", nonce=\"3\", stale=true"};
    Authenticator client(mufasa());
    ASSERT_TRUE(client.on_unauthorized(first));
    const auto refused = client.on_unauthorized(second);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unauthenticated);
    EXPECT_EQ(refused.error().message.find("Circle"), std::string::npos);

    Authenticator rotating(mufasa());
    ASSERT_TRUE(rotating.on_unauthorized(first));
    rotating.on_authorized();
    ASSERT_TRUE(rotating.on_unauthorized(second)) << "a nonce that was accepted before may expire";
    ASSERT_TRUE(rotating.on_unauthorized(stale));
    EXPECT_FALSE(rotating.on_unauthorized(stale));
}

TEST(Authenticator, BasicOnlyWhereItIsAllowed) {
    const std::vector<std::string_view> basic{"Basic realm=\"r\""};
    const std::vector<std::string_view> both{"Basic realm=\"r\"", "Digest realm=\"r\", nonce=\"1\""};
    Authenticator careful(mufasa());
    const auto refused = careful.on_unauthorized(basic);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unauthenticated) << "it must not be tried again";
    EXPECT_NE(refused.error().message.find("unencrypted (Basic)"), std::string::npos);
    EXPECT_FALSE(careful.authorize("PLAY", "u"));
    ASSERT_TRUE(careful.on_unauthorized(both));
    EXPECT_TRUE(careful.authorize("PLAY", "u")->starts_with("Digest "));
    EXPECT_FALSE(careful.on_unauthorized(basic)) << "a camera can't ask for less after the fact";

    Authenticator allowed(mufasa(), BasicUse::allow);
    ASSERT_TRUE(allowed.on_unauthorized(both));
    EXPECT_TRUE(allowed.authorize("PLAY", "u")->starts_with("Digest "));
}

TEST(Authenticator, NamesWhatIsMissing) {
    Authenticator client({});
    const std::vector<std::string_view> digest{"Digest realm=\"r\", nonce=\"1\""};
    const std::vector<std::string_view> negotiate{"Negotiate"};
    EXPECT_EQ(client.on_unauthorized(digest).error().kind, ErrorKind::unauthenticated);
    EXPECT_EQ(client.on_unauthorized(negotiate).error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace vedette::rtsp
