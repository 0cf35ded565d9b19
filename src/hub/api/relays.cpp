#include "hub/api/control_input.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_control.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

net::Awaitable<Outcome<>> list_relays(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const wire::RelayList list, co_await services->site.relays(call.granted));
    co_return json_response(200, to_json(list));
}

net::Awaitable<Outcome<>> switch_relay(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(RelaySwitchInput input, read_relay_switch(call.request.body));
    VEDETTE_CO_CHECK(
        co_await services->site.switch_relay(call.granted, std::move(input.token), input.active));
    co_return no_content();
}

}  // namespace vedette::hub::api
