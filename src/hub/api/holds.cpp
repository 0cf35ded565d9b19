#include "hub/api/handlers.hpp"
#include "hub/api/input.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

net::Awaitable<Outcome<>> list_holds(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const wire::HoldList list, co_await services->site.holds(call.granted));
    co_return json_response(200, to_json(list));
}

net::Awaitable<Outcome<>> place_hold(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(wire::Hold hold, read_hold(call.request.body));
    if (const policy::User* user = policy::account_of(call.granted.principal())) hold.placed_by = user->name;
    VEDETTE_CO_TRY(const wire::Hold placed,
                   co_await services->site.place_hold(call.granted, std::move(hold)));
    net::Response response = json_response(201, to_json(placed));
    response.headers.push_back({"Location", fmt::format("/api/v1/cameras/{}/holds/{}",
                                                        call.granted.object().camera->text(), placed.id)});
    co_return response;
}

net::Awaitable<Outcome<>> lift_hold(ServicesPtr services, Call call) {
    if (!call.path.hold)
        co_return std::unexpected(Problem(Error{ErrorKind::not_found, "There is no such hold"}));
    VEDETTE_CO_CHECK(co_await services->site.lift_hold(call.granted, *call.path.hold));
    co_return no_content();
}

}  // namespace vedette::hub::api
