#include "hub/api/site.hpp"

#include <algorithm>

#include "hub/api/input.hpp"
#include "hub/relay/sound_gate.hpp"

namespace vedette::hub::api {

namespace {

using policy::Action;
using policy::Authorised;

constexpr std::chrono::seconds answer_limit{10};
/// Two streams, each with its time-out for connecting and describing.
constexpr std::chrono::seconds test_limit{40};
/// 1024 addresses, and the time to listen.
constexpr std::chrono::seconds search_limit{30};
/// A device is given 45 s for all questions.
constexpr std::chrono::seconds inspect_limit{50};
/// The device checks and installs a firmware file before it answers.
constexpr std::chrono::seconds maintain_limit{240};
/// Others may wait before it, and a decoder that hangs is given 10 s.
constexpr std::chrono::seconds thumbnail_limit{20};
/// Keys are shredded first, then files are deleted.
constexpr std::chrono::seconds remove_limit{60};

Outcome<void> demand(const Authorised& granted, Action action) {
    if (granted.action() == action) return {};
    return std::unexpected(Problem(Error{ErrorKind::forbidden, "This was not decided about"}));
}

// A stored password goes to the device that it was entered for and to no other address.
Outcome<void> keep_password_at_home(const wire::CameraStatus& camera, const wire::CameraSettings& settings) {
    if (!camera.has_password || settings.password) return {};
    const std::string home = authority_of(camera.main_url);
    const auto elsewhere = [&](const std::optional<std::string>& url) {
        if (!url || url->empty()) return false;
        const std::string authority = authority_of(*url);
        return authority != home && (camera.sub_url.empty() || authority != authority_of(camera.sub_url));
    };
    if (elsewhere(settings.main_url) || elsewhere(settings.sub_url))
        return std::unexpected(Problem::invalid(
            "password", "The address leads to another device; enter the camera's password again"));
    return {};
}

}  // namespace

// What is older than the principal may see is not there for him.
Outcome<UtcInterval> Site::visible(const Authorised& granted, UtcInterval interval) {
    const auto& not_before = granted.decision().obligations.not_before;
    if (!not_before) return interval;
    interval.start = std::max(interval.start, *not_before);
    if (interval.empty())
        return std::unexpected(
            Problem(403, "too_old",
                    fmt::format("Your account may see recordings from {} on; ask an administrator",
                                to_rfc3339(*not_before))));
    return interval;
}

Outcome<CameraId> Site::camera_of(const Authorised& granted, Action action) const {
    VEDETTE_CHECK(demand(granted, action));
    const auto& camera = granted.object().camera;
    if (!camera || !relay_->find(*camera)) return std::unexpected(Problem::no_such_camera());
    return *camera;
}

Outcome<std::vector<wire::CameraStatus>> Site::list(const Authorised& granted) const {
    VEDETTE_CHECK(demand(granted, Action::list_cameras));
    return relay_->cameras();
}

Outcome<std::vector<Site::CameraName>> Site::camera_names(const Authorised& granted) const {
    VEDETTE_CHECK(demand(granted, Action::view_roles));
    std::vector<CameraName> names;
    for (wire::CameraStatus& camera : relay_->cameras())
        names.push_back({.id = camera.id, .name = std::move(camera.name)});
    return names;
}

Outcome<wire::CameraStatus> Site::view(const Authorised& granted) const {
    VEDETTE_TRY(const CameraId id, camera_of(granted, Action::view_camera));
    return *relay_->find(id);
}

std::string Site::name_for_audit(const CameraId& camera) const {
    const wire::CameraStatus* status = relay_->find(camera);
    return status ? status->name : std::string();
}

std::optional<wire::CameraStatus> Site::state_for_audit(const CameraId& camera) const {
    const wire::CameraStatus* status = relay_->find(camera);
    return status ? std::optional(*status) : std::nullopt;
}

template <class Answer>
net::Awaitable<Outcome<Answer>> Site::ask(relay::Relay::RequestBody body,
                                          std::chrono::steady_clock::duration limit) {
    auto reply = co_await relay_->request(std::move(body), limit);
    if (!reply) co_return std::unexpected(Problem(reply.error()));
    auto* answer = std::get_if<Answer>(&*reply);
    if (!answer) co_return std::unexpected(Problem::unexpected_reply());
    co_return std::move(*answer);
}

net::Awaitable<Outcome<wire::CameraStatus>> Site::status_after(relay::Relay::RequestBody body) {
    return ask<wire::CameraStatus>(std::move(body), answer_limit);
}

net::Awaitable<Outcome<wire::CameraStatus>> Site::add(Authorised granted, wire::CameraSettings settings) {
    VEDETTE_CO_CHECK(demand(granted, Action::add_camera));
    relay::Relay::RequestBody body = wire::AddCamera{.settings = std::move(settings)};
    co_return co_await status_after(std::move(body));
}

net::Awaitable<Outcome<wire::CameraStatus>> Site::change(Authorised granted, wire::CameraSettings settings) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::change_camera));
    VEDETTE_CO_CHECK(keep_password_at_home(*relay_->find(id), settings));
    relay::Relay::RequestBody body = wire::ChangeCamera{.id = id, .settings = std::move(settings)};
    co_return co_await status_after(std::move(body));
}

net::Awaitable<Outcome<void>> Site::remove(Authorised granted) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::remove_camera));
    relay::Relay::RequestBody body = wire::RemoveCamera{.id = id};
    const auto reply = co_await relay_->request(std::move(body), remove_limit);
    if (!reply) co_return std::unexpected(Problem(reply.error()));
    co_return Outcome<void>();
}

net::Awaitable<Outcome<wire::TestReport>> Site::test(Authorised granted, std::optional<Authorised> camera,
                                                     wire::CameraSettings settings) {
    VEDETTE_CO_CHECK(demand(granted, Action::test_camera));
    wire::TestCamera test{.id = {}, .settings = std::move(settings)};
    if (camera) {
        VEDETTE_CO_TRY(test.id, camera_of(*camera, Action::test_known_camera));
        VEDETTE_CO_CHECK(keep_password_at_home(*relay_->find(*test.id), test.settings));
    }
    relay::Relay::RequestBody body = std::move(test);
    co_return co_await ask<wire::TestReport>(std::move(body), test_limit);
}

net::Awaitable<Outcome<wire::Interfaces>> Site::interfaces(Authorised granted) {
    VEDETTE_CO_CHECK(demand(granted, Action::list_interfaces));
    relay::Relay::RequestBody body = wire::ListInterfaces{};
    co_return co_await ask<wire::Interfaces>(std::move(body), answer_limit);
}

net::Awaitable<Outcome<wire::FoundCameras>> Site::discover(Authorised granted, wire::DiscoverCameras search) {
    VEDETTE_CO_CHECK(demand(granted, Action::discover_cameras));
    relay::Relay::RequestBody body = std::move(search);
    auto found = co_await ask<wire::FoundCameras>(std::move(body), search_limit);
    if (!found) found.error().name_field({"interfaces", "ranges"});
    co_return found;
}

net::Awaitable<Outcome<wire::DeviceReport>> Site::inspect(Authorised granted, wire::InspectDevice device) {
    VEDETTE_CO_CHECK(demand(granted, Action::inspect_device));
    relay::Relay::RequestBody body = std::move(device);
    co_return co_await ask<wire::DeviceReport>(std::move(body), inspect_limit);
}

net::Awaitable<Outcome<wire::StillPicture>> Site::preview(Authorised granted, wire::PreviewDevice device) {
    VEDETTE_CO_CHECK(demand(granted, Action::inspect_device));
    relay::Relay::RequestBody body = std::move(device);
    co_return co_await ask<wire::StillPicture>(std::move(body), inspect_limit);
}

net::Awaitable<Outcome<wire::DeviceCare>> Site::maintain(Authorised granted,
                                                         decltype(wire::MaintainCamera::task) task) {
    const Action action = std::holds_alternative<wire::ViewDevice>(task)       ? Action::view_device
                          : std::holds_alternative<wire::UploadFirmware>(task) ? Action::upload_firmware
                                                                               : Action::maintain_camera;
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, action));
    relay::Relay::RequestBody body = wire::MaintainCamera{.id = id, .task = std::move(task)};
    auto cared = co_await ask<wire::DeviceCare>(std::move(body), maintain_limit);
    if (!cared)
        cared.error().name_field({"allow_in_clear", "ntp_servers", "bytes", "offset", "ir_cut", "focus"});
    co_return cared;
}

net::Awaitable<Outcome<wire::StateHistory>> Site::states(Authorised granted) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::view_camera));
    relay::Relay::RequestBody body = wire::QueryStateHistory{.camera = id};
    co_return co_await ask<wire::StateHistory>(std::move(body), answer_limit);
}

net::Awaitable<Outcome<wire::SiteSettings>> Site::settings(Authorised granted) {
    VEDETTE_CO_CHECK(demand(granted, Action::view_settings));
    relay::Relay::RequestBody body = wire::GetSettings{};
    co_return co_await ask<wire::SiteSettings>(std::move(body), answer_limit);
}

net::Awaitable<Outcome<wire::SiteSettings>> Site::change_settings(Authorised granted,
                                                                  wire::ChangeSettings change) {
    VEDETTE_CO_CHECK(demand(granted, Action::change_settings));
    relay::Relay::RequestBody body = change;
    co_return co_await ask<wire::SiteSettings>(std::move(body), answer_limit);
}

net::Awaitable<Outcome<wire::InheritedRules>> Site::inherited_rules(Authorised granted) {
    if (granted.action() != Action::change_settings) VEDETTE_CO_CHECK(demand(granted, Action::view_settings));
    relay::Relay::RequestBody body = wire::GetInheritedRules{};
    co_return co_await ask<wire::InheritedRules>(std::move(body), answer_limit);
}

net::Awaitable<Outcome<wire::InheritedRules>> Site::set_inherited_rules(Authorised granted,
                                                                        wire::InheritedRules rules) {
    VEDETTE_CO_CHECK(demand(granted, Action::change_settings));
    relay::Relay::RequestBody body = wire::SetInheritedRules{.rules = std::move(rules)};
    co_return co_await ask<wire::InheritedRules>(std::move(body), answer_limit);
}

net::Awaitable<Outcome<void>> Site::renew_inherited_rules(
    std::function<wire::InheritedRules(wire::InheritedRules)> renew) {
    relay::Relay::RequestBody question = wire::GetInheritedRules{};
    VEDETTE_CO_TRY(const wire::InheritedRules rules,
                   co_await ask<wire::InheritedRules>(std::move(question), answer_limit));
    wire::InheritedRules renewed = renew(rules);
    if (renewed == rules) co_return Outcome<void>();
    relay::Relay::RequestBody body = wire::SetInheritedRules{.rules = std::move(renewed)};
    VEDETTE_CO_CHECK(co_await ask<wire::InheritedRules>(std::move(body), answer_limit));
    co_return Outcome<void>();
}

net::Awaitable<Outcome<wire::Recordings>> Site::recordings(Authorised granted, media::StreamKind stream,
                                                           UtcInterval interval) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::view_recordings));
    VEDETTE_CO_TRY(interval, visible(granted, interval));
    relay::Relay::RequestBody body =
        wire::QueryRecordings{.camera = id, .stream = stream, .interval = interval};
    auto recordings = co_await ask<wire::Recordings>(std::move(body), answer_limit);
    const auto& not_before = granted.decision().obligations.not_before;
    if (recordings && not_before && recordings->extent) {
        recordings->extent->start = std::max(recordings->extent->start, *not_before);
        if (recordings->extent->empty()) recordings->extent.reset();
    }
    co_return recordings;
}

net::Awaitable<Outcome<wire::Thumbnail>> Site::thumbnail(Authorised granted, media::StreamKind stream,
                                                         UtcTime at) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::preview_recording));
    VEDETTE_CO_CHECK(visible(granted, {at, at + Ticks90k(1)}));
    relay::Relay::RequestBody body = wire::QueryThumbnail{.camera = id, .stream = stream, .at = at};
    auto thumbnail = co_await ask<wire::Thumbnail>(std::move(body), thumbnail_limit);
    // Its key frame may be from before what the principal may see.
    if (thumbnail) VEDETTE_CO_CHECK(visible(granted, {thumbnail->time, thumbnail->time + Ticks90k(1)}));
    co_return thumbnail;
}

net::Awaitable<Outcome<wire::HoldList>> Site::holds(Authorised granted) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::view_holds));
    relay::Relay::RequestBody body = wire::ListHolds{.camera = id};
    co_return co_await ask<wire::HoldList>(std::move(body), answer_limit);
}

net::Awaitable<Outcome<wire::Hold>> Site::place_hold(Authorised granted, wire::Hold hold) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::place_hold));
    relay::Relay::RequestBody body = wire::PlaceHold{.camera = id, .hold = std::move(hold)};
    co_return co_await ask<wire::Hold>(std::move(body), answer_limit);
}

net::Awaitable<Outcome<void>> Site::lift_hold(Authorised granted, std::uint64_t hold) {
    VEDETTE_CO_TRY(const CameraId id, camera_of(granted, Action::lift_hold));
    relay::Relay::RequestBody body = wire::LiftHold{.camera = id, .hold = hold};
    auto asking = ask<wire::Done>(std::move(body), answer_limit);
    const auto done = co_await std::move(asking);
    if (!done) co_return std::unexpected(done.error());
    co_return Outcome<void>();
}

relay::Hearing hearing_of(const policy::Decision& decision) {
    return {.allowed = !decision.obligations.no_sound, .not_before = decision.obligations.sound_not_before};
}

Outcome<std::unique_ptr<relay::Channel>> Site::talk(const Authorised& granted, relay::Sink& sink) {
    VEDETTE_TRY(const CameraId id, camera_of(granted, Action::talk));
    return relay_->open_talk({.camera = id}, sink);
}

Outcome<std::unique_ptr<relay::Channel>> Site::watch(const Authorised& granted, media::StreamKind stream,
                                                     relay::Sink& sink) {
    VEDETTE_TRY(const CameraId id, camera_of(granted, Action::watch_live));
    auto gate = std::make_unique<relay::SoundGate>(sink, hearing_of(granted.decision()),
                                                   relay::SoundGate::Form::stream);
    gate->attach(relay_->open_live({.camera = id, .stream = stream}, *gate));
    return gate;
}

Outcome<std::unique_ptr<relay::Channel>> Site::play(const Authorised& granted, media::StreamKind stream,
                                                    UtcInterval interval, relay::Sink& sink) {
    VEDETTE_TRY(const CameraId id, camera_of(granted, Action::play_recording));
    VEDETTE_TRY(interval, visible(granted, interval));
    auto gate = std::make_unique<relay::SoundGate>(sink, hearing_of(granted.decision()),
                                                   relay::SoundGate::Form::stream);
    gate->attach(relay_->open_playback(
        {.camera = id, .stream = stream, .interval = interval, .rebase_to_start = false}, *gate));
    return gate;
}

Outcome<std::unique_ptr<relay::Channel>> Site::export_media(const Authorised& granted,
                                                            media::StreamKind stream, UtcInterval interval,
                                                            relay::Sink& sink) {
    VEDETTE_TRY(const CameraId id, camera_of(granted, Action::export_recording));
    VEDETTE_TRY(interval, visible(granted, interval));
    relay::Hearing hearing = hearing_of(granted.decision());
    // A track of which nothing comes is none.
    if (hearing.not_before && *hearing.not_before >= interval.end) hearing.allowed = false;
    auto gate = std::make_unique<relay::SoundGate>(sink, hearing, relay::SoundGate::Form::file);
    gate->attach(relay_->open_playback(
        {.camera = id, .stream = stream, .interval = interval, .rebase_to_start = true}, *gate));
    return gate;
}

Outcome<void> Site::subscribe(const Authorised& granted, relay::Listener& listener) {
    VEDETTE_CHECK(demand(granted, Action::open_websocket));
    relay_->subscribe(listener);
    for (const wire::CameraStatus& camera : relay_->cameras()) listener.on_camera(camera);
    listener.on_storage(relay_->storage());
    return {};
}

Outcome<Site::Metrics> Site::metrics(const Authorised& granted) const {
    VEDETTE_CHECK(demand(granted, Action::view_metrics));
    return Metrics{.cameras = relay_->cameras(), .storage = relay_->storage(), .figures = relay_->figures()};
}

}  // namespace vedette::hub::api
