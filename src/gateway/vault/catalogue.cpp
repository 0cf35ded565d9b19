#include "gateway/vault/catalogue.hpp"

namespace vedette::vault {

void Catalogue::add(const SegmentInfo& part) {
    const std::lock_guard lock(mutex_);
    SegmentInfo& segment = segments_[part.id];
    segment.id = part.id;
    segment.day = part.day;
    segment.bytes = part.bytes;
    segment.place = part.place;
    segment.rows.insert(segment.rows.end(), part.rows.begin(), part.rows.end());
    segment.gaps.insert(segment.gaps.end(), part.gaps.begin(), part.gaps.end());
}

void Catalogue::remove(const SegmentId& id) {
    const std::lock_guard lock(mutex_);
    segments_.erase(id);
}

void Catalogue::remove_camera(CameraId camera) {
    const std::lock_guard lock(mutex_);
    std::erase_if(segments_, [&](const auto& item) { return item.first.stream.camera == camera; });
}

std::vector<SegmentInfo> Catalogue::segments(StreamKey stream) const {
    const std::lock_guard lock(mutex_);
    std::vector<SegmentInfo> segments;
    for (auto it = segments_.lower_bound({stream, 0}); it != segments_.end() && it->first.stream == stream;
         ++it)
        segments.push_back(it->second);
    return segments;
}

std::optional<SegmentInfo> Catalogue::segment_from(StreamKey stream, std::uint64_t sequence) const {
    const std::lock_guard lock(mutex_);
    for (auto it = segments_.lower_bound({stream, 0}); it != segments_.end() && it->first.stream == stream;
         ++it)
        if (it->second.end_sequence() > sequence) return it->second;
    return std::nullopt;
}

std::optional<std::uint64_t> Catalogue::first_after(StreamKey stream, UtcTime from) const {
    const std::lock_guard lock(mutex_);
    for (auto it = segments_.lower_bound({stream, 0}); it != segments_.end() && it->first.stream == stream;
         ++it) {
        const auto interval = it->second.fragments_interval();
        if (interval && interval->end > from) return it->first.first_sequence;
    }
    return std::nullopt;
}

bool Catalogue::has_day(CameraId camera, std::int32_t day) const {
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(segments_, [&](const auto& item) {
        return item.first.stream.camera == camera && item.second.day == day;
    });
}

bool Catalogue::contains(const SegmentId& id) const {
    const std::lock_guard lock(mutex_);
    return segments_.contains(id);
}

std::uint64_t Catalogue::bytes() const {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const auto& [id, segment] : segments_) sum += segment.bytes;
    return sum;
}

}  // namespace vedette::vault
