// Against the test vectors of Web Authentication Level 3, and one test for each check.

#include <fstream>
#include <sstream>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include "base/test_hex.hpp"
#include "webauthn/ceremony.hpp"
#include "webauthn/credential_key.hpp"
#include "webauthn/test_authenticator.hpp"

namespace vedette::webauthn {
namespace {

using testing::TestAuthenticator;

Bytes field(const boost::json::value& object, std::string_view name) {
    return hex(std::string_view(object.at(name).as_string()));
}

struct Vector {
    std::string name;
    Bytes create_challenge, get_challenge;
    Registration registration;
    Assertion assertion;
};

std::vector<Vector> vectors() {
    std::ifstream file(VEDETTE_SOURCE_DIR "/src/webauthn/testdata/w3c_vectors.json");
    std::stringstream text;
    text << file.rdbuf();
    const auto json = boost::json::parse(text.str());
    std::vector<Vector> out;
    for (const auto& one : json.at("vectors").as_array()) {
        const auto& made = one.at("registration");
        const auto& used = one.at("authentication");
        out.push_back({.name = std::string(one.at("name").as_string()),
                       .create_challenge = field(made, "challenge"),
                       .get_challenge = field(used, "challenge"),
                       .registration = {.client_data = field(made, "clientDataJSON"),
                                        .attestation_object = field(made, "attestationObject")},
                       .assertion = {.credential_id = field(made, "credential_id"),
                                     .client_data = field(used, "clientDataJSON"),
                                     .authenticator_data = field(used, "authenticatorData"),
                                     .signature = field(used, "signature"),
                                     .user_handle = {}}});
    }
    return out;
}

Expected expected_of(ByteView challenge) {
    return {.rp_id = "example.org", .origin = "https://example.org", .challenge = challenge};
}

template <class T>
std::string outcome(const Result<T>& result) {
    return result ? "good" : result.error().message;
}

constexpr std::string_view good = "good";
constexpr std::string_view no_uv =
    "The passkey did not check who you are; use one with a PIN, a fingerprint or a face";
constexpr std::string_view maker = "The passkey shows papers of its maker, which were not asked for";
constexpr std::string_view framed = "The passkey was used inside a page of another site";

TEST(WebAuthnVectors, GiveWhatThisServerAsksFor) {
    // The vectors leave user verification out here and there, which this server never does.
    const std::map<std::string, std::pair<std::string_view, std::string_view>> wanted = {
        {"none-es256", {no_uv, no_uv}},
        {"packed-self-es256", {good, no_uv}},
        {"none-es256-crossOrigin", {framed, framed}},
        {"none-es256-topOrigin", {framed, framed}},
        {"none-es256-long-credential-id", {no_uv, good}},
        {"packed-es256", {maker, good}},
        {"packed-es384", {maker, good}},
        {"packed-es512", {maker, no_uv}},
        {"packed-rs256", {maker, no_uv}},
        {"packed-eddsa", {maker, no_uv}},
        {"packed-ed448", {maker, good}},
        {"tpm-es256", {maker, good}},
        {"android-key-es256", {maker, no_uv}},
        {"apple-es256", {maker, no_uv}},
        {"fido-u2f-es256", {maker, no_uv}},
    };
    const auto all = vectors();
    ASSERT_EQ(all.size(), wanted.size());
    for (const Vector& vector : all) {
        SCOPED_TRACE(vector.name);
        const auto& [create, get] = wanted.at(vector.name);
        EXPECT_EQ(outcome(check_registration(expected_of(vector.create_challenge), vector.registration)),
                  create);
        EXPECT_EQ(outcome(check_assertion(expected_of(vector.get_challenge), vector.assertion)), get);
    }
}

// The public key of a vector, whatever attestation it lies in.
Bytes key_of(const Vector& vector) {
    const ByteView object = vector.registration.attestation_object;
    const auto rp_id_hash = crypto::sha256(as_bytes("example.org"));
    const auto found = std::ranges::search(object, rp_id_hash);
    if (found.empty()) return {};
    auto data = object.subspan(static_cast<std::size_t>(found.begin() - object.begin()));
    // Where attStmt comes last, authData has to be cut: its length stands before it.
    for (std::size_t size = data.size(); size > 0; --size)
        if (const auto parsed = parse_authenticator_data(data.first(size)); parsed && parsed->attested)
            return parsed->attested->public_key;
    return {};
}

TEST(WebAuthnVectors, AreSignedByTheirKeys) {
    for (Vector& vector : vectors()) {
        SCOPED_TRACE(vector.name);
        const Bytes key = key_of(vector);
        ASSERT_FALSE(key.empty());
        if (vector.name == "packed-es512" || vector.name == "packed-ed448") {
            EXPECT_EQ(parse_credential_key(key).error().kind, ErrorKind::unsupported);
            EXPECT_FALSE(is_signed_by(key, vector.assertion));
            continue;
        }
        EXPECT_TRUE(is_signed_by(key, vector.assertion));
        Assertion altered = vector.assertion;
        altered.authenticator_data.back() ^= std::byte{1};
        EXPECT_FALSE(is_signed_by(key, altered));
        altered = vector.assertion;
        altered.client_data.back() ^= std::byte{1};
        EXPECT_FALSE(is_signed_by(key, altered));
        altered = vector.assertion;
        altered.signature[altered.signature.size() / 2] ^= std::byte{1};
        EXPECT_FALSE(is_signed_by(key, altered));
    }
}

TEST(WebAuthnVectors, TheirCredentialIdsAreFound) {
    for (const Vector& vector : vectors()) {
        SCOPED_TRACE(vector.name);
        const auto object = parse_attestation_object(vector.registration.attestation_object);
        if (!object) continue;
        ASSERT_TRUE(object->data.attested);
        EXPECT_EQ(object->data.attested->id, vector.assertion.credential_id);
        EXPECT_EQ(object->self.has_value(), vector.name == "packed-self-es256");
    }
}

TEST(WebAuthnVectors, SelfAttestationIsChecked) {
    for (Vector& vector : vectors()) {
        if (vector.name != "packed-self-es256") continue;
        Bytes& object = vector.registration.attestation_object;
        const auto signature = std::ranges::search(object, as_bytes("sig"));
        *(signature.end() + 12) ^= std::byte{1};
        EXPECT_EQ(outcome(check_registration(expected_of(vector.create_challenge), vector.registration)),
                  "The passkey's signature is not its own");
    }
}

// ---- each check alone

class CeremonyTest : public ::testing::Test {
  protected:
    Bytes challenge = Bytes(challenge_bytes, std::byte{7});
    TestAuthenticator device;
    Expected expected() const {
        return {.rp_id = "vedette.example", .origin = "https://vedette.example:8443", .challenge = challenge};
    }
    std::string create() { return outcome(check_registration(expected(), device.create(challenge))); }
    std::string get() { return outcome(check_assertion(expected(), device.get(challenge))); }
    void refused(std::string_view why) {
        EXPECT_EQ(create(), why);
        EXPECT_EQ(get(), why);
    }
};

TEST_F(CeremonyTest, WhatIsRightIsTaken) {
    EXPECT_EQ(create(), good);
    EXPECT_EQ(get(), good);
    const auto made = check_registration(expected(), device.create(challenge));
    EXPECT_EQ(made->id, device.id);
    EXPECT_EQ(made->sign_count, 1u);
    EXPECT_TRUE(is_signed_by(made->public_key, device.get(challenge)));
    EXPECT_FALSE(is_signed_by(TestAuthenticator().cose(), device.get(challenge)));
    EXPECT_FALSE(is_signed_by({}, device.get(challenge)));
}

TEST_F(CeremonyTest, AnotherTypeIsRefused) {
    device.type = "webauthn.get";
    EXPECT_EQ(create(), "The passkey was used for something else");
    EXPECT_EQ(get(), good);
    device.type = "webauthn.create";
    EXPECT_EQ(get(), "The passkey was used for something else");
}

TEST_F(CeremonyTest, AnotherChallengeIsRefused) {
    const Registration made = device.create(challenge);
    const Assertion used = device.get(challenge);
    challenge.back() ^= std::byte{1};
    EXPECT_EQ(outcome(check_registration(expected(), made)),
              "The passkey answered another question than the one asked");
    EXPECT_EQ(outcome(check_assertion(expected(), used)),
              "The passkey answered another question than the one asked");
}

TEST_F(CeremonyTest, AnotherOriginIsRefused) {
    for (const char* origin : {"https://vedette.example", "https://vedette.example:8444",
                               "http://vedette.example:8443", "https://vedette.example.org:8443",
                               "https://www.vedette.example:8443", "https://VEDETTE.example:8443", ""}) {
        SCOPED_TRACE(origin);
        device.origin = origin;
        refused("The passkey was used on a page of another address");
    }
}

TEST_F(CeremonyTest, APageInAPageOfAnotherSiteIsRefused) {
    device.cross_origin = true;
    refused(framed);
}

TEST_F(CeremonyTest, AnotherRpIdIsRefused) {
    device.rp_id = "vedette.example.org";
    refused("The passkey belongs to another name of a server");
}

TEST_F(CeremonyTest, NobodyThereAndNobodyVerifiedIsRefused) {
    device.flags = testing::uv;
    refused("The passkey was used without anybody being there");
    device.flags = testing::up;
    refused(no_uv);
}

TEST_F(CeremonyTest, BackedUpButNotEligibleIsRefused) {
    device.flags = testing::up | testing::uv | testing::bs;
    refused("The passkey contradicts itself about its copies");
    device.flags |= testing::be;
    EXPECT_EQ(create(), good);
    EXPECT_EQ(get(), good);
}

TEST_F(CeremonyTest, CredentialIdsHaveAtMost1023Bytes) {
    device.id.resize(max_credential_id_bytes);
    EXPECT_EQ(create(), good);
    device.id.resize(max_credential_id_bytes + 1);
    EXPECT_EQ(create(), "What the passkey says is not well-formed: the length of its id");
    device.id.clear();
    EXPECT_EQ(create(), "What the passkey says is not well-formed: the length of its id");
}

TEST_F(CeremonyTest, WithoutACredentialThereIsNoRegistration) {
    Registration registration = device.create(challenge);
    // The same object around authenticator data without one.
    const Bytes data = device.authenticator_data(false);
    ByteWriter object;
    object.bytes(ByteView(registration.attestation_object).first(28)).u8(0x58);
    object.u8(static_cast<std::uint8_t>(data.size())).bytes(data);
    registration.attestation_object = std::move(object).finish();
    EXPECT_EQ(outcome(check_registration(expected(), registration)),
              "The passkey came without its public key");
}

TEST_F(CeremonyTest, TruncatedOrLongerInputIsRefusedAtEveryLength) {
    const Bytes object = device.attestation_object();
    for (std::size_t size = 0; size < object.size(); ++size)
        EXPECT_FALSE(parse_attestation_object(ByteView(object).first(size))) << size;
    Bytes longer = object;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(parse_attestation_object(longer));
    const Bytes data = device.authenticator_data(true);
    for (std::size_t size = 0; size < data.size(); ++size)
        EXPECT_FALSE(parse_authenticator_data(ByteView(data).first(size))) << size;
    longer = data;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(parse_authenticator_data(longer));
    longer.resize(max_authenticator_data_bytes + 1);
    EXPECT_FALSE(parse_authenticator_data(longer));
    EXPECT_FALSE(parse_attestation_object(Bytes(max_attestation_bytes + 1)));
}

TEST(SignCount, GoesUpOrIsNotThere) {
    EXPECT_TRUE(may_follow(0, 0));
    EXPECT_TRUE(may_follow(0, 1));
    EXPECT_TRUE(may_follow(7, 8));
    EXPECT_FALSE(may_follow(7, 7));
    EXPECT_FALSE(may_follow(7, 6));
    EXPECT_FALSE(may_follow(7, 0));
}

TEST(CredentialKey, TakesFourAlgorithmsAndNothingElse) {
    const std::string x(64, '1');
    struct Case {
        std::string cose;
        ErrorKind kind;
    };
    const Case cases[] = {
        {"", ErrorKind::corrupt},
        {"a0", ErrorKind::unsupported},
        {"a50102032620012158201111" + x + "225820" + x, ErrorKind::corrupt},  // cut short
        {"a5010203262001215820" + x + "225820" + x, ErrorKind::corrupt},      // not on the curve
        {"a4010203262001215820" + x, ErrorKind::corrupt},                     // without y
        {"a5010203262001215820" + x + "22f5", ErrorKind::corrupt},            // compressed
        {"a4010103272006215821" + x + "00", ErrorKind::corrupt},              // 33 bytes
        {"a5010103272006215820" + x + "215820" + x, ErrorKind::corrupt},      // x twice
        {"a4010103262006215820" + x, ErrorKind::unsupported},                 // ES256 of an OKP key
        {"a40103033901002041032143010001", ErrorKind::corrupt},               // an RSA key of 2 bits
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.cose);
        const auto key = parse_credential_key(hex(c.cose));
        ASSERT_FALSE(key);
        EXPECT_EQ(key.error().kind, c.kind);
    }
    EXPECT_EQ(parse_credential_key(TestAuthenticator().cose())->algorithm, Algorithm::eddsa);
}

TEST(Cbor, IsReadWithinLimits) {
    // Lengths beyond the input, unknown lengths, tags, depth: authenticator data with such extensions.
    TestAuthenticator device;
    device.flags |= 0x80;
    const auto with = [&](std::string_view extensions) {
        Bytes data = device.authenticator_data(false);
        const Bytes more = hex(extensions);
        data.insert(data.end(), more.begin(), more.end());
        return parse_authenticator_data(data).has_value();
    };
    EXPECT_TRUE(with("a0"));
    EXPECT_TRUE(with("a1646b657931f5"));
    EXPECT_TRUE(with("a16161a16162a1616301"));
    EXPECT_FALSE(with("a16161a16162a16163a1616401"));  // too deep
    EXPECT_FALSE(with("bbffffffffffffffff"));
    EXPECT_FALSE(with("9b7fffffffffffffff"));
    EXPECT_FALSE(with("5bffffffffffffffff00"));
    EXPECT_FALSE(with("bf6161f5ff"));
    EXPECT_FALSE(with("c000"));
    EXPECT_FALSE(with("1c"));
    EXPECT_FALSE(with(""));
    EXPECT_FALSE(with("a000"));
}

TEST(ClientData, IsAnObjectWithItsThreeTexts) {
    const auto parse = [](std::string_view text) { return parse_client_data(as_bytes(text)); };
    const auto whole = parse(R"({"type":"a","challenge":"AA","origin":"o","more":[{}]})");
    ASSERT_TRUE(whole);
    EXPECT_FALSE(whole->cross_origin);
    EXPECT_EQ(whole->challenge, Bytes(1));
    for (const char* text :
         {"", "[]", "{}", R"({"type":"a","challenge":"AA"})", R"({"type":1,"challenge":"AA","origin":"o"})",
          R"({"type":"a","challenge":"A=","origin":"o"})", R"({"type":"a","challenge":"AB","origin":"o"})",
          R"({"type":"a","challenge":"AA","origin":"o","crossOrigin":"no"})",
          R"({"type":"a","challenge":"AA","origin":"o","deep":[[[[[0]]]]]})"})
        EXPECT_FALSE(parse(text)) << text;
    EXPECT_FALSE(parse(std::string(max_client_data_bytes + 1, ' ')));
}

TEST(Places, AreHostNamesWithAPort) {
    const auto origin = [](std::string_view host) {
        const auto place = place_of(host);
        return place ? place->origin + " " + place->rp_id : "none";
    };
    EXPECT_EQ(origin("Vedette.Example"), "https://vedette.example vedette.example");
    EXPECT_EQ(origin("vedette.example:443"), "https://vedette.example vedette.example");
    EXPECT_EQ(origin("vedette:8443"), "https://vedette:8443 vedette");
    EXPECT_EQ(origin("localhost:1"), "https://localhost:1 localhost");
    for (const char* host : {"",
                             ":8443",
                             "192.0.2.1",
                             "192.0.2.1:8443",
                             "[2001:db8::1]:8443",
                             "2001:db8::1",
                             "0x7f.1",
                             "a.0x1",
                             "vedette.example:",
                             "vedette.example:0",
                             "vedette.example:65536",
                             "vedette.example:8443x",
                             "a b",
                             "user@host",
                             "a/b",
                             ".a",
                             "a.",
                             "a..b",
                             "1",
                             "h\xc3\xa9"})
        EXPECT_EQ(origin(host), "none") << host;
    EXPECT_EQ(origin(std::string(254, 'a')), "none");
}

}  // namespace
}  // namespace vedette::webauthn
