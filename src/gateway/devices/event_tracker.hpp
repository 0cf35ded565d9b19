#pragma once
// What a camera's notifications amount to: moments, and intervals of what lasts. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "onvif/events.hpp"
#include "wire/control.hpp"

namespace vedette::gateway::devices {

constexpr std::size_t max_properties = 256;  ///< of one camera whose state is remembered
/// New events of one camera: so many at once, and so many a second on average; the rest is counted and left
/// out.
constexpr double event_burst = 60;
constexpr double events_per_second = 4;

class EventTracker {
  public:
    explicit EventTracker(CameraId camera) : camera_(camera) {}

    /// An event of an earlier process that has not ended.
    void restore(wire::CameraEvent event);

    enum class What : std::uint8_t { nothing, begins, ends, happens };
    struct Change {
        What what = What::nothing;
        wire::CameraEvent event{};  ///< with its number when it ends
    };
    /// Its time has to be set. Of `begins`, keep() has to tell the number.
    Change take(const onvif::Notification& notification, MonotonicTime now);
    /// `event`, which begins, has this number.
    void keep(const wire::CameraEvent& event, std::uint64_t id);

    /// Left out since the last call of this.
    std::uint64_t take_dropped() { return std::exchange(dropped_, 0); }

  private:
    struct Property {
        bool on = false;
        wire::CameraEvent event{};  ///< while it is on
    };
    bool may_add(MonotonicTime now);

    CameraId camera_;
    std::map<std::string, Property> properties_;
    double room_ = event_burst;
    std::optional<MonotonicTime> last_;
    std::uint64_t dropped_ = 0;
};

/// Which input, rule or lens: the values of its source, separated by ", ".
std::string source_of(const onvif::Notification& notification);

}  // namespace vedette::gateway::devices
