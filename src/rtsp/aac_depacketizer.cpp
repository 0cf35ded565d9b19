#include "rtsp/aac_depacketizer.hpp"

#include <array>

#include "media/bit_reader.hpp"

namespace vedette::rtsp {

namespace {

/// The frame without an ADTS header, which some cameras leave on (quirk 60). A raw_data_block never begins
/// with the twelve 1 bits of the syncword.
ByteView without_adts(ByteView frame) {
    constexpr std::size_t adts_header_size = 7;
    constexpr std::size_t adts_header_with_crc_size = 9;
    if (frame.size() <= adts_header_with_crc_size || frame[0] != std::byte{0xFF} ||
        (frame[1] & std::byte{0xF6}) != std::byte{0xF0})
        return frame;
    const bool no_crc = (frame[1] & std::byte{1}) != std::byte{0};
    return frame.subspan(no_crc ? adts_header_size : adts_header_with_crc_size);
}

DepacketizedUnit unit(ByteView frame, std::int64_t time) {
    frame = without_adts(frame);
    return {.time = time,
            .random_access = true,
            .data = std::make_shared<const Bytes>(frame.begin(), frame.end())};
}

}  // namespace

void AacDepacketizer::push(const RtpPacket& packet, std::int64_t time, bool lost,
                           std::vector<MediaEvent>& out) {
    if (frame_bytes_ > 0 && (lost || time != time_)) {
        drop_fragments(out);
        skipping_ = lost;
    }
    if (time != time_) skipping_ = false;
    ByteReader reader(packet.payload);
    const std::size_t header_bits = reader.u16();
    const ByteView headers = reader.take((header_bits + 7) / 8);
    const ByteView data = reader.rest();
    if (reader.failed()) {
        out.emplace_back(DamagedUnit{.time = time});
        return;
    }
    std::array<std::size_t, max_aac_frames_in_packet> sizes{};
    std::size_t count = 0;
    media::BitReader bits(headers);
    std::size_t bits_left = header_bits;
    while (count < sizes.size()) {
        const unsigned index_bits = count == 0 ? format_.index_length : format_.index_delta_length;
        const std::size_t wanted = std::size_t{format_.size_length} + index_bits;
        if (bits_left < wanted) break;
        bits_left -= wanted;
        sizes[count++] = bits.bits(format_.size_length);
        bits.skip(index_bits);
    }
    if (count == 1 && sizes[0] > data.size()) {
        if (lost && !skipping_) {  // the frame's first fragment may be among the lost
            skipping_ = true;
            time_ = time;
            out.emplace_back(DamagedUnit{.time = time});
        }
        if (!skipping_) push_fragment(sizes[0], data, time, out);
        return;
    }
    push_frames(std::span(sizes).first(count), data, time, out);
}

void AacDepacketizer::push_frames(std::span<const std::size_t> sizes, ByteView data, std::int64_t time,
                                  std::vector<MediaEvent>& out) const {
    ByteReader reader(data);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const ByteView frame = reader.take(sizes[i]);
        const std::int64_t at = time + static_cast<std::int64_t>(i) * frame_duration_;
        if (reader.failed()) {
            out.emplace_back(DamagedUnit{.time = at});
            return;
        }
        if (!frame.empty()) out.emplace_back(unit(frame, at));
    }
}

void AacDepacketizer::push_fragment(std::size_t frame_bytes, ByteView data, std::int64_t time,
                                    std::vector<MediaEvent>& out) {
    if (frame_bytes_ == 0) {
        frame_bytes_ = frame_bytes;
        time_ = time;
    }
    if (frame_bytes != frame_bytes_ || frame_bytes > max_aac_frame_bytes ||
        data.size() > frame_bytes_ - fragments_.size()) {
        drop_fragments(out);
        return;
    }
    fragments_.insert(fragments_.end(), data.begin(), data.end());
    if (fragments_.size() < frame_bytes_) return;
    out.emplace_back(unit(fragments_, time_));
    fragments_.clear();
    frame_bytes_ = 0;
}

void AacDepacketizer::drop_fragments(std::vector<MediaEvent>& out) {
    out.emplace_back(DamagedUnit{.time = time_});
    fragments_.clear();
    frame_bytes_ = 0;
}

}  // namespace vedette::rtsp
