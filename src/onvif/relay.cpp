#include "onvif/relay.hpp"

#include <algorithm>

#include "onvif/answers.hpp"
#include "onvif/envelope.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

std::string get_relay_outputs() {
    return "<tds:GetRelayOutputs/>";
}

std::string set_relay_output_state(std::string_view token, bool active) {
    return fmt::format(
        "<tds:SetRelayOutputState><tds:RelayOutputToken>{}</tds:RelayOutputToken><tds:LogicalState>{}</"
        "tds:LogicalState></tds:SetRelayOutputState>",
        escape(token), active ? "active" : "inactive");
}

Result<std::vector<RelayOutput>> parse_relay_outputs(std::string_view answer) {
    VEDETTE_TRY(const Envelope envelope, parse_answer(answer, ns::device, "GetRelayOutputsResponse"));
    std::vector<RelayOutput> relays;
    for (const Element& element : envelope.body.children(ns::device, "RelayOutputs")) {
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
