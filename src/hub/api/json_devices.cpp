// The part of json_output.hpp that is about finding cameras.

#include <cmath>

#include <boost/json/array.hpp>

#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace json = boost::json;

namespace {

json::array texts_json(const std::vector<std::string>& texts) {
    json::array out;
    for (const std::string& text : texts) out.emplace_back(text);
    return out;
}

json::object stream_json(const wire::DeviceStream& stream) {
    return {{"url", stream.url},
            {"codec", stream.codec},
            {"width", stream.width},
            {"height", stream.height},
            {"frames_per_second", std::isfinite(stream.frames_per_second) ? stream.frames_per_second : 0.0}};
}

}  // namespace

json::object to_json(const wire::Interfaces& interfaces) {
    json::array out;
    for (const wire::Interface& interface : interfaces.interfaces)
        out.push_back(json::object{{"name", interface.name},
                                   {"address", interface.address},
                                   {"prefix_length", interface.prefix_length},
                                   {"loopback", interface.loopback}});
    return {{"interfaces", std::move(out)}};
}

json::object to_json(const wire::DeviceIdentity& device) {
    return {{"onvif_url", device.onvif_url},
            {"endpoint", device.endpoint},
            {"serial", device.serial},
            {"macs", texts_json(device.macs)},
            {"manufacturer", device.manufacturer},
            {"model", device.model},
            {"firmware", device.firmware},
            {"services", texts_json(device.services)},
            {"checked_90k", ticks(device.checked)}};
}

json::object to_json(const wire::FoundCameras& found, const std::function<bool(CameraId)>& may_see) {
    json::array cameras;
    for (const wire::FoundCamera& camera : found.cameras) {
        json::object out{{"address", camera.address},   {"port", camera.port},         {"path", camera.path},
                         {"secure", camera.secure},     {"endpoint", camera.endpoint}, {"name", camera.name},
                         {"hardware", camera.hardware}, {"location", camera.location}};
        if (camera.known && may_see(*camera.known)) {
            out["known_camera_id"] = camera.known->text();
            out["moved"] = camera.moved;
        }
        cameras.push_back(std::move(out));
    }
    return {{"cameras", std::move(cameras)}, {"notes", texts_json(found.notes)}};
}

json::object to_json(const wire::DeviceReport& report) {
    json::array channels;
    for (const wire::DeviceChannel& channel : report.channels) {
        json::object out{{"name", channel.name}, {"main", stream_json(channel.main)}};
        if (channel.sub) out["sub"] = stream_json(*channel.sub);
        channels.push_back(std::move(out));
    }
    return {{"ok", report.ok},
            {"message", report.message},
            {"device", to_json(report.identity)},
            {"channels", std::move(channels)},
            {"warnings", texts_json(report.warnings)},
            {"has_ptz", report.has_ptz},
            {"has_events", report.has_events}};
}

json::object to_json(const wire::DeviceCare& care) {
    json::object out{{"manufacturer", care.manufacturer},
                     {"model", care.model},
                     {"firmware", care.firmware},
                     {"encrypted", care.encrypted},
                     {"services", texts_json(care.services)},
                     {"message", care.message}};
    if (care.clock)
        out["clock"] = {{"offset_seconds", static_cast<double>(care.clock->offset.count()) / 90'000},
                        {"by_ntp", care.clock->by_ntp},
                        {"ntp_from_dhcp", care.clock->ntp_from_dhcp},
                        {"ntp_servers", texts_json(care.clock->ntp_servers)}};
    if (!care.imaging) return out;
    json::array values;
    for (const wire::ImagingValue& v : care.imaging->values)
        values.push_back(json::object{{"name", v.name}, {"value", v.value}, {"min", v.min}, {"max", v.max}});
    out["imaging"] = {{"values", std::move(values)},
                      {"ir_cut", care.imaging->ir_cut},
                      {"ir_cut_modes", texts_json(care.imaging->ir_cut_modes)},
                      {"focus", care.imaging->focus},
                      {"focus_modes", texts_json(care.imaging->focus_modes)}};
    return out;
}

}  // namespace vedette::hub::api
