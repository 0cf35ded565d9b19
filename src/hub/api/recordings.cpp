#include "hub/api/circumstances.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/input.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/media_export.hpp"

namespace vedette::hub::api {

namespace {

// A name that every file system takes: the camera's name goes nowhere near a header.
std::string file_name(const CameraId& camera, const IntervalInput& input) {
    std::string start = to_rfc3339(input.interval.start);
    std::erase(start, ':');
    return fmt::format("vedette-{}-{}-{}.mp4", camera.text().substr(0, 8), media::to_string(input.stream),
                       start);
}

// A download may take hours: whether its user may have it is decided again as it goes.
std::function<bool()> still_allowed(const ServicesPtr& services, const Call& call) {
    return [services, granted = call.granted, context = call.context, credential = call.credential] {
        const auto now = credential ? services->identity->present(*credential, false) : std::nullopt;
        if (!now) return false;
        const auto again =
            policy::authorise(*now, granted.action(), granted.object(), at_this_moment(context, *services));
        // A file has sound to its end or not at all.
        return again && (granted.decision().obligations.no_sound || !again->decision().obligations.no_sound);
    };
}

}  // namespace

net::Awaitable<Outcome<>> get_recordings(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const IntervalInput input, read_interval(call.request));
    VEDETTE_CO_TRY(const wire::Recordings recordings,
                   co_await services->site.recordings(call.granted, input.stream, input.interval));
    co_return json_response(200, to_json(recordings));
}

net::Awaitable<Outcome<>> get_thumbnail(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const MomentInput input, read_moment(call.request));
    const BrowsingKey browsing = call.browsing();
    const auto turn = services->browsings.take_turn(browsing);
    if (!turn)
        co_return std::unexpected(
            Problem(429, "exhausted", "Too many thumbnails at once; ask again when one has come"));
    VEDETTE_CO_TRY(wire::Thumbnail thumbnail,
                   co_await services->site.thumbnail(call.granted, input.stream, input.at));
    services->browsings.shown(browsing, thumbnail.time);
    net::Response response{.status = 200,
                           .headers = {{"Content-Type", "image/jpeg"},
                                       {"Vedette-Time-90k", std::to_string(ticks(thumbnail.time))}},
                           .body = std::move(thumbnail.jpeg),
                           .upgrade = {}};
    co_return response;
}

net::Awaitable<Outcome<>> get_recorded_media(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const IntervalInput input, read_interval(call.request));
    auto source = std::make_unique<MediaExport>(services->executor, still_allowed(services, call));
    VEDETTE_CO_TRY(auto channel,
                   services->site.export_media(call.granted, input.stream, input.interval, source->sink()));
    source->start(std::move(channel));
    VEDETTE_CO_CHECK(co_await source->wait_for_media());
    const std::string name = file_name(*call.granted.object().camera, input);
    const bool sound_withheld = source->sound_withheld();
    if (sound_withheld) call.trail->details["sound"] = "withheld";
    net::Response response{
        .status = 200,
        .headers = {{"Content-Type", "video/mp4"},
                    {"Content-Disposition", fmt::format("attachment; filename=\"{}\"", name)}},
        .body = std::unique_ptr<net::BodySource>(std::move(source)),
        .upgrade = {}};
    if (sound_withheld) response.headers.push_back({"Vedette-Sound", "withheld"});
    co_return response;
}

}  // namespace vedette::hub::api
