// What the API writes into the audit log, and how it is read.

#include <fstream>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "base/test_failing_disk.hpp"
#include "crypto/test_base32.hpp"
#include "crypto/totp.hpp"
#include "hub/api/audit_details.hpp"
#include "hub/api/json_audit.hpp"
#include "hub/api/test_site.hpp"
#include "hub/audit/cef.hpp"

namespace vedette::hub::api {
namespace {

using testing::body_of;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestSite;
namespace json = boost::json;

class Audited {
  public:
    Audited() { cookie = site.claim(); }

    /// The newest first, without the entries that reading makes.
    std::vector<json::object> entries(const std::string& query = "limit=500") {
        const auto response = site.send(net::Method::get, "/api/v1/audit?" + query, {}, cookie);
        EXPECT_EQ(response.status, 200u) << body_of(response);
        std::vector<json::object> all;
        for (const json::value& entry : json::parse(body_of(response)).at("entries").as_array())
            if (entry.at("action") != "read_audit") all.push_back(entry.as_object());
        return all;
    }
    json::object newest() {
        const auto all = entries();
        return all.empty() ? json::object() : all.front();
    }
    std::string camera_path(std::string_view rest = "") const {
        return "/api/v1/cameras/" + site.gateway.camera.id.text() + std::string(rest);
    }

    TestSite site;
    std::string cookie;
};

TEST(Audit, TheFirstAdministratorIsTheFirstEntry) {
    Audited audited;
    const auto first = audited.entries().back();
    EXPECT_EQ(first.at("sequence"), 0);
    EXPECT_EQ(first.at("action"), "claim");
    EXPECT_EQ(first.at("who").at("kind"), "nobody");
    EXPECT_EQ(first.at("address"), "198.51.100.7");
    EXPECT_EQ(first.at("details").at("name_tried"), "Ada");
    EXPECT_EQ(first.at("result").at("who").at("name"), "Ada");
    EXPECT_EQ(first.at("result").at("status"), 201);
    EXPECT_THAT(json::serialize(first), Not(HasSubstr(std::string(TestSite::password))));
}

TEST(Audit, SignInsAreOneEntryWithWhoOrWhyNot) {
    Audited audited;
    audited.site.send(net::Method::post, "/api/v1/session", R"({"username":"eve","password":"wrong"})");
    const auto failed = audited.newest();
    EXPECT_EQ(failed.at("action"), "sign_in");
    EXPECT_EQ(failed.at("allowed"), false);
    EXPECT_EQ(failed.at("reason"), "unauthenticated");
    EXPECT_EQ(failed.at("status"), 401);
    EXPECT_EQ(failed.at("who").at("kind"), "nobody");
    EXPECT_EQ(failed.at("who").at("name"), "eve");
    EXPECT_THAT(json::serialize(failed), Not(HasSubstr("wrong")));
    const auto response =
        audited.site.send(net::Method::post, "/api/v1/session",
                          fmt::format(R"({{"username":"ada","password":"{}"}})", TestSite::password));
    EXPECT_EQ(response.status, 201u);
    const auto good = audited.newest();
    EXPECT_EQ(good.at("allowed"), true);
    EXPECT_EQ(good.at("who").at("name"), "Ada");
    EXPECT_EQ(good.at("who").at("kind"), "user");
    EXPECT_EQ(good.at("status"), 201);
}

TEST(Audit, ASecondFactorIsTwoEntriesAndNamesWhoDidNotGetIn) {
    Audited audited;
    const auto post = [&](std::string path, std::string body) {
        return audited.site.send(net::Method::post, "/api/v1" + std::move(path), std::move(body),
                                 audited.cookie);
    };
    const auto begun =
        post("/account/authenticator", fmt::format(R"({{"password":"{}"}})", TestSite::password));
    ASSERT_EQ(begun.status, 201u) << body_of(begun);
    const Bytes secret =
        crypto::from_base32(std::string(json::parse(body_of(begun)).at("secret").as_string()));
    const auto code = [&] {
        return crypto::hotp(secret, crypto::totp_counter(audited.site.clock.utc_now()));
    };
    EXPECT_EQ(post("/account/authenticator/confirm", fmt::format(R"({{"code":"{}"}})", code())).status, 200u);
    EXPECT_THAT(json::serialize(audited.newest()), Not(HasSubstr(code())));
    audited.site.clock.advance(crypto::totp_step);

    const auto asked =
        audited.site.send(net::Method::post, "/api/v1/session",
                          fmt::format(R"({{"username":"ada","password":"{}"}})", TestSite::password));
    EXPECT_EQ(asked.status, 202u);
    EXPECT_TRUE(testing::cookie_of(asked).empty());
    EXPECT_EQ(audited.newest().at("reason"), "second_factor_asked");
    EXPECT_EQ(audited.newest().at("allowed"), false);
    const std::string token(json::parse(body_of(asked)).at("token").as_string());
    const auto give = [&](const std::string& typed) {
        return audited.site.send(net::Method::post, "/api/v1/session/second-factor",
                                 fmt::format(R"({{"token":"{}","code":"{}"}})", token, typed));
    };
    EXPECT_EQ(give("000000").status, 403u);
    EXPECT_EQ(audited.newest().at("who").at("name"), "Ada");
    EXPECT_EQ(audited.newest().at("allowed"), false);
    const auto in = give(code());
    EXPECT_EQ(in.status, 201u);
    EXPECT_EQ(testing::cookie_of(in).size(), 64u);
    EXPECT_EQ(audited.newest().at("allowed"), true);
    EXPECT_EQ(audited.newest().at("who").at("name"), "Ada");
}

TEST(Audit, AChangeTellsBeforeAndAfterAndNoSecret) {
    Audited audited;
    const auto changed = audited.site.send(
        net::Method::patch, audited.camera_path(),
        R"({"name":"Yard","password":"hunter2","main_url":"rtsp://root:hunter3@192.0.2.10/other"})",
        audited.cookie);
    EXPECT_EQ(changed.status, 200u) << body_of(changed);
    const auto entry = audited.newest();
    EXPECT_EQ(entry.at("action"), "change_camera");
    EXPECT_EQ(entry.at("operation"), "changeCamera");
    EXPECT_EQ(entry.at("object").at("camera_name"), "Gate \"A\"");
    EXPECT_EQ(entry.at("details").at("asked").at("name"), "Yard");
    EXPECT_EQ(entry.at("details").at("asked").at("main_url"), "rtsp://192.0.2.10/other");
    EXPECT_EQ(entry.at("details").at("before").at("name"), "Gate \"A\"");
    EXPECT_EQ(entry.at("details").at("asked").at("password"), "(not shown)");
    EXPECT_THAT(json::serialize(entry), Not(HasSubstr("hunter")));
    EXPECT_FALSE(entry.contains("result"));  // it was done
}

TEST(Audit, ARefusalByTheHandlerIsTheResult) {
    Audited audited;
    EXPECT_EQ(
        audited.site.send(net::Method::patch, audited.camera_path(), R"({"nonsense":1})", audited.cookie)
            .status,
        400u);
    const auto entry = audited.newest();
    EXPECT_EQ(entry.at("allowed"), true);
    EXPECT_EQ(entry.at("result").at("status"), 400);
    EXPECT_EQ(entry.at("result").at("reason"), "invalid_input");
}

TEST(Audit, AnExportTellsItsRange) {
    Audited audited;
    audited.site.gateway.on_open = [&](const wire::OpenChannel& open) {
        audited.site.gateway.send(wire::ChannelEnd{.channel = open.channel, .error = {}});
    };
    audited.site.send(net::Method::get,
                      audited.camera_path("/recordings/media?start_90k=100&end_90k=200&stream=sub"), {},
                      audited.cookie);
    const auto entry = audited.newest();
    EXPECT_EQ(entry.at("action"), "export_recording");
    EXPECT_EQ(entry.at("details").at("start_90k"), 100);
    EXPECT_EQ(entry.at("details").at("end_90k"), 200);
    EXPECT_EQ(entry.at("details").at("stream"), "sub");
}

TEST(Audit, DenialsAreEntries) {
    Audited audited;
    EXPECT_EQ(audited.site.send(net::Method::del, audited.camera_path()).status, 401u);
    const auto entry = audited.newest();
    EXPECT_EQ(entry.at("action"), "remove_camera");
    EXPECT_EQ(entry.at("allowed"), false);
    EXPECT_EQ(entry.at("reason"), "not_signed_in");
    EXPECT_EQ(entry.at("who").at("kind"), "nobody");
}

TEST(Audit, NobodyCanFillTheDisk) {
    Audited audited;
    for (int i = 0; i < 300; ++i) audited.site.send(net::Method::del, audited.camera_path());
    EXPECT_LE(audited.entries("limit=500&allowed=false").size(), 100u);
    audited.site.clock.advance(std::chrono::seconds(61));
    audited.site.send(net::Method::get, "/api/v1/health");
    audited.site.send(net::Method::del, audited.camera_path());
    json::object summary;
    for (const auto& entry : audited.entries())
        if (entry.at("kind") == "summary") summary = entry;
    ASSERT_TRUE(summary.contains("details"));
    EXPECT_GE(summary.at("details").at("count").as_int64(), 190);
    // Failed sign-ins are bound by the same.
    const auto before = audited.site.services->recorder.log()->figures().entries;
    for (int i = 0; i < 50; ++i)
        audited.site.send(net::Method::post, "/api/v1/session", R"({"username":"eve","password":"wrong"})");
    EXPECT_LE(audited.site.services->recorder.log()->figures().entries, before + 10);
}

TEST(Audit, WhatCanNotBeRecordedDoesNotHappen) {
    log::set_level(log::Level::off);
    Audited audited;
    audited.site.run_until([] { return true; });
    const std::size_t requests = audited.site.gateway.requests;
    {
        FailingDisk disk(0, true, {.error = ENOSPC});
        const auto refused = audited.site.send(net::Method::patch, audited.camera_path(),
                                               R"({"name":"Yard"})", audited.cookie);
        EXPECT_EQ(refused.status, 503u);
        EXPECT_THAT(body_of(refused), HasSubstr("urn:vedette:problem:not_recorded"));
        EXPECT_EQ(audited.site.send(net::Method::get, "/api/v1/audit", {}, audited.cookie).status, 503u);
        const auto sign_in =
            audited.site.send(net::Method::post, "/api/v1/session",
                              fmt::format(R"({{"username":"ada","password":"{}"}})", TestSite::password));
        EXPECT_EQ(sign_in.status, 503u);
        EXPECT_EQ(testing::cookie_of(sign_in), "");
        EXPECT_EQ(audited.site.services->identity->session_count(), 1u);
        // What is not audited goes on.
        EXPECT_EQ(audited.site.send(net::Method::get, "/api/v1/cameras", {}, audited.cookie).status, 200u);
    }
    EXPECT_EQ(audited.site.gateway.requests, requests);
    EXPECT_EQ(audited.site.gateway.camera.name, "Gate \"A\"");
    EXPECT_EQ(
        audited.site.send(net::Method::patch, audited.camera_path(), R"({"name":"Yard"})", audited.cookie)
            .status,
        200u);
}

TEST(Audit, AClaimThatCanNotBeRecordedMakesNobody) {
    log::set_level(log::Level::off);
    TestSite site;
    {
        FailingDisk disk(0, true, {.error = ENOSPC});
        EXPECT_EQ(site.claim(), "");
    }
    EXPECT_FALSE(site.services->identity->claimed());
    EXPECT_NE(site.claim(), "");
}

TEST(Audit, ReadingIsAnEntry) {
    Audited audited;
    audited.site.send(net::Method::get, "/api/v1/audit?action=talk", {}, audited.cookie);
    const auto response =
        audited.site.send(net::Method::get, "/api/v1/audit?action=read_audit", {}, audited.cookie);
    const auto all = json::parse(body_of(response)).at("entries").as_array();
    ASSERT_EQ(all.size(), 2u);  // with the one that reads it
    EXPECT_EQ(all[1].at("details").at("action"), "talk");
}

TEST(Audit, PagesAndFilters) {
    Audited audited;
    for (int i = 0; i < 5; ++i) audited.site.send(net::Method::del, audited.camera_path());
    const auto response =
        audited.site.send(net::Method::get, "/api/v1/audit?limit=3&allowed=false", {}, audited.cookie);
    const auto page = json::parse(body_of(response));
    ASSERT_EQ(page.at("entries").as_array().size(), 3u);
    EXPECT_EQ(page.at("more"), true);
    const auto last = page.at("entries").as_array().back().at("sequence").as_int64();
    const auto rest = audited.entries(fmt::format("allowed=false&before={}", last));
    EXPECT_EQ(rest.size(), 2u);
    EXPECT_EQ(audited.entries("camera_id=" + audited.site.gateway.camera.id.text()).size(), 5u);
    EXPECT_EQ(audited.entries("camera_id=" + CameraId::random().text()).size(), 0u);
    EXPECT_EQ(audited.entries("end_90k=1").size(), 0u);
    for (const char* bad : {"limit=0", "limit=501", "limit=x", "user_id=7", "camera_id=", "allowed=maybe",
                            "action=A%20b", "action=", "start_90k=5&end_90k=5", "before=-1"})
        EXPECT_EQ(audited.site.send(net::Method::get, std::string("/api/v1/audit?") + bad, {}, audited.cookie)
                      .status,
                  400u)
            << bad;
}

TEST(Audit, ExportsEverythingInOrder) {
    Audited audited;
    audited.site.send(net::Method::patch, audited.camera_path(), R"({"nonsense":1})", audited.cookie);
    const auto fetch = [&](const std::string& query) {
        auto response =
            audited.site.send(net::Method::get, "/api/v1/audit/export" + query, {}, audited.cookie);
        std::string all;
        if (response.status == 200)
            EXPECT_THAT(
                testing::header_of(response, "Content-Disposition"),
                ::testing::MatchesRegex(R"re(attachment; filename="vedette-audit-[0-9TZ.-]+(jsonl|cef)")re"));
        auto* source = std::get_if<std::unique_ptr<net::BodySource>>(&response.body);
        if (!source) return fmt::format("status {}", response.status);
        bool ended = false;
        while (!ended) {
            std::optional<Result<SharedBytes>> piece;
            boost::asio::co_spawn(audited.site.io, (*source)->next(),
                                  [&](std::exception_ptr, Result<SharedBytes> p) { piece = std::move(p); });
            audited.site.run_until([&] { return piece.has_value(); });
            ended = !*piece || !**piece;
            if (!ended) all += as_text(***piece);
        }
        return all;
    };
    const std::string lines = fetch("?format=jsonl");
    std::istringstream stream(lines);
    std::int64_t expected = 0;
    for (std::string line; std::getline(stream, line); ++expected)
        EXPECT_EQ(json::parse(line).at("sequence"), expected);
    EXPECT_EQ(expected, 5);  // claim, its result, change, its result, this export
    EXPECT_THAT(fetch("?format=cef"),
                HasSubstr("CEF:0|Vedette|Vedette|0.1.0|change_camera|change_camera|3|rt="));
    EXPECT_EQ(fetch("?format=pdf"), "status 400");
}

TEST(AuditCef, EscapesWhatWouldEndAField) {
    audit::Listed entry;
    entry.leaf.facts.action = "a|b\\c";
    entry.leaf.facts.allowed = true;
    entry.personal.name = "x=y\\z\nnext";
    const std::string line = audit::to_cef(entry, "1|2");
    EXPECT_THAT(line, HasSubstr("|1\\|2|a\\|b\\\\c|"));
    EXPECT_THAT(line, HasSubstr("suser=x\\=y\\\\z\\nnext"));
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
}

TEST(AuditDetails, AreBounded) {
    json::object details;
    for (int i = 0; i < 3000; ++i) details[fmt::format("field{}", i)] = std::string(100, 'x');
    EXPECT_LE(details_text(details).size(), audit::max_details_bytes);
    EXPECT_LE(details_text({{"asked", told({{"name", std::string(60'000, 'x')}})}}).size(),
              audit::max_details_bytes);
}

// ---- WebSocket

TEST(Audit, WatchingHasAStartAndAnEnd) {
    Audited audited;
    const auto socket = audited.site.open_websocket(audited.cookie);
    const std::string camera = audited.site.gateway.camera.id.text();
    socket->from_client.push_back(
        fmt::format(R"({{"type":"live.start","channel":1,"camera_id":"{}","stream":"sub"}})", camera));
    socket->from_client.push_back(R"({"type":"credit","channel":1,"bytes":1000})");
    socket->event.cancel();
    ASSERT_TRUE(audited.site.run_until([&] { return !audited.site.gateway.opened.empty(); }));
    auto entry = audited.newest();
    EXPECT_EQ(entry.at("action"), "watch_live");
    EXPECT_EQ(entry.at("operation"), "live.start");
    EXPECT_EQ(entry.at("address"), "198.51.100.7");
    EXPECT_EQ(entry.at("object").at("camera_name"), "Gate \"A\"");
    EXPECT_FALSE(entry.contains("result"));
    audited.site.clock.advance(std::chrono::seconds(35));
    socket->from_client.push_back(R"({"type":"stop","channel":1})");
    socket->event.cancel();
    ASSERT_TRUE(audited.site.run_until([&] { return !audited.site.gateway.closed.empty(); }));
    entry = audited.newest();
    EXPECT_EQ(entry.at("result").at("details").at("seconds"), 35);
    socket->client_gone = true;
    socket->event.cancel();
    audited.site.run_until([&] { return socket->ended; });
}

TEST(Audit, PlaybackTellsWhatWasSent) {
    Audited audited;
    const auto socket = audited.site.open_websocket(audited.cookie);
    audited.site.gateway.on_open = [&](const wire::OpenChannel& open) {
        audited.site.gateway.send_init(open.channel);
        audited.site.gateway.send_media(open.channel, 1000, true, 10);
        audited.site.gateway.send_media(open.channel, 1090, true, 10);
        audited.site.gateway.send(wire::ChannelEnd{.channel = open.channel, .error = {}});
    };
    socket->from_client.push_back(fmt::format(
        R"({{"type":"playback.start","channel":1,"camera_id":"{}","stream":"main","start_90k":900}})",
        audited.site.gateway.camera.id.text()));
    socket->event.cancel();
    ASSERT_TRUE(audited.site.run_until([&] { return socket->binary.size() >= 3; }));
    audited.site.run_until([&] {
        return !socket->text.empty() && socket->text.back().find("channel.ended") != std::string::npos;
    });
    const auto entry = audited.newest();
    EXPECT_EQ(entry.at("action"), "play_recording");
    EXPECT_EQ(entry.at("details").at("start_90k"), 900);
    EXPECT_EQ(entry.at("result").at("details").at("start_90k"), 1000);
    EXPECT_EQ(entry.at("result").at("details").at("end_90k"), 1180);
    socket->client_gone = true;
    socket->event.cancel();
    audited.site.run_until([&] { return socket->ended; });
}

TEST(Audit, AScrubOfThumbnailsIsOneEntryBeforeItAndOneAtItsEnd) {
    Audited audited;
    const auto look = [&](std::int64_t at) {
        return audited.site
            .send(net::Method::get, audited.camera_path(fmt::format("/thumbnail?at_90k={}", at)), {},
                  audited.cookie)
            .status;
    };
    const auto of_thumbnails = [&] {
        std::vector<json::object> found;
        for (json::object& entry : audited.entries())
            if (entry.at("action") == "preview_recording") found.push_back(std::move(entry));
        return found;
    };
    for (std::int64_t second = 100; second < 150; ++second) EXPECT_EQ(look(second * 90'000 + 1'000), 200u);
    auto entries = of_thumbnails();
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_EQ(entries[0].at("operation"), "getThumbnail");
    EXPECT_EQ(entries[0].at("details").at("at_90k"), 9'001'000);
    EXPECT_EQ(entries[0].if_contains("result"), nullptr) << "it still goes on";

    audited.site.clock.advance(std::chrono::seconds(61));
    entries = of_thumbnails();
    ASSERT_EQ(entries.size(), 1u);
    const json::object& told = entries[0].at("result").at("details").as_object();
    EXPECT_EQ(told.at("pictures"), 50);
    EXPECT_EQ(told.at("start_90k"), 9'000'000);
    EXPECT_EQ(told.at("end_90k"), 149 * 90'000);

    // Another stretch is another entry, and one that never pauses is ended all the same.
    for (int i = 0; i < 25; ++i) {
        EXPECT_EQ(look(9'000'000), 200u);
        audited.site.clock.advance(std::chrono::seconds(30));
    }
    EXPECT_EQ(of_thumbnails().size(), 3u);
}

TEST(Audit, AThumbnailThatCanNotBeRecordedIsNotShown) {
    log::set_level(log::Level::off);
    Audited audited;
    const std::size_t requests = audited.site.gateway.requests;
    {
        FailingDisk disk(0, true, {.error = ENOSPC});
        const auto response = audited.site.send(
            net::Method::get, audited.camera_path("/thumbnail?at_90k=900000"), {}, audited.cookie);
        EXPECT_EQ(response.status, 503u);
    }
    EXPECT_EQ(audited.site.gateway.requests, requests);
}

TEST(Audit, AChannelThatCanNotBeRecordedIsNotOpened) {
    log::set_level(log::Level::off);
    Audited audited;
    const auto socket = audited.site.open_websocket(audited.cookie);
    {
        FailingDisk disk(0, true, {.error = ENOSPC});
        socket->from_client.push_back(
            fmt::format(R"({{"type":"live.start","channel":1,"camera_id":"{}","stream":"main"}})",
                        audited.site.gateway.camera.id.text()));
        socket->event.cancel();
        ASSERT_TRUE(audited.site.run_until([&] {
            return !socket->text.empty() && socket->text.back().find("not_recorded") != std::string::npos;
        }));
    }
    EXPECT_TRUE(audited.site.gateway.opened.empty());
    socket->client_gone = true;
    socket->event.cancel();
    audited.site.run_until([&] { return socket->ended; });
}

}  // namespace
}  // namespace vedette::hub::api
