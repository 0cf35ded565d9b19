#pragma once
// What hub and gateway say to each other about a camera while it is in use: moving it, its relays, its
// events.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.hpp"
#include "base/time.hpp"

namespace vedette::wire {

// ---- PTZ

/// Pan to the right, tilt upwards, zoom into the picture: from -1 to 1 each.
struct PtzVector {
    double pan = 0;
    double tilt = 0;
    double zoom = 0;
};

/// Asks what the camera can do and where it is. Reply: PtzReport.
struct LookAtPtz {};
/// Moves for `hold`, unless it is said again before that: a sender that is lost stops the camera.
struct HoldPtz {
    PtzVector velocity;
    std::chrono::milliseconds hold{};
};
struct StopPtz {};
/// By a distance.
struct StepPtz {
    PtzVector translation;
};
/// To a position; pan and tilt go together, zoom is from 0 to 1.
struct PlacePtz {
    std::optional<double> pan;
    std::optional<double> tilt;
    std::optional<double> zoom;
};
struct RecallPreset {
    std::string token;
};
/// The present position becomes a preset. Reply: PtzPreset.
struct SavePreset {
    std::string token;  ///< empty: a new one
    std::string name;
};
struct RemovePreset {
    std::string token;
};
struct GoHome {};
struct SetHome {};

struct PatrolStop {
    std::string preset;  ///< token
    std::chrono::seconds dwell{};
};
/// A tour over presets that the gateway runs.
struct Patrol {
    std::string name;
    std::vector<PatrolStop> stops;
};
/// Adds, or replaces the one of the same name.
struct SavePatrol {
    Patrol patrol;
};
struct RemovePatrol {
    std::string name;
};
struct StartPatrol {
    std::string name;
};
struct StopPatrol {};

struct ControlPtz {
    CameraId id;
    std::variant<LookAtPtz, HoldPtz, StopPtz, StepPtz, PlacePtz, RecallPreset, SavePreset, RemovePreset,
                 GoHome, SetHome, SavePatrol, RemovePatrol, StartPatrol, StopPatrol>
        command;
};

struct PtzPreset {
    std::string token;
    std::string name;
};
struct PtzReport {
    bool supported = false;
    std::string message;  ///< one sentence when it is not: why
    bool can_pan_tilt = false;
    bool can_zoom = false;
    bool can_step = false;
    bool can_place = false;
    bool can_place_zoom = false;
    bool has_home = false;
    std::uint32_t max_presets = 0;
    std::optional<double> pan;
    std::optional<double> tilt;
    std::optional<double> zoom;
    std::vector<PtzPreset> presets;
    std::vector<Patrol> patrols;
    std::string patrol;          ///< name of the one that runs; empty: none
    bool patrol_pauses = false;  ///< after a move by hand
    std::string patrol_message;  ///< one sentence when it does not get on
};

// ---- relay outputs

struct ListRelays {
    CameraId id;
};
struct SwitchRelay {
    CameraId id;
    std::string token;
    bool active = false;
};
struct Relay {
    std::string token;
    bool returns_by_itself = false;  ///< falls back after a time that is set in the camera
    std::optional<bool> active;      ///< as last switched or told; unset: not known
};
struct RelayList {
    bool supported = false;
    std::string message;  ///< one sentence when it is not: why
    std::vector<Relay> relays;
};

// ---- events of cameras

enum class EventKind : std::uint8_t {
    motion,
    tamper,  ///< covered, turned away, out of focus
    digital_input,
    relay_output,
    sound,
    analytics,  ///< what the camera's own analytics say: lines, areas, objects
    device,     ///< its own health: temperature, disks, power
    other,
};
constexpr std::uint8_t event_kind_count = 8;
std::string_view to_string(EventKind kind);
std::optional<EventKind> parse_event_kind(std::string_view text);

/// A moment, or an interval while something lasts.
struct CameraEvent {
    std::uint64_t id = 0;  ///< of the gateway; grows
    CameraId camera;
    EventKind kind = EventKind::other;
    std::string topic;   ///< ONVIF's, without prefixes: RuleEngine/CellMotionDetector/Motion
    std::string source;  ///< which input, rule or lens, in the camera's words
    std::string detail;  ///< what else the camera says: Name=Value, separated by "; "
    UtcTime start{};
    std::optional<UtcTime> end;  ///< equals start for a moment; unset while it lasts
};

/// Sent when an event begins or happens, and again when it ends.
struct CameraEventHappened {
    CameraEvent event;
};

enum class SubscriptionState : std::uint8_t {
    none,  ///< the camera has no ONVIF, or no events
    connecting,
    subscribed,
    waiting,  ///< lost or refused; will be tried again
    refused,  ///< wrong user name or password: not tried again until the settings change
};
std::string_view to_string(SubscriptionState state);

/// Reply: EventList.
struct QueryEvents {
    std::optional<CameraId> camera;  ///< unset: all cameras
    UtcInterval interval;
    std::uint32_t limit = 0;
};
struct EventList {
    std::vector<CameraEvent> events;                           ///< in order of their beginning
    bool more = false;                                         ///< earlier ones of the interval were left out
    SubscriptionState subscription = SubscriptionState::none;  ///< of the one camera that was asked for
    std::string reason;                                        ///< one sentence when something is wrong
};

}  // namespace vedette::wire
