// What is kept of the recordings: rules go to the vault, and so do holds.

#include <algorithm>

#include "base/log.hpp"
#include "gateway/gateway_impl.hpp"

namespace vedette::gateway {

namespace {

wire::Hold to_wire(const vault::RecordingHold& hold) {
    return {.id = hold.id,
            .start = hold.start,
            .end = hold.end,
            .reason = hold.reason,
            .placed_by = hold.placed_by,
            .placed_at = hold.placed_at};
}

}  // namespace

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::GetInheritedRules) {
    co_return rules;
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::SetInheritedRules request) {
    if (request.rules.groups.size() > wire::max_group_rules)
        co_return fail(ErrorKind::invalid_input, "groups: at most {} groups can have a rule",
                       wire::max_group_rules);
    VEDETTE_CO_CHECK(store.save(request.rules));
    rules = std::move(request.rules);
    for (auto& [id, runner] : runners) {
        const wire::KeepRule keep = wire::inherited_rule(rules, id);
        if (keep == runner->camera().inherited_keep) continue;
        runner->set_inherited_keep(keep);
        set_storage(runner->camera());
        announce(id);
    }
    co_return rules;
}

void Gateway::Impl::set_storage(const Camera& camera) {
    const wire::KeepRule& inherited = camera.inherited_keep;
    vault->set_retention(camera.id,
                         {.keep_days = camera.keep_days ? camera.keep_days : inherited.keep_days,
                          .keep_bytes = camera.keep_bytes ? camera.keep_bytes : inherited.keep_bytes});
    vault->set_place(camera.id, camera.place);
    vault->set_encryption(camera.id, camera.encryption == wire::Encryption::light ? vault::Encryption::light
                                                                                  : vault::Encryption::full);
}

Result<> Gateway::Impl::check_place(const wire::CameraSettings& settings) const {
    if (!settings.place || settings.place->empty()) return {};
    const auto places = vault->places();
    if (std::ranges::find(places, *settings.place, &vault::PlaceStatus::name) != places.end()) return {};
    return fail(ErrorKind::invalid_input, "place: there is no disk \"{}\"", *settings.place);
}

net::Awaitable<Result<>> Gateway::Impl::require_no_holds(CameraId id) {
    auto listing = net::run_blocking(pool, [this, id] { return vault->holds(id); });
    VEDETTE_CO_TRY(const auto holds, co_await std::move(listing));
    if (holds.empty()) co_return Result<>();
    co_return fail(ErrorKind::conflict,
                   "recordings of this camera are held ({}): lift {} first, or they would be deleted with it",
                   holds.front().reason, holds.size() == 1 ? "the hold" : "the holds");
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::ListHolds request) {
    if (!runners.contains(request.camera)) co_return std::unexpected(no_such_camera);
    auto listing = net::run_blocking(pool, [this, request] { return vault->holds(request.camera); });
    VEDETTE_CO_TRY(const auto holds, co_await std::move(listing));
    wire::HoldList list;
    for (const vault::RecordingHold& hold : holds) list.holds.push_back(to_wire(hold));
    co_return list;
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::PlaceHold request) {
    if (!runners.contains(request.camera)) co_return std::unexpected(no_such_camera);
    auto placing = net::run_blocking(pool, [this, request] {
        return vault->place_hold({.camera = request.camera,
                                  .start = request.hold.start,
                                  .end = request.hold.end,
                                  .reason = request.hold.reason,
                                  .placed_by = request.hold.placed_by,
                                  .placed_at = {}});
    });
    VEDETTE_CO_TRY(const vault::RecordingHold placed, co_await std::move(placing));
    log::info("camera {}: hold {} placed", request.camera.text(), placed.id);
    co_return to_wire(placed);
}

net::Awaitable<Gateway::Impl::Answer> Gateway::Impl::handle(wire::LiftHold request) {
    if (!runners.contains(request.camera)) co_return std::unexpected(no_such_camera);
    auto lifting =
        net::run_blocking(pool, [this, request] { return vault->lift_hold(request.camera, request.hold); });
    VEDETTE_CO_CHECK(co_await std::move(lifting));
    log::info("camera {}: hold {} lifted", request.camera.text(), request.hold);
    co_return wire::Done{};
}

}  // namespace vedette::gateway
