#include <boost/json/array.hpp>

#include "hub/api/handlers.hpp"
#include "hub/api/json_access.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/token_input.hpp"

namespace vedette::hub::api {

net::Awaitable<Outcome<>> list_devices(ServicesPtr services, Call) {
    boost::json::array devices;
    for (const identity::ApiToken& device : services->identity->devices()) {
        boost::json::object json = to_json(device);
        json["user_id"] = device.user.text();
        devices.push_back(std::move(json));
    }
    co_return json_response(200, {{"devices", std::move(devices)}});
}

net::Awaitable<Outcome<>> add_device(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(identity::NewApiToken input,
                   read_new_device(call.request.body, services->clock->utc_now()));
    const UserId user = call.path.user.value_or(UserId());
    auto adding = services->administration.add_device(call.granted, user, std::move(input));
    const auto added = co_await std::move(adding);
    if (!added) {
        Problem problem(added.error());
        problem.name_field({"name", "rights", "certificate"});
        co_return std::unexpected(std::move(problem));
    }
    call.trail->details["token_id"] = added->id.text();
    net::Response response = json_response(201, to_json(*added));
    response.headers.push_back(
        {"Location", fmt::format("/api/v1/users/{}/tokens/{}", user.text(), added->id.text())});
    co_return response;
}

}  // namespace vedette::hub::api
