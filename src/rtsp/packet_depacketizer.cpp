#include "rtsp/packet_depacketizer.hpp"

#include <utility>

#include "media/audio.hpp"

namespace vedette::rtsp {

namespace {

/// Little-endian samples to the order that L16 has (quirk 61).
Bytes swapped(ByteView samples) {
    Bytes out(samples.begin(), samples.end());
    for (std::size_t i = 0; i + 1 < out.size(); i += 2) std::swap(out[i], out[i + 1]);
    return out;
}

}  // namespace

void PacketDepacketizer::push(const RtpPacket& packet, std::int64_t time, bool /*lost*/,
                              std::vector<MediaEvent>& out) const {
    ByteView payload = packet.payload;
    Bytes changed;
    if (format_.codec == media::Codec::l16) {
        const std::size_t sample_bytes = 2U * format_.channels;
        payload = payload.first(payload.size() - payload.size() % sample_bytes);
        if (format_.little_endian) payload = changed = swapped(payload);
    } else if (format_.codec == media::Codec::g726 && format_.little_endian) {
        payload = changed = media::repack_g726(payload, format_.bits_per_sample);
    }
    if (payload.empty()) return;
    Bytes data = changed.empty() ? Bytes(payload.begin(), payload.end()) : std::move(changed);
    out.emplace_back(DepacketizedUnit{
        .time = time, .random_access = true, .data = std::make_shared<const Bytes>(std::move(data))});
}

}  // namespace vedette::rtsp
