#pragma once
// What a client says over the WebSocket (docs/ref/websocket.md). Pure; fuzzed.

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

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
/// The camera's loudspeaker; sound follows in binary messages.
struct TalkStart {
    std::uint32_t channel = 0;
    CameraId camera;
};
struct CreditGrant {
    std::uint32_t channel = 0;
    std::uint32_t bytes = 0;
};
struct Stop {
    std::uint32_t channel = 0;
};
using ClientMessage = std::variant<LiveStart, PlaybackStart, TalkStart, CreditGrant, Stop>;

/// Why a message can not be obeyed, and the channel that it was about when that could be read.
struct ClientMessageError {
    Problem problem;
    std::optional<std::uint32_t> channel;
};

constexpr std::size_t max_talk_samples = 800;  ///< of one message: 100 ms

/// A binary message: sound for a talk channel.
struct TalkSound {
    std::uint32_t channel = 0;
    std::vector<std::int16_t> samples;  ///< linear, 8 kHz, one channel
};
std::expected<TalkSound, ClientMessageError> parse_talk_sound(ByteView message);

std::expected<ClientMessage, ClientMessageError> parse_client_message(std::string_view text);

}  // namespace vedette::hub::api
