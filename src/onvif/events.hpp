#pragma once
// Events by pull-point (ONVIF Core specification section 9.3; WS-BaseNotification 1.3): what to ask, what the
// answers say, and what the topics mean.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace vedette::onvif {

constexpr std::size_t max_notifications = 256;  ///< of one answer
constexpr std::size_t max_items = 16;           ///< of one notification
constexpr std::size_t max_topic_bytes = 256;
constexpr std::size_t max_item_bytes = 128;
constexpr std::size_t max_reference_parameters = 8;
constexpr std::chrono::seconds longest_lifetime = std::chrono::hours(24);  ///< of a subscription

/// Where a subscription is managed (WS-Addressing 1.0 section 2.1). What the camera puts beside the address
/// has to come back as headers; of that, elements with text alone are kept.
struct EndpointReference {
    struct Parameter {
        std::string uri;
        std::string name;
        std::string value;
    };
    std::string address;
    std::vector<Parameter> parameters;
};

struct Subscription {
    EndpointReference reference;
    std::optional<std::chrono::seconds> lifetime;  ///< unset: the camera does not say
};

enum class PropertyOperation : std::uint8_t {
    none,         ///< no property: something happened
    initialized,  ///< its state when the subscription began, or when it was asked for
    changed,
    deleted,
};

struct Item {
    std::string name;
    std::string value;
};

struct Notification {
    std::string topic;  ///< without prefixes: RuleEngine/CellMotionDetector/Motion
    PropertyOperation operation = PropertyOperation::none;
    std::optional<UtcTime> time;  ///< on the camera's clock
    std::vector<Item> source;     ///< and its key: together with the topic they name one property
    std::vector<Item> data;
};

struct PulledMessages {
    std::vector<Notification> notifications;
    std::optional<std::chrono::seconds> lifetime;
};

// Bodies of requests; durations are relative to the camera's clock, so that its setting does not matter.
std::string create_pull_point(std::chrono::seconds lifetime);
std::string pull_messages(std::chrono::seconds wait, unsigned limit);
std::string set_synchronization_point();
std::string renew(std::chrono::seconds lifetime);
std::string unsubscribe();
/// Whether this can be an element's name as it stands.
bool is_plain_name(std::string_view name);
/// The headers of a call to a subscription: WS-Addressing, which most cameras find it by.
std::string write_addressing(std::string_view action, const EndpointReference& to);

constexpr std::string_view action_pull =
    "http://www.onvif.org/ver10/events/wsdl/PullPointSubscription/PullMessagesRequest";
constexpr std::string_view action_synchronize =
    "http://www.onvif.org/ver10/events/wsdl/PullPointSubscription/SetSynchronizationPointRequest";
constexpr std::string_view action_renew =
    "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/RenewRequest";
constexpr std::string_view action_unsubscribe =
    "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/UnsubscribeRequest";
constexpr std::string_view action_create =
    "http://www.onvif.org/ver10/events/wsdl/EventPortType/CreatePullPointSubscriptionRequest";

// ---- meaning

enum class EventKind : std::uint8_t {
    motion,
    tamper,
    digital_input,
    relay_output,
    sound,
    analytics,
    device,
    other,
};
/// By the topic alone. Total.
EventKind kind_of_topic(std::string_view topic);

/// Of a notification that says whether something lasts: true, false; nullopt when it says neither.
std::optional<bool> state_of(const Notification& notification);

/// "Name=Value", separated by "; ".
std::string describe(const std::vector<Item>& items);

}  // namespace vedette::onvif
