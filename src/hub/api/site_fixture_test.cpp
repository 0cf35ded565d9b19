// The parts of TestSite that need no header.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/hex.hpp"
#include "crypto/test_base32.hpp"
#include "crypto/totp.hpp"
#include "hub/api/json_access.hpp"
#include "hub/api/test_site.hpp"
#include "hub/identity/access_rules_table.hpp"
#include "media/aac.hpp"
#include "media/fmp4.hpp"
#include "media/h264.hpp"

namespace vedette::hub::api::testing {

net::Awaitable<Result<net::WebSocketMessage>> TestSocket::receive() {
    state_->greeted = true;
    const auto state = state_;
    const auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    while (state->from_client.empty() && !state->client_gone) {
        state->event.expires_after(std::chrono::seconds(60));
        co_await state->event.async_wait(token);
    }
    if (state->from_client.empty()) co_return fail(ErrorKind::cancelled, "closed");
    const std::string text = std::move(state->from_client.front());
    state->from_client.pop_front();
    const ByteView view = as_bytes(text);
    co_return net::WebSocketMessage{.binary = false, .data = Bytes(view.begin(), view.end())};
}

TestSite::TestSite() {
    identity::Options options;
    options.directory = folder.path() / "hub";
    options.cost = {.memory_kib = 64, .passes = 1, .lanes = 1};
    auto identity = identity::Identity::open(std::move(options), clock);
    if (!identity) throw std::runtime_error(identity.error().message);
    const OrganisationId organisation = (*identity)->organisation();
    auto log = audit::AuditLog::open({.hub = folder.path() / "hub", .organisation = organisation}, clock);
    if (!log) throw std::runtime_error(log.error().message);
    syslog::StreamOptions streaming;
    streaming.hub = folder.path() / "hub";
    streaming.organisation = organisation;
    auto stream = syslog::Stream::open(streaming, *log, clock, io.get_executor());
    if (!stream) throw std::runtime_error(stream.error().message);
    static constexpr std::string_view html = "<style nonce=\"__CSP_NONCE__\"></style>";
    static constexpr std::string_view script = "let a=1";
    static constexpr std::string_view compressed = "(compressed)";
    static const std::vector<WebAsset> assets = {{.path = "/assets/a-1.js",
                                                  .content_type = "text/javascript",
                                                  .etag = "\"e\"",
                                                  .immutable = true,
                                                  .content = as_bytes(script),
                                                  .gzip = as_bytes(compressed),
                                                  .gzip_etag = "\"z\""},
                                                 {.path = "/index.html",
                                                  .content_type = "text/html; charset=utf-8",
                                                  .etag = "\"i\"",
                                                  .immutable = false,
                                                  .content = as_bytes(html)}};
    services = std::make_shared<Services>(
        Services{.identity = *identity,
                 .administration = {*identity, clock},
                 .own_account = {*identity, clock},
                 .own_passkeys = {*identity, clock},
                 .api_tokens = {*identity, clock},
                 .site = Site(relay),
                 .recorder = {std::move(*log), organisation, clock},
                 .syslog = std::move(*stream),
                 .clock = &clock,
                 .executor = io.get_executor(),
                 .web_assets = assets,
                 .version = "0.1.0",
                 .started = clock.utc_now(),
                 .session_check = std::chrono::milliseconds(2),
                 .witnesses = std::make_shared<witness::Submissions>(
                     witness::SubmissionOptions{}, std::vector<witness::OwnLog>{},
                     std::vector<witness::Address>{}, clock, io.get_executor()),
                 .mailer = *mail::Mailer::open({.hub = folder.path() / "hub"}, clock, io.get_executor())});
    services->identity->serve_at({*webauthn::place_of("vedette.example:8443")});
    io.poll();
}

TestSite::~TestSite() {
    bool stopped = false;
    boost::asio::co_spawn(io, services->syslog->stop(), [&](const std::exception_ptr&) { stopped = true; });
    bool mail_stopped = false;
    boost::asio::co_spawn(io, services->mailer->stop(),
                          [&](const std::exception_ptr&) { mail_stopped = true; });
    run_until([&] { return mail_stopped; });
    run_until([&] { return stopped; });
    relay->shutdown();
    io.restart();
    io.poll();
    services.reset();
}

bool TestSite::run_until(const std::function<bool()>& done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done() && std::chrono::steady_clock::now() < limit) {
        io.restart();
        io.run_one_for(std::chrono::milliseconds(20));
    }
    return done();
}

net::Response TestSite::send(net::Request request) {
    std::optional<net::Response> response;
    boost::asio::co_spawn(io, answer(services, std::move(request)),
                          [&](std::exception_ptr error, net::Response r) {
                              if (error) std::rethrow_exception(error);
                              response = std::move(r);
                          });
    if (!run_until([&] { return response.has_value(); })) throw std::runtime_error("no response");
    return std::move(*response);
}

net::Response TestSite::send(net::Method method, std::string path, std::string body, std::string cookie) {
    net::Request request;
    request.method = method;
    if (const auto mark = path.find('?'); mark != std::string::npos) {
        std::string_view rest = std::string_view(path).substr(mark + 1);
        while (!rest.empty()) {
            const std::string_view pair = rest.substr(0, rest.find('&'));
            rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
            const auto equals = pair.find('=');
            request.query.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
        }
        path.resize(mark);
    }
    request.path = std::move(path);
    request.peer_address = "198.51.100.7";
    request.headers = {{"Host", "vedette.example:8443"}, {"Sec-Fetch-Site", "same-origin"}};
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    if (!cookie.empty()) request.headers.push_back({"Cookie", "__Host-vedette=" + cookie});
    request.body = std::move(body);
    return send(std::move(request));
}

std::string TestSite::claim() {
    const std::string code(services->identity->claim_code().value_or("none"));
    return cookie_of(
        send(net::Method::post, "/api/v1/setup/claim",
             fmt::format(R"({{"code":"{}","username":"Ada","password":"{}"}})", code, password)));
}

std::string TestSite::file_of(net::Response& response) {
    auto* source = std::get_if<std::unique_ptr<net::BodySource>>(&response.body);
    if (!source) return {};
    std::string file;
    bool ended = false;
    const auto read = [](net::BodySource* from, std::string* into, bool* end) -> net::Awaitable<void> {
        for (;;) {
            const auto piece = co_await from->next();
            if (!piece || !*piece) break;
            *into += as_text(**piece);
        }
        *end = true;
    };
    boost::asio::co_spawn(io, read(source->get(), &file, &ended), boost::asio::detached);
    if (!run_until([&] { return ended; })) throw std::runtime_error("the file does not end");
    return file;
}

void FakeGateway::send_talking(std::uint32_t channel) {
    const Bytes sps = *from_hex("6742c01eda0280bfe5c044000003000400000300c83c58ba80");
    const Bytes pps = *from_hex("68ce3c80");
    const ByteView sps_list[] = {sps};
    const ByteView pps_list[] = {pps};
    const media::TrackParameters tracks[] = {*media::h264_track_parameters(sps_list, pps_list),
                                             *media::aac_track_parameters(*from_hex("1190"))};
    send(wire::ChannelInit{.channel = channel,
                           .mime_type = media::mime_type(tracks),
                           .segment = std::make_shared<const Bytes>(*media::init_segment(tracks))});
    constexpr std::string_view payload = "picturesound";
    const media::Sample samples[] = {{.track = 0, .random_access = true, .duration = 1, .size = 7},
                                     {.track = 1, .random_access = true, .duration = 1, .size = 5}};
    send(wire::ChannelMedia{
        .channel = channel,
        .start = UtcTime(Ticks90k(100)),
        .duration = Ticks90k(90),
        .random_access = true,
        .pieces = {std::make_shared<const Bytes>(media::fragment_header(1, samples)->bytes),
                   shared(std::string(payload))}});
}

TestSite::NewUser TestSite::add_user(const std::string& administrator, std::string_view name,
                                     policy::RightSet rights, std::string_view scope,
                                     std::string_view conditions) {
    const auto made = [&](std::string path, std::string body) {
        const net::Response response =
            send(net::Method::post, std::move(path), std::move(body), administrator);
        if (response.status != 201) throw std::runtime_error(body_of(response));
        return boost::json::parse(body_of(response));
    };
    NewUser user;
    std::string assignments = "[]";
    if (!rights.empty()) {
        const auto role =
            made("/api/v1/roles", fmt::format(R"({{"name":"role of {}","rights":{}{}}})", name,
                                              boost::json::serialize(to_json(rights)), conditions));
        user.role_id = role.at("id").as_string();
        const std::string where =
            scope == "camera" ? fmt::format(R"(,"scope_id":"{}")", gateway.camera.id.text()) : "";
        assignments = fmt::format(R"([{{"role_id":"{}","scope":"{}"{}}}])", user.role_id, scope, where);
    }
    const auto invited =
        made("/api/v1/users", fmt::format(R"({{"name":"{}","assignments":{}}})", name, assignments));
    user.id = invited.at("user").at("id").as_string();
    const std::string code(invited.at("invitation").at("code").as_string());
    user.cookie = cookie_of(
        send(net::Method::post, "/api/v1/session/invitation",
             fmt::format(R"({{"username":"{}","code":"{}","password":"{}"}})", name, code, password)));
    clock.advance(std::chrono::seconds(4));  // or so many from one address would look like guessing
    return user;
}

std::string TestSite::make_token(const std::string& cookie, policy::RightSet rights, std::string_view scope,
                                 int days) {
    const std::string cameras =
        scope == "camera" ? fmt::format(R"(,"camera_ids":["{}"])", gateway.camera.id.text()) : "";
    const net::Response made = send(
        net::Method::post, "/api/v1/account/tokens",
        fmt::format(R"({{"name":"{}","rights":{},"days":{}{},"password":"{}"}})", UserId::random().text(),
                    boost::json::serialize(to_json(rights)), days, cameras, password),
        cookie);
    if (made.status != 201) throw std::runtime_error(body_of(made));
    clock.advance(std::chrono::seconds(4));  // or so many from one address would look like guessing
    return std::string(boost::json::parse(body_of(made)).at("secret").as_string());
}

void TestSite::put_rules(identity::AccessRules rules) {
    bool done = false;
    identity::Identity::Change body = [organisation = services->identity->organisation(),
                                       rules = std::move(rules)](store::Database& database,
                                                                 const identity::Roster&) {
        return identity::put_access_rules(database, organisation, rules);
    };
    boost::asio::co_spawn(io, services->identity->change(std::move(body)),
                          [&](std::exception_ptr, const Result<>& changed) {
                              if (!changed) throw std::runtime_error(changed.error().message);
                              done = true;
                          });
    if (!run_until([&] { return done; })) throw std::runtime_error("the rules were not changed");
}

Bytes TestSite::add_authenticator(const std::string& cookie) {
    const net::Response begun = send(net::Method::post, "/api/v1/account/authenticator",
                                     fmt::format(R"({{"password":"{}"}})", password), cookie);
    if (begun.status >= 300) throw std::runtime_error(body_of(begun));
    Bytes secret =
        crypto::from_base32(std::string(boost::json::parse(body_of(begun)).at("secret").as_string()));
    const net::Response confirmed = send(net::Method::post, "/api/v1/account/authenticator/confirm",
                                         fmt::format(R"({{"code":"{}"}})", code_of(secret)), cookie);
    if (confirmed.status != 200) throw std::runtime_error(body_of(confirmed));
    return secret;
}

std::string TestSite::code_of(const Bytes& secret) {
    clock.advance(crypto::totp_step);
    return crypto::hotp(secret, crypto::totp_counter(clock.utc_now()));
}

net::Response TestSite::send_with_token(net::Method method, std::string path, const std::string& token,
                                        std::string body) {
    net::Request request;
    request.method = method;
    request.path = std::move(path);
    request.query = {{"start_90k", "100"}, {"end_90k", "200"}};
    request.peer_address = "198.51.100.7";
    request.headers = {{"Host", "vedette.example:8443"}, {"Authorization", "Bearer " + token}};
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    request.body = std::move(body);
    return send(std::move(request));
}

std::shared_ptr<SocketState> TestSite::open_websocket(const std::string& cookie) {
    return open_websocket(send(net::Method::get, "/api/v1/ws", {}, cookie));
}

std::shared_ptr<SocketState> TestSite::open_websocket(net::Response response) {
    auto state = std::make_shared<SocketState>(io);
    if (!response.upgrade) return state;
    auto upgrade = std::make_shared<decltype(response.upgrade)>(std::move(response.upgrade));
    boost::asio::co_spawn(io, (*upgrade)(std::make_unique<TestSocket>(state)),
                          [upgrade, state](std::exception_ptr) { state->ended = true; });
    run_until([&] { return state->greeted || state->ended; });
    return state;
}

std::string cookie_of(const net::Response& response) {
    const std::string value = header_of(response, "Set-Cookie");
    const auto start = value.find('=');
    return start == std::string::npos ? "" : value.substr(start + 1, value.find(';') - start - 1);
}

std::string body_of(const net::Response& response) {
    const auto* text = std::get_if<std::string>(&response.body);
    if (const auto* lasting = std::get_if<ByteView>(&response.body)) return std::string(as_text(*lasting));
    return text ? *text : std::string();
}

std::string header_of(const net::Response& response, std::string_view name) {
    for (const net::Header& header : response.headers)
        if (header.name == name) return header.value;
    return {};
}

}  // namespace vedette::hub::api::testing
