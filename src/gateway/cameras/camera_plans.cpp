// The plans by which cameras are recorded: what is possible, and how they are kept.

#include <algorithm>

#include "base/log.hpp"
#include "gateway/cameras/camera_store.hpp"

namespace vedette::gateway {

namespace {

// Why the camera can't be recorded on event; empty: it can, as far as is known.
std::string why_no_events(const Camera& camera) {
    if (!camera.device || camera.device->onvif_url.empty())
        return "this camera was added without ONVIF and tells no events, so it can't be recorded on event; "
               "find it with \"Find cameras\"";
    const auto& services = camera.device->services;
    if (!services.empty() && std::ranges::count(services, "events") == 0)
        return "this camera tells no events over ONVIF, so it can't be recorded on event";
    return {};
}

Result<> check_plan(const wire::RecordingPlan& plan) {
    if (plan.continuous.has_holidays() || plan.on_event.has_holidays())
        return fail(ErrorKind::invalid_input,
                    "recording: holidays can't be days of their own here; they are as their day of the week");
    if (plan.continuous.overlaps(plan.on_event))
        return fail(ErrorKind::invalid_input,
                    "recording: a quarter of an hour can't be in both continuous and on_event; send both "
                    "fields when hours go from one to the other");
    if (plan.pre_roll < std::chrono::seconds(0) || plan.pre_roll > wire::max_pre_roll)
        return fail(ErrorKind::invalid_input, "recording: pre_roll_s must be from 0 to {}",
                    wire::max_pre_roll.count());
    if (plan.post_roll < wire::min_post_roll || plan.post_roll > wire::max_post_roll)
        return fail(ErrorKind::invalid_input, "recording: post_roll_s must be from {} to {}",
                    wire::min_post_roll.count(), wire::max_post_roll.count());
    if (plan.event_kinds.none())
        return fail(ErrorKind::invalid_input, "recording: choose at least one kind of event");
    return {};
}

std::string names_of(wire::EventKinds kinds) {
    std::string names;
    for (std::uint8_t kind = 0; kind < wire::event_kind_count; ++kind)
        if (kinds[kind]) {
            if (!names.empty()) names += ' ';
            names += to_string(static_cast<wire::EventKind>(kind));
        }
    return names;
}

// A name that is not known, of a newer program, is left out.
wire::EventKinds kinds_named(std::string_view names) {
    wire::EventKinds kinds;
    while (!names.empty()) {
        const auto blank = names.find(' ');
        if (const auto kind = wire::parse_event_kind(names.substr(0, blank)))
            kinds.set(static_cast<std::size_t>(*kind));
        names = blank == std::string_view::npos ? std::string_view() : names.substr(blank + 1);
    }
    return kinds;
}

}  // namespace

Result<> apply_recording(Camera& camera, const wire::RecordingSettings& settings) {
    wire::RecordingPlan plan = camera.recording;
    if (settings.continuous) plan.continuous = *settings.continuous;
    if (settings.on_event) plan.on_event = *settings.on_event;
    if (settings.pre_roll) plan.pre_roll = *settings.pre_roll;
    if (settings.post_roll) plan.post_roll = *settings.post_roll;
    if (settings.event_kinds) plan.event_kinds = *settings.event_kinds;
    VEDETTE_CHECK(check_plan(plan));
    if (const std::string why = why_no_events(camera); !plan.on_event.empty() && !why.empty())
        return fail(ErrorKind::invalid_input, "recording: {}", why);
    camera.recording = plan;
    return {};
}

// A plan that can't be read is none: rather too much is recorded than nothing.
Result<wire::RecordingPlan> CameraStore::recording_plan(const Camera& camera) {
    VEDETTE_TRY(auto row, database_.prepare("SELECT continuous, on_event, pre_roll_s, post_roll_s, "
                                            "event_kinds FROM recording_plan WHERE camera_id = ?1"));
    row.bind(1, ByteView(camera.id.bytes()));
    VEDETTE_TRY(const bool found, row.step());
    if (!found) return wire::RecordingPlan();
    const auto continuous = WeeklySchedule::parse(row.text(0));
    const auto on_event = WeeklySchedule::parse(row.text(1));
    wire::RecordingPlan plan{.continuous = continuous.value_or(WeeklySchedule()),
                             .on_event = on_event.value_or(WeeklySchedule()),
                             .pre_roll = std::chrono::seconds(row.int64(2)),
                             .post_roll = std::chrono::seconds(row.int64(3)),
                             .event_kinds = kinds_named(row.text(4))};
    if (continuous && on_event && check_plan(plan)) return plan;
    log::error("camera {}: its recording plan can't be read; it is recorded always until another is set",
               camera.name);
    return wire::RecordingPlan();
}

Result<> CameraStore::save_plan(const Camera& camera) {
    const wire::RecordingPlan& plan = camera.recording;
    if (plan == wire::RecordingPlan())
        return database_.run("DELETE FROM recording_plan WHERE camera_id = ?1", ByteView(camera.id.bytes()));
    return database_.run("INSERT OR REPLACE INTO recording_plan VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                         ByteView(camera.id.bytes()), plan.continuous.text(), plan.on_event.text(),
                         std::int64_t{plan.pre_roll.count()}, std::int64_t{plan.post_roll.count()},
                         names_of(plan.event_kinds));
}

}  // namespace vedette::gateway
