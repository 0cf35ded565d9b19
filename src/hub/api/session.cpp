#include "hub/api/handlers.hpp"
#include "hub/api/input.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/session_response.hpp"

namespace vedette::hub::api {

namespace {

// RFC 6265bis section 4.1.3.2: a __Host- cookie is Secure, has Path=/ and no Domain.
net::Header set_cookie(std::string_view token, std::int64_t max_age_s) {
    return {"Set-Cookie", fmt::format("{}={}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Strict",
                                      session_cookie, token, max_age_s)};
}

}  // namespace

net::Response signed_in_response(const Services& services, const identity::SignedIn& signed_in) {
    net::Response response = json_response(201, to_json(signed_in.session));
    const auto lifetime = services.identity->session_limits().absolute;
    response.headers.push_back(set_cookie(
        signed_in.token.reveal_text(), std::chrono::duration_cast<std::chrono::seconds>(lifetime).count()));
    return response;
}

net::Awaitable<Outcome<>> get_session(ServicesPtr, Call call) {
    if (!call.session) co_return std::unexpected(Problem(401, "not_signed_in", "Sign in to continue"));
    co_return json_response(200, to_json(*call.session));
}

net::Awaitable<Outcome<>> sign_in(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(SignInInput input, read_sign_in(call.request.body));
    auto signed_in = co_await services->identity->sign_in(
        std::move(input.username), std::move(input.password), call.request.peer_address);
    if (!signed_in) co_return std::unexpected(Problem(signed_in.error()));
    // The session that this browser had is over.
    if (call.session) VEDETTE_CO_CHECK(co_await services->identity->sign_out(call.session->digest));
    co_return signed_in_response(*services, *signed_in);
}

net::Awaitable<Outcome<>> sign_out(ServicesPtr services, Call call) {
    if (!call.session) co_return std::unexpected(Problem(401, "not_signed_in", "Sign in to continue"));
    VEDETTE_CO_CHECK(co_await services->identity->sign_out(call.session->digest));
    net::Response response{
        .status = 204, .headers = {set_cookie("", 0)}, .body = std::string(), .upgrade = {}};
    co_return response;
}

}  // namespace vedette::hub::api
