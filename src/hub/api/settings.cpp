#include "hub/api/handlers.hpp"
#include "hub/api/input.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

net::Awaitable<Outcome<>> get_settings(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const wire::SiteSettings settings, co_await services->site.settings(call.granted));
    co_return json_response(200, to_json(settings));
}

net::Awaitable<Outcome<>> change_settings(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const wire::ChangeSettings change, read_settings_change(call.request.body));
    VEDETTE_CO_TRY(const wire::SiteSettings settings,
                   co_await services->site.change_settings(call.granted, change));
    co_return json_response(200, to_json(settings));
}

}  // namespace vedette::hub::api
