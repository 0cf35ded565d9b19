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

std::expected<TalkSound, ClientMessageError> parse_talk_sound(ByteView message) {
    constexpr std::size_t header_bytes = 8;
    constexpr std::uint8_t kind_sound = 2;
    ByteReader reader(message);
    TalkSound sound{.channel = reader.u32(), .samples = {}};
    const std::uint8_t kind = reader.u8();
    reader.skip(header_bytes - 5);
    const std::size_t bytes = reader.remaining();
    if (reader.failed() || kind != kind_sound || bytes % 2 != 0 || bytes == 0 || bytes > 2 * max_talk_samples)
        return std::unexpected(ClientMessageError{
            Problem(400, "invalid_input", "A binary message is up to 100 ms of sound for a talk channel"),
            {}});
    sound.samples.reserve(bytes / 2);
    while (!reader.at_end()) {  // little-endian, as browsers have it
        const unsigned low = reader.u8();
        sound.samples.push_back(static_cast<std::int16_t>(low | static_cast<unsigned>(reader.u8()) << 8));
    }
    return sound;
}

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
    } else if (type == "talk.start") {
        message = TalkStart{.channel = channel, .camera = read_camera(reader)};
    } else if (type == "credit") {
        message = CreditGrant{.channel = channel,
                              .bytes = static_cast<std::uint32_t>(reader.integer("bytes", 1, max_u32))};
    } else if (type == "stop") {
        message = Stop{.channel = channel};
    } else {
        reader.refuse("type",
                      "The field type must be live.start, playback.start, talk.start, credit or stop");
    }
    if (auto finished = reader.finish(); !finished) {
        ClientMessageError error{std::move(finished).error(), {}};
        if (number) error.channel = channel;
        return std::unexpected(std::move(error));
    }
    return message;
}

}  // namespace vedette::hub::api
