#pragma once
// How a simulated camera answers ONVIF: its services, one file each (onvif_service.hpp lists them). No I/O.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "onvif/discovery.hpp"
#include "rtsp/url.hpp"
#include "simulate/onvif_state.hpp"

namespace vedette::simulate {

/// A stream as ONVIF describes it.
struct OnvifStream {
    std::string token;
    std::string url;
    std::string encoding = "H264";
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    double frames_per_second = 0;
};

/// One endless recording of the main stream, of the camera's own.
struct OnvifStorage {
    std::string replay_url;
    UtcTime since{};  ///< real time of its first frame
    bool has_audio = false;
};

/// One camera. Odd numbers have Media 2 beside Media 1, even ones Media 1 alone.
struct OnvifDevice {
    unsigned number = 1;
    std::string base;                  ///< http://host:port/cam1
    std::vector<OnvifStream> streams;  ///< main first
    Ticks90k clock_offset{0};
    std::optional<OnvifStorage> storage{};  ///< set: it records by itself

    OnvifHead head{};
    OnvifEvents events{};
    std::string target{};  ///< path of the request that is being answered

    /// Every fourth one does not move.
    bool has_head() const { return number % 4 != 0; }
    bool has_media2() const { return number % 2 == 1; }
    std::string name() const;
    std::string serial() const;
    std::string mac() const;
    onvif::DiscoveredDevice discovered() const;
};

struct OnvifAnswer {
    unsigned status = 200;
    std::string body;
    bool challenge = false;  ///< the client should be asked for HTTP Digest
    /// There is nothing to tell yet: the client waits for so long, and the answer is to be asked for again.
    std::chrono::milliseconds hold{0};
};

/// What `request`, the body of a POST to one of its services, is answered; what it sets stays in `device`.
/// `credentials` nullopt: nobody is asked. `digest_accepted`: HTTP Digest has proved them already. `now` is
/// the real time.
OnvifAnswer answer_onvif(OnvifDevice& device, std::string_view request,
                         const std::optional<rtsp::Credentials>& credentials, bool digest_accepted,
                         UtcTime now);

}  // namespace vedette::simulate
