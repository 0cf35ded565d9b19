#include "gateway/camera_process/messages.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "gateway/camera_process/archive.hpp"
#include "gateway/camera_process/reply_fields.hpp"
#include "media/fmp4.hpp"
#include "rtsp/depacketizer.hpp"

namespace vedette::gateway::camera_process {

namespace {

constexpr std::size_t max_name_bytes = 1024;
constexpr std::size_t max_password_bytes = 4096;
constexpr std::size_t max_config_bytes = 64 * 1024;
constexpr std::size_t max_datagram_bytes = 2048;
constexpr std::size_t max_address_bytes = 64;
constexpr std::uint32_t max_clock_rate_hz = 10'000'000;

// Each value's fields, in the order of their declaration. The bindings name all of them: a field that is
// added to a value does not compile before it stands here.

void fields(auto& ar, Error& error) {
    auto& [kind, message] = error;
    ar.choice(kind, ErrorKind::internal);
    ar.text(message, max_text_bytes);
}

void fields(auto& ar, rtsp::Url& url) {
    auto& [host, port, path, secure] = url;
    ar.text(host, max_name_bytes);
    ar.number(port);
    ar.text(path, rtsp::max_url_bytes);
    ar.flag(secure);
}

void fields(auto& ar, rtsp::Credentials& credentials) {
    auto& [username, password] = credentials;
    Secret name{std::string_view(username)};  // not printable ASCII alone
    ar.secret(name, max_name_bytes);
    username = name.reveal_text();
    ar.secret(password, max_password_bytes);
}

void fields(auto& ar, rtsp::ClientOptions& options) {
    auto& [audio, basic, stop_after, transport, begun, encrypted, client_ports, replay, back_channel,
           receiver_reports, response_timeout, first_datagram_timeout, media_timeout, silence_probe,
           first_picture_timeout, user_agent] = options;
    ar.flag(audio);
    ar.choice(basic, rtsp::BasicUse::allow);
    ar.choice(stop_after, rtsp::ClientOptions::StopAfter::key_frame);
    ar.choice(transport, rtsp::Transport::multicast);
    ar.time(begun);
    ar.flag(encrypted);
    ar.list(client_ports, max_pairs, [&](std::uint16_t& port) { ar.number(port); });
    ar.optional(replay, [&](rtsp::ReplayRange& range) {
        ar.time(range.start);
        ar.time(range.end);
    });
    ar.flag(back_channel);
    ar.flag(receiver_reports);
    ar.duration(response_timeout);
    ar.duration(first_datagram_timeout);
    ar.duration(media_timeout);
    ar.duration(silence_probe);
    ar.duration(first_picture_timeout);
    ar.text(user_agent, max_name_bytes);
}

void fields(auto& ar, media::TrackParameters& parameters) {
    auto& [codec, clock_rate_hz, decoder_config, rfc6381, width, height, sample_rate_hz, channels,
           bits_per_sample, reorder_depth] = parameters;
    ar.choice(codec, media::Codec::onvif_metadata);
    ar.number(clock_rate_hz);
    ar.bytes(decoder_config, max_config_bytes);
    ar.text(rfc6381, max_address_bytes);
    ar.number(width);
    ar.number(height);
    ar.number(sample_rate_hz);
    ar.number(channels);
    ar.number(bits_per_sample);
    ar.number(reorder_depth);
}

void fields(auto& ar, rtsp::TrackDescription& track) {
    auto& [codec, clock_rate_hz, parameters] = track;
    ar.choice(codec, media::Codec::onvif_metadata);
    ar.number(clock_rate_hz);
    ar.optional(parameters, [&](media::TrackParameters& value) { fields(ar, value); });
}

void fields(auto& ar, rtsp::Described& described) {
    auto& [tracks] = described;
    ar.list(tracks, media::max_tracks, [&](rtsp::TrackDescription& track) { fields(ar, track); });
}
void fields(auto& ar, rtsp::TrackRefused& refused) {
    auto& [track, error] = refused;
    ar.number(track);
    fields(ar, error);
}
void fields(auto& ar, rtsp::MediaAddress& address) {
    auto& [track, source, group, port] = address;
    ar.number(track);
    ar.text(source, max_address_bytes);
    ar.text(group, max_address_bytes);
    ar.number(port);
}
void fields(auto&, rtsp::Playing&) {}
void fields(auto& ar, rtsp::ParametersChanged& change) {
    auto& [track, parameters] = change;
    ar.number(track);
    fields(ar, parameters);
}
void fields(auto&, media::AccessUnit&) {}  // has its own form; decode_report() refuses it
void fields(auto& ar, rtsp::SenderReport& report) {
    auto& [track, ntp, rtp_time] = report;
    ar.number(track);
    ar.number(ntp);
    ar.number(rtp_time);
}
void fields(auto& ar, rtsp::ReplayTime& time) {
    auto& [track, rtp_time, extension] = time;
    auto& [ntp, clean_point, end, discontinuity, terminal, cseq] = extension;
    ar.number(track);
    ar.number(rtp_time);
    ar.number(ntp);
    for (bool* flag : {&clean_point, &end, &discontinuity, &terminal}) ar.flag(*flag);
    ar.number(cseq);
}
void fields(auto& ar, rtsp::Loss& loss) {
    auto& [track, packets] = loss;
    ar.number(track);
    ar.number(packets);
}
void fields(auto& ar, rtsp::UnitDamaged& damaged) {
    auto& [track, time] = damaged;
    ar.number(track);
    ar.number(time);
}
void fields(auto& ar, media::SignatureVerdict& said) {
    auto& [track, verdict, key, first_time, last_time] = said;
    ar.number(track);
    ar.choice(verdict, media::Authenticity::not_known);
    for (std::byte& part : key) {
        auto number = std::to_integer<std::uint8_t>(part);
        ar.number(number);
        part = std::byte{number};
    }
    ar.number(first_time);
    ar.number(last_time);
}
void fields(auto& ar, rtsp::Redirected& redirected) {
    auto& [url] = redirected;
    ar.text(url, rtsp::max_url_bytes);
}
void fields(auto& ar, rtsp::Closed& closed) {
    auto& [error, transport_refused] = closed;
    ar.optional(error, [&](Error& value) { fields(ar, value); });
    ar.flag(transport_refused);
}

void fields(auto& ar, Open& open) {
    auto& [session, url, credentials, options, floor, http, port, sign_in] = open;
    ar.number(session);
    fields(ar, url);
    fields(ar, credentials);
    fields(ar, options);
    ar.choice(floor, net::TlsFloor::legacy);
    ar.flag(http);
    ar.number(port);
    ar.flag(sign_in);
}
void fields(auto& ar, GoOn& go_on) {
    ar.number(go_on.session);
}
void fields(auto& ar, Joined& joined) {
    ar.number(joined.session);
}
void fields(auto& ar, Dialled& dialled) {
    auto& [session, error] = dialled;
    ar.number(session);
    ar.optional(error, [&](Error& value) { fields(ar, value); });
}
void fields(auto& ar, Tune& tune) {
    auto& [session, low_water_mark, watched] = tune;
    ar.number(session);
    ar.number(low_water_mark);
    ar.flag(watched);
}
void fields(auto& ar, Close& close) {
    ar.number(close.session);
}
void fields(auto& ar, ReadAnswer& read) {
    auto& [session, question, size] = read;
    ar.number(session);
    fields(ar, question);
    ar.number(size);
}
void fields(auto&, Ping&) {}
void fields(auto& ar, Say& say) {
    auto& [session, samples] = say;
    ar.number(session);
    ar.list(samples, max_said_samples, [&](std::int16_t& sample) { ar.number(sample); });
}

void fields(auto& ar, Ready& ready) {
    auto& [empty_network, landlock_abi] = ready;
    ar.flag(empty_network);
    ar.number(landlock_abi);
}
void fields(auto&, Pong&) {}
void fields(auto& ar, Shown& shown) {
    auto& [by_authority, fingerprint, protocol] = shown;
    ar.flag(by_authority);
    ar.text(fingerprint, max_address_bytes);
    ar.text(protocol, max_address_bytes);
}
void fields(auto& ar, HandshakeFailed& failed) {
    fields(ar, failed.error);
}
void fields(auto&, Established&) {}
void fields(auto&, DialAgain&) {}
void fields(auto& ar, rtsp::OutgoingDatagram& datagram) {
    auto& [track, rtcp, port, bytes] = datagram;
    ar.number(track);
    ar.flag(rtcp);
    ar.number(port);
    ar.bytes(bytes, max_datagram_bytes);
}
void fields(auto& ar, Counters& counters) {
    auto& [reordered_packets, refused_packets] = counters;
    ar.number(reordered_packets);
    ar.number(refused_packets);
}
void fields(auto&, Ended&) {}
void fields(auto& ar, DeviceReply& reply);

// A variant is its index and the alternative's fields.
template <class... Ts>
void fields(Writer& ar, std::variant<Ts...>& value) {
    auto index = static_cast<std::uint8_t>(value.index());
    ar.number(index);
    std::visit([&](auto& alternative) { fields(ar, alternative); }, value);
}
template <class... Ts>
void fields(Reader& ar, std::variant<Ts...>& value);
template <class V, std::size_t I = 0>
bool read_alternative(Reader& ar, V& value, std::size_t index) {
    if constexpr (I < std::variant_size_v<V>) {
        if (I != index) return read_alternative<V, I + 1>(ar, value, index);
        fields(ar, value.template emplace<I>());
        return true;
    } else {
        return false;
    }
}
template <class... Ts>
void fields(Reader& ar, std::variant<Ts...>& value) {
    std::uint8_t index = 0;
    ar.number(index);
    if (!read_alternative(ar, value, index)) ar.fail();
}

void fields(auto& ar, DeviceReply& answer) {
    auto& [error, reply] = answer;
    ar.optional(error, [&](Error& value) {
        ar.choice(value.kind, ErrorKind::internal);
        ar.words(value.message, max_text_bytes);
    });
    fields(ar, reply);
}

constexpr std::uint8_t media_first = 0xf0;
constexpr std::uint8_t media_more = 0xf1;
constexpr std::uint8_t report_mark = 0x01;
constexpr std::uint8_t random_access_bit = 1;
constexpr std::uint8_t skipped_leading_bit = 2;

bool plausible(const media::TrackParameters& p) {
    return static_cast<std::uint8_t>(p.codec) >= 1 && p.clock_rate_hz > 0 &&
           p.clock_rate_hz <= max_clock_rate_hz;
}

// Numbers that others will calculate with.
struct Plausible {
    bool operator()(const rtsp::Described& described) const {
        return std::ranges::all_of(described.tracks, [](const rtsp::TrackDescription& track) {
            return static_cast<std::uint8_t>(track.codec) >= 1 && track.clock_rate_hz > 0 &&
                   track.clock_rate_hz <= max_clock_rate_hz &&
                   (!track.parameters || plausible(*track.parameters));
        });
    }
    bool operator()(const rtsp::ParametersChanged& change) const { return plausible(change.parameters); }
    bool operator()(const rtsp::SenderReport& report) const { return plausible_time(report.rtp_time); }
    bool operator()(const rtsp::ReplayTime& time) const { return plausible_time(time.rtp_time); }
    bool operator()(const media::SignatureVerdict& said) const {
        return plausible_time(said.first_time) && plausible_time(said.last_time);
    }
    bool operator()(const media::AccessUnit&) const { return false; }
    bool operator()(const auto&) const { return true; }
    // 24 years at 90 kHz: no sum or product of two of them overflows where it is used.
    static bool plausible_time(std::int64_t time) {
        constexpr std::int64_t most = std::int64_t{1} << 46;
        return time > -most && time < most;
    }
};

}  // namespace

Bytes encode(const Command& command) {
    Writer ar;
    // Writing changes nothing; the same description reads.
    fields(ar, const_cast<Command&>(command));
    return std::move(ar).finish();
}

Result<Command> decode_command(ByteView bytes) {
    Reader ar(bytes);
    Command command;
    fields(ar, command);
    if (!ar.whole()) return fail(ErrorKind::corrupt, "a command can't be read");
    return command;
}

Bytes encode(const SessionReport& report) {
    Writer ar;
    std::uint8_t mark = report_mark;
    SessionId session = report.session;
    ar.number(mark);
    ar.number(session);
    fields(ar, const_cast<Report&>(report.report));
    return std::move(ar).finish();
}

Result<SessionReport> decode_report(ByteView bytes) {
    Reader ar(bytes);
    SessionReport out;
    std::uint8_t mark = 0;
    ar.number(mark);
    ar.number(out.session);
    fields(ar, out.report);
    const auto* event = std::get_if<rtsp::ClientEvent>(&out.report);
    if (mark != report_mark || !ar.whole() || (event != nullptr && !std::visit(Plausible{}, *event)))
        return fail(ErrorKind::corrupt, "a report of the camera process can't be read");
    return out;
}

void encode_media(const MediaHead& head, std::span<std::byte, MediaHead::bytes> out) {
    ByteWriter writer;
    writer.reserve(MediaHead::bytes);
    const std::uint8_t bits = (head.unit.random_access ? random_access_bit : 0) |
                              (head.unit.skipped_leading ? skipped_leading_bit : 0);
    writer.u8(head.first ? media_first : media_more).u8(head.unit.track).u8(bits).u8(0);
    writer.u32(head.session).u32(head.total).u32(static_cast<std::uint32_t>(head.unit.presentation_offset));
    writer.i64(head.unit.time).zeros(MediaHead::bytes - 24);
    std::ranges::copy(writer.view(), out.begin());
}

Result<std::optional<MediaHead>> decode_media(ByteView head) {
    ByteReader in(head);
    const std::uint8_t mark = in.u8();
    if (mark != media_first && mark != media_more) return std::nullopt;
    MediaHead out;
    out.first = mark == media_first;
    out.unit.track = in.u8();
    const std::uint8_t bits = in.u8();
    in.skip(1);
    out.session = in.u32();
    out.total = in.u32();
    out.unit.presentation_offset = static_cast<std::int32_t>(in.u32());
    out.unit.time = in.i64();
    out.unit.random_access = (bits & random_access_bit) != 0;
    out.unit.skipped_leading = (bits & skipped_leading_bit) != 0;
    if (in.failed() || bits > 3 || out.total > rtsp::max_access_unit_bytes ||
        !Plausible::plausible_time(out.unit.time))
        return fail(ErrorKind::corrupt, "an access unit of the camera process can't be so");
    return out;
}

Command::Command() noexcept = default;
Command::Command(Command&&) noexcept = default;
Command& Command::operator=(Command&&) noexcept = default;
Command::~Command() = default;

Report::Report() noexcept = default;
Report::Report(Report&&) noexcept = default;
Report& Report::operator=(Report&&) noexcept = default;
Report::~Report() = default;

}  // namespace vedette::gateway::camera_process
