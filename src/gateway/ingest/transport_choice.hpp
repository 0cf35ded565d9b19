#pragma once
// In which way a camera is asked for its media: the most secure first, what works is remembered. Pure.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "rtsp/client_events.hpp"
#include "rtsp/http_tunnel.hpp"
#include "rtsp/url.hpp"

namespace vedette::gateway::ingest {

/// What the owner of a camera has chosen.
enum class TransportSetting : std::uint8_t { automatic, tls, srtp, https, tcp, udp, multicast, http };
std::string_view to_string(TransportSetting setting);
/// "auto", "tls", "srtp", "https", "tcp", "udp", "multicast", "http".
std::optional<TransportSetting> parse_transport_setting(std::string_view text);

/// One way to try.
struct Route {
    TransportSetting name = TransportSetting::tcp;  ///< never automatic
    rtsp::Transport transport = rtsp::Transport::tcp_interleaved;
    rtsp::Url url;         ///< as RTSP speaks it
    bool http = false;     ///< through HTTP, or with a secure URL HTTPS
    bool sign_in = false;  ///< a web server's question for a password is answered

    std::uint16_t port() const { return http ? rtsp::tunnel_port(url) : url.port; }  ///< to connect to
    friend bool operator==(const Route&, const Route&) = default;
};

/// The ways to try in their order. An rtsps:// address is never tried without TLS. An rtsp:// address at the
/// usual port is tried with TLS at the usual port of RTSPS first; at another port nobody knows where TLS
/// would be. SRTP over UDP, keyed over RTSPS, comes after what stays inside TLS. Through HTTP comes last;
/// through HTTPS comes after RTSPS, and a web server that wants a password is passed over unless the owner
/// has chosen that way: it may belong to other accounts, and locks them.
std::vector<Route> routes(const rtsp::Url& url, TransportSetting setting);

/// Walks through the routes of one camera stream.
class TransportChooser {
  public:
    /// `remembered`: the way that worked before.
    TransportChooser(const rtsp::Url& url, TransportSetting setting,
                     std::optional<TransportSetting> remembered);

    const Route& current() const { return routes_[at_]; }

    /// How an attempt ended, as far as the way is concerned.
    enum class Outcome : std::uint8_t {
        other,             ///< the camera is away, wants another password, ...: the way may be right
        unreachable,       ///< nobody listens there, or no TLS is spoken
        refused_transport  ///< the camera can't send in this way, or nothing arrives
    };
    /// True: current() is another way now, to be tried at once. False: wait first.
    bool failed(Outcome outcome);
    /// A picture came: from now on this way alone, and never back from TLS to none. True when that is news.
    bool succeeded();

  private:
    std::vector<Route> routes_;
    std::size_t at_ = 0;
    bool proven_ = false;
};

}  // namespace vedette::gateway::ingest
