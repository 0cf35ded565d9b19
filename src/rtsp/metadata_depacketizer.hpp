#pragma once
// ONVIF metadata from RTP (ONVIF Streaming Specification, 5.2.1.1): XML documents, one or several packets
// each.

#include <cstdint>
#include <vector>

#include "rtsp/depacketizer.hpp"
#include "rtsp/rtp.hpp"

namespace vedette::rtsp {

constexpr std::size_t max_metadata_bytes = 1024 * 1024;  ///< of one document

/// Not thread-safe; one per track. The XML is not looked into.
class MetadataDepacketizer {
  public:
    /// The next packet of the source in order; see H264Depacketizer::push. The marker ends a document.
    void push(const RtpPacket& packet, std::int64_t time, bool lost, std::vector<MediaEvent>& out);

  private:
    void finish(std::vector<MediaEvent>& out);

    Bytes document_;
    std::int64_t time_ = 0;
    bool in_document_ = false;
    bool damaged_ = false;
};

}  // namespace vedette::rtsp
