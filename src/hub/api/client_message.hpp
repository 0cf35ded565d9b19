#pragma once
// What a client says over the WebSocket (docs/ref/websocket.md). Pure; fuzzed.

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "hub/api/problem.hpp"
#include "wire/messages.hpp"

namespace vedette::hub::api {

struct LiveStart {
    std::uint32_t channel = 0;
    CameraId camera;
    media::StreamKind stream = media::StreamKind::main;
};
struct PlaybackStart {
    std::uint32_t channel = 0;
    CameraId camera;
    media::StreamKind stream = media::StreamKind::main;
    UtcInterval interval;  ///< the end is far in the future when the client gave none
};
struct CreditGrant {
    std::uint32_t channel = 0;
    std::uint32_t bytes = 0;
};
struct Stop {
    std::uint32_t channel = 0;
};
using ClientMessage = std::variant<LiveStart, PlaybackStart, CreditGrant, Stop>;

/// Why a message can not be obeyed, and the channel that it was about when that could be read.
struct ClientMessageError {
    Problem problem;
    std::optional<std::uint32_t> channel;
};

std::expected<ClientMessage, ClientMessageError> parse_client_message(std::string_view text);

}  // namespace vedette::hub::api
