#include "hub/api/access_input.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_access.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

net::Response access_rules_response(const Services& services) {
    return json_response(200, to_json(services.identity->roster().rules));
}

}  // namespace

net::Awaitable<Outcome<>> get_access_rules(ServicesPtr services, Call) {
    co_return access_rules_response(*services);
}

net::Awaitable<Outcome<>> change_access_rules(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(identity::AccessRules rules, read_access_rules(call.request.body));
    if (rules.mail_codes && !services->mailer->server() && !services->mailer->webhook()) {
        Problem problem(Error{ErrorKind::conflict, "Name a mail server or an SMS server first"});
        problem.field = "mail_codes";
        co_return std::unexpected(std::move(problem));
    }
    const auto changed =
        co_await services->administration.change_access_rules(call.granted, std::move(rules));
    if (!changed) {
        Problem problem(changed.error());
        problem.name_field({"second_person_roles"});
        co_return std::unexpected(std::move(problem));
    }
    co_return access_rules_response(*services);
}

}  // namespace vedette::hub::api
