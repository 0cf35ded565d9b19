#include "witness/client.hpp"

#include "base/hex.hpp"
#include "net/event_loop.hpp"
#include "net/timeout.hpp"

namespace vedette::witness {

namespace {

constexpr net::HttpClientLimits answer_limits{.header_bytes = 16 * 1024, .body_bytes = crypto::max_note_size};
constexpr std::size_t max_words = 200;

net::Awaitable<Result<net::HttpAnswer>> connect_and_call(Place place, net::HttpCall call) {
    auto connecting = net::connect_tcp(place.host, place.port, call_limit, net::Towards::server);
    VEDETTE_CO_TRY(net::TcpStream stream, co_await std::move(connecting));
    auto shaking = stream.start_tls(place.host, call_limit);
    VEDETTE_CO_CHECK(co_await std::move(shaking));
    auto calling = net::call_http(stream, std::move(call), answer_limits);
    co_return co_await std::move(calling);
}

net::Awaitable<Result<net::HttpAnswer>> call_witness(Place place, net::Method method, std::string_view path,
                                                     std::string body) {
    net::HttpCall call{.method = method,
                       .host = net::endpoint_text(place.host, place.port),
                       .target = fmt::format("{}/{}", place.prefix, path),
                       .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                       .body = std::move(body)};
    std::string late = fmt::format("{} did not answer within {} s", place.text(), call_limit.count());
    const std::string where = place.text();
    auto whole = connect_and_call(std::move(place), std::move(call));
    auto limited = net::with_timeout(call_limit, std::move(late), std::move(whole));
    auto answer = co_await std::move(limited);
    if (!answer && answer.error().kind != ErrorKind::timeout)
        co_return fail(answer.error().kind, "{}: {}", where, answer.error().message);
    co_return answer;
}

net::Awaitable<void> store_checkpoint(Place place, std::string origin, Result<std::string>& result) {
    auto getting = get_checkpoint(std::move(place), std::move(origin));
    result = co_await std::move(getting);
}

}  // namespace

net::Awaitable<Result<net::HttpAnswer>> post_checkpoint(Place place, std::string body) {
    return call_witness(std::move(place), net::Method::post, "add-checkpoint", std::move(body));
}

net::Awaitable<Result<std::string>> get_checkpoint(Place place, std::string origin) {
    const std::string path = to_hex(crypto::sha256(as_bytes(origin))) + "/checkpoint";
    const std::string where = place.text();
    auto calling = call_witness(std::move(place), net::Method::get, path, "");
    VEDETTE_CO_TRY(net::HttpAnswer answer, co_await std::move(calling));
    if (answer.status == 404)
        co_return fail(ErrorKind::not_found, "{} has never cosigned the log {}", where, origin);
    if (answer.status != 200)
        co_return fail(ErrorKind::unavailable, "{} answers {}: {}", where, answer.status,
                       in_words(answer.body));
    co_return std::move(answer.body);
}

Result<std::string> fetch_checkpoint(const Place& place, const std::string& origin) {
    net::EventLoop loop("witness");
    Result<std::string> result = fail(ErrorKind::internal, "nothing was asked");
    loop.run_until(store_checkpoint(place, origin, result));
    return result;
}

std::string in_words(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, max_words)) out += c >= 0x20 && c < 0x7f ? c : ' ';
    while (out.ends_with(' ')) out.pop_back();
    return out;
}

}  // namespace vedette::witness
