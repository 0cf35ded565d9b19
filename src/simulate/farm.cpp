#include "simulate/farm.hpp"

#include <cerrno>
#include <map>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "media/h264.hpp"
#include "media/h265.hpp"
#include "net/tls_context.hpp"
#include "rtsp/text.hpp"
#include "simulate/farm_loop.hpp"

namespace vedette::simulate {
namespace {

constexpr unsigned max_drop_seconds = 86'400;

union SocketAddress {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

Result<int> listen_on(const std::string& address, std::uint16_t port) {
    SocketAddress name{};
    socklen_t size = 0;
    if (inet_pton(AF_INET, address.c_str(), &name.v4.sin_addr) == 1) {
        name.v4.sin_family = AF_INET;
        name.v4.sin_port = htons(port);
        size = sizeof name.v4;
    } else if (inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &name.v6.sin6_addr) == 1) {
        if (const auto zone = address.find('%'); zone != std::string::npos)
            name.v6.sin6_scope_id = if_nametoindex(address.c_str() + zone + 1);
        name.v6.sin6_family = AF_INET6;
        name.v6.sin6_port = htons(port);
        size = sizeof name.v6;
    } else {
        return fail(ErrorKind::invalid_input, "{} is no IP address to listen on", address);
    }
    const int fd = socket(name.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail_errno(errno, "can't open a socket");
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, &name.any, size) != 0 || listen(fd, SOMAXCONN) != 0) {
        const int error = errno;
        ::close(fd);
        return fail_errno(error, fmt::format("can't listen on {} port {}", address, port));
    }
    return fd;
}

std::uint16_t port_of(int fd) {
    SocketAddress name{};
    socklen_t size = sizeof name;
    if (getsockname(fd, &name.any, &size) != 0) return 0;
    return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
}

using PackedClips = std::vector<std::shared_ptr<const PackedClip>>;

/// Loads each file once.
class ClipLoader {
  public:
    explicit ClipLoader(std::optional<ClipSigning> signing) : signing_(signing) {}
    Result<std::shared_ptr<const PackedClip>> load(const std::filesystem::path& file) {
        auto& clip = loaded_[file];
        if (clip == nullptr) {
            VEDETTE_TRY(PackedClip packed, pack_clip(file, signing_));
            clip = std::make_shared<const PackedClip>(std::move(packed));
        }
        return clip;
    }

  private:
    std::optional<ClipSigning> signing_;
    std::map<std::filesystem::path, std::shared_ptr<const PackedClip>> loaded_;
};

PictureFormat format_of(const PackedClip& clip) {
    PictureFormat format{
        .codec = clip.codec,
        .width = 0,
        .height = 0,
        .frames_per_second = static_cast<double>(clip.frame_rate.numerator) / clip.frame_rate.denominator};
    const auto take = [&](const auto& sps) {
        if (!sps) return;
        format.width = sps->width;
        format.height = sps->height;
    };
    const Bytes& sps = clip.parameter_sets.at(clip.parameter_sets.size() - 2);  // before the PPS
    if (clip.codec == media::Codec::h265)
        take(media::parse_hevc_sps(sps));
    else
        take(media::parse_sps(sps));
    return format;
}

}  // namespace

Result<Fault> parse_fault(std::string_view text) {
    using enum Fault::Kind;
    if (text.empty() || text == "none") return Fault{};
    if (text == "garbage") return Fault{garbage, {}};
    if (text == "silent") return Fault{silent, {}};
    if (text == "no-media") return Fault{no_media, {}};
    if (text.starts_with("drop=")) {
        const auto seconds = rtsp::parse_number<unsigned>(text.substr(5));
        if (seconds && *seconds <= max_drop_seconds) return Fault{drop, std::chrono::seconds(*seconds)};
    }
    return fail(ErrorKind::invalid_input,
                "{} is no fault: use none, garbage, silent, drop=SECONDS or no-media", text);
}

Result<std::unique_ptr<Farm>> Farm::start(FarmOptions options) {
    if (options.cameras == 0 || options.cameras > max_cameras)
        return fail(ErrorKind::invalid_input, "a farm has 1 to {} cameras, not {}", max_cameras,
                    options.cameras);
    for (const Quirk* quirk : options.quirks) {
        if (quirk->wants_user && !options.credentials)
            return fail(ErrorKind::invalid_input, "{} is about signing in: give a user and a password",
                        quirk->name);
        if (quirk->wants_udp && !options.udp)
            return fail(ErrorKind::invalid_input, "{} is about UDP: choose that transport", quirk->name);
        if (quirk->session_timeout) options.session_timeout = *quirk->session_timeout;
    }
    if (options.clips.empty()) {
        VEDETTE_TRY(options.clips, find_default_clips());
    }
    ClipLoader loader(options.signing);
    PackedClips main_clips;
    PackedClips sub_clips;
    const std::size_t used = std::min<std::size_t>(options.clips.size(), options.cameras);
    for (const ClipFiles& files : std::span(options.clips).first(used)) {
        VEDETTE_TRY(main_clips.emplace_back(), loader.load(files.main));
        sub_clips.emplace_back();
        if (files.sub) {
            VEDETTE_TRY(sub_clips.back(), loader.load(*files.sub));
        }
    }

    std::shared_ptr<boost::asio::ssl::context> tls;
    if (options.tls) {
        VEDETTE_TRY(tls, net::make_server_tls(*options.tls));
    }
    std::optional<DatagramSender> datagrams;
    if (options.udp) {
        VEDETTE_TRY(datagrams, DatagramSender::open(options.bind, options.network));
    }
    VEDETTE_TRY(const int listener, listen_on(options.bind, options.port));
    std::unique_ptr<Farm> farm(new Farm);
    farm->secure_ = tls != nullptr;
    farm->bind_ = options.bind;
    farm->port_ = port_of(listener);
    for (const auto& clip : main_clips) farm->main_formats_.push_back(format_of(*clip));
    for (const auto& clip : sub_clips)
        farm->sub_formats_.push_back(clip ? std::optional(format_of(*clip)) : std::nullopt);
    farm->wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    auto loop = std::make_unique<FarmLoop>(std::move(options), std::move(main_clips), std::move(sub_clips),
                                           std::move(tls), std::move(datagrams), listener, farm->wake_,
                                           farm->counters_);
    farm->thread_ = std::thread([loop = std::move(loop)] { loop->run(); });
    return farm;
}

Farm::~Farm() {
    stop();
    if (wake_ >= 0) ::close(wake_);
}

void Farm::stop() {
    if (!thread_.joinable()) return;
    eventfd_write(wake_, 1);
    thread_.join();
}

std::string Farm::url(unsigned camera, media::StreamKind kind) const {
    rtsp::Url url;
    url.host = bind_;
    url.port = port_;
    url.secure = secure_;
    url.path = fmt::format("/cam{}{}", camera, kind == media::StreamKind::sub ? "/sub" : "");
    return url.without_zone().text();  // as a camera tells it
}

std::string Farm::replay_url(unsigned camera) const {
    return url(camera) + std::string(replay_suffix);
}

std::optional<PictureFormat> Farm::format(unsigned camera, media::StreamKind kind) const {
    const std::size_t clip = (camera - 1) % main_formats_.size();
    if (kind == media::StreamKind::main) return main_formats_[clip];
    return sub_formats_[clip];
}

FarmStatistics Farm::statistics() const {
    return {counters_.clients, counters_.playing, counters_.bytes_sent, counters_.too_slow};
}

}  // namespace vedette::simulate
