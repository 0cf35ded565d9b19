#include "media/decode_order.hpp"

#include <algorithm>

namespace vedette::media {

void DecodeOrder::configure(std::uint8_t depth, std::uint32_t clock_rate_hz) {
    clock_rate_hz_ = clock_rate_hz;
    if (configured_depth_ == depth) return;
    configured_depth_ = depth_ = std::min(depth, max_depth);
    started_ = false;
    waiting_.clear();
    recent_.clear();
}

void DecodeOrder::restart(std::int64_t presentation_time) {
    started_ = true;
    first_ = presentation_time;
    waiting_.clear();
    recent_.clear();
    // Until `depth_` pictures wait, decoding times lie before the first picture, at the usual distance.
    const std::int64_t usual_distance = clock_rate_hz_ / 25;
    for (std::int64_t i = depth_; i > 0; --i) waiting_.push_back(first_ - i * usual_distance);
    last_ = first_ - (depth_ + 1) * usual_distance;
}

// The pictures before this one that are shown after it must all wait at once.
void DecodeOrder::learn(std::int64_t presentation_time) {
    if (recent_.empty() && started_) recent_.push_back(last_);
    const auto later = std::ranges::count_if(recent_, [&](std::int64_t t) { return t > presentation_time; });
    depth_ = std::max(depth_, static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(later, max_depth)));
    if (recent_.size() == max_depth) recent_.erase(recent_.begin());
    recent_.push_back(presentation_time);
}

DecodeOrder::Placed DecodeOrder::place(std::int64_t presentation_time, bool may_reorder) {
    const std::int64_t jump = 2 * std::int64_t{clock_rate_hz_};
    const bool jumped =
        started_ && (presentation_time < last_ - jump || presentation_time > last_ + 5 * jump);
    if (depth_ == 0 && (!may_reorder || jumped)) {
        started_ = true;
        last_ = presentation_time;
        return {presentation_time, 0};
    }
    if (!started_ || jumped) restart(presentation_time);
    if (may_reorder) learn(presentation_time);

    waiting_.insert(std::ranges::upper_bound(waiting_, presentation_time), presentation_time);
    std::int64_t decode_time = last_ + 1;
    if (waiting_.size() > depth_) {
        decode_time = std::max(decode_time, waiting_.front());
        waiting_.erase(waiting_.begin());
    }
    last_ = decode_time;
    return {decode_time, static_cast<std::int32_t>(presentation_time - decode_time)};
}

}  // namespace vedette::media
