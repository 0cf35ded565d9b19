#include "rtsp/client_track.hpp"

#include "base/hex.hpp"
#include "crypto/base64.hpp"
#include "media/aac.hpp"
#include "media/h264.hpp"
#include "rtsp/rtcp.hpp"

namespace vedette::rtsp {

namespace {

Result<media::TrackParameters> track_parameters(const ParameterSets& sets, std::uint32_t clock_rate_hz) {
    const std::vector<ByteView> sps(sets.sps.begin(), sets.sps.end());
    const std::vector<ByteView> pps(sets.pps.begin(), sets.pps.end());
    VEDETTE_TRY(media::TrackParameters parameters, media::h264_track_parameters(sps, pps));
    parameters.clock_rate_hz = clock_rate_hz;
    return parameters;
}

/// base64 as cameras write it: padding may be missing.
std::optional<Bytes> from_loose_base64(std::string text) {
    while (text.size() % 4 != 0) text += '=';
    return crypto::from_base64(text);
}

/// The AudioSpecificConfig of the format, made up from the rtpmap when config is missing or unreadable.
Result<Bytes> audio_config(const AacFormat& format) {
    if (auto config = from_hex(format.config); config && media::parse_audio_specific_config(*config))
        return *config;
    const std::uint8_t channels = format.channels > 0 ? format.channels : std::uint8_t{1};
    return media::build_audio_specific_config({.sample_rate_hz = format.clock_rate_hz, .channels = channels});
}

}  // namespace

ClientTrack::ClientTrack(std::uint8_t index, std::uint8_t payload_type, std::uint32_t clock_rate_hz,
                         std::string control_url)
    : index_(index),
      payload_type_(payload_type),
      clock_rate_hz_(clock_rate_hz),
      control_url_(std::move(control_url)) {}

ClientTrack ClientTrack::h264(std::uint8_t index, const H264Format& format, std::string control_url) {
    ClientTrack track(index, format.payload_type, format.clock_rate_hz, std::move(control_url));
    auto& depacketizer = std::get<H264Depacketizer>(track.depacketizer_);
    for (const std::string& set : format.sprop_parameter_sets)
        if (const auto nal = from_loose_base64(set)) depacketizer.add_parameter_set(*nal);
    if (auto parameters = track_parameters(depacketizer.parameter_sets(), format.clock_rate_hz))
        track.parameters_ = *std::move(parameters);
    return track;
}

Result<ClientTrack> ClientTrack::aac(std::uint8_t index, const AacFormat& format, std::string control_url) {
    VEDETTE_TRY(const Bytes config_bytes, audio_config(format));
    VEDETTE_TRY(const media::AudioSpecificConfig config, media::parse_audio_specific_config(config_bytes));
    VEDETTE_TRY(media::TrackParameters parameters, media::aac_track_parameters(config_bytes));
    // Where the RTP clock isn't the sample rate, a frame lasts the same time in other units.
    const std::uint64_t duration =
        config.sample_rate_hz == 0
            ? config.frame_samples
            : std::uint64_t{config.frame_samples} * format.clock_rate_hz / config.sample_rate_hz;
    parameters.clock_rate_hz = format.clock_rate_hz;
    ClientTrack track(index, format.payload_type, format.clock_rate_hz, std::move(control_url));
    track.depacketizer_ = AacDepacketizer(format, static_cast<std::uint32_t>(duration));
    track.parameters_ = std::move(parameters);
    return track;
}

TrackDescription ClientTrack::description() const {
    const bool video = std::holds_alternative<H264Depacketizer>(depacketizer_);
    return {.codec = video ? media::Codec::h264 : media::Codec::aac,
            .clock_rate_hz = clock_rate_hz_,
            .parameters = parameters_};
}

void ClientTrack::accept(std::optional<std::uint32_t> ssrc) {
    accepted_ = true;
    ssrc_ = ssrc;
}

/// A camera may go on sending an earlier session's packets (quirk 23), announce a wrong SSRC or change it
/// (quirk 42): another source is believed once it alone has been heard for a while.
bool ClientTrack::is_own_source(std::uint32_t ssrc) {
    constexpr std::uint32_t packets_until_switch = 16;
    if (!ssrc_) ssrc_ = ssrc;
    if (*ssrc_ == ssrc) {
        foreign_in_a_row_ = 0;
        return true;
    }
    foreign_in_a_row_ = foreign_ssrc_ == ssrc ? foreign_in_a_row_ + 1 : 1;
    foreign_ssrc_ = ssrc;
    if (foreign_in_a_row_ < packets_until_switch) return false;
    ssrc_ = ssrc;
    foreign_in_a_row_ = 0;
    sequence_ = {};
    restarted_ = true;
    return true;
}

bool ClientTrack::on_rtp(ByteView bytes, std::vector<ClientEvent>& out) {
    const auto packet = parse_rtp(bytes);
    if (!packet || packet->payload_type != payload_type_ || !is_own_source(packet->ssrc)) return false;
    const SequenceTracker::Verdict verdict = sequence_.on_packet(packet->sequence);
    if (!verdict.accept) return false;
    if (verdict.lost > 0) out.emplace_back(Loss{.track = index_, .packets = verdict.lost});
    const bool lost = verdict.lost > 0 || restarted_;
    restarted_ = false;
    const std::int64_t time = time_.unwrap(packet->timestamp);
    if (auto* h264 = std::get_if<H264Depacketizer>(&depacketizer_))
        push_h264(*h264, *packet, time, lost, out);
    else
        push_aac(std::get<AacDepacketizer>(depacketizer_), *packet, time, lost, out);
    return true;
}

void ClientTrack::push_h264(H264Depacketizer& depacketizer, const RtpPacket& packet, std::int64_t time,
                            bool lost, std::vector<ClientEvent>& out) {
    depacketizer.push(packet, time, lost, h264_events_);
    if (h264_events_.empty()) return;
    for (H264Event& event : h264_events_) {
        if (auto* unit = std::get_if<DepacketizedUnit>(&event))
            deliver(std::move(*unit), out);
        else if (const auto* damaged = std::get_if<DamagedUnit>(&event))
            out.emplace_back(UnitDamaged{.track = index_, .time = damaged->time});
        else
            use(std::get<ParameterSets>(event), out);
    }
    h264_events_.clear();
}

void ClientTrack::push_aac(AacDepacketizer& depacketizer, const RtpPacket& packet, std::int64_t time,
                           bool lost, std::vector<ClientEvent>& out) {
    depacketizer.push(packet, time, lost, aac_events_);
    for (AacEvent& event : aac_events_) {
        if (auto* unit = std::get_if<DepacketizedUnit>(&event))
            deliver(std::move(*unit), out);
        else
            out.emplace_back(UnitDamaged{.track = index_, .time = std::get<DamagedUnit>(event).time});
    }
    aac_events_.clear();
}

void ClientTrack::use(const ParameterSets& sets, std::vector<ClientEvent>& out) {
    auto parameters = track_parameters(sets, clock_rate_hz_);
    if (!parameters || parameters_ == *parameters) return;  // unreadable ones wait for better (quirk 54)
    parameters_ = *std::move(parameters);
    out.emplace_back(ParametersChanged{.track = index_, .parameters = *parameters_});
}

void ClientTrack::deliver(DepacketizedUnit&& unit, std::vector<ClientEvent>& out) {
    if (!parameters_) return;  // nobody could decode it
    delivered_ = true;
    delivered_random_access_ |= unit.random_access;
    out.emplace_back(media::AccessUnit{.track = index_,
                                       .random_access = unit.random_access,
                                       .time = unit.time,
                                       .data = std::move(unit.data)});
}

void ClientTrack::on_rtcp(ByteView bytes, std::vector<ClientEvent>& out) const {
    if (!ssrc_) return;
    const auto compound = parse_rtcp(bytes);
    if (!compound) return;
    for (const RtcpSenderReport& report : compound->sender_reports)
        if (report.ssrc == *ssrc_ && sequence_.received() > 0)
            out.emplace_back(
                SenderReport{.track = index_, .ntp = report.ntp, .rtp_time = time_.peek(report.rtp_time)});
}

}  // namespace vedette::rtsp
