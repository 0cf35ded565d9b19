// Devices and tokens that are bound to certificates, behind the handshake: which is
// tests/system/device_certificates_test.py's.

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "hub/api/json_access.hpp"
#include "hub/api/test_site.hpp"
#include "hub/api/token_input.hpp"

namespace vedette::hub::api {
namespace {

using ::testing::HasSubstr;
using enum policy::Right;

class DevicesTest : public ::testing::Test {
  protected:
    crypto::ClientCertificate certificate(std::string_view name) {
        return {.sha256 = crypto::sha256(as_bytes(name)),
                .not_before = site.clock.utc_now() - Ticks90k(std::chrono::hours(1)),
                .not_after = site.clock.utc_now() + Ticks90k(std::chrono::hours(24 * 30))};
    }
    net::Response add(const std::string& user, std::string_view name, const crypto::ClientCertificate& of,
                      std::string_view more = R"("rights":["see_live"])") {
        return site.send(
            net::Method::post, "/api/v1/users/" + user + "/devices",
            fmt::format(R"({{"name":"{}","certificate":"{}",{}}})", name, thumbprint_text(of.sha256), more),
            administrator);
    }
    net::Response ask(const std::optional<crypto::ClientCertificate>& shown, std::string_view token = "",
                      std::string path = "/api/v1/session") {
        net::Request request;
        request.path = std::move(path);
        request.peer_address = "198.51.100.7";
        request.headers = {{"Host", "vedette.example"}};
        if (!token.empty()) request.headers.push_back({"Authorization", fmt::format("Bearer {}", token)});
        request.certificate = shown;
        return site.send(std::move(request));
    }

    testing::TestSite site;
    std::string administrator = site.claim();
};

TEST_F(DevicesTest, ACertificateIsWhoItWasRegisteredFor) {
    const auto user = site.add_user(administrator, "bridge", {see_live, play_back});
    const auto own = certificate("own");
    EXPECT_EQ(ask(own).status, 401u);
    ASSERT_EQ(add(user.id, "Lobby", own).status, 201u);
    const auto session = ask(own);
    EXPECT_EQ(session.status, 200u);
    EXPECT_THAT(testing::body_of(session), HasSubstr(R"("rights":["see_live"])"));
    EXPECT_THAT(testing::body_of(session), HasSubstr(R"("name":"Lobby")"));
    EXPECT_EQ(ask(certificate("other")).status, 401u);
    EXPECT_EQ(ask({}).status, 401u);
    // It outlives a restart only as what it is: nobody has a token's text for it.
    EXPECT_THAT(testing::body_of(add(user.id, "Again", own)), HasSubstr(R"("field":"certificate")"));
    const auto list = site.send(net::Method::get, "/api/v1/devices", {}, administrator);
    EXPECT_THAT(testing::body_of(list), HasSubstr(user.id));
    // Its dates are looked at whenever it comes.
    auto late = own;
    late.not_after = site.clock.utc_now() - Ticks90k(1);
    EXPECT_THAT(testing::body_of(ask(late)), HasSubstr("expired"));
    auto early = own;
    early.not_before = site.clock.utc_now() + Ticks90k(1);
    EXPECT_THAT(testing::body_of(ask(early)), HasSubstr("not valid yet"));
    EXPECT_EQ(ask(own).status, 200u);
    // And the registration's end.
    site.clock.advance(std::chrono::hours(24 * 91));
    auto renewed = own;
    renewed.not_after = site.clock.utc_now() + Ticks90k(std::chrono::hours(1));
    EXPECT_THAT(testing::body_of(ask(renewed)), HasSubstr("time is over"));
}

TEST_F(DevicesTest, WhatIsOpenEndsWithTheCertificate) {
    const auto user = site.add_user(administrator, "bridge", {see_live});
    auto brief = certificate("brief");
    brief.not_after = site.clock.utc_now() + Ticks90k(std::chrono::minutes(5));
    ASSERT_EQ(add(user.id, "Lobby", brief).status, 201u);
    const auto socket = site.open_websocket(ask(brief, "", "/api/v1/ws"));
    site.clock.advance(std::chrono::minutes(6));
    ASSERT_TRUE(site.run_until([&] { return socket->ended; }));
    EXPECT_EQ(socket->close_code, 1008);
}

TEST_F(DevicesTest, ABoundTokenTakesBoth) {
    const auto own = certificate("own");
    const auto made =
        site.send(net::Method::post, "/api/v1/account/tokens",
                  fmt::format(R"({{"name":"t","rights":["see_live"],"certificate":"{}","password":"{}"}})",
                              thumbprint_text(own.sha256), testing::TestSite::password),
                  administrator);
    ASSERT_EQ(made.status, 201u) << testing::body_of(made);
    const std::string token(boost::json::parse(testing::body_of(made)).at("secret").as_string());
    EXPECT_EQ(ask(own, token).status, 200u);
    EXPECT_THAT(testing::body_of(ask({}, token)), HasSubstr("bound to a certificate"));
    EXPECT_EQ(ask(certificate("other"), token).status, 401u);
    EXPECT_EQ(ask(own).status, 401u);
    auto late = own;
    late.not_after = site.clock.utc_now() - Ticks90k(1);
    EXPECT_EQ(ask(late, token).status, 401u);
}

TEST_F(DevicesTest, UnknownCertificatesAreSlowedDownAndKnownOnesAreNot) {
    const auto user = site.add_user(administrator, "bridge", {see_live});
    ASSERT_EQ(add(user.id, "Lobby", certificate("own")).status, 201u);
    unsigned tries = 0;
    while (ask(certificate("other")).status == 401u) ASSERT_LT(++tries, 100u);
    EXPECT_EQ(ask(certificate("other")).status, 429u);
    EXPECT_EQ(ask(certificate("own")).status, 200u);
}

TEST_F(DevicesTest, WhoRegistersGivesWhatHeMayGive) {
    const auto user = site.add_user(administrator, "bridge", {see_live, play_back});
    const auto clerk = site.add_user(administrator, "clerk", {manage_users, see_live});
    const auto as = [&](const std::string& cookie, const std::string& whose, std::string_view rights) {
        return site
            .send(net::Method::post, "/api/v1/users/" + whose + "/devices",
                  fmt::format(R"({{"name":"{}","certificate":"{}","rights":{}}})", UserId::random().text(),
                              thumbprint_text(certificate(UserId::random().text()).sha256), rights),
                  cookie)
            .status;
    };
    EXPECT_EQ(as(administrator, user.id, R"(["see_live","play_back"])"), 201u);
    EXPECT_EQ(as(administrator, user.id, R"(["talk"])"), 400u);
    // The account has more than the clerk: its devices are none of his business.
    EXPECT_EQ(as(clerk.cookie, user.id, R"(["see_live"])"), 403u);
    EXPECT_EQ(as(clerk.cookie, clerk.id, R"(["see_live"])"), 403u);
    EXPECT_EQ(as(user.cookie, clerk.id, R"(["see_live"])"), 403u);
    EXPECT_EQ(as(administrator, UserId::random().text(), R"(["see_live"])"), 404u);
}

TEST(CertificateNames, AreTakenAsToolsWriteThem) {
    const auto digest = crypto::sha256(as_bytes(std::string_view("a certificate")));
    const std::string hex = to_hex(digest);
    std::string colons;
    for (std::size_t i = 0; i < hex.size(); i += 2) colons += (i ? ":" : "") + hex.substr(i, 2);
    std::string upper = colons;
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
    for (const std::string& text : {hex, colons, upper, "sha256 Fingerprint=" + upper + "\n",
                                    "SHA256 Fingerprint=" + upper, thumbprint_text(digest)}) {
        const auto read = parse_certificate_name(text, {});
        ASSERT_TRUE(read.has_value()) << text;
        EXPECT_EQ(*read, digest);
    }
    for (const std::string& bad :
         {std::string(), hex.substr(1), hex + "0", std::string(64, 'g'), std::string(43, '*'),
          std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}) {
        const auto read = parse_certificate_name(bad, {});
        ASSERT_FALSE(read.has_value()) << bad;
        EXPECT_THAT(read.error().message, HasSubstr("openssl x509"));
    }
}

}  // namespace
}  // namespace vedette::hub::api
