#include "hub/api/api.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "hub/api/origin.hpp"
#include "hub/api/router.hpp"

namespace vedette::hub::api {

namespace {

struct Caller {
    policy::Principal principal;
    std::optional<identity::Session> session;
};

std::string_view bearer_token(const net::Request& request) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string_view value = request.header("Authorization");
    return value.starts_with(scheme) ? value.substr(scheme.size()) : std::string_view();
}

Caller identify(identity::Identity& identity, const net::Request& request) {
    if (const auto token = bearer_token(request); !token.empty() && identity.is_metrics_token(token))
        return {.principal = policy::MetricsToken{identity.organisation()}, .session = {}};
    if (const auto cookie = request.cookie(session_cookie); !cookie.empty())
        if (auto session = identity.use(cookie)) return {.principal = session->user, .session = session};
    return {.principal = policy::Anonymous{}, .session = {}};
}

// A body is JSON, or bytes where the route says so: a form of another site can not even send one without
// being asked (CORS).
Outcome<void> check_media_type(const net::Request& request, BodyType body) {
    if (request.body.empty()) return {};
    std::string_view type = request.header("Content-Type");
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    const std::string_view wanted = body == BodyType::bytes ? "application/octet-stream" : "application/json";
    if (type == wanted) return {};
    return std::unexpected(Problem(415, "unsupported", fmt::format("Send the body as {}", wanted)));
}

net::Awaitable<Outcome<>> answer_or_problem(ServicesPtr services, net::Request request) {
    const auto found = find_route(request.method, request.path);
    if (std::holds_alternative<NoSuchPath>(found))
        co_return std::unexpected(Problem(404, "not_found", "There is nothing at this address"));
    if (const auto* other = std::get_if<MethodNotAllowed>(&found)) {
        net::Response response =
            to_response(Problem(405, "unsupported", "This address does not take that method"));
        response.headers.push_back({"Allow", other->allow});
        co_return response;
    }
    const Match match = std::get<Match>(found);
    Caller caller = identify(*services->identity, request);
    const policy::Context context{.origin = origin_of(request)};
    const policy::Object object = match.route->object(services->identity->organisation(), match.parameters);
    auto granted = policy::authorise(caller.principal, match.route->action(), object, context);
    if (!granted) co_return std::unexpected(Problem(granted.error()));
    VEDETTE_CO_CHECK(check_media_type(request, match.route->body()));
    Call call{.request = std::move(request),
              .granted = std::move(*granted),
              .session = std::move(caller.session),
              .context = context,
              .hold = match.parameters.hold};
    co_return co_await match.route->handler()(std::move(services), std::move(call));
}

void add_unless_there(net::Response& response, std::string_view name, std::string_view value) {
    if (std::ranges::find(response.headers, name, &net::Header::name) == response.headers.end())
        response.headers.push_back({std::string(name), std::string(value)});
}

// What a handler has not set itself gets the strictest value.
void add_security_headers(net::Response& response) {
    add_unless_there(response, "Content-Security-Policy",
                     "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    add_unless_there(response, "X-Content-Type-Options", "nosniff");
    add_unless_there(response, "Referrer-Policy", "no-referrer");
    add_unless_there(response, "Cross-Origin-Opener-Policy", "same-origin");
    add_unless_there(response, "Cross-Origin-Resource-Policy", "same-origin");
    add_unless_there(response, "Permissions-Policy", "camera=(), microphone=(self), geolocation=()");
    add_unless_there(response, "Cache-Control", "no-store");
}

}  // namespace

net::Awaitable<net::Response> answer(ServicesPtr services, net::Request request) {
    // For the log, without the query or the body.
    const std::string what = fmt::format("{} {}", to_string(request.method), request.path);
    auto outcome = co_await answer_or_problem(std::move(services), std::move(request));
    net::Response response;
    if (outcome) {
        response = std::move(*outcome);
    } else {
        if (outcome.error().status == 500) log::error("{}: {}", what, outcome.error().detail);
        response = to_response(outcome.error());
    }
    add_security_headers(response);
    co_return response;
}

net::Response refusal(unsigned status, std::string detail) {
    const ErrorKind kind = status >= 500 ? ErrorKind::internal : ErrorKind::invalid_input;
    net::Response response = to_response(Problem(status, std::string(to_string(kind)), std::move(detail)));
    add_security_headers(response);
    return response;
}

}  // namespace vedette::hub::api
