#include "rtsp/rtp.hpp"

namespace vedette::rtsp {

std::optional<RtpPacket> parse_rtp(ByteView bytes) {
    ByteReader reader(bytes);
    const std::uint8_t first = reader.u8();
    const std::uint8_t second = reader.u8();
    if (first >> 6 != 2) return std::nullopt;
    RtpPacket packet{.marker = (second & 0x80) != 0,
                     .payload_type = static_cast<std::uint8_t>(second & 0x7f)};
    packet.sequence = reader.u16();
    packet.timestamp = reader.u32();
    packet.ssrc = reader.u32();
    reader.skip(std::size_t{4} * (first & 0x0f));
    if ((first & 0x10) != 0) {
        packet.extension_profile = reader.u16();
        packet.extension = reader.take(std::size_t{4} * reader.u16());
    }
    packet.payload = reader.rest();
    if (reader.failed()) return std::nullopt;
    if ((first & 0x20) != 0) {
        const std::size_t padding =
            packet.payload.empty() ? 0 : std::to_integer<std::size_t>(packet.payload.back());
        if (padding == 0 || padding > packet.payload.size()) return std::nullopt;
        packet.payload = packet.payload.first(packet.payload.size() - padding);
    }
    return packet;
}

std::array<std::byte, rtp_header_bytes> rtp_header(const RtpPacket& packet) {
    std::array<std::byte, rtp_header_bytes> out{};
    out[0] = std::byte{0x80};
    out[1] = static_cast<std::byte>((packet.marker ? 0x80 : 0) | (packet.payload_type & 0x7f));
    for (std::size_t i = 0; i < 2; ++i) out[2 + i] = static_cast<std::byte>(packet.sequence >> (8 - 8 * i));
    for (std::size_t i = 0; i < 4; ++i) {
        out[4 + i] = static_cast<std::byte>(packet.timestamp >> (24 - 8 * i));
        out[8 + i] = static_cast<std::byte>(packet.ssrc >> (24 - 8 * i));
    }
    return out;
}

SequenceTracker::Verdict SequenceTracker::on_packet(std::uint16_t sequence) {
    // A source that starts again far back would be refused for minutes; after this many it is believed.
    constexpr std::uint32_t late_until_restart = 16;
    if (!started_) {
        started_ = true;
        last_ = sequence;
        ++received_;
        return {};
    }
    const auto step = static_cast<std::uint16_t>(sequence - last_);
    Verdict verdict;
    if (step == 0 || step >= 0x8000) {
        if (++late_in_a_row_ < late_until_restart) return {.accept = false};
        verdict.lost = 1;  // how many is unknown; the depacketiser must not join the two sides
    } else {
        verdict.lost = step - 1U;
        if (sequence < last_) ++cycles_;
    }
    late_in_a_row_ = 0;
    last_ = sequence;
    ++received_;
    lost_ += verdict.lost;
    return verdict;
}

std::int64_t TimestampUnwrapper::peek(std::uint32_t timestamp) const {
    if (!started_) return timestamp;
    return last_ + static_cast<std::int32_t>(timestamp - static_cast<std::uint32_t>(last_));
}

std::int64_t TimestampUnwrapper::unwrap(std::uint32_t timestamp) {
    last_ = peek(timestamp);
    started_ = true;
    return last_;
}

}  // namespace vedette::rtsp
