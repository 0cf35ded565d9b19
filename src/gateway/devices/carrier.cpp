#include "gateway/devices/carrier.hpp"

#include "net/tcp.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway::devices {

namespace {

constexpr net::HttpClientLimits limits{.header_bytes = 16 * 1024, .body_bytes = onvif::max_answer_bytes};

std::string host_header(const std::string& host, std::uint16_t port) {
    std::string out = host.contains(':') ? "[" + host + "]" : host;
    if (port != 80) out += fmt::format(":{}", port);
    return out;
}

net::Awaitable<Result<net::HttpAnswer>> post_once(std::string host, onvif::Call call,
                                                  std::optional<std::string> authorization) {
    auto connecting = net::connect_tcp(host, call.port, call_limit);
    VEDETTE_CO_TRY(net::TcpStream stream, co_await std::move(connecting));
    net::HttpCall http{.method = net::Method::post,
                       .host = host_header(host, call.port),
                       .target = std::move(call.path),
                       .headers = {{"Content-Type", "application/soap+xml; charset=utf-8"}},
                       .body = std::move(call.body)};
    if (authorization) http.headers.push_back({"Authorization", *std::move(authorization)});
    auto calling = net::call_http(stream, std::move(http), limits);
    co_return co_await std::move(calling);
}

bool offers_basic_alone(const std::vector<std::string_view>& values) {
    const auto challenges = rtsp::parse_challenges(values);
    const auto* best = rtsp::best_challenge(challenges);
    return best != nullptr && best->scheme == rtsp::AuthScheme::basic;
}

}  // namespace

Carrier::Carrier(std::string host, rtsp::Credentials credentials)
    : host_(std::move(host)),
      has_credentials_(!credentials.username.empty() || !credentials.password.empty()),
      authenticator_(std::move(credentials)) {}

net::Awaitable<Result<net::HttpAnswer>> Carrier::post(onvif::Call call, std::chrono::seconds limit) {
    for (;;) {
        auto authorization = authenticator_.authorize("POST", call.path);
        const bool authorised = authorization.has_value();
        onvif::Call copy = call;
        auto posting = post_once(host_, std::move(copy), std::move(authorization));
        std::string late = fmt::format("{} does not answer", host_);
        auto in_time = net::with_timeout(limit, std::move(late), std::move(posting));
        VEDETTE_CO_TRY(net::HttpAnswer answer, co_await std::move(in_time));
        if (answer.status != 401) {
            if (authorised) authenticator_.on_authorized();
            co_return answer;
        }
        const auto values = answer.values("WWW-Authenticate");
        if (values.empty() || !has_credentials_) co_return answer;
        if (offers_basic_alone(values))
            co_return fail(
                ErrorKind::unsupported,
                "the camera wants the password in the clear (Basic); switch it to Digest authentication");
        VEDETTE_CO_CHECK(authenticator_.on_unauthorized(values));
    }
}

}  // namespace vedette::gateway::devices
