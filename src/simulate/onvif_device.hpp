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

/// Who may ask. The password is kept as it is: the digest of a UsernameToken needs it.
struct OnvifAccount {
    std::string name;
    std::string password;
    std::string level = "Administrator";
};

/// What clients set of the picture. Numbers are 0 to 100; the modes are ONVIF's.
struct OnvifImaging {
    double brightness = 50;
    double saturation = 50;
    double contrast = 50;
    double sharpness = 50;
    std::string ir_cut = "AUTO";
    std::string focus = "AUTO";
};

/// With these words a firmware file begins; a version follows, up to the end of the line.
constexpr std::string_view firmware_mark = "VEDETTE FIRMWARE ";

/// One endless recording of the main stream, of the camera's own.
struct OnvifStorage {
    std::string replay_url;
    UtcTime since{};  ///< real time of its first frame
    bool has_audio = false;
};

/// Which service has a device's relays; of DeviceIO, whose words it expects: those of the device service, as
/// its WSDL has them, or its own.
enum class OnvifRelays { device, device_io, device_io_words };

/// One camera. Odd numbers have Media 2 beside Media 1, even ones Media 1 alone.
struct OnvifDevice {
    unsigned number = 1;
    std::string base;                  ///< http://host:port/cam1
    std::vector<OnvifStream> streams;  ///< main first
    Ticks90k clock_offset{0};
    std::string other_serial;              ///< instead of its own
    std::string other_firmware{};          ///< instead of its own
    std::vector<OnvifAccount> accounts{};  ///< none: anybody may ask
    bool accounts_changed = false;         ///< the carrier has to tell the RTSP side
    bool clock_by_ntp = false;
    std::vector<std::string> ntp_servers{};
    OnvifImaging imaging{};
    std::string snapshot{};        ///< JPEG; empty: it has none
    std::string firmware_token{};  ///< names the upload that is awaited
    OnvifRelays relays = OnvifRelays::device;
    std::string upload_host{};  ///< named for uploads instead of its own, as an attacker would
    bool restarts = false;      ///< the carrier takes it down for a while
    static constexpr std::chrono::seconds restart_time{4};

    std::string firmware() const;
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
    std::string type = "application/soap+xml; charset=utf-8";
    /// There is nothing to tell yet: the client waits for so long, and the answer is to be asked for again.
    std::chrono::milliseconds hold{0};
};

/// The HTTP status for a firmware file that came to .../firmware/TOKEN and begins with `begin`.
unsigned take_firmware(OnvifDevice& device, std::string_view token, std::string_view begin);

/// What `request`, the body of a POST to one of its services, is answered; what it sets stays in `device`.
/// `digest_accepted`: HTTP Digest has proved an account already. `now` is the real time.
OnvifAnswer answer_onvif(OnvifDevice& device, std::string_view request, bool digest_accepted, UtcTime now);

}  // namespace vedette::simulate
