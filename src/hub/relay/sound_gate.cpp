#include "hub/relay/sound_gate.hpp"

#include <algorithm>
#include <utility>

#include "media/fmp4.hpp"

namespace vedette::hub::relay {

SoundGate::~SoundGate() {
    *alive_ = false;
}

void SoundGate::attach(std::unique_ptr<Channel> channel) {
    channel_ = std::move(channel);
    if (early_credit_ > 0) channel_->grant(std::exchange(early_credit_, 0));
}

void SoundGate::grant(std::uint32_t bytes) {
    if (channel_)
        channel_->grant(bytes);
    else
        early_credit_ += std::min(bytes, UINT32_MAX - early_credit_);
}

// The viewer never sees these bytes, so that nobody else gives the credit for them back.
void SoundGate::give_back(std::size_t bytes) {
    if (bytes > 0) grant(static_cast<std::uint32_t>(std::min<std::size_t>(bytes, max_credit_bytes)));
}

void SoundGate::hear(const Hearing& hearing) {
    if (form_ == Form::stream) hearing_ = hearing;
}

bool SoundGate::heard(UtcTime at) const {
    return hearing_.allowed && (!hearing_.not_before || at >= *hearing_.not_before);
}

Result<> SoundGate::prepare() {
    if (silent_) return {};
    VEDETTE_TRY(const auto tracks, media::parse_init_segment(*segment_));
    Silent silent;
    for (std::size_t i = 0; i < tracks.size(); ++i)
        if (tracks[i].kind() != media::MediaKind::audio) silent.kept.push_back(static_cast<std::uint8_t>(i));
    silent.has_sound = silent.kept.size() < tracks.size();
    if (silent.kept.empty())
        return fail(ErrorKind::forbidden, "This camera sends sound alone, and your account may not hear it");
    if (silent.has_sound) {
        VEDETTE_TRY(auto selected, media::select_init_tracks(*segment_, silent.kept));
        silent.mime_type = std::move(selected.mime_type);
        silent.segment = std::make_shared<const Bytes>(std::move(selected.segment));
    }
    silent_ = std::move(silent);
    return {};
}

bool SoundGate::begin(bool with_sound) {
    with_sound_ = with_sound;
    const auto alive = alive_;
    const bool changed = !with_sound && silent_->has_sound;
    if (changed) {
        sink_->on_sound_withheld();
        if (!*alive) return false;
    }
    sink_->on_init(changed ? silent_->mime_type : mime_type_, changed ? silent_->segment : segment_);
    return *alive && sink_;
}

void SoundGate::end(const Error& error) {
    channel_.reset();
    if (Sink* sink = std::exchange(sink_, nullptr)) sink->on_end(error);  // this may be gone
}

void SoundGate::on_init(const std::string& mime_type, const SharedBytes& segment) {
    if (!sink_) return;
    mime_type_ = mime_type;
    segment_ = segment;
    silent_.reset();
    with_sound_.reset();
    if (form_ == Form::file || (hearing_.allowed && !hearing_.not_before)) {
        if (!hearing_.allowed)
            if (const auto prepared = prepare(); !prepared) return end(prepared.error());
        begin(hearing_.allowed);
        return;
    }
    // Else it depends on when what comes is from, unless nothing is heard at all.
    if (hearing_.allowed) return;
    if (const auto prepared = prepare(); !prepared) return end(prepared.error());
    begin(false);
}

void SoundGate::on_media(const wire::ChannelMedia& media) {
    if (!sink_ || !segment_ || media.pieces.empty()) return;
    const bool with_sound = heard(media.start);
    if (!with_sound)
        if (const auto prepared = prepare(); !prepared) return end(prepared.error());
    const bool may_change = form_ == Form::stream && media.random_access;
    if (!with_sound_ || (may_change && *with_sound_ != with_sound))
        if (!begin(with_sound)) return;
    if (with_sound && *with_sound_)
        sink_->on_media(media);  // this may be gone
    else if (const auto prepared = prepare(); prepared)
        media_without_sound(media);
    else
        end(prepared.error());
}

void SoundGate::media_without_sound(const wire::ChannelMedia& media) {
    if (!silent_->has_sound) return sink_->on_media(media);
    const auto parsed = media::parse_fragment(*media.pieces.front());
    if (!parsed) return end(parsed.error());
    const auto is_kept = [&](const media::FragmentSample& sample) {
        return std::ranges::find(silent_->kept, sample.sample.track) != silent_->kept.end();
    };
    const auto first = std::ranges::find_if(parsed->samples, is_kept);
    if (first == parsed->samples.end()) return give_back(size_of(media));
    // As the initialisation segment that the viewer has numbers the tracks.
    const bool renumbered = !*with_sound_ && silent_->kept.back() + 1U != silent_->kept.size();
    if (!renumbered && std::ranges::all_of(parsed->samples, is_kept)) return sink_->on_media(media);
    Bytes whole;
    for (const SharedBytes& piece : media.pieces) whole.insert(whole.end(), piece->begin(), piece->end());
    auto selected = *with_sound_ ? media::drop_other_tracks(whole, silent_->kept)
                                 : media::select_tracks(whole, silent_->kept);
    if (!selected) return end(selected.error());
    wire::ChannelMedia rest = media;
    rest.random_access = first->sample.random_access;
    const std::size_t left = selected->size();
    rest.pieces = {std::make_shared<const Bytes>(std::move(*selected))};
    const std::size_t all = size_of(media);
    const auto alive = alive_;
    sink_->on_media(rest);
    if (*alive && all > left) give_back(all - left);
}

void SoundGate::on_gap(const UtcInterval& interval, const std::string& reason) {
    if (sink_) sink_->on_gap(interval, reason);
}

void SoundGate::on_end(const std::optional<Error>& error) {
    if (Sink* sink = std::exchange(sink_, nullptr)) sink->on_end(error);  // this may be gone
}

}  // namespace vedette::hub::relay
