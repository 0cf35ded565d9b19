#include "hub/api/json_control.hpp"

#include <cmath>

#include <boost/json/array.hpp>

#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace json = boost::json;

namespace {

json::value figure_json(const std::optional<double>& value) {
    if (!value || !std::isfinite(*value)) return nullptr;
    return *value;
}

json::object patrol_json(const wire::Patrol& patrol) {
    json::array stops;
    for (const wire::PatrolStop& stop : patrol.stops)
        stops.push_back(json::object{{"preset", stop.preset}, {"dwell_s", stop.dwell.count()}});
    return {{"name", patrol.name}, {"stops", std::move(stops)}};
}

}  // namespace

json::object to_json(const wire::PtzPreset& preset) {
    return {{"token", preset.token}, {"name", preset.name}};
}

json::object to_json(const wire::PtzReport& report) {
    json::array presets;
    for (const wire::PtzPreset& preset : report.presets) presets.push_back(to_json(preset));
    json::array patrols;
    for (const wire::Patrol& patrol : report.patrols) patrols.push_back(patrol_json(patrol));
    return {{"supported", report.supported},
            {"message", report.message},
            {"can_pan_tilt", report.can_pan_tilt},
            {"can_zoom", report.can_zoom},
            {"can_step", report.can_step},
            {"can_place", report.can_place},
            {"can_place_zoom", report.can_place_zoom},
            {"has_home", report.has_home},
            {"max_presets", report.max_presets},
            {"pan", figure_json(report.pan)},
            {"tilt", figure_json(report.tilt)},
            {"zoom", figure_json(report.zoom)},
            {"presets", std::move(presets)},
            {"patrols", std::move(patrols)},
            {"patrol", report.patrol},
            {"patrol_pauses", report.patrol_pauses},
            {"patrol_message", report.patrol_message}};
}

json::object to_json(const wire::RelayList& list) {
    json::array relays;
    for (const wire::Relay& relay : list.relays) {
        json::object out{
            {"token", relay.token}, {"returns_by_itself", relay.returns_by_itself}, {"active", nullptr}};
        if (relay.active) out["active"] = *relay.active;
        relays.push_back(std::move(out));
    }
    return {{"supported", list.supported}, {"message", list.message}, {"relays", std::move(relays)}};
}

json::object to_json(const wire::CameraEvent& event) {
    json::object out{{"id", event.id},
                     {"camera_id", event.camera.text()},
                     {"kind", wire::to_string(event.kind)},
                     {"topic", event.topic},
                     {"source", event.source},
                     {"detail", event.detail},
                     {"start_90k", ticks(event.start)},
                     {"end_90k", nullptr}};
    if (event.end) out["end_90k"] = ticks(*event.end);
    return out;
}

json::object to_json(const wire::EventList& list) {
    json::array events;
    for (const wire::CameraEvent& event : list.events) events.push_back(to_json(event));
    return {{"events", std::move(events)}, {"more", list.more}};
}

}  // namespace vedette::hub::api
