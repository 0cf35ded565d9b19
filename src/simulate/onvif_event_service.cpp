// The event service of a simulated camera: pull-points (ONVIF Core specification section 9.3,
// WS-BaseNotification 1.3).

#include <algorithm>
#include <charconv>

#include "onvif/namespaces.hpp"
#include "onvif/soap.hpp"
#include "simulate/onvif_service.hpp"

namespace vedette::simulate {

namespace {

constexpr Ticks90k usual_lifetime = std::chrono::seconds(60);
constexpr std::chrono::seconds longest_wait{20};
constexpr std::size_t most_at_once = 16;

// PT10S or PT1M; absolute times and what is not understood get the usual.
Ticks90k seconds_of(const std::string& text, Ticks90k usual) {
    if (!text.starts_with("PT")) return usual;
    int number = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), number);
    if (error != std::errc() || number < 0 || number > 3600) return usual;
    const bool minutes = *end == 'M' || *end == 'm';
    return std::chrono::seconds(minutes ? number * 60 : number);
}

std::string times(const OnvifDevice& device, UtcTime now, UtcTime termination, std::string_view prefix) {
    return fmt::format("<{0}:CurrentTime>{1}</{0}:CurrentTime><{0}:TerminationTime>{2}</{0}:TerminationTime>",
                       prefix, onvif::to_xml_time(now + device.clock_offset),
                       onvif::to_xml_time(termination + device.clock_offset));
}

std::string message(const OnvifDevice& device, const OnvifOccurrence& one) {
    return fmt::format(
        R"(<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet")"
        R"( xmlns:tns1="http://www.onvif.org/ver10/topics">{}</wsnt:Topic><wsnt:Message>)"
        R"(<tt:Message UtcTime="{}" PropertyOperation="{}"><tt:Source><tt:SimpleItem Name="{}" Value="{}"/></tt:Source>)"
        R"(<tt:Data><tt:SimpleItem Name="{}" Value="{}"/></tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>)",
        one.topic, onvif::to_xml_time(one.time + device.clock_offset),
        one.initial ? "Initialized" : "Changed", one.source_name, onvif::escape(one.source), one.data_name,
        one.value);
}

OnvifAnswer create(OnvifDevice& device, const onvif::Element& request, UtcTime now) {
    const UtcTime termination =
        now + seconds_of(request.child("InitialTerminationTime").text(), usual_lifetime);
    const auto id = device.events.subscribe(termination, now);
    if (!id) return onvif_refused("No more pull points can be made");
    return onvif_ok(
        fmt::format("<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa:Address>{}/"
                    "onvif/subscription/{}"
                    "</wsa:Address></tev:SubscriptionReference>{}</tev:CreatePullPointSubscriptionResponse>",
                    device.base, *id, times(device, now, termination, "wsnt")));
}

OnvifAnswer pull(OnvifDevice& device, OnvifEvents::Subscription& subscription, const onvif::Element& request,
                 UtcTime now) {
    device.events.advance(now);
    std::string out = "<tev:PullMessagesResponse>" + times(device, now, subscription.termination, "tev");
    const bool nothing = subscription.waiting.empty();
    for (std::size_t i = 0; i < most_at_once && !subscription.waiting.empty(); ++i) {
        out += message(device, subscription.waiting.front());
        subscription.waiting.pop_front();
    }
    OnvifAnswer answer = onvif_ok(out + "</tev:PullMessagesResponse>");
    if (nothing) {
        const auto wanted = seconds_of(request.child("Timeout").text(), std::chrono::seconds(5));
        answer.hold = std::min<std::chrono::milliseconds>(
            longest_wait, std::chrono::duration_cast<std::chrono::milliseconds>(wanted));
    }
    return answer;
}

std::string properties() {
    return R"(<tev:GetEventPropertiesResponse><tev:TopicNamespaceLocation>http://www.onvif.org/onvif/ver10/topics/topicns.xml)"
           R"(</tev:TopicNamespaceLocation><wsnt:FixedTopicSet>true</wsnt:FixedTopicSet>)"
           R"(<wstop:TopicSet xmlns:wstop="http://docs.oasis-open.org/wsn/t-1" xmlns:tns1="http://www.onvif.org/ver10/topics">)"
           R"(<tns1:RuleEngine><CellMotionDetector><Motion wstop:topic="true"/></CellMotionDetector></tns1:RuleEngine>)"
           R"(<tns1:Device><Trigger><DigitalInput wstop:topic="true"/><Relay wstop:topic="true"/></Trigger></tns1:Device>)"
           R"(</wstop:TopicSet></tev:GetEventPropertiesResponse>)";
}

}  // namespace

OnvifAnswer answer_event_service(OnvifDevice& device, const onvif::Element& request, UtcTime now) {
    const std::string_view name = request.local_name();
    if (name == "CreatePullPointSubscription") return create(device, request, now);
    if (name == "GetEventProperties") return onvif_ok(properties());
    if (name == "GetServiceCapabilities")
        return onvif_ok(
            R"(<tev:GetServiceCapabilitiesResponse><tev:Capabilities WSSubscriptionPolicySupport="false")"
            R"( WSPullPointSupport="true" MaxPullPoints="4"/></tev:GetServiceCapabilitiesResponse>)");
    if (name != "PullMessages" && name != "SetSynchronizationPoint" && name != "Renew" &&
        name != "Unsubscribe")
        return onvif_not_implemented();
    const std::string id = device.target.substr(std::min(device.target.size(), device.target.rfind('/') + 1));
    OnvifEvents::Subscription* subscription = device.events.find(id, now);
    if (subscription == nullptr) return onvif_refused("There is no such subscription");
    if (name == "PullMessages") return pull(device, *subscription, request, now);
    if (name == "SetSynchronizationPoint") {
        device.events.synchronise(*subscription, now);
        return onvif_ok("<tev:SetSynchronizationPointResponse/>");
    }
    if (name == "Renew") {
        subscription->termination = now + seconds_of(request.child("TerminationTime").text(), usual_lifetime);
        return onvif_ok(fmt::format("<wsnt:RenewResponse>{}</wsnt:RenewResponse>",
                                    times(device, now, subscription->termination, "wsnt")));
    }
    device.events.unsubscribe(id);
    return onvif_ok("<wsnt:UnsubscribeResponse/>");
}

}  // namespace vedette::simulate
