#include "gateway/live/live_stream.hpp"

#include <algorithm>

namespace vedette::gateway::live {

namespace {

constexpr std::size_t max_group_units = 2000;  // a camera without key frames must not fill the memory

std::size_t size_of(const wire::ChannelMedia& media) {
    std::size_t size = 0;
    for (const auto& piece : media.pieces) size += piece->size();
    return size;
}

}  // namespace

void LiveStream::set_tracks(std::vector<media::TrackParameters> tracks) {
    group_.clear();
    shown_as_.assign(tracks.size(), std::nullopt);
    std::vector<media::TrackParameters> shown;
    for (const std::uint8_t index : media::tracks_for_browsers(tracks)) {
        shown_as_[index] = static_cast<std::uint8_t>(shown.size());
        shown.push_back(std::move(tracks[index]));
    }
    tracks = std::move(shown);
    last_time_.assign(tracks.size(), std::nullopt);
    auto init = media::init_segment(tracks);
    if (!init) return end(init.error());
    init_ = std::make_shared<const Bytes>(std::move(*init));
    mime_type_ = media::mime_type(tracks);
    usual_duration_.clear();
    for (const auto& track : tracks) usual_duration_.push_back(media::usual_duration(track));
    tracks_ = std::move(tracks);
    for (auto& [channel, viewer] : viewers_) viewer.started = false;
}

bool LiveStream::begins_group(const media::AccessUnit& unit) const {
    const bool has_video = std::ranges::any_of(tracks_, &media::TrackParameters::is_video);
    return unit.random_access && (!has_video || tracks_[unit.track].is_video());
}

std::optional<wire::ChannelMedia> LiveStream::mux(std::span<const Placed> units) {
    std::vector<media::Sample> samples;
    samples.reserve(units.size());
    for (const auto& [unit, start] : units) {
        const media::TrackParameters& track = tracks_[unit.track];
        const std::uint32_t timescale = media::timescale(track);
        samples.push_back({.track = unit.track,
                           .random_access = unit.random_access,
                           .decode_time = media::decode_time(start, timescale),
                           .duration = usual_duration_[unit.track],
                           .size = static_cast<std::uint32_t>(unit.data->size()),
                           .composition_offset = static_cast<std::int32_t>(
                               std::int64_t{unit.presentation_offset} * timescale / track.clock_rate_hz)});
    }
    auto header = media::fragment_header(++sequence_, samples);
    if (!header) return std::nullopt;
    wire::ChannelMedia media{.start = units.front().start,
                             .random_access = begins_group(units.front().unit),
                             .pieces = {std::make_shared<const Bytes>(std::move(header->bytes))}};
    media.duration = units.back().start - units.front().start;
    for (const std::uint32_t index : header->order) media.pieces.push_back(units[index].unit.data);
    return media;
}

void LiveStream::push(const media::AccessUnit& recorded, UtcTime start) {
    if (recorded.track >= shown_as_.size() || !shown_as_[recorded.track]) return;
    media::AccessUnit unit = recorded;  // a reference to the bytes, not the bytes
    unit.track = *shown_as_[recorded.track];
    // How long this one lasts is known when the next one comes; viewers can't wait, and take the last one's
    // duration.
    auto& last = last_time_[unit.track];
    if (last && unit.time > *last) {
        const auto scaled =
            (unit.time - *last) * media::timescale(tracks_[unit.track]) / tracks_[unit.track].clock_rate_hz;
        usual_duration_[unit.track] = static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(scaled, 1, media::timescale(tracks_[unit.track])));
    }
    last = unit.time;

    const bool group_begins = begins_group(unit);
    if (group_begins || group_.size() >= max_group_units) group_.clear();
    if (group_begins || !group_.empty()) group_.push_back({unit, start});
    if (viewers_.empty()) return;

    const Placed placed{unit, start};
    const auto media = mux({&placed, 1});
    if (!media) return;
    for (auto& [channel, viewer] : viewers_) {
        if (!viewer.started || viewer.skipped_from) {
            if (!group_begins || viewer.credit_bytes <= 0) continue;
            if (viewer.skipped_from)
                send_(wire::ChannelGap{
                    channel, {*viewer.skipped_from, start}, "skipped because the viewer was too slow"});
            viewer.skipped_from.reset();
            if (!viewer.started) {
                send_(wire::ChannelInit{channel, mime_type_, init_});
                viewer.started = true;
            }
        }
        deliver(channel, viewer, *media);
    }
}

void LiveStream::deliver(std::uint32_t channel, Viewer& viewer, const wire::ChannelMedia& media) {
    if (viewer.credit_bytes <= 0) {
        if (!viewer.skipped_from) viewer.skipped_from = media.start;
        return;
    }
    viewer.credit_bytes -= static_cast<std::int64_t>(size_of(media));
    wire::ChannelMedia copy = media;  // references to the bytes, not the bytes
    copy.channel = channel;
    send_(std::move(copy));
}

void LiveStream::start(std::uint32_t channel, Viewer& viewer) {
    if (!init_ || group_.empty()) return;
    send_(wire::ChannelInit{channel, mime_type_, init_});
    viewer.started = true;
    // Durations inside one fragment follow one another, so each access unit goes in its own.
    for (const Placed& placed : group_)
        if (const auto media = mux({&placed, 1})) deliver(channel, viewer, *media);
}

void LiveStream::pause() {
    group_.clear();
    std::ranges::fill(last_time_, std::nullopt);
}

void LiveStream::add_viewer(std::uint32_t channel, std::uint32_t credit_bytes) {
    Viewer& viewer = viewers_[channel];
    viewer.credit_bytes = credit_bytes;
    start(channel, viewer);
}

void LiveStream::remove_viewer(std::uint32_t channel) {
    viewers_.erase(channel);
}

void LiveStream::add_credit(std::uint32_t channel, std::uint32_t bytes) {
    const auto found = viewers_.find(channel);
    if (found != viewers_.end())
        found->second.credit_bytes = std::min<std::int64_t>(found->second.credit_bytes + bytes, INT32_MAX);
}

void LiveStream::end(const Error& error) {
    for (const auto& [channel, viewer] : viewers_) send_(wire::ChannelEnd{channel, error});
    viewers_.clear();
}

}  // namespace vedette::gateway::live
