#pragma once
// What the ONVIF side of a simulated camera does to its RTSP side: another password, a restart. Shared by two
// threads.

#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"
#include "rtsp/url.hpp"

namespace vedette::simulate {

class CameraControl {
  public:
    void set_credentials(unsigned camera, const rtsp::Credentials& credentials);
    /// nullopt: those of the farm.
    std::optional<rtsp::Credentials> credentials(unsigned camera) const;
    /// Until then it answers nothing.
    void take_down(unsigned camera, MonotonicTime until);
    bool is_down(unsigned camera, MonotonicTime now) const;

    /// The number in /camN..., 0 when there is none.
    static unsigned camera_of(std::string_view path);

  private:
    mutable std::mutex mutex_;
    std::unordered_map<unsigned, rtsp::Credentials> credentials_;
    std::unordered_map<unsigned, MonotonicTime> down_until_;
};

}  // namespace vedette::simulate
