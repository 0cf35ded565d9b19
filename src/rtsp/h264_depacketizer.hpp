#pragma once
// H.264 from RTP (RFC 6184: single NAL units, STAP-A, FU-A) to access units with length-prefixed NAL units.

#include <cstdint>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "rtsp/depacketizer.hpp"
#include "rtsp/rtp.hpp"

namespace vedette::rtsp {

/// The sequence and picture parameter sets in force, each one NAL unit without prefix, one per id.
struct ParameterSets {
    std::vector<Bytes> sps;
    std::vector<Bytes> pps;

    friend bool operator==(const ParameterSets&, const ParameterSets&) = default;
};

using H264Event = std::variant<ParameterSets, DepacketizedUnit, DamagedUnit>;

/// Not thread-safe; one per track. Parameter sets come as an event before the access unit that carries them,
/// and stay in its data as well.
class H264Depacketizer {
  public:
    /// Puts a NAL unit of sprop-parameter-sets into force; others than parameter sets are ignored. Repairs
    /// Annex B (quirk 53).
    void add_parameter_set(ByteView nal);
    const ParameterSets& parameter_sets() const { return sets_; }

    /// The next packet of the source in order. `time`: its unwrapped timestamp. `lost`: packets are missing
    /// before it. Appends to `out`.
    void push(const RtpPacket& packet, std::int64_t time, bool lost, std::vector<H264Event>& out);

  private:
    bool in_unit() const { return damaged_ || !unit_.empty(); }
    void start(std::int64_t time);
    void on_loss(ByteView payload, std::int64_t time, std::vector<H264Event>& out);
    void on_new_time(ByteView payload, std::int64_t time, std::vector<H264Event>& out);
    void push_payload(ByteView payload);
    void push_fragment(ByteView payload);
    void push_aggregate(ByteView payload);
    void append_nal(ByteView nal);
    void begin_nal(std::byte header);
    void end_nal();
    void append(ByteView bytes);
    void resize_to(std::size_t size) {
        unit_.erase(unit_.begin() + static_cast<std::ptrdiff_t>(size), unit_.end());
    }
    bool split_start_codes(ByteView nal);
    void keep_parameter_set(ByteView nal);
    void finish(std::vector<H264Event>& out);

    Bytes unit_;  ///< the access unit so far
    std::int64_t time_ = 0;
    std::size_t nal_at_ = 0;  ///< offset of the open NAL unit's length field
    std::size_t nal_count_ = 0;
    bool open_ = false;  ///< a fragmented NAL unit is being assembled
    bool has_slice_ = false;
    bool has_idr_ = false;
    bool damaged_ = false;  ///< nothing more is taken until the access unit ends
    bool sets_changed_ = false;
    std::size_t usual_bytes_ = 0;      ///< size of the last access unit without IDR
    std::size_t usual_idr_bytes_ = 0;  ///< and with
    ParameterSets sets_;
};

}  // namespace vedette::rtsp
