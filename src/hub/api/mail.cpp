// The mail server, and mail addresses of users.

#include "hub/api/access_input.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/mail_input.hpp"
#include "hub/api/notices.hpp"
#include "hub/api/passkey_input.hpp"

namespace vedette::hub::api {

namespace {

Problem about_mail_field(const Error& error) {
    Problem problem(error);
    problem.name_field({"host", "port", "security", "from", "user", "password", "ca_pem", "to"});
    return problem;
}

// With the password that is kept, where none was given, and never for another server than it was given for.
Outcome<MailServerInput> read_mail_server_of(const Services& services, const Call& call, bool for_test) {
    VEDETTE_TRY(MailServerInput input, read_mail_server(call.request.body, for_test));
    mail::Server& server = input.server;
    const mail::Server* kept = services.mailer->server();
    if (!input.has_password && kept && kept->host == server.host && kept->port == server.port &&
        kept->user == server.user)
        server.password = kept->password.duplicate();
    if (server.user.empty()) server.password = Secret();
    if (const auto right = mail::check(server); !right)
        return std::unexpected(about_mail_field(right.error()));
    return input;
}

net::Response mail_response(const Services& services) {
    boost::json::value server = nullptr;
    if (const mail::Server* named = services.mailer->server())
        server = boost::json::object{{"host", named->host},
                                     {"port", named->port},
                                     {"security", mail::to_string(named->security)},
                                     {"from", named->from},
                                     {"user", named->user},
                                     {"has_password", !named->password.empty()},
                                     {"ca_pem", named->authorities_pem}};
    const mail::MailStatus& status = services.mailer->status();
    boost::json::value last = nullptr;
    if (status.last_sent) last = ticks(*status.last_sent);
    return json_response(200, {{"server", std::move(server)},
                               {"sent", status.sent},
                               {"last_sent_90k", std::move(last)},
                               {"problem", status.problem}});
}

Outcome<void> may_send_nothing(const Services& services) {
    if (!services.identity->roster().rules.mail_codes) return {};
    return std::unexpected(
        Problem(Error{ErrorKind::conflict,
                      "Codes by mail or SMS are a second factor; switch that off in the rules first"}));
}

Problem about_webhook_field(const Error& error) {
    Problem problem(error);
    problem.name_field({"url", "secret", "ca_pem", "to"});
    return problem;
}

// With the secret that is kept, where none was given, and never for another address than it was given for.
Outcome<WebhookInput> read_webhook_of(const Services& services, const Call& call, bool for_test) {
    VEDETTE_TRY(WebhookInput input, read_webhook(call.request.body, for_test));
    const mail::Webhook* kept = services.mailer->webhook();
    if (!input.has_secret && kept && kept->url == input.webhook.url)
        input.webhook.secret = kept->secret.duplicate();
    if (const auto right = mail::check(input.webhook); !right)
        return std::unexpected(about_webhook_field(right.error()));
    return input;
}

net::Response webhook_response(const Services& services) {
    boost::json::value webhook = nullptr;
    if (const mail::Webhook* named = services.mailer->webhook())
        webhook = boost::json::object{
            {"url", named->url}, {"has_secret", !named->secret.empty()}, {"ca_pem", named->authorities_pem}};
    const mail::MailStatus& status = services.mailer->webhook_status();
    boost::json::value last = nullptr;
    if (status.last_sent) last = ticks(*status.last_sent);
    return json_response(200, {{"webhook", std::move(webhook)},
                               {"sent", status.sent},
                               {"last_sent_90k", std::move(last)},
                               {"problem", status.problem}});
}

UserId own_id(const Call& call) {
    const policy::User* user = policy::account_of(call.granted.principal());
    return user ? user->id : UserId();
}

}  // namespace

net::Awaitable<Outcome<>> get_mail_server(ServicesPtr services, Call) {
    co_return mail_response(*services);
}

net::Awaitable<Outcome<>> set_mail_server(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(MailServerInput input, read_mail_server_of(*services, call, false));
    auto naming = services->mailer->use(std::move(input.server));
    const auto named = co_await std::move(naming);
    if (!named) co_return std::unexpected(about_mail_field(named.error()));
    co_return mail_response(*services);
}

net::Awaitable<Outcome<>> remove_mail_server(ServicesPtr services, Call) {
    VEDETTE_CO_CHECK(may_send_nothing(*services));
    VEDETTE_CO_CHECK(co_await services->mailer->remove());
    co_return no_content();
}

net::Awaitable<Outcome<>> test_mail_server(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(MailServerInput input, read_mail_server_of(*services, call, true));
    const std::string where = input.server.where();
    mail::Message message{.to = input.to,
                          .subject = "Vedette: a test message",
                          .text = "This is a test message. Mail from Vedette arrives here.\n"};
    auto testing = services->mailer->test(std::move(input.server), std::move(message));
    const auto tested = co_await std::move(testing);
    if (!tested && tested.error().kind == ErrorKind::exhausted)
        co_return std::unexpected(Problem(tested.error()));
    const boost::json::object answer{
        {"ok", tested.has_value()},
        {"message", tested
                        ? fmt::format("The mail server {} has taken a test message for {}", where, input.to)
                        : tested.error().message}};
    co_return json_response(200, answer);
}

net::Awaitable<Outcome<>> get_webhook(ServicesPtr services, Call) {
    co_return webhook_response(*services);
}

net::Awaitable<Outcome<>> set_webhook(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(WebhookInput input, read_webhook_of(*services, call, false));
    auto naming = services->mailer->use(std::move(input.webhook));
    const auto named = co_await std::move(naming);
    if (!named) co_return std::unexpected(about_webhook_field(named.error()));
    co_return webhook_response(*services);
}

net::Awaitable<Outcome<>> remove_webhook(ServicesPtr services, Call) {
    VEDETTE_CO_CHECK(may_send_nothing(*services));
    VEDETTE_CO_CHECK(co_await services->mailer->remove_webhook());
    co_return no_content();
}

net::Awaitable<Outcome<>> test_webhook(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(WebhookInput input, read_webhook_of(*services, call, true));
    auto testing = services->mailer->test(std::move(input.webhook), input.to,
                                          "This is a test message. Messages from Vedette arrive here.");
    const auto tested = co_await std::move(testing);
    if (!tested && tested.error().kind == ErrorKind::exhausted)
        co_return std::unexpected(Problem(tested.error()));
    const boost::json::object answer{
        {"ok", tested.has_value()},
        {"message", tested ? fmt::format("The SMS server has taken a test message for {}", input.to)
                           : tested.error().message}};
    co_return json_response(200, answer);
}

net::Awaitable<Outcome<>> begin_mail_address(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(MailAddressInput input, read_mail_address(call.request.body));
    if (!services->mailer->reaches(input.address))
        co_return std::unexpected(Problem(
            Error{ErrorKind::conflict, "There is no server to send the code by; ask an administrator"}));
    auto beginning = services->own_account.begin_mail_address(
        call.granted, std::move(input.address), std::move(input.proof), call.request.peer_address);
    const auto code = co_await std::move(beginning);
    if (!code) co_return std::unexpected(Problem(code.error()));
    VEDETTE_CO_CHECK(
        send_code(*services, *code, "that shows that this address is yours", call.request.peer_address));
    co_return no_content();
}

net::Awaitable<Outcome<>> confirm_mail_address(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(std::string code, read_code(call.request.body));
    const UserId user = own_id(call);
    auto confirming =
        services->identity->confirm_mail_address(user, std::move(code), call.request.peer_address);
    const auto before = co_await std::move(confirming);
    if (!before) co_return std::unexpected(Problem(before.error()));
    if (*before && call.session)
        tell_former_address(
            *services, **before, call.session->user.name,
            "Your account has another address for messages now; this one is not used any more.",
            call.request.peer_address);
    auto telling =
        tell_user(services, user, "This address was added to your account.", call.request.peer_address);
    co_await std::move(telling);
    co_return no_content();
}

net::Awaitable<Outcome<>> remove_mail_address(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(identity::Proof proof, read_proof(call.request.body));
    auto removing =
        services->own_account.remove_mail_address(call.granted, std::move(proof), call.request.peer_address);
    const auto former = co_await std::move(removing);
    if (!former) co_return std::unexpected(Problem(former.error()));
    if (call.session)
        tell_former_address(*services, *former, call.session->user.name,
                            "This address was removed from your account.", call.request.peer_address);
    co_return no_content();
}

net::Awaitable<Outcome<>> send_mail_proof(ServicesPtr services, Call call) {
    auto sending = services->identity->send_mail_proof(own_id(call), call.request.peer_address);
    const auto code = co_await std::move(sending);
    if (!code) co_return std::unexpected(Problem(code.error()));
    VEDETTE_CO_CHECK(send_code(*services, *code, "to change your account", call.request.peer_address));
    co_return no_content();
}

net::Awaitable<Outcome<>> send_sign_in_code(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(std::string token, read_sign_in_token(call.request.body));
    auto sending = services->identity->send_mail_code(std::move(token), call.request.peer_address);
    const auto code = co_await std::move(sending);
    if (!code) co_return std::unexpected(Problem(code.error()));
    VEDETTE_CO_CHECK(send_code(*services, *code, "to sign in", call.request.peer_address));
    co_return no_content();
}

}  // namespace vedette::hub::api
