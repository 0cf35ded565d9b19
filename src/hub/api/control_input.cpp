#include "hub/api/control_input.hpp"

#include <charconv>

#include "hub/api/input.hpp"
#include "hub/api/object_reader.hpp"

namespace vedette::hub::api {

namespace {

constexpr TextLimits token_limits{.min_characters = 1, .max_characters = 64, .may_have_controls = false};
constexpr TextLimits no_token_limits{.min_characters = 0, .max_characters = 64, .may_have_controls = false};
constexpr TextLimits name_limits{.min_characters = 1, .max_characters = 64, .may_have_controls = false};
constexpr std::int64_t min_hold_ms = 100;
constexpr std::int64_t max_hold_ms = 5'000;
constexpr std::int64_t default_hold_ms = 1'000;
constexpr std::size_t max_patrol_stops = 32;
constexpr std::int64_t min_dwell_s = 3;
constexpr std::int64_t max_dwell_s = 3'600;
constexpr std::uint32_t max_limit = 5'000;
constexpr std::uint32_t default_limit = 1'000;

wire::PtzVector read_vector(ObjectReader& reader) {
    const auto axis = [&](std::string_view field) {
        return reader.optional_number(field, -1, 1).value_or(0);
    };
    return {.pan = axis("pan"), .tilt = axis("tilt"), .zoom = axis("zoom")};
}

}  // namespace

Outcome<wire::HoldPtz> read_ptz_move(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        const wire::PtzVector velocity = read_vector(reader);
        const auto hold =
            reader.optional_integer("hold_ms", min_hold_ms, max_hold_ms).value_or(default_hold_ms);
        return wire::HoldPtz{.velocity = velocity, .hold = std::chrono::milliseconds(hold)};
    });
}

Outcome<wire::StepPtz> read_ptz_step(std::string_view body) {
    return read_object(
        body, [](ObjectReader& reader) { return wire::StepPtz{.translation = read_vector(reader)}; });
}

Outcome<wire::PlacePtz> read_ptz_position(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        wire::PlacePtz place{.pan = reader.optional_number("pan", -1, 1),
                             .tilt = reader.optional_number("tilt", -1, 1),
                             .zoom = reader.optional_number("zoom", 0, 1)};
        if (place.pan.has_value() != place.tilt.has_value())
            reader.refuse(place.pan ? "tilt" : "pan", "Pan and tilt are given together");
        else if (!place.pan && !place.zoom)
            reader.refuse("pan", "Give pan and tilt, or zoom");
        return place;
    });
}

Outcome<wire::SavePreset> read_preset(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        return wire::SavePreset{.token = reader.optional_text("token", no_token_limits).value_or(""),
                                .name = reader.text("name", name_limits)};
    });
}

Outcome<wire::RecallPreset> read_preset_recall(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        return wire::RecallPreset{.token = reader.text("token", token_limits)};
    });
}

Outcome<wire::Patrol> read_patrol(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        wire::Patrol patrol{.name = reader.text("name", name_limits), .stops = {}};
        patrol.stops = reader.objects("stops", max_patrol_stops, [](ObjectReader& stop) {
            return decltype(patrol.stops)::value_type{
                .preset = stop.text("preset", token_limits),
                .dwell = std::chrono::seconds(stop.integer("dwell_s", min_dwell_s, max_dwell_s))};
        });
        if (patrol.stops.empty()) reader.refuse("stops", "A patrol has at least one stop");
        return patrol;
    });
}

Outcome<wire::StartPatrol> read_patrol_start(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        return wire::StartPatrol{.name = reader.text("name", name_limits)};
    });
}

Outcome<RelaySwitchInput> read_relay_switch(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        const std::string token = reader.text("token", token_limits);
        const auto active = reader.optional_flag("active");
        if (!active) reader.refuse("active", "The field active is missing");
        return RelaySwitchInput{.token = token, .active = active.value_or(false)};
    });
}

Outcome<std::string> read_name(const net::Request& request, std::string_view parameter) {
    const auto value = request.query_value(parameter);
    if (!value || value->empty() || value->size() > 4 * name_limits.max_characters)
        return std::unexpected(Problem::invalid(std::string(parameter),
                                                fmt::format("The parameter {} has to name one", parameter)));
    return std::string(*value);
}

Outcome<EventQueryInput> read_event_query(const net::Request& request) {
    VEDETTE_TRY(const IntervalInput interval, read_interval(request));
    EventQueryInput input{.interval = interval.interval, .limit = default_limit};
    if (const auto text = request.query_value("limit")) {
        const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), input.limit);
        if (error != std::errc() || end != text->data() + text->size() || input.limit < 1 ||
            input.limit > max_limit)
            return std::unexpected(Problem::invalid(
                "limit", fmt::format("limit must be a whole number from 1 to {}", max_limit)));
    }
    return input;
}

}  // namespace vedette::hub::api
