#include "rtsp/reorder_buffer.hpp"

namespace vedette::rtsp {

namespace {
/// A source that begins anew far away is believed after so many packets that fit nowhere.
constexpr std::uint32_t late_until_restart = 16;
}  // namespace

void ReorderBuffer::push(std::uint16_t sequence, ByteView packet, MonotonicTime now, const Sink& sink) {
    if (!started_) {
        started_ = true;
        next_ = sequence;
    }
    const auto distance = static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(next_));
    if (distance < 0 && ++late_in_a_row_ < late_until_restart) {
        ++dropped_;
        return;
    }
    if (distance < 0) {  // a restart: what is held belongs to the time before
        while (!held_.empty()) skip_gap(sink);
        next_ = sequence;
        late_in_a_row_ = 0;
        ++next_;
        return sink(packet);
    }
    late_in_a_row_ = 0;
    const std::int64_t place = next_ + distance;
    if (distance == 0) {
        if (!held_.empty()) ++reordered_;
        ++next_;
        sink(packet);
        return release(sink);
    }
    const bool fresh = held_.try_emplace(place, Held{{packet.begin(), packet.end()}, now}).second;
    if (!fresh)
        ++dropped_;
    else if (place < held_.rbegin()->first)
        ++reordered_;
    while (held_.size() > max_reordered_packets) skip_gap(sink);
}

void ReorderBuffer::release(const Sink& sink) {
    while (!held_.empty() && held_.begin()->first == next_) {
        auto node = held_.extract(held_.begin());
        ++next_;
        sink(node.mapped().bytes);
    }
}

void ReorderBuffer::skip_gap(const Sink& sink) {
    next_ = held_.begin()->first;
    release(sink);
}

void ReorderBuffer::on_time(MonotonicTime now, const Sink& sink) {
    while (!held_.empty() && now >= deadline()) skip_gap(sink);
}

MonotonicTime ReorderBuffer::deadline() const {
    if (held_.empty()) return MonotonicTime::max();
    MonotonicTime first = MonotonicTime::max();
    // The packet behind the gap need not be the one that came first.
    for (const auto& [place, held] : held_) first = std::min(first, held.arrived);
    return first + max_reordering;
}

}  // namespace vedette::rtsp
