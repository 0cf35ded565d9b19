#include "hub/mail/webhook.hpp"

#include <algorithm>
#include <charconv>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/one_line.hpp"
#include "base/utf8.hpp"
#include "hub/mail/trust.hpp"
#include "net/http_client.hpp"
#include "net/tcp.hpp"
#include "net/timeout.hpp"

namespace vedette::hub::mail {

namespace {

constexpr std::size_t max_answer_bytes = 64 * 1024;
constexpr std::size_t max_said_bytes = 200;

bool is_decimal(char c) {
    return c >= '0' && c <= '9';
}

std::unexpected<Error> no_url() {
    return fail(ErrorKind::invalid_input, "url: an address is expected, as in https://sms.example.org/send");
}

net::Awaitable<Result<net::HttpAnswer>> post(Webhook webhook, WebhookPlace place, std::string body,
                                             std::chrono::nanoseconds limit) {
    VEDETTE_CO_TRY(const auto trust, webhook.trust());
    auto connecting = net::connect_tcp(place.host, place.port, limit, net::Towards::server);
    VEDETTE_CO_TRY(net::TcpStream stream, co_await std::move(connecting));
    auto shaking = stream.start_tls(place.host, limit, trust);
    const auto peer = co_await std::move(shaking);
    if (!peer) co_return std::unexpected(peer.error());
    net::HttpCall call{.method = net::Method::post,
                       .host = place.port == 443 ? place.host : net::endpoint_text(place.host, place.port),
                       .target = std::move(place.target),
                       .headers = {{"Content-Type", "application/json"}},
                       .body = std::move(body)};
    if (!webhook.secret.empty())
        call.headers.push_back({"Authorization", fmt::format("Bearer {}", webhook.secret.reveal_text())});
    auto calling = net::call_http(stream, std::move(call), {.body_bytes = max_answer_bytes});
    co_return co_await std::move(calling);
}

}  // namespace

bool is_phone_number(std::string_view text) {
    return text.size() >= 9 && text.size() <= 16 && text.front() == '+' && text[1] != '0' &&
           std::ranges::all_of(text.substr(1), is_decimal);
}

std::string normalise_phone_number(std::string_view text) {
    if (!text.starts_with('+')) return std::string(text);
    std::string number;
    for (const char c : text)
        if (std::string_view(" -()/.").find(c) == std::string_view::npos) number += c;
    return number;
}

Result<WebhookPlace> parse_webhook_url(std::string_view url) {
    constexpr std::string_view scheme = "https://";
    if (url.size() > max_webhook_url_bytes || !url.starts_with(scheme)) return no_url();
    if (std::ranges::any_of(url, [](char c) { return c <= ' ' || c > '~'; })) return no_url();
    url.remove_prefix(scheme.size());
    std::string_view authority = url.substr(0, url.find_first_of("/?#"));
    const std::string_view target = url.substr(authority.size());
    if (target.find('#') != std::string_view::npos || authority.find('@') != std::string_view::npos)
        return no_url();
    WebhookPlace place{.host = {}, .target = std::string(target)};
    if (!target.starts_with('/')) place.target.insert(0, "/");
    const bool is_ipv6 = authority.starts_with('[');
    const std::size_t end = is_ipv6 ? authority.find(']') : authority.find(':');
    if (is_ipv6 && end == std::string_view::npos) return no_url();
    place.host = authority.substr(is_ipv6 ? 1 : 0, is_ipv6 ? end - 1 : end);
    authority.remove_prefix(std::min(authority.size(), is_ipv6 ? end + 1 : end));
    if (place.host.empty() || place.host.find_first_of("[]") != std::string::npos) return no_url();
    if (authority.empty()) return place;
    const std::string_view digits = authority.substr(1);
    const auto [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), place.port);
    if (authority.front() != ':' || error != std::errc() || last != digits.data() + digits.size() ||
        place.port == 0)
        return no_url();
    return place;
}

Webhook Webhook::duplicate() const {
    Webhook copy;
    copy.url = url;
    copy.secret = secret.duplicate();
    copy.authorities_pem = authorities_pem;
    return copy;
}

Result<std::shared_ptr<const net::TlsClientContext>> Webhook::trust() const {
    return trust_in(authorities_pem);
}

Result<> check(const Webhook& webhook) {
    VEDETTE_CHECK(parse_webhook_url(webhook.url));
    if (std::ranges::any_of(webhook.secret.reveal_text(), [](char c) { return c < ' ' || c > '~'; }))
        return fail(ErrorKind::invalid_input, "secret: letters, digits and signs of ASCII are expected");
    VEDETTE_CHECK(webhook.trust());
    return {};
}

net::Awaitable<Result<>> deliver_short(Webhook webhook, std::string to, std::string text,
                                       std::chrono::nanoseconds limit) {
    VEDETTE_CO_TRY(WebhookPlace place, parse_webhook_url(webhook.url));
    const std::string where = net::endpoint_text(place.host, place.port);
    const boost::json::object message{{"to", to}, {"text", text}};
    std::string late = fmt::format("it has not answered within {} s",
                                   std::chrono::duration_cast<std::chrono::seconds>(limit).count());
    auto posting = post(std::move(webhook), std::move(place), boost::json::serialize(message), limit);
    auto limited = net::with_timeout(limit, std::move(late), std::move(posting));
    const auto answer = co_await std::move(limited);
    if (!answer) co_return fail(answer.error().kind, "The SMS server {}: {}", where, answer.error().message);
    if (answer->status >= 200 && answer->status < 300) co_return Result<>();
    const ErrorKind kind = answer->status >= 500 ? ErrorKind::unavailable : ErrorKind::forbidden;
    co_return fail(kind, "The SMS server {}: it does not take the message: {} {}", where, answer->status,
                   on_one_line(std::string(cut_utf8(answer->body, max_said_bytes))));
}

}  // namespace vedette::hub::mail
