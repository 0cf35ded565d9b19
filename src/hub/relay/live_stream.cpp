#include "hub/relay/live_stream.hpp"

#include <algorithm>

namespace vedette::hub::relay {

namespace {
const std::string too_slow = "skipped: the connection is too slow for this picture";
}

void LiveViewer::init(const std::string& mime_type, const SharedBytes& segment) {
    waiting_for_random_access_ = true;
    if (sink_) sink_->on_init(mime_type, segment);
}

// One fragment may go beyond both limits. Otherwise a picture larger than what a viewer ever grants at a time
// would be skipped for ever.
bool LiveViewer::has_room() const {
    return credit_ > 0 && sink_->queued_bytes() < max_queued_bytes;
}

void LiveViewer::media(const wire::ChannelMedia& media) {
    if (!sink_) return;
    if (waiting_for_random_access_ && !media.random_access) {
        if (!skipped_since_) return;  // before its first picture a viewer misses nothing
    }
    if ((waiting_for_random_access_ && !media.random_access) || !has_room()) {
        waiting_for_random_access_ = true;
        if (!skipped_since_) skipped_since_ = media.start;
        return;
    }
    if (skipped_since_) {
        const UtcInterval skipped{.start = *skipped_since_, .end = media.start};
        skipped_since_.reset();
        sink_->on_gap(skipped, too_slow);
        if (!sink_) return;
    }
    waiting_for_random_access_ = false;
    credit_ -= static_cast<std::int64_t>(size_of(media));
    sink_->on_media(media);
}

void LiveViewer::gap(const UtcInterval& interval, const std::string& reason) {
    if (sink_) sink_->on_gap(interval, reason);
}

void LiveViewer::end(const std::optional<Error>& error) {
    if (Sink* sink = std::exchange(sink_, nullptr)) sink->on_end(error);
}

void LiveViewer::grant(std::uint32_t bytes) {
    credit_ = std::min<std::int64_t>(credit_ + bytes, max_credit_bytes);
}

void LiveStream::add(std::shared_ptr<LiveViewer> viewer) {
    viewers_.push_back(viewer);
    if (!init_segment_) return;
    viewer->init(mime_type_, init_segment_);
    const auto cached = group_of_pictures_;  // shared bytes; the viewer may leave meanwhile
    for (const wire::ChannelMedia& media : cached) viewer->media(media);
}

bool LiveStream::remove(const LiveViewer* viewer) {
    std::erase_if(viewers_, [&](const auto& other) { return other.get() == viewer; });
    return viewers_.empty();
}

void LiveStream::on_init(wire::ChannelInit init) {
    mime_type_ = std::move(init.mime_type);
    init_segment_ = std::move(init.segment);
    group_of_pictures_.clear();
    cache_bytes_ = 0;
    for (const auto& viewer : everybody()) viewer->init(mime_type_, init_segment_);
}

void LiveStream::on_media(wire::ChannelMedia media) {
    const std::size_t bytes = size_of(media);
    if (media.random_access) {
        group_of_pictures_.clear();
        cache_bytes_ = 0;
    }
    for (const auto& viewer : everybody()) viewer->media(media);
    if (!media.random_access && group_of_pictures_.empty()) return;
    cache_bytes_ += bytes;
    if (cache_bytes_ > max_cache_bytes) {
        group_of_pictures_.clear();
        return;
    }
    group_of_pictures_.push_back(std::move(media));
}

void LiveStream::on_gap(const wire::ChannelGap& gap) {
    for (const auto& viewer : everybody()) viewer->gap(gap.interval, gap.reason);
}

void LiveStream::on_end(const std::optional<Error>& error) {
    const auto viewers = std::exchange(viewers_, {});
    for (const auto& viewer : viewers) viewer->end(error);
}

}  // namespace vedette::hub::relay
