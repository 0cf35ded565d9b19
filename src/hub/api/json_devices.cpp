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
    return {
        {"onvif_url", device.onvif_url},   {"endpoint", device.endpoint},         {"serial", device.serial},
        {"macs", texts_json(device.macs)}, {"manufacturer", device.manufacturer}, {"model", device.model},
        {"firmware", device.firmware}};
}

json::object to_json(const wire::FoundCameras& found, const std::function<bool(CameraId)>& may_see) {
    json::array cameras;
    for (const wire::FoundCamera& camera : found.cameras) {
        json::object out{{"address", camera.address},   {"port", camera.port}, {"path", camera.path},
                         {"endpoint", camera.endpoint}, {"name", camera.name}, {"hardware", camera.hardware},
                         {"location", camera.location}};
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

}  // namespace vedette::hub::api
