#include <algorithm>

#include "hub/api/handlers.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

net::Awaitable<Outcome<>> get_health(ServicesPtr services, Call call) {
    const wire::StorageStatus& storage = services->site.storage();
    const auto trouble = std::ranges::find_if(
        storage.places, [](const wire::PlaceReport& place) { return place.state != "good"; });
    const bool is_well = storage.recording_possible && trouble == storage.places.end();
    boost::json::object health{{"status", is_well ? "ok" : "degraded"}, {"version", services->version}};
    if (!is_well && policy::account_of(call.granted.principal()))
        health["reason"] = storage.recording_possible ? trouble->message : storage.reason;
    co_return json_response(200, health);
}

}  // namespace vedette::hub::api
