#include "hub/api/handlers.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

net::Awaitable<Outcome<>> get_health(ServicesPtr services, Call call) {
    const wire::StorageStatus& storage = services->site.storage();
    boost::json::object health{{"status", storage.recording_possible ? "ok" : "degraded"},
                               {"version", services->version}};
    if (!storage.recording_possible && policy::account_of(call.granted.principal()))
        health["reason"] = storage.reason;
    co_return json_response(200, health);
}

}  // namespace vedette::hub::api
