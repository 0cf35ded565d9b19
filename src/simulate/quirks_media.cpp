// Quirks of RTP and RTCP (RFC 3550), of H.264's payload (RFC 6184), and of the camera's clocks.

#include <algorithm>
#include <functional>

#include "rtsp/rtp.hpp"
#include "simulate/packetiser.hpp"
#include "simulate/quirks.hpp"
#include "simulate/session.hpp"

namespace vedette::simulate {

namespace {

constexpr std::size_t marker_at = 1;
constexpr std::size_t rtp_time_at = 4;
constexpr std::size_t ssrc_at = 8;
constexpr std::size_t report_ntp_at = 8;
constexpr std::size_t report_time_at = 16;
constexpr std::size_t report_bytes = 28;
constexpr std::byte marker_bit{0x80};
constexpr std::int64_t rate_hz = 90'000;

using Frames = std::vector<QuirkFrame>;

bool is_rtp(const QuirkFrame& frame, std::uint8_t channel) {
    return !frame.raw && frame.channel == channel && frame.bytes.size() >= rtsp::rtp_header_bytes;
}
bool is_video(const QuirkFrame& frame) {
    return is_rtp(frame, video_channel);
}
bool is_report(const QuirkFrame& frame) {
    return !frame.raw && frame.channel % 2 == 1 && frame.bytes.size() >= report_bytes;
}

std::uint32_t get_u32(const Bytes& bytes, std::size_t at) {
    ByteReader reader(ByteView(bytes).subspan(at));
    return reader.u32();
}
void put_u32(Bytes& bytes, std::size_t at, std::uint32_t value) {
    for (int i = 0; i < 4; ++i)
        bytes[at + static_cast<std::size_t>(i)] = static_cast<std::byte>(value >> (24 - 8 * i));
}

/// Lets the media clock of one track's packets and reports show another time: `change` gets what it shows.
void change_time(Frames& frames, std::uint8_t channel,
                 const std::function<std::uint32_t(std::uint32_t)>& change) {
    for (QuirkFrame& frame : frames) {
        const bool report = is_report(frame) && frame.channel == channel + 1;
        if (!report && !is_rtp(frame, channel)) continue;
        const std::size_t at = report ? report_time_at : rtp_time_at;
        put_u32(frame.bytes, at, change(get_u32(frame.bytes, at)));
    }
}

void shift_wall_clock(Frames& frames, std::int64_t seconds) {
    for (QuirkFrame& frame : frames)
        if (is_report(frame))
            put_u32(frame.bytes, report_ntp_at,
                    static_cast<std::uint32_t>(get_u32(frame.bytes, report_ntp_at) + seconds));
}

/// Seconds that the client has been sent pictures; `memory` keeps when that began.
double playing_seconds(const QuirkContext& context, std::uint64_t& began) {
    const auto now = static_cast<std::uint64_t>(context.now.time_since_epoch().count());
    if (began == 0) began = now;
    return std::chrono::duration<double>(MonotonicTime::duration(now - began)).count();
}

/// A media clock that runs at another rate; `memory` keeps where it began.
void change_rate(Frames& frames, std::uint8_t channel, double factor, std::uint64_t& memory) {
    constexpr std::uint64_t known = std::uint64_t{1} << 32;
    change_time(frames, channel, [&](std::uint32_t time) {
        if (memory == 0) memory = known | time;
        const auto first = static_cast<std::uint32_t>(memory);
        const auto passed = static_cast<double>(static_cast<std::int32_t>(time - first));
        return static_cast<std::uint32_t>(first + static_cast<std::int64_t>(passed * factor));
    });
}

bool is_h264(const QuirkContext& context) {
    const FarmStream* stream = context.session.stream();
    return stream != nullptr && stream->clip->codec == media::Codec::h264;
}
std::uint8_t nal_type(const QuirkFrame& frame) {
    if (frame.bytes.size() <= rtsp::rtp_header_bytes) return 0;
    return static_cast<std::uint8_t>(frame.bytes[rtsp::rtp_header_bytes]) & 0x1f;
}

QuirkFrame with_payload(const QuirkFrame& frame, std::initializer_list<ByteView> parts) {
    QuirkFrame out{.channel = frame.channel, .bytes = {}};
    out.bytes.assign(frame.bytes.begin(), frame.bytes.begin() + rtsp::rtp_header_bytes);
    for (const ByteView part : parts) out.bytes.insert(out.bytes.end(), part.begin(), part.end());
    return out;
}

/// Packets of a source that has nothing to do with this session.
QuirkFrame of_another_source(const QuirkFrame& frame) {
    QuirkFrame other = frame;
    other.keeps_number = true;
    put_u32(other.bytes, ssrc_at, get_u32(other.bytes, ssrc_at) ^ 0x5a5a'5a5a);
    return other;
}

/// Puts `make(frame)` before each video packet.
void insert_before_video(Frames& frames, const std::function<QuirkFrame(const QuirkFrame&)>& make) {
    Frames out;
    for (QuirkFrame& frame : frames) {
        if (is_video(frame)) out.push_back(make(frame));
        out.push_back(std::move(frame));
    }
    frames = std::move(out);
}

constexpr auto media_table =
    std::to_array<Quirk>({
        {.name = "junk-before-frames",
         .number = 15,
         .sentence = "line ends and junk stand before interleaved frames",
         .network =
             [](QuirkContext&, Frames& frames) {
                 const ByteView junk = as_bytes(std::string_view("\r\n\r\n\x01\x02junk"));
                 frames.insert(frames.begin(), {.bytes = Bytes(junk.begin(), junk.end()), .raw = true});
             }},
        {.name = "unknown-channel",
         .number = 17,
         .sentence = "packets come on a channel that nobody asked for",
         .network =
             [](QuirkContext&, Frames& frames) {
                 if (frames.empty()) return;
                 QuirkFrame stray = frames.front();
                 stray.channel = 9;
                 frames.insert(frames.begin(), std::move(stray));
             }},
        {.name = "other-channels",
         .number = 18,
         .sentence = "the answer to SETUP names other channels than were asked for",
         .response =
             [](QuirkContext&, const rtsp::Request& request, rtsp::Response& response) {
                 if (request.method != "SETUP") return;
                 rtsp::Headers headers;
                 for (auto [name, value] : response.headers.fields()) {
                     if (const auto at = value.find("interleaved=");
                         name == "Transport" && at != std::string::npos)
                         value.replace(at, std::string::npos,
                                       value.ends_with("2-3") ? "interleaved=15-16" : "interleaved=13-14");
                     headers.add(name, value);
                 }
                 response.headers = std::move(headers);
             },
         .network =
             [](QuirkContext&, Frames& frames) {
                 for (QuirkFrame& frame : frames)
                     frame.channel = static_cast<std::uint8_t>(frame.channel + 13);
             }},
        {.name = "packets-of-an-earlier-session",
         .number = 23,
         .sentence = "packets of another source go on coming for 3 s",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 if (playing_seconds(context, context.memory[0]) < 3)
                     insert_before_video(frames, of_another_source);
             }},
        {.name = "ssrc-changes",
         .number = 42,
         .sentence = "the SSRC becomes another one every 4 s",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 const auto turn =
                     static_cast<std::uint32_t>(playing_seconds(context, context.memory[0]) / 4);
                 for (QuirkFrame& frame : frames) {
                     if (is_video(frame)) put_u32(frame.bytes, ssrc_at, get_u32(frame.bytes, ssrc_at) + turn);
                     if (is_report(frame) && frame.channel == video_channel + 1)
                         put_u32(frame.bytes, 4, get_u32(frame.bytes, 4) + turn);
                 }
             }},
        {.name = "payload-type-50-with-same-numbers",
         .number = 43,
         .sentence = "packets of payload type 50 come with the sequence numbers of the video",
         .network =
             [](QuirkContext&, Frames& frames) {
                 insert_before_video(frames, [](const QuirkFrame& frame) {
                     QuirkFrame other = with_payload(frame, {});
                     other.bytes[marker_at] = std::byte{50};
                     return other;
                 });
             }},
        {.name = "broken-rtcp",
         .number = 44,
         .sentence = "RTCP packets are cut, empty, or of an unknown source",
         .media =
             [](QuirkContext&, Frames& frames) {
                 const ByteView none = as_bytes(std::string_view("zz"));
                 for (QuirkFrame& frame : frames)
                     if (is_report(frame)) frame.bytes.resize(11);
                 frames.push_back({.channel = video_channel + 1, .bytes = Bytes(none.begin(), none.end())});
                 frames.push_back({.channel = video_channel + 1, .bytes = {}});
             }},
        {.name = "no-sender-reports",
         .number = 45,
         .sentence = "RTCP never comes",
         .media = [](QuirkContext&, Frames& frames) { std::erase_if(frames, is_report); }},
        {.name = "loss-inside-the-camera",
         .number = 48,
         .sentence = "every 400th video packet is missing, over TCP too",
         .network =
             [](QuirkContext& context, Frames& frames) {
                 std::erase_if(frames, [&](const QuirkFrame& frame) {
                     return is_video(frame) && ++context.memory[0] % 400 == 0;
                 });
             }},
        {.name = "no-marker",
         .number = 49,
         .sentence = "no packet has a marker bit",
         .media =
             [](QuirkContext&, Frames& frames) {
                 for (QuirkFrame& frame : frames)
                     if (is_video(frame)) frame.bytes[marker_at] &= ~marker_bit;
             }},
        {.name = "marker-on-parameter-sets",
         .number = 49,
         .sentence = "parameter sets and SEI have a marker bit as if they ended a picture",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 if (!is_h264(context)) return;
                 for (QuirkFrame& frame : frames) {
                     const auto type = nal_type(frame);
                     if (is_video(frame) && (type == stap_a || (type >= 6 && type <= 9)))
                         frame.bytes[marker_at] |= marker_bit;
                 }
             }},
        {.name = "time-runs-on-inside-a-picture",
         .number = 50,
         .sentence = "each packet of a picture has a time of its own",
         .media =
             [](QuirkContext&, Frames& frames) {
                 std::uint32_t packet = 0;
                 for (QuirkFrame& frame : frames)
                     if (is_video(frame))
                         put_u32(frame.bytes, rtp_time_at, get_u32(frame.bytes, rtp_time_at) + packet++);
             }},
        {.name = "odd-fragments",
         .number = 51,
         .sentence = "fragments have the reserved bit set and are begun by empty ones",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 if (!is_h264(context)) return;
                 Frames out;
                 for (QuirkFrame& frame : frames) {
                     constexpr std::size_t header_at = rtsp::rtp_header_bytes + 1;
                     const bool fragment =
                         is_video(frame) && nal_type(frame) == fu_a && frame.bytes.size() > header_at;
                     if (fragment) frame.bytes[header_at] |= std::byte{0x20};
                     const bool begins =
                         fragment && (frame.bytes[header_at] & std::byte{0x80}) != std::byte{0};
                     if (begins) {
                         const ByteView head = ByteView(frame.bytes).subspan(rtsp::rtp_header_bytes, 2);
                         out.push_back(with_payload(frame, {head}));
                         out.back().bytes[marker_at] &= ~marker_bit;
                         frame.bytes[header_at] &= ~std::byte{0x80};
                     }
                     out.push_back(std::move(frame));
                 }
                 frames = std::move(out);
             }},
        {.name = "annex-b-in-packets",
         .number = 53,
         .sentence = "parameter sets have a start code in front, inside of their packets",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 if (!is_h264(context)) return;
                 constexpr std::array code{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}};
                 Frames out;
                 for (QuirkFrame& frame : frames) {
                     const ByteView payload =
                         ByteView(frame.bytes).subspan(std::min(frame.bytes.size(), rtsp::rtp_header_bytes));
                     if (!is_video(frame) || nal_type(frame) != stap_a) {
                         out.push_back(std::move(frame));
                         continue;
                     }
                     for (ByteReader units(payload.subspan(1)); units.remaining() > 2;) {
                         const ByteView unit = units.take(units.u16());
                         if (units.failed()) break;
                         // A slice in here has to stay as it is: only parameter sets are searched for codes.
                         const auto type = static_cast<std::uint8_t>(unit[0]) & 0x1f;
                         out.push_back(type >= 7 && type <= 9 ? with_payload(frame, {code, unit})
                                                              : with_payload(frame, {unit}));
                         if (units.remaining() > 2) out.back().bytes[marker_at] &= ~marker_bit;
                     }
                 }
                 frames = std::move(out);
             }},
        {.name = "key-frames-rare",
         .number = 59,
         .sentence = "nine of ten key frames are missing",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 if (context.key && context.memory[0]++ % 10 != 0) std::erase_if(frames, is_video);
             }},
        {.name = "no-key-frames",
         .number = 59,
         .sentence = "no key frame ever comes, which is said",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 if (context.key) std::erase_if(frames, is_video);
             }},
        {.name = "audio-clock-runs-off",
         .number = 62,
         .sentence = "the clock of the sound is 1 % too fast",
         .media = [](QuirkContext& context,
                     Frames& frames) { change_rate(frames, audio_channel, 1.01, context.memory[0]); }},
        {.name = "frame-hours-away",
         .number = 64,
         .sentence = "every 2 s one picture says that it is of two hours later",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 if (++context.memory[0] % 50 != 0) return;
                 change_time(frames, video_channel, [](std::uint32_t time) {
                     return static_cast<std::uint32_t>(time + 7200 * rate_hz);
                 });
             }},
        {.name = "clock-begins-at-zero",
         .number = 65,
         .sentence = "the media clock begins at 0 in every session",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 constexpr std::uint64_t known = std::uint64_t{1} << 32;
                 for (const std::uint8_t channel : {video_channel, audio_channel}) {
                     std::uint64_t& first = context.memory[channel / 2];
                     change_time(frames, channel, [&](std::uint32_t time) {
                         if (first == 0) first = known | time;
                         return time - static_cast<std::uint32_t>(first);
                     });
                 }
             }},
        {.name = "clock-goes-back",
         .number = 66,
         .sentence = "the media clock goes back by 5 s, every 8 s",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 const auto turns =
                     static_cast<std::int64_t>(playing_seconds(context, context.memory[0]) / 8);
                 change_time(frames, video_channel, [&](std::uint32_t time) {
                     return static_cast<std::uint32_t>(time - turns * 5 * rate_hz);
                 });
             }},
        {.name = "clock-drifts",
         .number = 67,
         .sentence = "the media clocks are 1000 ppm too fast",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 change_rate(frames, video_channel, 1.001, context.memory[0]);
                 change_rate(frames, audio_channel, 1.001, context.memory[1]);
             }},
        {.name = "wall-clock-behind",
         .number = 68,
         .sentence = "the wall clock of the camera is 40 s behind",
         .media = [](QuirkContext&, Frames& frames) { shift_wall_clock(frames, -40); }},
        {.name = "wall-clock-is-set",
         .number = 68,
         .sentence = "the wall clock of the camera is set by an hour, to and fro, every 8 s",
         .media =
             [](QuirkContext& context, Frames& frames) {
                 const auto turn = static_cast<int>(playing_seconds(context, context.memory[0]) / 8);
                 shift_wall_clock(frames, turn % 2 == 0 ? 0 : 3600);
             }},
    });

}  // namespace

std::span<const Quirk> media_quirks() {
    return media_table;
}

}  // namespace vedette::simulate
