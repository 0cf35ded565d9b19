#include <algorithm>

#include "hub/api/handlers.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

// What is to leave this machine and does not; what is not set up is no trouble.
struct Deliveries {
    std::string_view audit_stream = "off";
    std::string_view mail = "off";
    std::string_view sms = "off";
};

std::string_view delivery_state(bool named, bool failing) {
    if (!named) return "off";
    return failing ? "failing" : "ok";
}

Deliveries deliveries_of(const Services& services) {
    Deliveries found;
    if (services.syslog)
        found.audit_stream =
            delivery_state(services.syslog->target() != nullptr, !services.syslog->status().problem.empty());
    if (services.mailer) {
        found.mail =
            delivery_state(services.mailer->server() != nullptr, !services.mailer->status().problem.empty());
        found.sms = delivery_state(services.mailer->webhook() != nullptr,
                                   !services.mailer->webhook_status().problem.empty());
    }
    return found;
}

std::string sentence_about(const Deliveries& deliveries) {
    if (deliveries.audit_stream == "failing") return "Audit entries wait for the syslog server";
    if (deliveries.mail == "failing") return "The last mail could not be sent";
    if (deliveries.sms == "failing") return "The last short message could not be sent";
    return {};
}

}  // namespace

net::Awaitable<Outcome<>> get_health(ServicesPtr services, Call call) {
    const wire::StorageStatus& storage = services->site.storage();
    const auto trouble = std::ranges::find_if(
        storage.places, [](const wire::PlaceReport& place) { return place.state != "good"; });
    const Deliveries deliveries = deliveries_of(*services);
    std::string reason;
    if (!storage.recording_possible)
        reason = storage.reason;
    else if (trouble != storage.places.end())
        reason = trouble->message;
    else
        reason = sentence_about(deliveries);
    const bool is_well = storage.recording_possible && trouble == storage.places.end() && reason.empty();
    boost::json::object health{{"status", is_well ? "ok" : "degraded"}, {"version", services->version}};
    if (policy::account_of(call.granted.principal())) {
        if (!is_well) health["reason"] = reason;
        health["deliveries"] = boost::json::object{
            {"audit_stream", deliveries.audit_stream}, {"mail", deliveries.mail}, {"sms", deliveries.sms}};
    }
    co_return json_response(200, health);
}

}  // namespace vedette::hub::api
