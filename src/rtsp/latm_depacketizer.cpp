#include "rtsp/latm_depacketizer.hpp"

#include <utility>

#include "base/hex.hpp"
#include "media/aac.hpp"

namespace vedette::rtsp {

LatmDepacketizer::LatmDepacketizer(const LatmFormat& format)
    : clock_rate_hz_(format.clock_rate_hz), config_in_band_(format.config_in_band) {
    if (const auto bytes = from_hex(format.config))
        if (auto config = media::parse_latm_config(*bytes)) config_ = *std::move(config);
}

std::optional<media::TrackParameters> LatmDepacketizer::parameters() const {
    if (!config_) return std::nullopt;
    auto parameters = media::aac_track_parameters(config_->audio_config);
    if (!parameters) return std::nullopt;
    parameters->clock_rate_hz = clock_rate_hz_;
    return *std::move(parameters);
}

std::int64_t LatmDepacketizer::frame_duration() const {
    const auto config = media::parse_audio_specific_config(config_->audio_config);
    if (!config) return 0;
    return std::int64_t{config->frame_samples} * clock_rate_hz_ / config->sample_rate_hz;
}

void LatmDepacketizer::push(const RtpPacket& packet, std::int64_t time, bool lost,
                            std::vector<MediaEvent>& out) {
    if (!element_.empty() && (lost || time != time_)) {
        if (lost) damaged_ = true;
        if (time != time_) finish(out);  // without a marker the next time ends it
    }
    if (element_.empty() && !damaged_) time_ = time;
    if (element_.size() + packet.payload.size() > media::max_latm_frame_bytes) damaged_ = true;
    if (!damaged_) element_.insert(element_.end(), packet.payload.begin(), packet.payload.end());
    if (packet.marker) finish(out);
}

void LatmDepacketizer::finish(std::vector<MediaEvent>& out) {
    const Bytes bytes = std::exchange(element_, {});
    const bool damaged = std::exchange(damaged_, false);
    auto element = media::parse_latm_element(bytes, config_in_band_, config_ ? &*config_ : nullptr);
    if (damaged || !element) {
        out.emplace_back(DamagedUnit{.time = time_});
        return;
    }
    if (element->config && element->config != config_) {
        config_ = std::move(element->config);
        if (auto known = parameters()) out.emplace_back(*std::move(known));
    }
    std::int64_t time = time_;
    const std::int64_t duration = frame_duration();
    for (Bytes& frame : element->frames) {
        out.emplace_back(DepacketizedUnit{
            .time = time, .random_access = true, .data = std::make_shared<const Bytes>(std::move(frame))});
        time += duration;
    }
}

}  // namespace vedette::rtsp
