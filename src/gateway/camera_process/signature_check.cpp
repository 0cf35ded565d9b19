#include "gateway/camera_process/signature_check.hpp"

namespace vedette::gateway::camera_process {

const std::vector<media::SignatureVerdict>& SignatureCheck::see(const rtsp::ClientEvent& event,
                                                                MonotonicTime now) {
    found_.clear();
    if (const auto* unit = std::get_if<media::AccessUnit>(&event)) {
        if (unit->track < verifiers_.size())
            verifiers_[unit->track].push(*unit->data, unit->time, now, found_);
    } else if (const auto* described = std::get_if<rtsp::Described>(&event)) {
        verifiers_.clear();
        for (const auto& track : described->tracks)
            verifiers_.emplace_back(static_cast<std::uint8_t>(verifiers_.size()), track.codec);
    } else if (const auto* loss = std::get_if<rtsp::Loss>(&event)) {
        if (loss->track < verifiers_.size()) verifiers_[loss->track].lost();
    } else if (const auto* damaged = std::get_if<rtsp::UnitDamaged>(&event)) {
        if (damaged->track < verifiers_.size()) verifiers_[damaged->track].lost();
    }
    return found_;
}

}  // namespace vedette::gateway::camera_process
