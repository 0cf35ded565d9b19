// Break-glass accounts, and their sealed envelopes.

#include "hub/api/access_input.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_access.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

Problem envelope_refused(const Error& error) {
    Problem problem(error);
    problem.name_field({"name", "assignments"});
    return problem;
}

// Where nothing else is said: what it takes to let the others in again, and no picture.
std::vector<identity::Assignment> security_administrator() {
    for (const identity::Role& role : identity::ready_roles())
        if (role.name == "Security administrator")
            return {{.role = role.id, .scope = identity::WholeOrganisation{}}};
    return {};
}

}  // namespace

net::Awaitable<Outcome<>> list_break_glass(ServicesPtr services, Call) {
    boost::json::array accounts;
    for (const auto& [id, account] : services->identity->roster().accounts) {
        if (!account.envelope) continue;
        boost::json::object one = envelope_json(*account.envelope);
        one["user_id"] = id.text();
        one["name"] = account.name;
        accounts.push_back(std::move(one));
    }
    co_return json_response(200, {{"accounts", std::move(accounts)}});
}

net::Awaitable<Outcome<>> add_break_glass(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(NewUserInput input, read_new_user(call.request.body));
    if (input.assignments.empty()) input.assignments = security_administrator();
    auto adding = services->administration.add_break_glass(call.granted, std::move(input.name),
                                                           std::move(input.assignments));
    const auto sealed = co_await std::move(adding);
    if (!sealed) co_return std::unexpected(envelope_refused(sealed.error()));
    call.trail->details["user_id"] = sealed->user.text();
    const auto account = identity::find_account(services->identity->roster(), sealed->user);
    if (!account) co_return std::unexpected(Problem(account.error()));
    net::Response response = json_response(201, {{"user", to_json(**account, 0, services->clock->utc_now())},
                                                 {"code", sealed->code.reveal_text()}});
    response.headers.push_back({"Location", "/api/v1/users/" + sealed->user.text()});
    co_return response;
}

net::Awaitable<Outcome<>> seal_envelope(ServicesPtr services, Call call) {
    const auto code =
        co_await services->administration.seal_anew(call.granted, call.path.user.value_or(UserId()));
    if (!code) co_return std::unexpected(envelope_refused(code.error()));
    co_return json_response(201, {{"code", code->reveal_text()}});
}

}  // namespace vedette::hub::api
