#include "hub/api/client_message.hpp"

#include <limits>

#include "hub/api/input.hpp"
#include "hub/api/object_reader.hpp"

namespace vedette::hub::api {

namespace {

constexpr std::int64_t max_u32 = std::numeric_limits<std::uint32_t>::max();
constexpr TextLimits word_limits{.min_characters = 1, .max_characters = 36, .may_have_controls = false};

CameraId read_camera(ObjectReader& reader) {
    const auto id = CameraId::parse(reader.text("camera_id", word_limits));
    if (!id) reader.refuse("camera_id", "The field camera_id must be a UUID");
    return id.value_or(CameraId());
}

media::StreamKind read_stream(ObjectReader& reader) {
    const auto kind = parse_stream_kind(reader.text("stream", word_limits));
    if (!kind) reader.refuse("stream", "The field stream must be main or sub");
    return kind.value_or(media::StreamKind::main);
}

PlaybackStart read_playback(ObjectReader& reader, std::uint32_t channel) {
    PlaybackStart start{
        .channel = channel, .camera = read_camera(reader), .stream = read_stream(reader), .interval = {}};
    start.interval.start = UtcTime(Ticks90k(reader.integer("start_90k", 0, max_ticks_90k)));
    const auto end = reader.optional_integer("end_90k", 0, max_ticks_90k);
    start.interval.end = UtcTime(Ticks90k(end.value_or(max_ticks_90k)));
    if (start.interval.empty()) reader.refuse("end_90k", "end_90k must be later than start_90k");
    return start;
}

}  // namespace

std::expected<ClientMessage, ClientMessageError> parse_client_message(std::string_view text) {
    auto object = parse_object(text);
    if (!object) return std::unexpected(ClientMessageError{std::move(object).error(), {}});
    ObjectReader reader(*object);
    const std::string type = reader.text("type", word_limits);
    const auto number = reader.optional_integer("channel", 1, max_u32);
    if (!number) reader.refuse("channel", "The field channel is missing");
    const auto channel = static_cast<std::uint32_t>(number.value_or(0));

    ClientMessage message;
    if (type == "live.start") {
        const CameraId camera = read_camera(reader);
        message = LiveStart{.channel = channel, .camera = camera, .stream = read_stream(reader)};
    } else if (type == "playback.start") {
        message = read_playback(reader, channel);
    } else if (type == "credit") {
        message = CreditGrant{.channel = channel,
                              .bytes = static_cast<std::uint32_t>(reader.integer("bytes", 1, max_u32))};
    } else if (type == "stop") {
        message = Stop{.channel = channel};
    } else {
        reader.refuse("type", "The field type must be live.start, playback.start, credit or stop");
    }
    if (auto finished = reader.finish(); !finished) {
        ClientMessageError error{std::move(finished).error(), {}};
        if (number) error.channel = channel;
        return std::unexpected(std::move(error));
    }
    return message;
}

}  // namespace vedette::hub::api
