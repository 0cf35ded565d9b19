#include "gateway/discovery/device_client.hpp"

#include <algorithm>
#include <utility>

#include "base/hex.hpp"
#include "base/host.hpp"
#include "gateway/camera_process/hand_over.hpp"
#include "net/timeout.hpp"

namespace vedette::gateway::discovery {

namespace {

constexpr net::HttpClientLimits soap_limits{.header_bytes = 16 * 1024, .body_bytes = onvif::max_answer_bytes};
constexpr std::string_view soap_type = "application/soap+xml; charset=utf-8";

bool offers_basic_alone(const std::vector<std::string_view>& values) {
    const auto challenges = rtsp::parse_challenges(values);
    const auto* best = rtsp::best_challenge(challenges);
    return best != nullptr && best->scheme == rtsp::AuthScheme::basic;
}

}  // namespace

DeviceClient::DeviceClient(DeviceAccess access, const Clock& clock, CameraProcess& process)
    : access_(std::move(access)),
      clock_(clock),
      process_(process),
      authenticator_(access_.credentials.duplicate(),
                     access_.place.secure ? rtsp::BasicUse::allow : rtsp::BasicUse::refuse),
      calls_(access_.credentials.username, access_.credentials.password.duplicate()) {
    if (!access_.place.path.starts_with('/')) access_.place.path = onvif::default_device_path;
}

std::string DeviceClient::host_header(const onvif::Place& place) const {
    std::string out = host_in_url(without_zone(access_.host));
    if (place.port != (place.secure ? 443 : 80)) out += fmt::format(":{}", place.port);
    return out;
}

Result<> DeviceClient::judge(const rtsp::CertificateTrust& seen) {
    const auto known =
        std::ranges::find(access_.certificates, seen.authority, &rtsp::CertificateTrust::authority);
    const auto remembered = known == access_.certificates.end() ? std::nullopt : std::optional(*known);
    switch (rtsp::judge_certificate(remembered, seen, access_.only_trusted)) {
        case rtsp::CertificateVerdict::known:
            return {};
        case rtsp::CertificateVerdict::first:
            access_.certificates.push_back(seen);
            if (!first_seen_) first_seen_ = seen;
            return {};
        case rtsp::CertificateVerdict::untrusted:
            return fail(ErrorKind::forbidden, "{}", rtsp::describe_untrusted(seen));
        case rtsp::CertificateVerdict::changed:
            break;
    }
    return fail(ErrorKind::forbidden, "{}", rtsp::describe_change(*remembered, seen));
}

net::Awaitable<Result<net::TcpStream>> DeviceClient::open(onvif::Place place) {
    auto connecting = net::connect_tcp(access_.host, place.port, call_limit);
    VEDETTE_CO_TRY(net::TcpStream stream, co_await std::move(connecting));
    if (!place.secure) co_return stream;
    auto securing = stream.start_tls(access_.host, call_limit);
    auto peer = co_await std::move(securing);
    if (!peer) {
        if (peer.error().kind == ErrorKind::unavailable) co_return std::unexpected(std::move(peer).error());
        co_return fail(peer.error().kind, "no safe TLS is spoken at port {} of {}: is it the port of HTTPS?",
                       place.port, access_.host);
    }
    VEDETTE_CO_CHECK(judge({.authority = fmt::format("{}:{}", access_.host, place.port),
                            .by_authority = peer->authorised,
                            .fingerprint = to_hex(peer->key_sha256)}));
    co_return stream;
}

net::Awaitable<Result<net::HttpAnswer>> DeviceClient::once(onvif::Place place, net::HttpCall call,
                                                           net::HttpClientLimits limits) {
    auto opening = open(std::move(place));
    VEDETTE_CO_TRY(net::TcpStream stream, co_await std::move(opening));
    auto calling = net::call_http(stream, std::move(call), limits);
    co_return co_await std::move(calling);
}

net::Awaitable<Result<net::HttpAnswer>> DeviceClient::once_in_time(onvif::Place place, net::HttpCall call,
                                                                   net::HttpClientLimits limits,
                                                                   std::chrono::seconds limit) {
    std::string late = fmt::format("{} does not answer", access_.host);
    auto calling = once(std::move(place), std::move(call), limits);
    co_return co_await net::with_timeout(limit, std::move(late), std::move(calling));
}

net::Awaitable<Result<net::HttpAnswer>> DeviceClient::exchange(onvif::Place place, net::Method method,
                                                               std::string type, std::string body,
                                                               net::HttpClientLimits limits,
                                                               std::chrono::seconds limit) {
    for (;;) {
        auto authorization = authorize(method, place.path);
        const bool authorised = authorization.has_value();
        net::HttpCall call{
            .method = method, .host = host_header(place), .target = place.path, .headers = {}, .body = body};
        if (!type.empty()) call.headers.push_back({"Content-Type", type});
        if (authorization) call.headers.push_back({"Authorization", *std::move(authorization)});
        auto calling = once_in_time(place, std::move(call), limits, limit);
        VEDETTE_CO_TRY(net::HttpAnswer answer, co_await std::move(calling));
        if (answer.status != 401) {
            if (authorised) authenticator_.on_authorized();
            co_return answer;
        }
        const auto values = answer.values("WWW-Authenticate");
        if (values.empty() || access_.credentials.empty()) co_return answer;
        if (!access_.place.secure && offers_basic_alone(values))
            co_return fail(
                ErrorKind::unsupported,
                "the camera wants the password in the clear (Basic); switch it to Digest authentication");
        VEDETTE_CO_CHECK(authenticator_.on_unauthorized(values));
    }
}

net::Awaitable<Result<net::HttpAnswer>> DeviceClient::post(onvif::Place place, std::string envelope,
                                                           std::chrono::seconds limit) {
    return exchange(std::move(place), net::Method::post, std::string(soap_type), std::move(envelope),
                    soap_limits, limit);
}

void DeviceClient::trust(std::vector<rtsp::CertificateTrust> certificates, bool only_trusted) {
    access_.certificates = std::move(certificates);
    access_.only_trusted = only_trusted;
    first_seen_.reset();
}

net::Awaitable<Result<onvif::Reply>> DeviceClient::ask(std::string told, std::string body,
                                                       onvif::Question question) {
    const onvif::Place place = onvif::place_of(told, access_.place);
    calls_.ask(std::move(body), std::move(question));
    while (auto message = calls_.next(clock_.utc_now())) {
        auto posting = post(message->to_device ? access_.place : place, std::move(message->text));
        auto answer = co_await std::move(posting);
        auto handing = hand_over(process_, clock_, calls_, std::move(message->question), std::move(answer));
        co_await std::move(handing);
    }
    co_return calls_.take_answer();
}

net::Awaitable<Result<onvif::DeviceDescription>> DeviceClient::converse(bool identity_only) {
    onvif::SetUpSession session({.host = access_.host,
                                 .port = access_.place.port,
                                 .path = access_.place.path,
                                 .secure = access_.place.secure,
                                 .username = access_.credentials.username,
                                 .password = access_.credentials.password.duplicate(),
                                 .identity_only = identity_only});
    while (auto call = session.next(clock_.utc_now())) {
        onvif::Place place{.port = call->port, .path = std::move(call->path), .secure = call->secure};
        auto posting = post(std::move(place), std::move(call->body));
        auto answer = co_await std::move(posting);
        auto handing = hand_over(process_, clock_, session, std::move(call->question), std::move(answer));
        co_await std::move(handing);
    }
    co_return session.take_result();
}

net::Awaitable<Result<onvif::KeptRecording>> DeviceClient::look_for(UtcInterval interval) {
    onvif::StorageSession session({.host = access_.host,
                                   .port = access_.place.port,
                                   .path = access_.place.path,
                                   .secure = access_.place.secure,
                                   .username = access_.credentials.username,
                                   .password = access_.credentials.password.duplicate()},
                                  interval);
    while (auto call = session.next(clock_.utc_now())) {
        onvif::Place place{.port = call->port, .path = std::move(call->path), .secure = call->secure};
        auto posting = post(std::move(place), std::move(call->body));
        auto answer = co_await std::move(posting);
        auto handing = hand_over(process_, clock_, session, std::move(call->question), std::move(answer));
        co_await std::move(handing);
    }
    co_return session.take_result();
}

net::Awaitable<Result<onvif::KeptRecording>> find_kept_recording(DeviceClient& client, UtcInterval interval) {
    std::string late = fmt::format("{} answers too slowly", client.access().host);
    auto looking = client.look_for(interval);
    co_return co_await net::with_timeout(set_up_limit, std::move(late), std::move(looking));
}

net::Awaitable<Result<onvif::DeviceDescription>> describe_device(DeviceClient& client, bool identity_only) {
    std::string late = fmt::format("{} answers too slowly", client.access().host);
    auto conversing = client.converse(identity_only);
    co_return co_await net::with_timeout(set_up_limit, std::move(late), std::move(conversing));
}

}  // namespace vedette::gateway::discovery
