#pragma once
// H.265 from RTP (RFC 7798: single NAL units, aggregation packets, fragmentation units) to access units with
// length-prefixed NAL units.

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "media/h265.hpp"
#include "rtsp/depacketizer.hpp"
#include "rtsp/rtp.hpp"

namespace vedette::rtsp {

/// Not thread-safe; one per track. Parameter sets stay in the access units' data. Only the base layer is
/// kept.
class H265Depacketizer {
  public:
    /// `decoding_order_numbers`: sprop-max-don-diff is above 0, so that packets carry DONL and DOND fields
    /// (RFC 7798 section 4.4). They are skipped: over one ordered transport the packets come in decoding
    /// order.
    explicit H265Depacketizer(bool decoding_order_numbers = false)
        : decoding_order_numbers_(decoding_order_numbers) {}

    /// Puts a NAL unit of sprop-vps, -sps or -pps into force; others than parameter sets are ignored. Repairs
    /// Annex B (quirk 53).
    void add_parameter_set(ByteView nal);
    /// Of the sets in force; nullopt while a kind is missing or one is not readable.
    std::optional<media::TrackParameters> parameters() const;

    /// The next packet of the source in order; see H264Depacketizer::push.
    void push(const RtpPacket& packet, std::int64_t time, bool lost, std::vector<MediaEvent>& out);

  private:
    bool in_unit() const { return damaged_ || !unit_.empty(); }
    void start(std::int64_t time);
    void on_loss(ByteView payload, std::int64_t time, std::vector<MediaEvent>& out);
    void on_new_time(ByteView payload, std::int64_t time, std::vector<MediaEvent>& out);
    void push_payload(ByteView payload);
    void push_fragment(ByteView payload);
    void push_aggregate(ByteView payload);
    void append_nal(ByteView nal);
    void begin_nal(std::byte first, std::byte second);
    void end_nal();
    void append(ByteView bytes) { unit_.insert(unit_.end(), bytes.begin(), bytes.end()); }
    void drop_open_nal() { unit_.erase(unit_.begin() + static_cast<std::ptrdiff_t>(nal_at_), unit_.end()); }
    bool split_start_codes(ByteView nal);
    void keep_parameter_set(ByteView nal);
    void finish(std::vector<MediaEvent>& out);

    bool decoding_order_numbers_;
    Bytes unit_;  ///< the access unit so far
    std::int64_t time_ = 0;
    std::size_t nal_at_ = 0;  ///< offset of the open NAL unit's length field
    std::size_t nal_count_ = 0;
    bool open_ = false;  ///< a fragmented NAL unit is being assembled
    bool has_slice_ = false;
    bool random_access_ = false;
    bool skipped_leading_ = false;
    bool damaged_ = false;  ///< nothing more is taken until the access unit ends
    bool sets_changed_ = false;
    std::size_t usual_bytes_ = 0;  ///< size of the last access unit
    media::HevcParameterSets sets_;
};

}  // namespace vedette::rtsp
