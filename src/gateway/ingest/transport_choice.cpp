#include "gateway/ingest/transport_choice.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace vedette::gateway::ingest {

namespace {
constexpr std::array<std::pair<TransportSetting, std::string_view>, 8> names{{
    {TransportSetting::automatic, "auto"},
    {TransportSetting::tls, "tls"},
    {TransportSetting::srtp, "srtp"},
    {TransportSetting::https, "https"},
    {TransportSetting::tcp, "tcp"},
    {TransportSetting::udp, "udp"},
    {TransportSetting::multicast, "multicast"},
    {TransportSetting::http, "http"},
}};

rtsp::Url with_tls(rtsp::Url url) {
    if (!url.secure && url.port == rtsp::default_port) url.port = rtsp::default_secure_port;
    url.secure = true;
    return url;
}
}  // namespace

std::string_view to_string(TransportSetting setting) {
    return std::ranges::find(names, setting, &std::pair<TransportSetting, std::string_view>::first)->second;
}

std::optional<TransportSetting> parse_transport_setting(std::string_view text) {
    const auto* found =
        std::ranges::find(names, text, &std::pair<TransportSetting, std::string_view>::second);
    return found == names.end() ? std::nullopt : std::optional(found->first);
}

std::vector<Route> routes(const rtsp::Url& url, TransportSetting setting) {
    using enum TransportSetting;
    const bool chosen = setting != automatic;
    const Route secure{tls, rtsp::Transport::tcp_interleaved, with_tls(url)};
    const Route secure_datagrams{srtp, rtsp::Transport::udp, with_tls(url)};
    const Route secure_web{https, rtsp::Transport::tcp_interleaved, with_tls(url), true, chosen};
    switch (setting) {
        case tls:
            return {secure};
        case srtp:
            return {secure_datagrams};
        case https:
            return {secure_web};
        case http:
            if (url.secure) return {secure_web};
            break;
        default:
            break;
    }
    const bool usual_port = url.port == (url.secure ? rtsp::default_secure_port : rtsp::default_port);
    if (url.secure) return chosen ? std::vector{secure} : std::vector{secure, secure_datagrams, secure_web};
    const Route plain{tcp, rtsp::Transport::tcp_interleaved, url};
    const Route unicast{udp, rtsp::Transport::udp, url};
    const Route group{multicast, rtsp::Transport::multicast, url};
    const Route web{http, rtsp::Transport::tcp_interleaved, url, true, chosen};
    switch (setting) {
        case tcp:
            return {plain};
        case udp:
            return {unicast};
        case multicast:
            return {group};
        case http:
            return {web};
        default:
            break;
    }
    std::vector<Route> out;
    if (usual_port) out.insert(out.end(), {secure, secure_datagrams, secure_web});
    out.insert(out.end(), {plain, unicast, group, web});
    return out;
}

TransportChooser::TransportChooser(const rtsp::Url& url, TransportSetting setting,
                                   std::optional<TransportSetting> remembered)
    : routes_(routes(url, setting)) {
    if (!remembered) return;
    const auto found = std::ranges::find(routes_, *remembered, &Route::name);
    if (found == routes_.end()) return;
    at_ = static_cast<std::size_t>(found - routes_.begin());
    proven_ = true;
}

bool TransportChooser::failed(Outcome outcome) {
    const bool secure = current().url.secure;
    // Whoever can block packets could otherwise talk a camera out of its TLS.
    if (proven_ && secure) return false;
    const bool wrong_way =
        outcome == Outcome::refused_transport || (outcome == Outcome::unreachable && secure);
    if (!wrong_way) return false;
    if (proven_) {  // the camera was changed: look anew
        proven_ = false;
        at_ = 0;
        return true;
    }
    // Where nobody listens, or speaks TLS, the other ways through the same door need no trying.
    const Route failed_route = current();
    do {
        at_ = (at_ + 1) % routes_.size();
    } while (at_ != 0 && outcome == Outcome::unreachable && current().url == failed_route.url &&
             current().http == failed_route.http);
    return at_ != 0;
}

bool TransportChooser::succeeded() {
    return !std::exchange(proven_, true);
}

}  // namespace vedette::gateway::ingest
