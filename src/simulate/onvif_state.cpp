#include "simulate/onvif_state.hpp"

#include <algorithm>
#include <utility>

namespace vedette::simulate {

namespace {

/// Of a way of 2, from -1 to 1.
constexpr double seconds_from_end_to_end = 8;
/// As relay2 says of itself.
constexpr Ticks90k monostable_delay = std::chrono::seconds(2);
constexpr Ticks90k longest_motion = std::chrono::seconds(3);

double moved(double from, double velocity, double seconds, double min, double max) {
    return std::clamp(
        from + std::clamp(velocity, -1.0, 1.0) * seconds * (max - min) / seconds_from_end_to_end, min, max);
}

OnvifOccurrence motion(const std::string& source, bool value, UtcTime time) {
    return {.topic = "tns1:RuleEngine/CellMotionDetector/Motion",
            .source_name = "Rule",
            .source = source,
            .data_name = "IsMotion",
            .value = value,
            .time = time};
}
OnvifOccurrence relay(const std::string& token, bool value, UtcTime time) {
    return {.topic = "tns1:Device/Trigger/Relay",
            .source_name = "RelayToken",
            .source = token,
            .data_name = "LogicalState",
            .value = value,
            .time = time};
}
OnvifOccurrence input(bool value, UtcTime time) {
    return {.topic = "tns1:Device/Trigger/DigitalInput",
            .source_name = "InputToken",
            .source = "input1",
            .data_name = "LogicalState",
            .value = value,
            .time = time};
}

}  // namespace

// ---- head

void OnvifHead::advance(UtcTime now) {
    const UtcTime end = until_ ? std::min(now, *until_) : now;
    const double seconds = std::max(0.0, std::chrono::duration<double>(end - since_).count());
    at_.pan = moved(at_.pan, velocity_.pan, seconds, -1, 1);
    at_.tilt = moved(at_.tilt, velocity_.tilt, seconds, -1, 1);
    at_.zoom = moved(at_.zoom, velocity_.zoom, seconds, 0, 1);
    since_ = now;
    if (until_ && now >= *until_) {
        velocity_ = {};
        until_.reset();
    }
}

HeadPosition OnvifHead::position(UtcTime now) {
    advance(now);
    return at_;
}

bool OnvifHead::moving(UtcTime now) {
    advance(now);
    return velocity_.pan != 0 || velocity_.tilt != 0 || velocity_.zoom != 0;
}

void OnvifHead::move_on(HeadPosition velocity, std::optional<Ticks90k> limit, UtcTime now) {
    advance(now);
    velocity_ = velocity;
    until_.reset();
    if (limit) until_ = now + *limit;
}

void OnvifHead::stop(UtcTime now) {
    move_on({}, std::nullopt, now);
}

void OnvifHead::move_to(HeadPosition position, UtcTime now) {
    stop(now);
    at_ = {.pan = std::clamp(position.pan, -1.0, 1.0),
           .tilt = std::clamp(position.tilt, -1.0, 1.0),
           .zoom = std::clamp(position.zoom, 0.0, 1.0)};
}

// ---- events

OnvifEvents::Subscription* OnvifEvents::find(const std::string& id, UtcTime now) {
    std::erase_if(subscriptions_, [&](const auto& entry) { return entry.second.termination <= now; });
    const auto found = subscriptions_.find(id);
    return found == subscriptions_.end() ? nullptr : &found->second;
}

std::optional<std::string> OnvifEvents::subscribe(UtcTime termination, UtcTime now) {
    (void)find({}, now);
    if (subscriptions_.size() >= max_subscriptions) return std::nullopt;
    std::string id = std::to_string(++last_subscription_);
    subscriptions_[id] = {.termination = termination};
    synchronise(subscriptions_[id], now);
    return id;
}

void OnvifEvents::synchronise(Subscription& subscription, UtcTime now) {
    advance(now);
    std::deque<OnvifOccurrence> all{motion(motion_source, motion_, now), input(relays_["relay1"], now)};
    for (const auto& [token, active] : relays_) all.push_back(relay(token, active, now));
    for (OnvifOccurrence& one : all) {
        one.initial = true;
        subscription.waiting.push_back(std::move(one));
    }
}

void OnvifEvents::tell(OnvifOccurrence occurrence) {
    for (auto& [id, subscription] : subscriptions_) {
        if (subscription.waiting.size() >= max_queue) subscription.waiting.pop_front();
        subscription.waiting.push_back(occurrence);
    }
}

void OnvifEvents::advance(UtcTime now) {
    if (falls_back_ && now >= *falls_back_)
        switch_relay("relay2", false, *std::exchange(falls_back_, std::nullopt));
    if (motion_period <= Ticks90k(0)) return;
    if (!first_) first_ = now;
    const Ticks90k into = (now - *first_) % motion_period;
    const bool moves = into < std::min(motion_period / 3, longest_motion);
    if (moves == motion_) return;
    motion_ = moves;
    tell(motion(motion_source, moves, now));
}

bool OnvifEvents::switch_relay(const std::string& token, bool active, UtcTime now) {
    const auto found = relays_.find(token);
    if (found == relays_.end()) return false;
    if (found->second == active) return true;
    found->second = active;
    tell(relay(token, active, now));
    if (token == "relay1") tell(input(active, now));
    if (token == "relay2") falls_back_ = active ? std::optional(now + monostable_delay) : std::nullopt;
    return true;
}

}  // namespace vedette::simulate
