#include "rtsp/client_track.hpp"

#include <type_traits>
#include <utility>

#include "media/h264.hpp"
#include "rtsp/rtcp.hpp"
#include "rtsp/text.hpp"

namespace vedette::rtsp {

namespace {

/// Whether a presentation time that goes back can be a B-frame's.
bool may_be_reordered(media::Codec codec, ByteView unit) {
    if (codec == media::Codec::h265) return true;
    if (codec != media::Codec::h264) return false;
    ByteReader reader(unit);
    while (!reader.at_end() && !reader.failed())
        if (const auto slice = media::peek_slice_header(reader.take(reader.u32())))
            return slice->slice_type % 5 == 1;  // table 7-6: B
    return false;
}

}  // namespace

ClientTrack::ClientTrack(std::uint8_t index, TrackSetup setup, std::string control_url)
    : index_(index),
      payload_type_(setup.payload_type),
      codec_(setup.codec),
      clock_rate_hz_(setup.clock_rate_hz),
      control_url_(std::move(control_url)),
      depacketizer_(std::move(setup.depacketizer)),
      parameters_(std::move(setup.parameters)) {
    order_.configure(parameters_ ? parameters_->reorder_depth : std::uint8_t{0}, clock_rate_hz_);
}

void ClientTrack::secure(std::string_view protocol, MediaSecurity security) {
    profile_ = starts_with_ignoring_case(protocol, "RTP/SAVPF") ? "RTP/SAVPF" : "RTP/SAVP";
    security_ = std::make_unique<MediaSecurity>(std::move(security));
}

TrackDescription ClientTrack::description() const {
    return {.codec = codec_, .clock_rate_hz = clock_rate_hz_, .parameters = parameters_};
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
    if (replay_)
        if (const auto extension = parse_replay_extension(packet->extension_profile, packet->extension))
            out.emplace_back(ReplayTime{.track = index_, .rtp_time = time, .extension = *extension});
    if (auto* h264 = std::get_if<H264Depacketizer>(&depacketizer_))
        push_h264(*h264, *packet, time, lost, out);
    else
        push_other(*packet, time, lost, out);
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
        else if (auto known = h264_parameters(std::get<ParameterSets>(event)))
            use(*std::move(known), out);  // unreadable ones wait for better (quirk 54)
    }
    h264_events_.clear();
}

void ClientTrack::push_other(const RtpPacket& packet, std::int64_t time, bool lost,
                             std::vector<ClientEvent>& out) {
    std::visit(
        [&](auto& depacketizer) {
            using Kind = std::decay_t<decltype(depacketizer)>;
            if constexpr (!std::is_same_v<Kind, H264Depacketizer>)
                depacketizer.push(packet, time, lost, other_events_);
        },
        depacketizer_);
    for (MediaEvent& event : other_events_) {
        if (auto* unit = std::get_if<DepacketizedUnit>(&event))
            deliver(std::move(*unit), out);
        else if (const auto* damaged = std::get_if<DamagedUnit>(&event))
            out.emplace_back(UnitDamaged{.track = index_, .time = damaged->time});
        else
            use(std::get<media::TrackParameters>(std::move(event)), out);
    }
    other_events_.clear();
}

void ClientTrack::use(media::TrackParameters parameters, std::vector<ClientEvent>& out) {
    parameters.clock_rate_hz = clock_rate_hz_;
    if (parameters_ == parameters) return;
    parameters_ = std::move(parameters);
    order_.configure(parameters_->reorder_depth, clock_rate_hz_);
    out.emplace_back(ParametersChanged{.track = index_, .parameters = *parameters_});
}

void ClientTrack::deliver(DepacketizedUnit&& unit, std::vector<ClientEvent>& out) {
    if (!parameters_) return;  // nobody could decode it
    delivered_ = true;
    delivered_random_access_ |= unit.random_access;
    media::DecodeOrder::Placed placed{unit.time, 0};
    if (parameters_->is_video() && !order_.in_order(unit.time))
        placed = order_.place(unit.time, may_be_reordered(codec_, *unit.data));
    out.emplace_back(media::AccessUnit{.track = index_,
                                       .random_access = unit.random_access,
                                       .skipped_leading = unit.skipped_leading,
                                       .time = placed.decode_time,
                                       .presentation_offset = placed.presentation_offset,
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
