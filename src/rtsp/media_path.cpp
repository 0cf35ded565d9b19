#include "rtsp/media_path.hpp"

namespace vedette::rtsp {

namespace {
constexpr std::string_view cname = "vedette";
}  // namespace

bool MediaPath::on_packet(ByteView packet, ClientTrack& track, MonotonicTime now,
                          std::vector<ClientEvent>& out) {
    if (!track.on_rtp(packet, out)) return false;
    ByteReader header(packet);
    header.skip(2);
    const std::uint16_t sequence = header.u16();
    const std::uint32_t timestamp = header.u32();
    ssrc_ = header.u32();
    statistics_.on_packet(sequence, timestamp, now);
    return true;
}

bool MediaPath::on_datagram(ByteView datagram, ClientTrack& track, MonotonicTime now,
                            std::vector<ClientEvent>& out) {
    const auto packet = parse_rtp(datagram);
    // Other payload types may carry the same sequence numbers (quirk 43).
    if (!packet || packet->payload_type != payload_type_) return false;
    bool counted = false;
    const ReorderBuffer::Sink sink = [&](ByteView bytes) { counted |= track.on_rtp(bytes, out); };
    if (ssrc_ != packet->ssrc) {
        // The track decides when another source is to be believed (quirks 23, 42); from then on it is
        // ordered.
        if (!track.on_rtp(datagram, out)) return false;
        ssrc_ = packet->ssrc;
        reorder_ = {};
        const ReorderBuffer::Sink nowhere = [](ByteView) {};
        reorder_.push(packet->sequence, datagram, now, nowhere);
        counted = true;
    } else {
        reorder_.push(packet->sequence, datagram, now, sink);
    }
    statistics_.on_packet(packet->sequence, packet->timestamp, now);
    return counted;
}

void MediaPath::on_control(ByteView packet, const ClientTrack& track, MonotonicTime now,
                           std::vector<ClientEvent>& out) {
    const std::size_t before = out.size();
    track.on_rtcp(packet, out);
    for (std::size_t i = before; i < out.size(); ++i)
        if (const auto* report = std::get_if<SenderReport>(&out[i]))
            statistics_.on_sender_report(report->ntp, now);
}

void MediaPath::on_time(ClientTrack& track, MonotonicTime now, std::vector<ClientEvent>& out) {
    if (now < reorder_.deadline()) return;
    const ReorderBuffer::Sink sink = [&](ByteView bytes) { track.on_rtp(bytes, out); };
    reorder_.on_time(now, sink);
}

Bytes MediaPath::receiver_report(std::uint32_t own_ssrc, MonotonicTime now) {
    RtcpReceiverReport report{.ssrc = own_ssrc, .reports = {}};
    if (ssrc_)
        if (const auto block = statistics_.report(*ssrc_, now)) report.reports.push_back(*block);
    return print_receiver_report(report, cname);
}

std::optional<Bytes> MediaPath::key_frame_request(KeyFrameRequest way, std::uint32_t own_ssrc,
                                                  MonotonicTime now) {
    if (way == KeyFrameRequest::none || !ssrc_) return std::nullopt;
    Bytes compound = receiver_report(own_ssrc, now);
    const Bytes request = way == KeyFrameRequest::picture_loss_indication
                              ? print_picture_loss_indication(own_ssrc, *ssrc_)
                              : print_full_intra_request(own_ssrc, *ssrc_, requests_++);
    compound.insert(compound.end(), request.begin(), request.end());
    return compound;
}

}  // namespace vedette::rtsp
