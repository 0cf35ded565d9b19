// The part of site.hpp that is about cameras in use.

#include "hub/api/site.hpp"

namespace vedette::hub::api {

namespace {

using policy::Action;
using policy::Authorised;

/// A camera is given 8 s for each of a few questions.
constexpr std::chrono::seconds control_limit{30};
constexpr std::chrono::seconds query_limit{10};

template <class Answer>
net::Awaitable<Outcome<Answer>> ask(std::shared_ptr<relay::Relay> relay, relay::Relay::RequestBody body,
                                    std::chrono::steady_clock::duration limit) {
    auto reply = co_await relay->request(std::move(body), limit);
    if (!reply) co_return std::unexpected(Problem(reply.error()));
    auto* answer = std::get_if<Answer>(&*reply);
    if (!answer) co_return std::unexpected(Problem::unexpected_reply());
    co_return std::move(*answer);
}

net::Awaitable<Outcome<void>> tell(std::shared_ptr<relay::Relay> relay, relay::Relay::RequestBody body) {
    auto asking = ask<wire::Done>(std::move(relay), std::move(body), control_limit);
    const auto done = co_await std::move(asking);
    if (!done) co_return std::unexpected(done.error());
    co_return Outcome<void>();
}

}  // namespace

net::Awaitable<Outcome<wire::PtzReport>> Site::look_at_ptz(Authorised granted) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::view_camera));
    relay::Relay::RequestBody body = wire::ControlPtz{.id = id, .command = wire::LookAtPtz{}};
    co_return co_await vedette::hub::api::ask<wire::PtzReport>(relay_, std::move(body), control_limit);
}

net::Awaitable<Outcome<void>> Site::control_ptz(Authorised granted, PtzCommand command) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::control_ptz));
    relay::Relay::RequestBody body = wire::ControlPtz{.id = id, .command = std::move(command)};
    co_return co_await tell(relay_, std::move(body));
}

net::Awaitable<Outcome<wire::PtzPreset>> Site::save_preset(Authorised granted, wire::SavePreset preset) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::control_ptz));
    relay::Relay::RequestBody body = wire::ControlPtz{.id = id, .command = std::move(preset)};
    co_return co_await vedette::hub::api::ask<wire::PtzPreset>(relay_, std::move(body), control_limit);
}

net::Awaitable<Outcome<wire::RelayList>> Site::relays(Authorised granted) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::view_camera));
    relay::Relay::RequestBody body = wire::ListRelays{.id = id};
    co_return co_await vedette::hub::api::ask<wire::RelayList>(relay_, std::move(body), control_limit);
}

net::Awaitable<Outcome<void>> Site::switch_relay(Authorised granted, std::string token, bool active) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::switch_relay));
    relay::Relay::RequestBody body = wire::SwitchRelay{.id = id, .token = std::move(token), .active = active};
    co_return co_await tell(relay_, std::move(body));
}

net::Awaitable<Outcome<wire::EventList>> Site::events(Authorised granted, UtcInterval interval,
                                                      std::uint32_t limit) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::view_events));
    VEDETTE_CO_TRY(interval, visible(granted, interval));
    relay::Relay::RequestBody body = wire::QueryEvents{.camera = id, .interval = interval, .limit = limit};
    co_return co_await vedette::hub::api::ask<wire::EventList>(relay_, std::move(body), query_limit);
}

net::Awaitable<Outcome<wire::EventList>> Site::all_events(Authorised granted, UtcInterval interval,
                                                          std::uint32_t limit) {
    if (granted.action() != Action::list_events)
        co_return std::unexpected(Problem(Error{ErrorKind::forbidden, "This was not decided about"}));
    relay::Relay::RequestBody body = wire::QueryEvents{.camera = {}, .interval = interval, .limit = limit};
    co_return co_await vedette::hub::api::ask<wire::EventList>(relay_, std::move(body), query_limit);
}

}  // namespace vedette::hub::api
