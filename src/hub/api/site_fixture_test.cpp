// The parts of TestSite that need no header.

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "hub/api/test_site.hpp"

namespace vedette::hub::api::testing {

net::Awaitable<Result<net::WebSocketMessage>> TestSocket::receive() {
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
    std::string pattern = (std::filesystem::temp_directory_path() / "vedette-hub-XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
    identity::Options options;
    options.directory = directory / "hub";
    options.cost = {.memory_kib = 64, .passes = 1, .lanes = 1};
    auto identity = identity::Identity::open(std::move(options), clock);
    if (!identity) throw std::runtime_error(identity.error().message);
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
    services = std::make_shared<Services>(Services{.identity = std::move(*identity),
                                                   .site = Site(relay),
                                                   .clock = &clock,
                                                   .executor = io.get_executor(),
                                                   .web_assets = assets,
                                                   .version = "0.1.0",
                                                   .started = clock.utc_now(),
                                                   .session_check = std::chrono::milliseconds(2)});
    io.poll();
}

TestSite::~TestSite() {
    relay->shutdown();
    io.restart();
    io.poll();
    services.reset();
    std::filesystem::remove_all(directory);
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

std::shared_ptr<SocketState> TestSite::open_websocket(const std::string& cookie) {
    auto state = std::make_shared<SocketState>(io);
    net::Response response = send(net::Method::get, "/api/v1/ws", {}, cookie);
    if (!response.upgrade) return state;
    auto upgrade = std::make_shared<decltype(response.upgrade)>(std::move(response.upgrade));
    boost::asio::co_spawn(io, (*upgrade)(std::make_unique<TestSocket>(state)),
                          [upgrade, state](std::exception_ptr) { state->ended = true; });
    run_until([&] { return state->text.size() >= 2; });
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
