#include "rtsp/av1_depacketizer.hpp"

#include <utility>

namespace vedette::rtsp {

namespace {

// The aggregation header (section 4.4).
constexpr std::uint8_t continues_bit = 0x80;  // Z
constexpr std::uint8_t goes_on_bit = 0x40;    // Y

}  // namespace

void Av1Depacketizer::push(const RtpPacket& packet, std::int64_t time, bool lost,
                           std::vector<MediaEvent>& out) {
    if (in_unit_ && (lost || time != time_)) {
        damaged_ |= lost;
        if (time != time_) finish(out);
    }
    if (!in_unit_) {
        in_unit_ = true;
        time_ = time;
        unit_.clear();
        part_.clear();
        obu_count_ = 0;
        open_ = damaged_ = has_frame_ = has_key_frame_ = false;
    }
    if (!damaged_) take_elements(packet.payload);
    if (unit_.size() + part_.size() > max_access_unit_bytes || obu_count_ > max_obus) damaged_ = true;
    if (packet.marker) finish(out);
}

void Av1Depacketizer::take_elements(ByteView payload) {
    ByteReader reader(payload);
    const std::uint8_t header = reader.u8();
    const unsigned count = header >> 4 & 3;  // W; 0: each has its length
    bool continues = (header & continues_bit) != 0;
    if (continues != open_) damaged_ = true;  // a packet is missing that nobody told of
    for (unsigned i = 1; !damaged_ && reader.remaining() > 0; ++i) {
        std::size_t size = reader.remaining();
        if (count == 0 || i < count) {
            const auto told = media::read_leb128(reader);
            if (!told || *told > reader.remaining()) {
                damaged_ = true;
                return;
            }
            size = *told;
        }
        const ByteView element = reader.take(size);
        take_element(element, continues, reader.remaining() == 0 && (header & goes_on_bit) != 0);
        continues = false;
    }
}

void Av1Depacketizer::take_element(ByteView element, bool continues, bool goes_on) {
    if (!continues && !goes_on) return take_obu(element);
    part_.insert(part_.end(), element.begin(), element.end());
    open_ = goes_on;
    if (!goes_on) take_obu(std::exchange(part_, {}));
}

void Av1Depacketizer::take_obu(ByteView bytes) {
    if (bytes.empty()) return;
    const auto obu = media::parse_obu(bytes);
    if (!obu) {
        damaged_ = true;
        return;
    }
    switch (obu->type) {
        case media::ObuType::temporal_delimiter:
        case media::ObuType::tile_list:
        case media::ObuType::padding:
            return;
        case media::ObuType::sequence_header: {
            auto track = media::av1_track_parameters(*obu);
            const auto sequence = media::parse_av1_sequence(obu->payload);
            if (track && sequence && parameters_ != *track) {
                parameters_ = *std::move(track);
                sequence_ = *sequence;
                parameters_changed_ = true;
            }
            break;
        }
        case media::ObuType::frame:
        case media::ObuType::frame_header:
            if (!has_frame_ && sequence_)
                has_key_frame_ = media::begins_av1_key_frame(obu->payload, *sequence_);
            has_frame_ = true;
            break;
        default:
            break;
    }
    ++obu_count_;
    ByteWriter out;
    media::write_obu(out, *obu);
    unit_.insert(unit_.end(), out.view().begin(), out.view().end());
}

void Av1Depacketizer::finish(std::vector<MediaEvent>& out) {
    in_unit_ = false;
    if (damaged_ || open_) {
        out.emplace_back(DamagedUnit{.time = time_});
        return;
    }
    if (!has_frame_) return;
    if (std::exchange(parameters_changed_, false)) out.emplace_back(*parameters_);
    out.emplace_back(DepacketizedUnit{.time = time_,
                                      .random_access = has_key_frame_,
                                      .data = std::make_shared<const Bytes>(std::exchange(unit_, {}))});
}

}  // namespace vedette::rtsp
