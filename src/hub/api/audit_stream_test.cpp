// Where the audit log is sent, by the REST API.

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/api/test_site.hpp"

namespace vedette::hub::api {
namespace {

using testing::body_of;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestSite;
namespace json = boost::json;

constexpr const char* syslog_path = "/api/v1/audit/syslog";

class AuditStreamTest : public ::testing::Test {
  protected:
    net::Response put(const std::string& body) {
        return site.send(net::Method::put, syslog_path, body, cookie);
    }
    json::value status() {
        return json::parse(body_of(site.send(net::Method::get, syslog_path, {}, cookie)));
    }
    std::string field_of(const net::Response& response) {
        EXPECT_EQ(response.status, 400u) << body_of(response);
        const auto problem = json::parse(body_of(response));
        const auto* field = problem.as_object().if_contains("field");
        return field ? std::string(field->as_string()) : "";
    }

    TestSite site;
    std::string cookie = site.claim();
};

TEST_F(AuditStreamTest, IsOffUntilItIsSetAndOffAgainWhenRemoved) {
    EXPECT_EQ(status().at("state"), "off");
    EXPECT_TRUE(status().at("target").is_null());
    EXPECT_EQ(status().at("keep_names_days"), 365);
    // Nothing listens on that port.
    const auto answer = put(R"({"host":"127.0.0.1","port":1,"transport":"tcp","wording":"cef"})");
    ASSERT_EQ(answer.status, 200u) << body_of(answer);
    ASSERT_TRUE(
        site.run_until([&] { return site.services->syslog->status().state == syslog::State::failing; }));
    const json::value now = status();
    EXPECT_EQ(now.at("problem"), "127.0.0.1:1 refused the connection: nothing listens on that port");
    EXPECT_EQ(now.at("target").at("wording"), "cef");
    EXPECT_EQ(now.at("target").at("has_client_key"), false);
    EXPECT_THAT(body_of(site.send(net::Method::get, "/metrics", {}, cookie)),
                HasSubstr("vedette_audit_syslog_up 0\n"));
    EXPECT_EQ(site.send(net::Method::del, syslog_path, {}, cookie).status, 204u);
    EXPECT_EQ(status().at("state"), "off");
    EXPECT_THAT(body_of(site.send(net::Method::get, "/metrics", {}, cookie)), Not(HasSubstr("audit_syslog")));
}

TEST_F(AuditStreamTest, NamesTheFieldThatIsWrong) {
    EXPECT_EQ(field_of(put("{}")), "host");
    EXPECT_EQ(field_of(put(R"({"host":"a b"})")), "host");
    EXPECT_EQ(field_of(put(R"({"host":"logs","port":0})")), "port");
    EXPECT_EQ(field_of(put(R"({"host":"logs","transport":"udp"})")), "transport");
    EXPECT_EQ(field_of(put(R"({"host":"logs","transport":"tcp"})")), "transport");
    EXPECT_EQ(field_of(put(R"({"host":"logs","wording":"poem"})")), "wording");
    EXPECT_EQ(field_of(put(R"({"host":"logs","ca_pem":"no certificate"})")), "ca_pem");
    EXPECT_EQ(field_of(put(R"({"host":"logs","client_certificate_pem":"none"})")), "client_certificate_pem");
    EXPECT_EQ(field_of(put(R"({"host":"logs","password":"x"})")), "password");
}

TEST_F(AuditStreamTest, TakesBothRights) {
    const std::string body = R"({"host":"127.0.0.1","port":1,"transport":"tcp"})";
    const auto both =
        site.add_user(cookie, "both", {policy::Right::change_settings, policy::Right::read_audit});
    const auto settings = site.add_user(cookie, "settings", {policy::Right::change_settings});
    const auto reader = site.add_user(cookie, "reader", {policy::Right::read_audit});
    for (const auto& user : {settings, reader}) {
        EXPECT_EQ(site.send(net::Method::put, syslog_path, body, user.cookie).status, 403u);
        EXPECT_EQ(site.send(net::Method::del, syslog_path, {}, user.cookie).status, 403u);
        EXPECT_EQ(site.send(net::Method::post, "/api/v1/audit/syslog/test", body, user.cookie).status, 403u);
    }
    EXPECT_EQ(site.send(net::Method::put, syslog_path, body, both.cookie).status, 200u);
    EXPECT_EQ(site.send(net::Method::get, syslog_path, {}, reader.cookie).status, 200u);
    EXPECT_EQ(site.send(net::Method::get, syslog_path, {}, settings.cookie).status, 403u);
}

TEST_F(AuditStreamTest, ItsEntryTellsWhereAndNoKey) {
    put(R"({"host":"logs.invalid","client_key_pem":"very secret"})");
    const auto entries =
        json::parse(body_of(site.send(net::Method::get, "/api/v1/audit", {}, cookie))).at("entries");
    for (const json::value& entry : entries.as_array()) {
        if (entry.at("operation") != "setAuditStream") continue;
        EXPECT_EQ(entry.at("details").at("asked").at("host"), "logs.invalid");
        EXPECT_EQ(entry.at("details").at("asked").at("client_key_pem"), "(not shown)");
        EXPECT_THAT(json::serialize(entry), Not(HasSubstr("very secret")));
        return;
    }
    ADD_FAILURE() << "no entry";
}

TEST_F(AuditStreamTest, ATestSaysInASentenceWhatFailed) {
    const auto answer = site.send(net::Method::post, "/api/v1/audit/syslog/test",
                                  R"({"host":"127.0.0.1","port":1,"transport":"tcp"})", cookie);
    ASSERT_EQ(answer.status, 200u) << body_of(answer);
    const auto report = json::parse(body_of(answer));
    EXPECT_EQ(report.at("ok"), false);
    EXPECT_EQ(report.at("message"), "127.0.0.1:1 refused the connection: nothing listens on that port");
    EXPECT_TRUE(status().at("target").is_null());
}

}  // namespace
}  // namespace vedette::hub::api
