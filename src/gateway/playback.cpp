#include "gateway/playback.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/playback_start.hpp"
#include "media/fmp4.hpp"

namespace vedette::gateway {

Playback::Playback(boost::asio::any_io_executor executor, net::WorkerPool& pool, vault::Vault& vault,
                   std::function<void(wire::ToHub)> send, std::uint32_t channel, wire::PlaybackSource source,
                   std::uint32_t credit_bytes)
    : pool_(pool),
      vault_(vault),
      send_(std::move(send)),
      channel_(channel),
      source_(source),
      credit_bytes_(credit_bytes),
      credit_came_(executor) {}

void Playback::add_credit(std::uint32_t bytes) {
    credit_bytes_ = std::min<std::int64_t>(credit_bytes_ + bytes, INT32_MAX);
    credit_came_.notify();
}

net::Awaitable<void> Playback::run() {
    const auto played = co_await play();
    wire::ChannelEnd end{.channel = channel_, .error = {}};
    if (!played) end.error = played.error();
    send_(std::move(end));
}

net::Awaitable<Result<>> Playback::play() {
    const vault::StreamKey key{source_.camera, static_cast<std::uint8_t>(source_.stream)};
    auto opening = net::run_blocking(pool_,
                                     [&vault = vault_, key, from = source_.interval.start,
                                      until = source_.interval.end]() -> Result<vault::Cursor> {
                                         VEDETTE_TRY(const UtcTime start, playback_start(vault, key, from));
                                         return vault.read(key, start, {.until = until});
                                     });
    VEDETTE_CO_TRY(vault::Cursor cursor, co_await std::move(opening));
    for (;;) {
        while (credit_bytes_ <= 0) co_await credit_came_.wait();
        auto reading = net::run_blocking(pool_, [&cursor] { return cursor.next(); });
        VEDETTE_CO_TRY(auto item, co_await std::move(reading));
        if (!item) co_return Result<>{};
        VEDETTE_CO_TRY(const bool more, deliver(std::move(*item)));
        if (!more) co_return Result<>{};
    }
}

Result<bool> Playback::deliver(vault::PlayItem item) {
    if (const auto* init = std::get_if<vault::PlayInit>(&item)) return deliver(*init);
    if (const auto* fragment = std::get_if<vault::PlayFragment>(&item)) return deliver(*fragment);
    if (const auto* gap = std::get_if<vault::PlayGap>(&item)) {
        if (gap->interval.start >= source_.interval.end) return false;
        std::string reason(vault::to_string(gap->reason));
        if (!gap->detail.empty()) reason += ": " + gap->detail;
        send_(wire::ChannelGap{channel_, gap->interval, std::move(reason)});
        return true;
    }
    auto& damage = std::get<vault::PlayDamage>(item);
    send_(wire::ChannelGap{channel_, damage.interval, std::move(damage.message)});
    return true;
}

Result<bool> Playback::deliver(const vault::PlayInit& init) {
    if (init_ && *init_ == *init.data) return true;  // another run with the same parameters: decoders go on
    if (init_ && source_.rebase_to_start) return false;  // a file has one initialisation segment
    VEDETTE_TRY(tracks_, media::parse_init_segment(*init.data));
    init_ = init.data;
    kept_ = media::tracks_for_browsers(tracks_);
    if (source_.rebase_to_start)
        return true;  // begin_file() sends it: its first picture's time is not known yet
    if (kept_.size() == tracks_.size()) {
        send_(wire::ChannelInit{channel_, media::mime_type(tracks_), init_});
        return true;
    }
    std::vector<media::TrackParameters> sent;
    sent.reserve(kept_.size());
    for (const std::uint8_t index : kept_) sent.push_back(tracks_[index]);
    VEDETTE_TRY(Bytes segment, media::init_segment(sent));
    send_(wire::ChannelInit{channel_, media::mime_type(sent),
                            std::make_shared<const Bytes>(std::move(segment))});
    return true;
}

Result<bool> Playback::deliver(const vault::PlayFragment& fragment) {
    if (fragment.start >= source_.interval.end) return false;
    VEDETTE_TRY(const media::Fragment parsed, media::parse_fragment(*fragment.data));
    SharedBytes data = fragment.data;
    if (source_.rebase_to_start) {
        VEDETTE_TRY(data, rebased(fragment));
        if (!data) return true;
    } else if (kept_.size() < tracks_.size()) {
        VEDETTE_TRY(Bytes selected, media::select_tracks(*fragment.data, kept_));
        if (selected.empty()) return true;
        data = std::make_shared<const Bytes>(std::move(selected));
    }
    credit_bytes_ -= static_cast<std::int64_t>(data->size());
    send_(wire::ChannelMedia{
        .channel = channel_,
        .start = fragment.start,
        .duration = fragment.duration,
        .random_access = !parsed.samples.empty() && parsed.samples.front().sample.random_access,
        .pieces = {std::move(data)}});
    return true;
}

// The earliest first sample of all tracks becomes time 0 of the file, so that no decode time is negative.
// That is the key frame before what was asked for; an edit list has players begin there.
Result<> Playback::begin_file(const vault::PlayFragment& fragment) {
    VEDETTE_TRY(const media::Fragment parsed, media::parse_fragment(*fragment.data));
    UtcTime earliest = fragment.start;
    for (const auto& [sample, offset] : parsed.samples) {
        const auto scale = media::timescale(tracks_.at(sample.track));
        const auto ticks =
            Ticks90k(sample.decode_time / scale * 90'000 + sample.decode_time % scale * 90'000 / scale);
        earliest = std::min(earliest, UtcTime(ticks));
    }
    for (const auto& track : tracks_) {
        origin_.push_back(media::decode_time(earliest, media::timescale(track)));
        end_.push_back(media::decode_time(source_.interval.end, media::timescale(track)));
    }
    VEDETTE_TRY(Bytes segment, media::init_segment(tracks_, source_.interval.start - earliest));
    send_(wire::ChannelInit{channel_, media::mime_type(tracks_),  // a file has everything
                            std::make_shared<const Bytes>(std::move(segment))});
    return {};
}

Result<SharedBytes> Playback::rebased(const vault::PlayFragment& fragment) {
    if (origin_.empty()) VEDETTE_CHECK(begin_file(fragment));
    auto copy = std::make_shared<Bytes>();
    if (fragment.start + fragment.duration > source_.interval.end) {
        VEDETTE_TRY(*copy, media::cut_fragment(*fragment.data, end_));
        if (copy->empty()) return SharedBytes();
    } else {
        *copy = *fragment.data;
    }
    VEDETTE_CHECK(media::rebase_fragment(*copy, origin_));
    return copy;
}

}  // namespace vedette::gateway
