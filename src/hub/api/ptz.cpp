#include "hub/api/control_input.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_control.hpp"
#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

net::Awaitable<Outcome<>> command(ServicesPtr services, Call call, Site::PtzCommand what) {
    VEDETTE_CO_CHECK(co_await services->site.control_ptz(call.granted, std::move(what)));
    co_return no_content();
}

}  // namespace

net::Awaitable<Outcome<>> get_ptz(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const wire::PtzReport report, co_await services->site.look_at_ptz(call.granted));
    co_return json_response(200, to_json(report));
}

net::Awaitable<Outcome<>> move_ptz(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(Site::PtzCommand what, read_ptz_move(call.request.body));
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}
net::Awaitable<Outcome<>> stop_ptz(ServicesPtr services, Call call) {
    Site::PtzCommand what = wire::StopPtz{};
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}
net::Awaitable<Outcome<>> step_ptz(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(Site::PtzCommand what, read_ptz_step(call.request.body));
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}
net::Awaitable<Outcome<>> place_ptz(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(Site::PtzCommand what, read_ptz_position(call.request.body));
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}
net::Awaitable<Outcome<>> go_home(ServicesPtr services, Call call) {
    Site::PtzCommand what = wire::GoHome{};
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}
net::Awaitable<Outcome<>> set_home(ServicesPtr services, Call call) {
    Site::PtzCommand what = wire::SetHome{};
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}

net::Awaitable<Outcome<>> save_preset(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(wire::SavePreset preset, read_preset(call.request.body));
    VEDETTE_CO_TRY(const wire::PtzPreset saved,
                   co_await services->site.save_preset(call.granted, std::move(preset)));
    co_return json_response(200, to_json(saved));
}
net::Awaitable<Outcome<>> recall_preset(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(Site::PtzCommand what, read_preset_recall(call.request.body));
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}
net::Awaitable<Outcome<>> remove_preset(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(std::string token, read_name(call.request, "token"));
    Site::PtzCommand what = wire::RemovePreset{.token = std::move(token)};
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}

net::Awaitable<Outcome<>> save_patrol(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(wire::Patrol patrol, read_patrol(call.request.body));
    Site::PtzCommand what = wire::SavePatrol{.patrol = std::move(patrol)};
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}
net::Awaitable<Outcome<>> remove_patrol(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(std::string name, read_name(call.request, "name"));
    Site::PtzCommand what = wire::RemovePatrol{.name = std::move(name)};
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}
net::Awaitable<Outcome<>> start_patrol(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(Site::PtzCommand what, read_patrol_start(call.request.body));
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}
net::Awaitable<Outcome<>> stop_patrol(ServicesPtr services, Call call) {
    Site::PtzCommand what = wire::StopPatrol{};
    co_return co_await command(std::move(services), std::move(call), std::move(what));
}

}  // namespace vedette::hub::api
