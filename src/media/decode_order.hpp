#pragma once
// Decoding times for pictures whose presentation times alone are known, as RTP carries them (RFC 6184 section
// 5.1): pictures come in decoding order, and with B-frames their presentation times do not grow.

#include <cstdint>
#include <vector>

namespace vedette::media {

/// One track's; not thread-safe. With a reorder depth of d the decoding times are the presentation times in
/// order of size, d pictures late: then each is at most its picture's presentation time, and they grow.
class DecodeOrder {
  public:
    static constexpr std::uint8_t max_depth = 16;

    struct Placed {
        std::int64_t decode_time = 0;
        std::int32_t presentation_offset = 0;  ///< negative only where the depth was not known in time
    };

    /// `depth`: what the parameter sets say, see TrackParameters. `clock_rate_hz`: not 0. Another depth than
    /// before starts anew.
    void configure(std::uint8_t depth, std::uint32_t clock_rate_hz);

    /// True when `presentation_time` follows all before it and nothing has to be worked out: it is the
    /// decoding time as well. Only then need place() not be called.
    bool in_order(std::int64_t presentation_time) {
        if (depth_ > 0 || (started_ && presentation_time <= last_)) return false;
        started_ = true;
        last_ = presentation_time;
        return true;
    }

    /// The next picture in decoding order. `may_reorder`: it may be a B-frame, so that a time that went back
    /// means a depth that the parameter sets did not tell. A time that goes back without that, or by seconds,
    /// is the camera's clock; it is given back as it is.
    Placed place(std::int64_t presentation_time, bool may_reorder);

    std::uint8_t depth() const { return depth_; }

  private:
    void restart(std::int64_t presentation_time);
    void learn(std::int64_t presentation_time);

    std::uint8_t depth_ = 0;
    std::uint8_t configured_depth_ = 0;
    std::uint32_t clock_rate_hz_ = 90'000;
    bool started_ = false;
    std::int64_t last_ = 0;   ///< decoding time given out last
    std::int64_t first_ = 0;  ///< presentation time of the first picture
    std::vector<std::int64_t>
        waiting_;  ///< presentation times not yet used as decoding times, in order of size
    std::vector<std::int64_t> recent_;  ///< presentation times of the last pictures, in decoding order
};

}  // namespace vedette::media
