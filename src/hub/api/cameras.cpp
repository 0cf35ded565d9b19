#include <boost/json/array.hpp>

#include "hub/api/handlers.hpp"
#include "hub/api/input.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

// Of those that there are, the ones that the caller may see.
boost::json::array visible(const Call& call, const std::vector<wire::CameraStatus>& cameras) {
    boost::json::array out;
    for (const wire::CameraStatus& camera : cameras) {
        const auto object = policy::Object::of(call.granted.object().organisation, camera.id);
        if (call.authorise(policy::Action::view_camera, object))
            out.push_back(to_json(camera, call.rights_over(camera.id)));
    }
    return out;
}

}  // namespace

net::Awaitable<Outcome<>> list_camera_names(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const auto names, services->site.camera_names(call.granted));
    boost::json::array cameras;
    for (const Site::CameraName& camera : names)
        cameras.push_back(boost::json::object{{"id", camera.id.text()}, {"name", camera.name}});
    co_return json_response(200, {{"cameras", std::move(cameras)}});
}

net::Awaitable<Outcome<>> list_cameras(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const auto cameras, services->site.list(call.granted));
    co_return json_response(
        200, {{"cameras", visible(call, cameras)}, {"storage", to_json(services->site.storage())}});
}

net::Awaitable<Outcome<>> add_camera(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(wire::CameraSettings settings, read_new_camera(call.request.body));
    VEDETTE_CO_TRY(const wire::CameraStatus added,
                   co_await services->site.add(call.granted, std::move(settings)));
    net::Response response = json_response(201, to_json(added, call.rights_over(added.id)));
    response.headers.push_back({"Location", "/api/v1/cameras/" + added.id.text()});
    co_return response;
}

net::Awaitable<Outcome<>> test_camera(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(CameraTestInput input, read_camera_test(call.request.body));
    std::optional<policy::Authorised> camera;
    if (input.camera) {
        const auto object = policy::Object::of(call.granted.object().organisation, *input.camera);
        VEDETTE_CO_TRY(camera, call.authorise(policy::Action::test_known_camera, object));
    }
    VEDETTE_CO_TRY(const wire::TestReport report,
                   co_await services->site.test(call.granted, std::move(camera), std::move(input.settings)));
    co_return json_response(200, to_json(report));
}

net::Awaitable<Outcome<>> get_camera(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const wire::CameraStatus camera, services->site.view(call.granted));
    co_return json_response(200, to_json(camera, call.rights_over(camera.id)));
}

net::Awaitable<Outcome<>> get_camera_states(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const wire::StateHistory history, co_await services->site.states(call.granted));
    co_return json_response(200, to_json(history));
}

net::Awaitable<Outcome<>> change_camera(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(wire::CameraSettings settings, read_camera_change(call.request.body));
    VEDETTE_CO_TRY(const wire::CameraStatus changed,
                   co_await services->site.change(call.granted, std::move(settings)));
    co_return json_response(200, to_json(changed, call.rights_over(changed.id)));
}

net::Awaitable<Outcome<>> remove_camera(ServicesPtr services, Call call) {
    VEDETTE_CO_CHECK(co_await services->site.remove(call.granted));
    co_return no_content();
}

}  // namespace vedette::hub::api
