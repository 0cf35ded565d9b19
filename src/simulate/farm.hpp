#pragma once
// A farm of simulated RTSP cameras on one port, made for tests, demonstrations and benchmarks. It plays fair
// (RTSP 1.0 over interleaved TCP, with or without TLS, through HTTP, or UDP, digest authentication, sender
// reports, session timeout) and costs little: packets are patched once per picture and timeline, and each
// client costs one send() per picture.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/certificates.hpp"
#include "media/types.hpp"
#include "rtsp/url.hpp"
#include "simulate/camera_control.hpp"
#include "simulate/clip.hpp"
#include "simulate/clip_signing.hpp"
#include "simulate/datagrams.hpp"
#include "simulate/quirks.hpp"
#include "simulate/srtp.hpp"

namespace vedette::simulate {

inline constexpr unsigned max_cameras = 10'000;

/// Misbehaviour of all cameras of a farm, for tests.
struct Fault {
    enum class Kind : std::uint8_t {
        none,
        garbage,   ///< sends random bytes after each connect, whatever is asked
        silent,    ///< accepts connections and never answers
        drop,      ///< closes each connection after drop_after
        no_media,  ///< answers PLAY and never sends a packet
    };
    Kind kind = Kind::none;
    std::chrono::milliseconds drop_after{0};
};

/// "none", "garbage", "silent", "drop=SECONDS", "no-media".
Result<Fault> parse_fault(std::string_view text);

struct FarmOptions {
    std::string bind = "127.0.0.1";  ///< an address, IPv4 or IPv6, perhaps with a zone
    std::uint16_t port = 0;          ///< 0: any free one
    unsigned cameras = 1;            ///< 1 to max_cameras; camera n shows clip (n - 1) modulo their number
    std::vector<ClipFiles> clips;    ///< none: find_default_clips()
    std::optional<rtsp::Credentials> credentials;
    bool offer_basic = false;                      ///< beside Digest
    bool only_basic = false;                       ///< offer Basic and nothing else, as old cameras do
    std::optional<crypto::ServerCertificate> tls;  ///< set: RTSPS, and nothing else, on the port
    bool tcp = true;                               ///< media over the connection
    bool udp = false;                              ///< media in datagrams
    bool only_http = false;                        ///< RTSP through HTTP alone; it is always served too
    std::size_t http_post_limit = 0;               ///< closes a POST after so many bytes; 0: never
    bool http_sign_in = false;                     ///< the web server asks for the credentials as well
    std::optional<SrtpPolicy> srtp{};              ///< media by SRTP, and nothing else
    NetworkFaults network{};
    Fault fault;
    bool storage = false;      ///< /camN/replay gives what the main stream showed since the start
    Ticks90k clock_offset{0};  ///< of the cameras' clock, which replay is asked and answered by
    /// While there is such a file nobody is served, as if the cable was pulled; storage goes on.
    std::filesystem::path outage_file{};
    /// Set: the cameras have a loudspeaker; what it is sent, G.711 mu-law, is appended to this file.
    std::filesystem::path back_channel_file{};
    std::chrono::seconds session_timeout{60};
    std::shared_ptr<CameraControl> control{};  ///< by which ONVIF changes the cameras; may be null
    std::vector<const Quirk*> quirks{};        ///< of all cameras
    std::optional<ClipSigning> signing{};      ///< the cameras sign what they show
};

/// The pictures of a stream.
struct PictureFormat {
    media::Codec codec = media::Codec::h264;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    double frames_per_second = 0;
};

struct FarmStatistics {
    std::uint64_t clients = 0;  ///< connected now
    std::uint64_t playing = 0;  ///< of these
    std::uint64_t bytes_sent = 0;
    std::uint64_t too_slow = 0;  ///< clients closed because they did not read
};

/// Cameras are rtsp://address:port/camN and, where there is a sub clip, /camN/sub.
class Farm {
  public:
    /// Loads the clips, listens and starts the farm's one thread. Blocking; any thread.
    static Result<std::unique_ptr<Farm>> start(FarmOptions options);
    /// stop()s.
    ~Farm();
    Farm(const Farm&) = delete;
    Farm& operator=(const Farm&) = delete;

    /// Closes all connections and joins the thread. Again: nothing.
    void stop();

    std::uint16_t port() const { return port_; }
    /// The URL of camera 1..cameras, without credentials.
    std::string url(unsigned camera, media::StreamKind kind = media::StreamKind::main) const;
    std::string replay_url(unsigned camera) const;
    /// nullopt when the camera has no such stream.
    std::optional<PictureFormat> format(unsigned camera, media::StreamKind kind) const;
    FarmStatistics statistics() const;

  private:
    friend class FarmLoop;
    struct Counters {
        std::atomic<std::uint64_t> clients{0};
        std::atomic<std::uint64_t> playing{0};
        std::atomic<std::uint64_t> bytes_sent{0};
        std::atomic<std::uint64_t> too_slow{0};
    };
    Farm() = default;

    std::string bind_;
    std::uint16_t port_ = 0;
    bool secure_ = false;
    std::vector<PictureFormat> main_formats_;                ///< of each clip
    std::vector<std::optional<PictureFormat>> sub_formats_;  ///< of each clip
    Counters counters_;
    int wake_ = -1;  ///< eventfd: written once, to stop
    std::thread thread_;
};

}  // namespace vedette::simulate
