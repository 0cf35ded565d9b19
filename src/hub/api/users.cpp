#include "hub/api/access_input.hpp"
#include "hub/api/circumstances.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_access.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/notices.hpp"

namespace vedette::hub::api {

namespace {

// What identity says of a change, with the field that it is about.
Problem refused(const Error& error) {
    Problem problem(error);
    problem.name_field({"name", "assignments"});
    return problem;
}

Outcome<boost::json::object> user_json(const Services& services, UserId id) {
    const auto account = identity::find_account(services.identity->roster(), id);
    if (!account) return std::unexpected(Problem(account.error()));
    return to_json(**account, services.identity->sessions_of(id).size(), services.clock->utc_now());
}

}  // namespace

net::Awaitable<Outcome<>> list_users(ServicesPtr services, Call) {
    const auto sessions = services->identity->session_counts();
    const UtcTime now = services->clock->utc_now();
    boost::json::array users;
    for (const auto& [id, account] : services->identity->roster().accounts) {
        const auto count = sessions.find(id);
        users.push_back(to_json(account, count == sessions.end() ? 0 : count->second, now));
    }
    co_return json_response(200, {{"users", std::move(users)}});
}

net::Awaitable<Outcome<>> add_user(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(NewUserInput input, read_new_user(call.request.body));
    auto adding =
        services->administration.add_user(call.granted, std::move(input.name), std::move(input.assignments));
    const auto invited = co_await std::move(adding);
    if (!invited) co_return std::unexpected(refused(invited.error()));
    VEDETTE_CO_TRY(boost::json::object user, user_json(*services, invited->user));
    net::Response response =
        json_response(201, {{"user", std::move(user)}, {"invitation", to_json(invited->invitation)}});
    response.headers.push_back({"Location", "/api/v1/users/" + invited->user.text()});
    co_return response;
}

net::Awaitable<Outcome<>> get_user(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const boost::json::object user, user_json(*services, call.path.user.value_or(UserId())));
    co_return json_response(200, user);
}

net::Awaitable<Outcome<>> change_user(ServicesPtr services, Call call) {
    const UserId id = call.path.user.value_or(UserId());
    VEDETTE_CO_TRY(identity::UserChange change, read_user_change(call.request.body));
    auto changing = services->administration.change_user(call.granted, id, std::move(change));
    const auto changed = co_await std::move(changing);
    if (!changed) co_return std::unexpected(refused(changed.error()));
    VEDETTE_CO_TRY(const boost::json::object user, user_json(*services, id));
    co_return json_response(200, user);
}

net::Awaitable<Outcome<>> remove_user(ServicesPtr services, Call call) {
    const auto removed =
        co_await services->administration.remove_user(call.granted, call.path.user.value_or(UserId()));
    if (!removed) co_return std::unexpected(refused(removed.error()));
    co_return no_content();
}

net::Awaitable<Outcome<>> invite_user(ServicesPtr services, Call call) {
    const UserId id = call.path.user.value_or(UserId());
    // It goes with the password.
    VEDETTE_CO_TRY(const auto mail, co_await services->identity->mail_address_of(id));
    const auto invitation = co_await services->administration.invite(call.granted, id);
    if (!invitation) co_return std::unexpected(refused(invitation.error()));
    const auto account = services->identity->roster().accounts.find(id);
    if (mail && account != services->identity->roster().accounts.end())
        tell_former_address(
            *services, *mail, account->second.name,
            "An administrator made a new invitation for your account: its password and second "
            "factors, this address included, are good for nothing any more.",
            call.request.peer_address);
    co_return json_response(201, to_json(*invitation));
}

net::Awaitable<Outcome<>> sign_out_user(ServicesPtr services, Call call) {
    const auto ended =
        co_await services->administration.sign_out(call.granted, call.path.user.value_or(UserId()));
    if (!ended) co_return std::unexpected(refused(ended.error()));
    co_return no_content();
}

net::Awaitable<Outcome<>> explain_decision(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const DecisionQuery query, read_decision_query(call.request));
    const UserId id = call.path.user.value_or(UserId());
    if (const auto account = identity::find_account(services->identity->roster(), id); !account)
        co_return std::unexpected(Problem(account.error()));
    // A suspended user is nobody.
    policy::Principal principal = policy::Anonymous{};
    if (auto user = services->identity->user(id)) principal = std::move(*user);
    const OrganisationId organisation = call.granted.object().organisation;
    policy::Object object =
        query.camera ? policy::Object::of(organisation, *query.camera) : policy::Object::of(organisation);
    if (policy::object_kind(query.action) == policy::ObjectKind::service) object = policy::Object::service();
    const policy::Context context = imagined(call.context, query.circumstances, *services);
    const policy::Decision decision = policy::decide(principal, query.action, object, context);
    co_return json_response(200, to_json(decision));
}

}  // namespace vedette::hub::api
