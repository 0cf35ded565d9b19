#pragma once
// What a simulated camera remembers of what clients do with it: where its head looks, its presets, its
// relays, and who listens to its events. No I/O; time is passed in.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace vedette::simulate {

/// Pan and tilt from -1 to 1, zoom from 0 to 1.
struct HeadPosition {
    double pan = 0;
    double tilt = 0;
    double zoom = 0;
};

/// Turns at most from one end to the other in 8 s.
class OnvifHead {
  public:
    HeadPosition position(UtcTime now);
    bool moving(UtcTime now);
    /// `limit` nullopt: until it is stopped.
    void move_on(HeadPosition velocity, std::optional<Ticks90k> limit, UtcTime now);
    void stop(UtcTime now);
    /// Is there at once.
    void move_to(HeadPosition position, UtcTime now);

    struct Preset {
        std::string name;
        HeadPosition position;
    };
    std::map<std::string, Preset> presets{};
    HeadPosition home{};
    unsigned last_preset = 0;

  private:
    void advance(UtcTime now);
    HeadPosition at_{};
    HeadPosition velocity_{};
    UtcTime since_{};
    std::optional<UtcTime> until_;
};

/// One thing that happened, as it is told to a listener.
struct OnvifOccurrence {
    std::string topic;  ///< with tns1:
    std::string source_name;
    std::string source;
    std::string data_name;
    bool value = false;
    UtcTime time{};  ///< on the real clock
    bool initial = false;
};

class OnvifEvents {
  public:
    static constexpr std::size_t max_subscriptions = 4;
    static constexpr std::size_t max_queue = 256;

    /// Motion begins once in each `motion_period`, and lasts a third of it, at most 3 s; 0: never.
    Ticks90k motion_period{0};
    /// What it says that it saw, as the name of the rule.
    std::string motion_source = "Motion in the picture";

    struct Subscription {
        UtcTime termination{};
        std::deque<OnvifOccurrence> waiting{};
    };
    /// nullptr: it is not there, or has run out.
    Subscription* find(const std::string& id, UtcTime now);
    /// Its number; nullopt: too many.
    std::optional<std::string> subscribe(UtcTime termination, UtcTime now);
    bool unsubscribe(const std::string& id) { return subscriptions_.erase(id) > 0; }
    /// The state of everything, to one listener.
    void synchronise(Subscription& subscription, UtcTime now);

    /// Lets time pass.
    void advance(UtcTime now);
    /// Also moves the input that is wired to relay1. False: there is no such relay.
    bool switch_relay(const std::string& token, bool active, UtcTime now);

  private:
    void tell(OnvifOccurrence occurrence);
    bool motion_ = false;
    std::optional<UtcTime> first_;
    std::optional<UtcTime> falls_back_;  ///< when relay2 does
    std::map<std::string, bool> relays_{{"relay1", false}, {"relay2", false}};
    std::map<std::string, Subscription> subscriptions_;
    unsigned last_subscription_ = 0;
};

}  // namespace vedette::simulate
