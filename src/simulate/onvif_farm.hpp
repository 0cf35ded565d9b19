#pragma once
// ONVIF for the cameras of a farm: they answer WS-Discovery, and SOAP over HTTP, on one port for all.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "crypto/certificates.hpp"
#include "rtsp/url.hpp"
#include "simulate/camera_control.hpp"
#include "simulate/onvif_device.hpp"

namespace vedette::simulate {

struct OnvifFarmOptions {
    std::string bind = "127.0.0.1";    ///< an address; the interface that has it hears multicast probes
    std::uint16_t port = 0;            ///< of HTTP; 0: any free one
    std::vector<OnvifDevice> devices;  ///< their `base` is set here
    std::optional<rtsp::Credentials> credentials;
    bool discovery = true;
    bool ssdp_only = false;  ///< is found by SSDP and not by WS-Discovery, as some cameras are
    std::optional<crypto::ServerCertificate> tls;  ///< set: HTTPS, and nothing else
    std::shared_ptr<CameraControl> control{};      ///< of the cameras' RTSP side
    std::filesystem::path outage_file{};           ///< see FarmOptions
};

class OnvifFarm {
  public:
    /// Listens and starts the one thread. Blocking; any thread.
    static Result<std::unique_ptr<OnvifFarm>> start(OnvifFarmOptions options);
    /// Stops.
    ~OnvifFarm();
    OnvifFarm(const OnvifFarm&) = delete;
    OnvifFarm& operator=(const OnvifFarm&) = delete;

    /// http://address:port/camN/onvif/device_service
    std::string url(unsigned camera) const;

  private:
    struct State;
    explicit OnvifFarm(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace vedette::simulate
