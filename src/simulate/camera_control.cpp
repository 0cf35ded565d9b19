#include "simulate/camera_control.hpp"

#include <charconv>

namespace vedette::simulate {

void CameraControl::set_credentials(unsigned camera, const rtsp::Credentials& credentials) {
    const std::scoped_lock lock(mutex_);
    credentials_[camera] = credentials.duplicate();
}

std::optional<rtsp::Credentials> CameraControl::credentials(unsigned camera) const {
    const std::scoped_lock lock(mutex_);
    const auto found = credentials_.find(camera);
    if (found == credentials_.end()) return std::nullopt;
    return found->second.duplicate();
}

void CameraControl::take_down(unsigned camera, MonotonicTime until) {
    const std::scoped_lock lock(mutex_);
    down_until_[camera] = until;
}

bool CameraControl::is_down(unsigned camera, MonotonicTime now) const {
    const std::scoped_lock lock(mutex_);
    const auto found = down_until_.find(camera);
    return found != down_until_.end() && now < found->second;
}

unsigned CameraControl::camera_of(std::string_view path) {
    constexpr std::string_view prefix = "/cam";
    const auto at = path.find(prefix);
    if (at == std::string_view::npos) return 0;
    path.remove_prefix(at + prefix.size());
    unsigned number = 0;
    const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
    return error == std::errc() && end != path.data() ? number : 0;
}

}  // namespace vedette::simulate
