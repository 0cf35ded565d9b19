// Passkeys over the API: the whole way of both ceremonies, what the audit log says of them, and what is
// refused before it reaches identity.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/base64.hpp"
#include "hub/api/passkey_input.hpp"
#include "hub/api/test_site.hpp"
#include "webauthn/test_authenticator.hpp"

namespace vedette::hub::api {
namespace {

namespace json = boost::json;
using testing::body_of;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestSite;
using webauthn::testing::TestAuthenticator;

std::string base64(ByteView bytes) {
    return crypto::to_base64url(bytes);
}

json::object assertion_json(const webauthn::Assertion& assertion) {
    json::object out{{"credential_id", base64(assertion.credential_id)},
                     {"client_data", base64(assertion.client_data)},
                     {"authenticator_data", base64(assertion.authenticator_data)},
                     {"signature", base64(assertion.signature)}};
    if (!assertion.user_handle.empty()) out["user_handle"] = base64(assertion.user_handle);
    return out;
}

class PasskeyApiTest : public ::testing::Test {
  protected:
    net::Response post(std::string path, const json::object& body, bool signed_in = true) {
        return site.send(net::Method::post, "/api/v1" + std::move(path), json::serialize(body),
                         signed_in ? cookie : "");
    }
    json::object get(std::string path) {
        const auto response = site.send(net::Method::get, "/api/v1" + std::move(path), {}, cookie);
        EXPECT_EQ(response.status, 200u) << body_of(response);
        return json::parse(body_of(response)).as_object();
    }
    json::object newest_entry() {
        for (const json::value& entry : get("/audit?limit=10").at("entries").as_array())
            if (entry.at("action") != "read_audit") return entry.as_object();
        return {};
    }
    static Bytes challenge_in(const net::Response& response) {
        const auto body = json::parse(body_of(response));
        return *crypto::from_base64url(body.at("challenge").as_string());
    }
    net::Response begin() { return post("/account/passkeys/challenge", {{"password", TestSite::password}}); }
    net::Response add(const net::Response& begun) {
        user_handle = *crypto::from_base64url(json::parse(body_of(begun)).at("user_id").as_string());
        const auto made = device.create(challenge_in(begun));
        return post("/account/passkeys", {{"name", "Phone"},
                                          {"client_data", base64(made.client_data)},
                                          {"attestation_object", base64(made.attestation_object)}});
    }
    net::Response sign_in(json::object with = {}) {
        const auto begun = post("/session/passkey/challenge", with, false);
        EXPECT_EQ(begun.status, 200u) << body_of(begun);
        return post("/session/passkey", assertion_json(device.get(challenge_in(begun), user_handle)), false);
    }

    TestSite site;
    std::string cookie = site.claim();
    TestAuthenticator device;
    Bytes user_handle;
};

TEST_F(PasskeyApiTest, TheWholeWay) {
    const auto begun = begin();
    ASSERT_EQ(begun.status, 200u) << body_of(begun);
    const auto wanted = json::parse(body_of(begun));
    EXPECT_EQ(wanted.at("rp_id"), "vedette.example");
    EXPECT_EQ(wanted.at("username"), "Ada");
    EXPECT_EQ(wanted.at("timeout_s"), 300);
    EXPECT_EQ(wanted.at("algorithms"), json::value({-7, -8, -35, -257}));
    const auto added = add(begun);
    ASSERT_EQ(added.status, 201u) << body_of(added);
    EXPECT_EQ(json::parse(body_of(added)).at("recovery_codes").as_array().size(), 10u);
    const auto account = get("/account");
    ASSERT_EQ(account.at("passkeys").as_array().size(), 1u);
    const auto& passkey = account.at("passkeys").as_array()[0];
    EXPECT_EQ(passkey.at("name"), "Phone");
    EXPECT_EQ(passkey.at("server_name"), "vedette.example");
    EXPECT_TRUE(passkey.at("last_used_90k").is_null());
    EXPECT_EQ(account.at("authenticator"), false);
    EXPECT_EQ(get("/session").at("second_factor"), "on");

    device.counter = 2;
    const auto in = sign_in();
    ASSERT_EQ(in.status, 201u) << body_of(in);
    EXPECT_EQ(json::parse(body_of(in)).at("username"), "Ada");
    EXPECT_EQ(testing::cookie_of(in).size(), 64u);
    EXPECT_FALSE(get("/account").at("passkeys").as_array()[0].at("last_used_90k").is_null());

    // After the password.
    const auto asked = post("/session", {{"username", "ada"}, {"password", TestSite::password}}, false);
    EXPECT_EQ(asked.status, 202u);
    const auto needed = json::parse(body_of(asked));
    EXPECT_EQ(needed.at("passkey"), true);
    EXPECT_EQ(needed.at("code"), true);
    device.counter = 3;
    EXPECT_EQ(sign_in({{"token", needed.at("token")}}).status, 201u);

    // Removed by itself.
    const auto proving = post("/account/passkeys/proof", {});
    ASSERT_EQ(proving.status, 200u) << body_of(proving);
    EXPECT_EQ(json::parse(body_of(proving)).at("credential_ids").as_array().at(0).as_string(),
              base64(device.id));
    device.counter = 4;
    const auto removed = post(
        fmt::format("/account/passkeys/{}/remove", std::string(passkey.at("id").as_string())),
        {{"password", TestSite::password}, {"passkey", assertion_json(device.get(challenge_in(proving)))}});
    EXPECT_EQ(removed.status, 204u) << body_of(removed);
    EXPECT_TRUE(get("/account").at("passkeys").as_array().empty());
}

TEST_F(PasskeyApiTest, IsInTheAuditLog) {
    const auto added = add(begin());
    auto entry = newest_entry();
    EXPECT_EQ(entry.at("operation"), "addPasskey");
    EXPECT_EQ(entry.at("action"), "manage_own_account");
    EXPECT_EQ(entry.at("details").at("asked").at("name"), "Phone");
    EXPECT_EQ(entry.at("details").at("asked").at("attestation_object"), "(not shown)");
    const std::string id(json::parse(body_of(added)).at("id").as_string());
    EXPECT_EQ(entry.at("result").at("details").at("passkey_id").as_string(), id);

    device.counter = 2;
    EXPECT_EQ(sign_in().status, 201u);
    entry = newest_entry();
    EXPECT_EQ(entry.at("operation"), "signInWithPasskey");
    EXPECT_EQ(entry.at("action"), "sign_in");
    EXPECT_EQ(entry.at("allowed"), true);
    EXPECT_EQ(entry.at("who").at("name"), "Ada");
    EXPECT_EQ(entry.at("details").at("passkey"), "Phone");

    // Beginning to sign in is nothing that happened.
    post("/session/passkey/challenge", {}, false);
    EXPECT_EQ(newest_entry().at("sequence"), entry.at("sequence"));

    const auto refused = sign_in();  // the counter stood still
    EXPECT_EQ(refused.status, 401u);
    EXPECT_EQ(json::parse(body_of(refused)).at("type"), "urn:vedette:problem:passkey_copied");
    entry = newest_entry();
    EXPECT_EQ(entry.at("allowed"), false);
    EXPECT_EQ(entry.at("reason"), "passkey_copied");
    EXPECT_EQ(entry.at("who").at("name"), "Ada");

    TestAuthenticator stranger;
    std::swap(device, stranger);
    EXPECT_EQ(sign_in().status, 401u);
    entry = newest_entry();
    EXPECT_EQ(entry.at("reason"), "passkey_unknown");
    EXPECT_EQ(entry.at("who").at("name"), "");
    std::swap(device, stranger);

    const auto renamed =
        site.send(net::Method::patch, "/api/v1/account/passkeys/" + id, R"({"name":"Key ring"})", cookie);
    EXPECT_EQ(renamed.status, 204u) << body_of(renamed);
    entry = newest_entry();
    EXPECT_EQ(entry.at("operation"), "renamePasskey");
    EXPECT_EQ(entry.at("details").at("asked").at("name"), "Key ring");
    EXPECT_EQ(entry.at("result").at("details").at("before").at("name"), "Phone");

    const std::string path = fmt::format("/account/passkeys/{}/remove", id);
    EXPECT_EQ(post(path, {{"password", TestSite::password}}).status, 403u);
    entry = newest_entry();
    EXPECT_EQ(entry.at("operation"), "removePasskey");
    EXPECT_EQ(entry.at("details").at("passkey_id").as_string(), id);
    EXPECT_EQ(entry.at("result").at("status"), 403);
    EXPECT_THAT(json::serialize(entry), Not(HasSubstr(std::string(TestSite::password))));

    device.origin = "https://elsewhere.example";
    const auto code = json::parse(body_of(added)).at("recovery_codes").as_array().at(0);
    const auto again =
        post("/account/passkeys/challenge", {{"password", TestSite::password}, {"code", code}});
    EXPECT_EQ(add(again).status, 403u);
    entry = newest_entry();
    EXPECT_EQ(entry.at("operation"), "addPasskey");
    EXPECT_EQ(entry.at("result").at("reason"), "passkey_refused");
}

TEST_F(PasskeyApiTest, TheNameOfThePageCounts) {
    net::Request request;
    request.method = net::Method::post;
    request.path = "/api/v1/session/passkey/challenge";
    request.peer_address = "198.51.100.7";
    request.body = "{}";
    request.headers = {
        {"Host", "192.0.2.1:8443"}, {"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "application/json"}};
    const auto response = site.send(std::move(request));
    EXPECT_EQ(response.status, 409u);
    EXPECT_THAT(body_of(response), HasSubstr("passkeys_need_the_name"));
    EXPECT_THAT(body_of(response), HasSubstr("open Vedette as https://vedette.example:8443"));
}

TEST(PasskeyInput, IsWithinItsLimits) {
    const auto refused_field = [](const json::object& body) {
        const auto read = read_assertion(json::serialize(body));
        return read ? "none" : read.error().field;
    };
    json::object good{
        {"credential_id", "AA"}, {"client_data", "e30"}, {"authenticator_data", "AA"}, {"signature", "AA"}};
    EXPECT_EQ(refused_field(good), "none");
    for (const char* field : {"credential_id", "client_data", "authenticator_data", "signature"}) {
        json::object bad = good;
        bad.erase(field);
        EXPECT_EQ(refused_field(bad), field);
        for (const std::string& text : {std::string(), std::string("A"), std::string("AA=="),
                                        std::string("+/AA"), std::string(6000, 'A')}) {
            bad[field] = text;
            EXPECT_EQ(refused_field(bad), field) << text.substr(0, 10);
        }
    }
    good["credential_id"] = std::string(1364, 'A');  // 1023 bytes
    EXPECT_EQ(refused_field(good), "none");
    good["credential_id"] = std::string(1366, 'A');  // 1024 bytes
    EXPECT_EQ(refused_field(good), "credential_id");
    good["credential_id"] = "AA";
    good["user_handle"] = std::string(88, 'A');
    EXPECT_EQ(refused_field(good), "user_handle");
    good.erase("user_handle");
    good["more"] = 1;
    EXPECT_EQ(refused_field(good), "more");

    EXPECT_TRUE(read_proof(R"({"password":"x"})"));
    EXPECT_TRUE(read_proof(R"({"password":"x","code":"123456"})"));
    EXPECT_FALSE(read_proof(R"({"code":"123456"})"));
    EXPECT_FALSE(read_proof(R"({"password":"x","passkey":{}})"));
    EXPECT_FALSE(read_new_passkey(R"({"name":"","client_data":"AA","attestation_object":"AA"})"));
    EXPECT_TRUE(read_new_passkey(R"({"name":"a","client_data":"AA","attestation_object":"AA"})"));
    EXPECT_TRUE(read_passkey_name(R"({"name":"a"})"));
    EXPECT_FALSE(read_passkey_name(R"({"name":""})"));
    EXPECT_FALSE(read_passkey_name(R"({"name":"a\nb"})"));
    EXPECT_EQ(*read_proof_purpose(""), "");
    EXPECT_EQ(*read_proof_purpose(R"({"clearance_id":"x"})"), "x");
    EXPECT_FALSE(read_proof_purpose(R"({"more":1})"));
    EXPECT_TRUE(read_passkey_begin("{}"));
    EXPECT_FALSE(read_passkey_begin(""));
}

}  // namespace
}  // namespace vedette::hub::api
