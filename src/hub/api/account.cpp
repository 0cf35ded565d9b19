#include <boost/json/array.hpp>

#include "hub/api/access_input.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/notices.hpp"
#include "hub/api/passkey_input.hpp"

namespace vedette::hub::api {

namespace {

boost::json::object own_session_json(const identity::Session& session, const identity::Session& this_one) {
    return {{"id", identity::public_id(session.digest)},
            {"this_one", session.digest == this_one.digest},
            {"created_90k", ticks(session.created)},
            {"last_used_90k", ticks(session.last_used)},
            {"address", session.address},
            {"client", session.client}};
}

boost::json::object passkey_json(const identity::Passkey& passkey) {
    boost::json::value last_used = nullptr;
    if (passkey.last_used) last_used = ticks(*passkey.last_used);
    return {{"id", passkey.id.text()},
            {"name", passkey.name},
            {"server_name", passkey.rp_id},
            {"created_90k", ticks(passkey.created)},
            {"last_used_90k", std::move(last_used)}};
}

}  // namespace

net::Awaitable<Outcome<>> get_account(ServicesPtr services, Call call) {
    if (!call.session) co_return std::unexpected(Problem::not_signed_in());
    VEDETTE_CO_TRY(const auto passkeys, co_await services->identity->passkeys_of(call.session->user.id));
    VEDETTE_CO_TRY(const auto mail, co_await services->identity->mail_address_of(call.session->user.id));
    boost::json::value own_mail = nullptr;
    if (mail) own_mail = boost::json::string(*mail);
    boost::json::array own_passkeys;
    for (const identity::Passkey& passkey : passkeys) own_passkeys.push_back(passkey_json(passkey));
    const auto& accounts = services->identity->roster().accounts;
    const auto account = accounts.find(call.session->user.id);
    if (account == accounts.end()) co_return std::unexpected(Problem::not_signed_in());
    boost::json::array sessions;
    for (const identity::Session& session : services->identity->sessions_of(call.session->user.id))
        sessions.push_back(own_session_json(session, *call.session));
    co_return json_response(200,
                            {{"username", account->second.name},
                             {"authenticator", account->second.has_authenticator},
                             {"passkeys", std::move(own_passkeys)},
                             {"mail", std::move(own_mail)},
                             {"mail_code", takes_mail_code(services->identity->roster(), account->second)},
                             {"mail_possible", services->mailer->server() != nullptr},
                             {"sms_possible", services->mailer->webhook() != nullptr},
                             {"recovery_codes_left", account->second.recovery_codes_left},
                             {"sessions", std::move(sessions)}});
}

net::Awaitable<Outcome<>> change_password(ServicesPtr services, Call call) {
    if (!call.session) co_return std::unexpected(Problem::not_signed_in());
    VEDETTE_CO_TRY(PasswordInput input, read_password_change(call.request.body));
    auto changing =
        services->own_account.change_password(call.granted, call.session->digest, std::move(input.proof),
                                              std::move(input.new_password), call.request.peer_address);
    auto changed = co_await std::move(changing);
    if (!changed) {
        Problem problem(changed.error());
        if (problem.field == "password") problem.field = "old_password";
        co_return std::unexpected(std::move(problem));
    }
    auto telling = tell_user(services, call.session->user.id, "The password of your account was changed.",
                             call.request.peer_address);
    co_await std::move(telling);
    co_return no_content();
}

net::Awaitable<Outcome<>> begin_authenticator(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(identity::Proof proof, read_proof(call.request.body));
    auto beginning =
        services->own_account.begin_authenticator(call.granted, std::move(proof), call.request.peer_address);
    const auto authenticator = co_await std::move(beginning);
    if (!authenticator) co_return std::unexpected(Problem(authenticator.error()));
    co_return json_response(
        201, {{"secret", authenticator->secret.reveal_text()}, {"uri", authenticator->uri.reveal_text()}});
}

net::Awaitable<Outcome<>> confirm_authenticator(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(std::string code, read_code(call.request.body));
    auto confirming = services->own_account.confirm_authenticator(call.granted, std::move(code));
    const auto codes = co_await std::move(confirming);
    if (!codes) co_return std::unexpected(Problem(codes.error()));
    boost::json::array out;
    for (const Secret& one : *codes) out.push_back(boost::json::string(one.reveal_text()));
    if (call.session) {
        auto telling =
            tell_user(services, call.session->user.id, "An authenticator app was added to your account.",
                      call.request.peer_address);
        co_await std::move(telling);
    }
    co_return json_response(200, {{"recovery_codes", std::move(out)}});
}

net::Awaitable<Outcome<>> remove_authenticator(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(identity::Proof proof, read_proof(call.request.body));
    auto removing =
        services->own_account.remove_authenticator(call.granted, std::move(proof), call.request.peer_address);
    const auto removed = co_await std::move(removing);
    if (!removed) co_return std::unexpected(Problem(removed.error()));
    if (call.session) {
        auto telling =
            tell_user(services, call.session->user.id, "The authenticator app was removed from your account.",
                      call.request.peer_address);
        co_await std::move(telling);
    }
    co_return no_content();
}

net::Awaitable<Outcome<>> end_other_sessions(ServicesPtr services, Call call) {
    if (!call.session) co_return std::unexpected(Problem::not_signed_in());
    const auto ended = co_await services->own_account.end_session(call.granted, call.session->digest, "");
    if (!ended) co_return std::unexpected(Problem(ended.error()));
    co_return no_content();
}

net::Awaitable<Outcome<>> end_session(ServicesPtr services, Call call) {
    if (!call.session) co_return std::unexpected(Problem::not_signed_in());
    const auto ended =
        co_await services->own_account.end_session(call.granted, call.session->digest, call.path.session);
    if (!ended) co_return std::unexpected(Problem(ended.error()));
    co_return no_content();
}

}  // namespace vedette::hub::api
