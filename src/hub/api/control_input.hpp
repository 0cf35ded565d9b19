#pragma once
// The part of input.hpp that is about cameras in use. Pure; fuzzed.

#include <string>
#include <string_view>

#include "hub/api/problem.hpp"
#include "net/http.hpp"
#include "wire/control.hpp"

namespace vedette::hub::api {

struct RelaySwitchInput {
    std::string token;
    bool active = false;
};
struct EventQueryInput {
    UtcInterval interval;
    std::uint32_t limit = 0;
};

Outcome<wire::HoldPtz> read_ptz_move(std::string_view body);
Outcome<wire::StepPtz> read_ptz_step(std::string_view body);
Outcome<wire::PlacePtz> read_ptz_position(std::string_view body);
Outcome<wire::SavePreset> read_preset(std::string_view body);
Outcome<wire::RecallPreset> read_preset_recall(std::string_view body);
Outcome<wire::Patrol> read_patrol(std::string_view body);
Outcome<wire::StartPatrol> read_patrol_start(std::string_view body);
Outcome<RelaySwitchInput> read_relay_switch(std::string_view body);
/// Of the query: which preset or patrol is meant.
Outcome<std::string> read_name(const net::Request& request, std::string_view parameter);
/// Of the query: start_90k, end_90k, limit.
Outcome<EventQueryInput> read_event_query(const net::Request& request);

}  // namespace vedette::hub::api
