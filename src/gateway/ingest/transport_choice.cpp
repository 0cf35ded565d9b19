#include "gateway/ingest/transport_choice.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace vedette::gateway::ingest {

namespace {
constexpr std::array<std::pair<TransportSetting, std::string_view>, 5> names{{
    {TransportSetting::automatic, "auto"},
    {TransportSetting::tls, "tls"},
    {TransportSetting::tcp, "tcp"},
    {TransportSetting::udp, "udp"},
    {TransportSetting::multicast, "multicast"},
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
    const Route secure{tls, rtsp::Transport::tcp_interleaved, with_tls(url)};
    if (url.secure || setting == tls) return {secure};
    const Route plain{tcp, rtsp::Transport::tcp_interleaved, url};
    const Route unicast{udp, rtsp::Transport::udp, url};
    const Route group{multicast, rtsp::Transport::multicast, url};
    switch (setting) {
        case tcp:
            return {plain};
        case udp:
            return {unicast};
        case multicast:
            return {group};
        default:
            break;
    }
    std::vector<Route> out;
    if (url.port == rtsp::default_port) out.push_back(secure);
    out.insert(out.end(), {plain, unicast, group});
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
    at_ = (at_ + 1) % routes_.size();
    return at_ != 0;
}

bool TransportChooser::succeeded() {
    return !std::exchange(proven_, true);
}

}  // namespace vedette::gateway::ingest
