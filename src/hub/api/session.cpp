#include "hub/api/access_input.hpp"
#include "hub/api/circumstances.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_access.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/notices.hpp"
#include "hub/api/session_response.hpp"

namespace vedette::hub::api {

namespace {

// RFC 6265bis section 4.1.3.2: a __Host- cookie is Secure, has Path=/ and no Domain.
net::Header set_cookie(std::string_view token, std::int64_t max_age_s) {
    return {"Set-Cookie", fmt::format("{}={}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Strict",
                                      session_cookie, token, max_age_s)};
}

// What each action takes besides a right; those that take no more are left out.
boost::json::object asked_of_actions(const policy::Safeguards& safeguards) {
    boost::json::object asked;
    for (const policy::Action action : policy::actions_to_safeguard())
        if (const auto assurance = safeguards.asked(action); !assurance.none())
            asked[policy::to_string(action)] = to_json(assurance);
    return asked;
}

}  // namespace

boost::json::object session_json(const Services& services, const policy::Principal& principal,
                                 UtcTime expires, const policy::Context& context) {
    const policy::User& user = *policy::account_of(principal);
    const auto& roster = services.identity->roster();
    const auto account = roster.accounts.find(user.id);
    boost::json::array roles;
    if (account != roster.accounts.end())
        for (const identity::Assignment& assignment : account->second.assignments)
            if (const auto role = roster.roles.find(assignment.role);
                role != roster.roles.end() && !assignment.denies)
                roles.push_back(boost::json::string(role->second.name));
    std::string_view second_factor = "off";
    if (account != roster.accounts.end() &&
        (account->second.has_second_factor || takes_mail_code(roster, account->second)))
        second_factor = "on";
    if (account != roster.accounts.end() && must_set_up_second_factor(roster, account->second))
        second_factor = "required";
    const auto rights = policy::rights_held(principal, policy::Object::of(user.organisation), context);
    boost::json::object json{{"user_id", user.id.text()},
                             {"username", user.name},
                             {"roles", std::move(roles)},
                             {"rights", to_json(rights)},
                             {"second_factor", second_factor},
                             {"expires_90k", ticks(expires)},
                             {"asked", asked_of_actions(roster.rules.safeguards)}};
    if (const auto* client = std::get_if<policy::ApiClient>(&principal))
        json["api_token"] = {{"id", client->token.text()}, {"name", client->name}};
    return json;
}

net::Response signed_in_response(const Services& services, const identity::SignedIn& signed_in,
                                 const policy::Context& context) {
    const identity::Session& session = signed_in.session;
    net::Response response =
        json_response(201, session_json(services, session.user, session.expires, context));
    const auto lifetime = services.identity->session_limits().absolute;
    response.headers.push_back(set_cookie(
        signed_in.token.reveal_text(), std::chrono::duration_cast<std::chrono::seconds>(lifetime).count()));
    return response;
}

identity::Peer peer_of(const net::Request& request) {
    return {.address = request.peer_address, .client = std::string(request.header("User-Agent"))};
}

net::Awaitable<Outcome<>> exchange_session(ServicesPtr services, Call call, identity::SignedIn signed_in) {
    call.trail->signed_in = signed_in.session;
    if (call.session) VEDETTE_CO_CHECK(co_await services->identity->sign_out(call.session->digest));
    co_return signed_in_response(*services, signed_in, call.context);
}

net::Awaitable<Outcome<>> answer_step(ServicesPtr services, Call call, identity::SignInStep step) {
    if (auto* signed_in = std::get_if<identity::SignedIn>(&step))
        co_return co_await exchange_session(std::move(services), std::move(call), std::move(*signed_in));
    if (const auto* needed = std::get_if<identity::SecondPersonNeeded>(&step))
        co_return second_person_response(*services, call, *needed);
    const auto& needed = std::get<identity::SecondFactorNeeded>(step);
    call.trail->asked = "second_factor_asked";
    co_return json_response(202, {{"token", needed.token.reveal_text()},
                                  {"code", needed.takes_code},
                                  {"passkey", needed.takes_passkey},
                                  {"mail", needed.takes_mail_code}});
}

net::Awaitable<Outcome<>> get_session(ServicesPtr services, Call call) {
    const policy::Principal& principal = call.granted.principal();
    if (!policy::account_of(principal) || !call.credential)
        co_return std::unexpected(Problem::not_signed_in());
    const auto expires = services->identity->end_of(*call.credential);
    co_return json_response(200, session_json(*services, principal, expires, call.context));
}

net::Awaitable<Outcome<>> sign_in(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(SignInInput input, read_sign_in(call.request.body));
    auto signing = services->identity->sign_in(std::move(input.username), std::move(input.password),
                                               peer_of(call.request));
    auto step = co_await std::move(signing);
    if (!step) co_return std::unexpected(Problem(step.error()));
    co_return co_await answer_step(std::move(services), std::move(call), std::move(*step));
}

net::Awaitable<Outcome<>> accept_invitation(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(CodeAndPasswordInput input, read_code_and_password(call.request.body));
    auto accepting = services->identity->accept_invitation(std::move(input.username), std::move(input.code),
                                                           std::move(input.password), peer_of(call.request));
    auto step = co_await std::move(accepting);
    if (!step) co_return std::unexpected(Problem(step.error()));
    co_return co_await answer_step(std::move(services), std::move(call), std::move(*step));
}

net::Awaitable<Outcome<>> give_second_factor(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(SecondFactorInput input, read_second_factor(call.request.body));
    call.trail->who_tried = services->identity->challenged(input.token);
    auto giving = services->identity->give_second_factor(std::move(input.token), std::move(input.code),
                                                         peer_of(call.request));
    auto step = co_await std::move(giving);
    if (!step) co_return std::unexpected(Problem(step.error()));
    co_return co_await answer_step(std::move(services), std::move(call), std::move(*step));
}

net::Awaitable<Outcome<>> break_glass(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(std::string code, read_code(call.request.body));
    auto breaking = services->identity->break_glass(std::move(code), peer_of(call.request));
    auto signed_in = co_await std::move(breaking);
    if (!signed_in) co_return std::unexpected(Problem(signed_in.error()));
    auto telling = tell_administrators(
        services, "Vedette: a break-glass account was opened",
        fmt::format("The sealed envelope of the break-glass account {} was opened. Find out by whom and why, "
                    "then seal a new envelope.",
                    signed_in->session.user.name),
        call.request.peer_address);
    co_await std::move(telling);
    co_return co_await exchange_session(std::move(services), std::move(call), std::move(*signed_in));
}

net::Awaitable<Outcome<>> sign_out(ServicesPtr services, Call call) {
    if (!call.session) co_return std::unexpected(Problem::not_signed_in());
    VEDETTE_CO_CHECK(co_await services->identity->sign_out(call.session->digest));
    net::Response response{
        .status = 204, .headers = {set_cookie("", 0)}, .body = std::string(), .upgrade = {}};
    co_return response;
}

}  // namespace vedette::hub::api
