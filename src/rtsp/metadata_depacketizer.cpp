#include "rtsp/metadata_depacketizer.hpp"

#include <utility>

namespace vedette::rtsp {

namespace {

/// After a loss, what follows may be the middle of a document.
bool begins_xml(ByteView payload) {
    constexpr std::byte byte_order_mark{0xEF};
    return !payload.empty() && (payload[0] == std::byte{'<'} || payload[0] == byte_order_mark);
}

}  // namespace

void MetadataDepacketizer::push(const RtpPacket& packet, std::int64_t time, bool lost,
                                std::vector<MediaEvent>& out) {
    if (in_document_ && lost) damaged_ = true;
    if (in_document_ && time != time_) finish(out);
    if (!in_document_) {
        in_document_ = true;
        time_ = time;
        damaged_ = lost && !begins_xml(packet.payload);
    }
    if (document_.size() + packet.payload.size() > max_metadata_bytes) damaged_ = true;
    if (!damaged_) document_.insert(document_.end(), packet.payload.begin(), packet.payload.end());
    if (packet.marker) finish(out);
}

void MetadataDepacketizer::finish(std::vector<MediaEvent>& out) {
    in_document_ = false;
    Bytes document = std::exchange(document_, {});
    if (std::exchange(damaged_, false) || document.empty()) {
        out.emplace_back(DamagedUnit{.time = time_});
        return;
    }
    out.emplace_back(DepacketizedUnit{
        .time = time_, .random_access = true, .data = std::make_shared<const Bytes>(std::move(document))});
}

}  // namespace vedette::rtsp
