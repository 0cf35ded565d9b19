#include "simulate/packetiser.hpp"

#include <algorithm>

#include "rtsp/rtp.hpp"
#include "rtsp/stream_parser.hpp"

namespace vedette::simulate {
namespace {

constexpr std::uint8_t stap_a = 24;
constexpr std::uint8_t fu_a = 28;

class Builder {
  public:
    Builder(std::uint8_t channel, std::uint8_t payload_type)
        : channel_(channel), payload_type_(payload_type) {}

    void begin_frame(bool key) {
        table_.first_packet.push_back(table_.packets());
        table_.octets_before.push_back(octets_);
        table_.key.push_back(key);
    }
    void packet(bool marker, std::initializer_list<ByteView> parts) {
        std::size_t size = 0;
        for (const ByteView part : parts) size += part.size();
        table_.packet_at.push_back(static_cast<std::uint32_t>(table_.wire.size()));
        append(rtsp::interleaved_header(channel_, rtsp::rtp_header_bytes + size));
        append(rtsp::rtp_header({.marker = marker, .payload_type = payload_type_}));
        for (const ByteView part : parts) append(part);
        octets_ += size;
    }
    Result<PacketTable> finish() && {
        if (table_.wire.size() > UINT32_MAX) return fail(ErrorKind::invalid_input, "the clip is too large");
        table_.first_packet.push_back(table_.packets());
        table_.octets_before.push_back(octets_);
        return std::move(table_);
    }

  private:
    void append(ByteView bytes) { table_.wire.insert(table_.wire.end(), bytes.begin(), bytes.end()); }

    std::uint8_t channel_;
    std::uint8_t payload_type_;
    std::uint64_t octets_ = 0;
    PacketTable table_;
};

/// RFC 6184 section 5.8.
void fragment_unit(Builder& out, ByteView unit, bool last_in_picture) {
    const auto header = std::to_integer<std::uint8_t>(unit[0]);
    ByteView rest = unit.subspan(1);
    for (bool first = true; !rest.empty(); first = false) {
        const ByteView part = rest.first(std::min(rest.size(), max_payload_bytes - 2));
        rest = rest.subspan(part.size());
        const bool last = rest.empty();
        const std::byte fu[] = {
            std::byte(static_cast<std::uint8_t>((header & 0xE0) | fu_a)),
            std::byte(static_cast<std::uint8_t>((header & 0x1F) | (first ? 0x80 : 0) | (last ? 0x40 : 0)))};
        out.packet(last && last_in_picture, {fu, part});
    }
}

/// How many units from the first on are parameter sets or SEI that fit one STAP-A (RFC 6184 section 5.7.1).
std::size_t aggregatable(std::span<const ByteView> units) {
    std::size_t size = 1;
    std::size_t count = 0;
    for (const ByteView unit : units) {
        size += 2 + unit.size();
        if (media::is_slice(media::nal_type(unit)) || size > max_payload_bytes) break;
        ++count;
    }
    return count;
}

void aggregate(Builder& out, std::span<const ByteView> units, bool marker) {
    std::uint8_t importance = 0;  // nal_ref_idc: the highest of them
    ByteWriter payload;
    payload.u8(0);
    for (const ByteView unit : units) {
        importance =
            std::max(importance, static_cast<std::uint8_t>(std::to_integer<std::uint8_t>(unit[0]) & 0x60));
        payload.u16(static_cast<std::uint16_t>(unit.size())).bytes(unit);
    }
    Bytes bytes = std::move(payload).finish();
    bytes[0] = std::byte(static_cast<std::uint8_t>(importance | stap_a));
    out.packet(marker, {bytes});
}

}  // namespace

ByteView PacketTable::frame(std::size_t index) const {
    const std::uint32_t first = first_packet[index];
    const std::uint32_t next = first_packet[index + 1];
    const std::size_t begin = first < packets() ? packet_at[first] : wire.size();
    const std::size_t end = next < packets() ? packet_at[next] : wire.size();
    return ByteView(wire).subspan(begin, end - begin);
}

Result<PacketTable> packetise_video(const Clip& clip) {
    Builder out(video_channel, video_payload_type);
    for (const Picture& picture : clip.pictures) {
        out.begin_frame(picture.key);
        for (std::size_t i = 0; i < picture.units.size();) {
            const std::span rest = std::span(picture.units).subspan(i);
            const std::size_t together = aggregatable(rest);
            if (together >= 2) {
                aggregate(out, rest.first(together), together == rest.size());
                i += together;
                continue;
            }
            const bool last = rest.size() == 1;
            if (rest[0].size() <= max_payload_bytes)
                out.packet(last, {rest[0]});
            else
                fragment_unit(out, rest[0], last);
            ++i;
        }
    }
    return std::move(out).finish();
}

Result<PacketTable> packetise_audio(const Clip& clip) {
    Builder out(audio_channel, audio_payload_type);
    for (const ByteView sound : clip.sounds) {
        // RFC 3640 section 3.2.1: 16 bits of AU headers; 13 bits size, 3 bits index.
        ByteWriter header;
        header.u16(16).u16(static_cast<std::uint16_t>(sound.size() << 3));
        out.begin_frame(true);
        out.packet(true, {header.view(), sound});
    }
    return std::move(out).finish();
}

}  // namespace vedette::simulate
