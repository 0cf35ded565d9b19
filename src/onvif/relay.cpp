#include "onvif/relay.hpp"

#include <algorithm>

#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

namespace {

// The prefix r for the namespace of the words.
std::string_view words_of(RelayWay way) {
    return way == RelayWay::device_io_words ? ns::device_io : ns::device;
}

}  // namespace

std::string get_relay_outputs(RelayWay way) {
    return fmt::format(R"(<r:GetRelayOutputs xmlns:r="{}"/>)", words_of(way));
}

std::string set_relay_output_state(std::string_view token, bool active, RelayWay way) {
    return fmt::format(
        R"(<r:SetRelayOutputState xmlns:r="{}"><r:RelayOutputToken>{}</r:RelayOutputToken><r:LogicalState>{})"
        R"(</r:LogicalState></r:SetRelayOutputState>)",
        words_of(way), escape(token), active ? "active" : "inactive");
}

Result<std::vector<RelayOutput>> parse_relay_outputs(std::string_view answer) {
    constexpr std::string_view name = "GetRelayOutputsResponse";
    auto own = parse_answer(answer, ns::device, name);
    auto other = own || own.error().kind != ErrorKind::corrupt ? std::move(own)
                                                               : parse_answer(answer, ns::device_io, name);
    if (!other) return std::unexpected(std::move(other).error());
    const Element& body = other->body;
    std::vector<RelayOutput> relays;
    for (const Element& element : body.children(body.namespace_uri(), "RelayOutputs")) {
        if (relays.size() == max_relays) break;
        const Element properties = element.child("Properties");
        RelayOutput relay{.token = element.attribute("token"),
                          .returns_by_itself = properties.child("Mode").text(16) == "Monostable",
                          .idle_open = properties.child("IdleState").text(16) != "closed"};
        const bool usable = !relay.token.empty() && relay.token.size() <= max_relay_token_bytes;
        if (!usable || std::ranges::find(relays, relay.token, &RelayOutput::token) != relays.end()) continue;
        relays.push_back(std::move(relay));
    }
    return relays;
}

}  // namespace vedette::onvif
