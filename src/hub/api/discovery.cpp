#include "hub/api/handlers.hpp"
#include "hub/api/input.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

net::Awaitable<Outcome<>> list_interfaces(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const wire::Interfaces interfaces, co_await services->site.interfaces(call.granted));
    co_return json_response(200, to_json(interfaces));
}

net::Awaitable<Outcome<>> discover_cameras(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(wire::DiscoverCameras search, read_discovery(call.request.body));
    VEDETTE_CO_TRY(const wire::FoundCameras found,
                   co_await services->site.discover(call.granted, std::move(search)));
    const auto may_see = [&](CameraId id) {
        const auto object = policy::Object::of(call.granted.object().organisation, id);
        return call.authorise(policy::Action::view_camera, object).has_value();
    };
    co_return json_response(200, to_json(found, may_see));
}

net::Awaitable<Outcome<>> inspect_device(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(wire::InspectDevice device, read_inspection(call.request.body));
    VEDETTE_CO_TRY(const wire::DeviceReport report,
                   co_await services->site.inspect(call.granted, std::move(device)));
    co_return json_response(200, to_json(report));
}

net::Awaitable<Outcome<>> preview_device(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(wire::PreviewDevice device, read_preview(call.request.body));
    VEDETTE_CO_TRY(wire::StillPicture picture,
                   co_await services->site.preview(call.granted, std::move(device)));
    net::Response response{.status = 200,
                           .headers = {{"Content-Type", "image/jpeg"}},
                           .body = std::move(picture.jpeg),
                           .upgrade = {}};
    co_return response;
}

}  // namespace vedette::hub::api
