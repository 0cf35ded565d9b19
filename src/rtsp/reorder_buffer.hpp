#pragma once
// Puts the RTP packets of one source back into the order of their sequence numbers, for transports that
// don't.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace vedette::rtsp {

/// Packets held while one before them is missing; the gap is given up when there are more.
constexpr std::size_t max_reordered_packets = 256;
/// A missing packet is waited for so long; longer than any detour inside one building.
constexpr std::chrono::milliseconds max_reordering{100};

/// Packets in order pass through without a copy. Behind a gap they are copied and held until the gap is
/// filled or given up. What comes later than that, or twice, is dropped. Not thread-safe.
class ReorderBuffer {
  public:
    /// Takes packets in their order; the view lives during the call.
    using Sink = std::function<void(ByteView)>;

    /// A packet with its sequence number.
    void push(std::uint16_t sequence, ByteView packet, MonotonicTime now, const Sink& sink);
    /// Gives up a gap that is due; harmless when called early.
    void on_time(MonotonicTime now, const Sink& sink);
    /// When on_time() is due; MonotonicTime::max() while nothing is held.
    MonotonicTime deadline() const;

    std::uint64_t reordered() const { return reordered_; }  ///< packets that came after a later one, in time
    std::uint64_t dropped() const { return dropped_; }      ///< packets that came too late, or twice

  private:
    struct Held {
        Bytes bytes;
        MonotonicTime arrived;
    };
    void release(const Sink& sink);
    void skip_gap(const Sink& sink);

    bool started_ = false;
    std::int64_t next_ = 0;  ///< sequence numbers without end
    std::map<std::int64_t, Held> held_;
    std::uint32_t late_in_a_row_ = 0;
    std::uint64_t reordered_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace vedette::rtsp
