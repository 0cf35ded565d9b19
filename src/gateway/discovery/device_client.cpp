#include "gateway/discovery/device_client.hpp"

#include <algorithm>

#include "net/http_client.hpp"
#include "net/timeout.hpp"
#include "onvif/xml.hpp"
#include "rtsp/auth.hpp"

namespace vedette::gateway::discovery {

namespace {

constexpr net::HttpClientLimits limits{.header_bytes = 16 * 1024, .body_bytes = onvif::max_xml_bytes};

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

net::Awaitable<Result<net::HttpAnswer>> post_in_time(std::string host, onvif::Call call,
                                                     std::optional<std::string> authorization) {
    std::string late = fmt::format("{} does not answer", host);
    auto posting = post_once(std::move(host), std::move(call), std::move(authorization));
    co_return co_await net::with_timeout(call_limit, std::move(late), std::move(posting));
}

bool offers_basic_alone(const std::vector<std::string_view>& values) {
    const auto challenges = rtsp::parse_challenges(values);
    const auto* best = rtsp::best_challenge(challenges);
    return best != nullptr && best->scheme == rtsp::AuthScheme::basic;
}

// One call, with Digest where the camera asks for it.
net::Awaitable<Result<net::HttpAnswer>> post(std::string host, onvif::Call call,
                                             rtsp::Authenticator& authenticator, bool has_credentials) {
    for (;;) {
        auto authorization = authenticator.authorize("POST", call.path);
        const bool authorised = authorization.has_value();
        onvif::Call copy = call;
        auto posting = post_in_time(host, std::move(copy), std::move(authorization));
        VEDETTE_CO_TRY(net::HttpAnswer answer, co_await std::move(posting));
        if (answer.status != 401) {
            if (authorised) authenticator.on_authorized();
            co_return answer;
        }
        const auto values = answer.values("WWW-Authenticate");
        if (values.empty() || !has_credentials) co_return answer;
        if (offers_basic_alone(values))
            co_return fail(
                ErrorKind::unsupported,
                "the camera wants the password in the clear (Basic); switch it to Digest authentication");
        VEDETTE_CO_CHECK(authenticator.on_unauthorized(values));
    }
}

// `Session` has next(), on_answer(), on_failure() and take_result() as onvif::SetUpSession.
template <class Session, class Answer, class... More>
net::Awaitable<Result<Answer>> converse(onvif::SetUpOptions options, const Clock& clock, More... more) {
    const std::string host = options.host;
    rtsp::Authenticator authenticator({options.username, options.password.duplicate()});
    const bool has_credentials = !options.username.empty() || !options.password.empty();
    Session session(std::move(options), more...);
    while (auto call = session.next(clock.utc_now())) {
        auto posting = post(host, *std::move(call), authenticator, has_credentials);
        auto answer = co_await std::move(posting);
        if (answer)
            session.on_answer(answer->status, answer->body, clock.utc_now());
        else
            session.on_failure(std::move(answer).error());
    }
    co_return session.take_result();
}

}  // namespace

net::Awaitable<Result<onvif::DeviceDescription>> describe_device(onvif::SetUpOptions options,
                                                                 const Clock& clock) {
    std::string late = fmt::format("{} answers too slowly", options.host);
    auto conversing = converse<onvif::SetUpSession, onvif::DeviceDescription>(std::move(options), clock);
    co_return co_await net::with_timeout(set_up_limit, std::move(late), std::move(conversing));
}

net::Awaitable<Result<onvif::KeptRecording>> find_kept_recording(onvif::SetUpOptions options,
                                                                 UtcInterval interval, const Clock& clock) {
    std::string late = fmt::format("{} answers too slowly", options.host);
    auto conversing =
        converse<onvif::StorageSession, onvif::KeptRecording>(std::move(options), clock, interval);
    co_return co_await net::with_timeout(set_up_limit, std::move(late), std::move(conversing));
}

}  // namespace vedette::gateway::discovery
