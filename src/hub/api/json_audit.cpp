#include "hub/api/json_audit.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace vedette::hub::api {

namespace json = boost::json;

namespace {

template <class IdType>
json::value id_or_null(const std::optional<IdType>& id) {
    return id ? json::value(id->text()) : json::value(nullptr);
}

// Our own text, and yet from the disk.
json::object details_object(const std::string& text) {
    if (text.empty()) return {};
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    if (error || !value.is_object()) return {{"text", text}};
    return std::move(value.get_object());
}

}  // namespace

json::object to_json(const audit::Listed& entry) {
    const audit::Facts& facts = entry.leaf.facts;
    return {{"sequence", entry.leaf.sequence},
            {"kind", audit::to_string(facts.kind)},
            {"time_90k", ticks(facts.time)},
            {"who",
             {{"kind", audit::to_string(facts.who)},
              {"user_id", id_or_null(facts.user)},
              {"name", entry.personal.name}}},
            {"address", entry.personal.address},
            {"object",
             {{"kind", audit::to_string(facts.object)},
              {"camera_id", id_or_null(facts.camera)},
              {"camera_name", entry.personal.camera_name}}},
            {"action", facts.action},
            {"operation", facts.operation},
            {"allowed", facts.allowed},
            {"reason", facts.reason},
            {"status", facts.status},
            {"about", facts.about ? json::value(*facts.about) : json::value(nullptr)},
            {"personal", audit::to_string(entry.state)},
            {"details", details_object(entry.personal.details)}};
}

json::object to_json(const audit::ListedWithResult& entry) {
    json::object out = to_json(entry.entry);
    if (entry.result) out["result"] = to_json(*entry.result);
    return out;
}

json::object to_json(const syslog::Status& status) {
    const auto& last = status.last_delivered;
    return {{"state", syslog::to_string(status.state)},
            {"waiting", status.waiting},
            {"delivered", status.delivered},
            {"last_delivered_90k", last ? json::value(ticks(*last)) : json::value(nullptr)},
            {"problem", status.problem}};
}

json::object to_json(const syslog::Target& target) {
    return {{"host", target.host},
            {"port", target.port},
            {"transport", syslog::to_string(target.transport)},
            {"allow_in_clear", target.allow_in_clear},
            {"wording", syslog::to_string(target.wording)},
            {"ca_pem", target.authorities_pem},
            {"client_certificate_pem", target.certificate_pem},
            {"has_client_key", !target.private_key_pem.empty()}};
}

}  // namespace vedette::hub::api
