#include "rtsp/jpeg_depacketizer.hpp"

#include <utility>

namespace vedette::rtsp {

namespace {

constexpr std::uint8_t first_restart_type = 64;  // 64 to 127: with a restart marker header (section 3.1.7)
constexpr std::uint8_t first_table_quality = 128;
constexpr std::uint8_t tables_in_every_picture = 255;
constexpr unsigned block_side = 8;

}  // namespace

void JpegDepacketizer::push(const RtpPacket& packet, std::int64_t time, bool lost,
                            std::vector<MediaEvent>& out) {
    const bool in_picture = damaged_ || !picture_.empty();
    if (in_picture && (lost || time != time_)) {
        // Without a marker the next time ends a picture (quirk 49); after a loss nobody knows whether it is
        // whole.
        damaged_ |= lost;
        if (time != time_) finish(out);
    }
    ByteReader reader(packet.payload);
    Header header;
    reader.skip(1);  // type-specific: interlaced fields are pictures of their own here
    header.offset = reader.u24();
    header.type = reader.u8();
    header.quality = reader.u8();
    header.width = static_cast<std::uint16_t>(reader.u8() * block_side);
    header.height = static_cast<std::uint16_t>(reader.u8() * block_side);
    const bool restarts = header.type >= first_restart_type && header.type < 2 * first_restart_type;
    if (restarts) {
        header.restart_interval = reader.u16();
        reader.skip(2);
    }
    if (!damaged_ && picture_.empty()) {
        time_ = time;
        damaged_ = reader.failed() || !begin(header, reader);
    }
    if (!damaged_ && (reader.failed() || header.offset != picture_.size() - data_at_)) damaged_ = true;
    if (!damaged_) append(reader.rest());
    if (packet.marker) finish(out);
}

/// The first packet of a picture; false when the picture can't be made.
bool JpegDepacketizer::begin(const Header& header, ByteReader& reader) {
    const unsigned kind = header.type % first_restart_type;
    // Types 0 and 1 alone are defined; others that cameras send differ in what nobody needs (quirk 58).
    if (header.offset != 0 || header.type >= 2 * first_restart_type || header.width == 0 ||
        header.height == 0)
        return false;
    auto quantisers = tables(header.quality, reader);
    if (!quantisers) return false;
    const bool half_height = kind % 2 == 1;
    picture_ = media::jpeg_header({.width = header.width,
                                   .height = header.height,
                                   .half_height_chroma = half_height,
                                   .restart_interval = header.restart_interval,
                                   .tables = *std::move(quantisers)});
    picture_.reserve(picture_.size() + usual_bytes_ + usual_bytes_ / 8 + 2048);
    data_at_ = picture_.size();
    width_ = header.width;
    height_ = header.height;
    return true;
}

/// Section 3.1.8: below 128 from the quality alone, else from the packet, or as they came before.
std::optional<media::JpegTables> JpegDepacketizer::tables(std::uint8_t quality, ByteReader& reader) {
    constexpr std::size_t narrow = 64;
    if (quality < first_table_quality) return media::jpeg_tables(quality);  // 0 and 100 on: quirk 58
    reader.skip(1);
    const std::uint8_t precision = reader.u8();
    ByteReader in(reader.take(reader.u16()));
    if (in.remaining() == 0) {
        const auto kept = kept_tables_.find(quality);
        return kept == kept_tables_.end() ? std::nullopt : std::optional(kept->second);
    }
    const auto table = [&](unsigned index) {
        const ByteView bytes = in.take((precision >> index & 1) != 0 ? 2 * narrow : narrow);
        return media::JpegTable(bytes.begin(), bytes.end());
    };
    media::JpegTables found{.luma = table(0), .chroma = {}};
    if (in.failed()) return std::nullopt;
    found.chroma = in.remaining() == 0 ? found.luma : table(1);  // one table serves all components
    if (in.failed()) return std::nullopt;
    if (quality != tables_in_every_picture) kept_tables_[quality] = found;
    return found;
}

void JpegDepacketizer::append(ByteView data) {
    if (picture_.size() + data.size() > max_access_unit_bytes) {
        damaged_ = true;
        return;
    }
    picture_.insert(picture_.end(), data.begin(), data.end());
}

void JpegDepacketizer::finish(std::vector<MediaEvent>& out) {
    Bytes picture = std::exchange(picture_, {});
    if (std::exchange(damaged_, false) || picture.size() <= data_at_) {
        out.emplace_back(DamagedUnit{.time = time_});
        return;
    }
    const ByteView end = ByteView(picture).last(2);
    if (end[0] != std::byte{0xFF} || end[1] != std::byte{0xD9}) {
        picture.push_back(std::byte{0xFF});
        picture.push_back(std::byte{0xD9});
    }
    usual_bytes_ = picture.size() - data_at_;
    if (width_ != known_width_ || height_ != known_height_) {
        known_width_ = width_;
        known_height_ = height_;
        out.emplace_back(media::mjpeg_track_parameters(width_, height_));
    }
    out.emplace_back(DepacketizedUnit{
        .time = time_, .random_access = true, .data = std::make_shared<const Bytes>(std::move(picture))});
}

}  // namespace vedette::rtsp
