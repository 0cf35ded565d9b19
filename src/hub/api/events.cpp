#include "hub/api/control_input.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_control.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

net::Awaitable<Outcome<>> get_camera_events(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const EventQueryInput input, read_event_query(call.request));
    VEDETTE_CO_TRY(const wire::EventList list,
                   co_await services->site.events(call.granted, input.interval, input.limit));
    boost::json::object document = to_json(list);
    document["subscription"] = wire::to_string(list.subscription);
    document["reason"] = list.reason;
    co_return json_response(200, document);
}

net::Awaitable<Outcome<>> list_events(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const EventQueryInput input, read_event_query(call.request));
    VEDETTE_CO_TRY(wire::EventList list,
                   co_await services->site.all_events(call.granted, input.interval, input.limit));
    std::erase_if(list.events, [&](const wire::CameraEvent& event) {
        const auto object = policy::Object::of(call.granted.object().organisation, event.camera);
        const auto granted = call.authorise(policy::Action::view_events, object);
        if (!granted) return true;
        const auto& not_before = granted->decision().obligations.not_before;
        return not_before && event.start < *not_before;
    });
    co_return json_response(200, to_json(list));
}

}  // namespace vedette::hub::api
