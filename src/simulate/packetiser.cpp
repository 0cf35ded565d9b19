#include "simulate/packetiser.hpp"

#include <algorithm>

#include "media/h265.hpp"
#include "rtsp/rtp.hpp"
#include "rtsp/stream_parser.hpp"

namespace vedette::simulate {
namespace {

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

/// How a codec's NAL units are cut and joined.
class Payload {
  public:
    virtual ~Payload() = default;
    virtual std::size_t header_bytes() const = 0;  ///< of a NAL unit
    virtual bool is_slice(ByteView unit) const = 0;
    /// Payload header and fragmentation header.
    virtual Bytes fragment_header(ByteView unit, bool first, bool last) const = 0;
    /// The payload header of an aggregate of these.
    virtual Bytes aggregate_header(std::span<const ByteView> units) const = 0;
};

std::uint8_t fragment_flags(bool first, bool last) {
    return static_cast<std::uint8_t>((first ? 0x80 : 0) | (last ? 0x40 : 0));
}

Bytes two_bytes(unsigned first, unsigned second) {
    return {static_cast<std::byte>(first), static_cast<std::byte>(second)};
}

/// RFC 6184 sections 5.7.1 (STAP-A) and 5.8 (FU-A).
class H264Payload final : public Payload {
  public:
    std::size_t header_bytes() const override { return 1; }
    bool is_slice(ByteView unit) const override { return media::is_slice(media::nal_type(unit)); }
    Bytes fragment_header(ByteView unit, bool first, bool last) const override {
        const auto header = std::to_integer<unsigned>(unit[0]);
        return two_bytes((header & 0xE0) | fu_a, (header & 0x1F) | fragment_flags(first, last));
    }
    Bytes aggregate_header(std::span<const ByteView> units) const override {
        unsigned importance = 0;  // nal_ref_idc: the highest of them
        for (const ByteView unit : units)
            importance = std::max(importance, std::to_integer<unsigned>(unit[0]) & 0x60);
        return {static_cast<std::byte>(importance | stap_a)};
    }
};

/// RFC 7798 sections 4.4.2 (aggregation packets) and 4.4.3 (fragmentation units).
class H265Payload final : public Payload {
  public:
    std::size_t header_bytes() const override { return media::hevc_nal_header_bytes; }
    bool is_slice(ByteView unit) const override { return media::is_slice(media::hevc_nal_type(unit[0])); }
    Bytes fragment_header(ByteView unit, bool first, bool last) const override {
        Bytes header = with_type(unit, media::HevcNalType::fragmentation);
        header.push_back(static_cast<std::byte>(fragment_flags(first, last) |
                                                static_cast<unsigned>(media::hevc_nal_type(unit[0]))));
        return header;
    }
    Bytes aggregate_header(std::span<const ByteView> units) const override {
        return with_type(units[0], media::HevcNalType::aggregation);
    }

  private:
    static Bytes with_type(ByteView unit, media::HevcNalType type) {
        return two_bytes((std::to_integer<unsigned>(unit[0]) & 0x81) | static_cast<unsigned>(type) << 1,
                         std::to_integer<unsigned>(unit[1]));
    }
};

void fragment_unit(Builder& out, const Payload& payload, ByteView unit, bool last_in_picture) {
    ByteView rest = unit.subspan(payload.header_bytes());
    for (bool first = true; !rest.empty(); first = false) {
        const ByteView part =
            rest.first(std::min(rest.size(), max_payload_bytes - payload.header_bytes() - 1));
        rest = rest.subspan(part.size());
        const bool last = rest.empty();
        const Bytes header = payload.fragment_header(unit, first, last);
        out.packet(last && last_in_picture, {header, part});
    }
}

/// How many units from the first on are parameter sets or SEI that fit one aggregate.
std::size_t aggregatable(const Payload& payload, std::span<const ByteView> units) {
    std::size_t size = payload.header_bytes();
    std::size_t count = 0;
    for (const ByteView unit : units) {
        size += 2 + unit.size();
        if (payload.is_slice(unit) || size > max_payload_bytes) break;
        ++count;
    }
    return count;
}

void aggregate(Builder& out, const Payload& payload, std::span<const ByteView> units, bool marker) {
    ByteWriter bytes;
    bytes.bytes(payload.aggregate_header(units));
    for (const ByteView unit : units) bytes.u16(static_cast<std::uint16_t>(unit.size())).bytes(unit);
    out.packet(marker, {bytes.view()});
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
    const H264Payload h264;
    const H265Payload h265;
    const Payload& payload = clip.codec == media::Codec::h265 ? static_cast<const Payload&>(h265) : h264;
    Builder out(video_channel, video_payload_type);
    for (const Picture& picture : clip.pictures) {
        out.begin_frame(picture.key);
        for (std::size_t i = 0; i < picture.units.size();) {
            const std::span rest = std::span(picture.units).subspan(i);
            const std::size_t together = aggregatable(payload, rest);
            if (together >= 2) {
                aggregate(out, payload, rest.first(together), together == rest.size());
                i += together;
                continue;
            }
            const bool last = rest.size() == 1;
            if (rest[0].size() <= max_payload_bytes)
                out.packet(last, {rest[0]});
            else
                fragment_unit(out, payload, rest[0], last);
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
