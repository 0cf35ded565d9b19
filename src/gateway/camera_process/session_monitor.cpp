#include "gateway/camera_process/session_monitor.hpp"

#include <algorithm>
#include <utility>

namespace vedette::gateway::camera_process {

namespace {

constexpr std::size_t fingerprint_digits = 64;

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

std::unexpected<Error> out_of_order(std::string_view what) {
    return fail(ErrorKind::corrupt, "the camera process reported {} out of order", what);
}

bool is_fingerprint(const std::string& text) {
    return text.size() == fingerprint_digits &&
           text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

Result<> SessionMonitor::check(const Report& report) {
    return std::visit(Overloaded{
                          [&](const Shown& shown) -> Result<> {
                              if (std::exchange(phase_, Phase::judged) != Phase::handshake ||
                                  !is_fingerprint(shown.fingerprint))
                                  return out_of_order("a certificate");
                              return {};
                          },
                          [&](const HandshakeFailed&) -> Result<> {
                              const Phase was = std::exchange(phase_, Phase::over);
                              if (was != Phase::handshake && was != Phase::tunnelling)
                                  return out_of_order("a handshake");
                              return {};
                          },
                          [&](const Established&) -> Result<> {
                              if (std::exchange(phase_, Phase::talking) != Phase::tunnelling)
                                  return out_of_order("a tunnel");
                              return {};
                          },
                          [&](const DialAgain&) -> Result<> {
                              if (!http_ || (phase_ != Phase::tunnelling && phase_ != Phase::talking))
                                  return out_of_order("a wish");
                              return {};
                          },
                          [&](const rtsp::ClientEvent& event) { return check_event(event); },
                          [&](const rtsp::OutgoingDatagram& datagram) -> Result<> {
                              if (phase_ != Phase::talking || datagram.track >= pairs_)
                                  return out_of_order("a datagram");
                              return {};
                          },
                          [&](const Counters&) -> Result<> {
                              if (phase_ != Phase::talking) return out_of_order("figures");
                              return {};
                          },
                          [&](const Ended&) -> Result<> {
                              if (phase_ != Phase::over) return out_of_order("an end");
                              return {};
                          },
                          [](const auto&) -> Result<> { return out_of_order("something about itself"); },
                      },
                      report);
}

Result<> SessionMonitor::check_track(std::size_t track) const {
    if (track >= tracks_) return fail(ErrorKind::corrupt, "the camera process reported of no track");
    return {};
}

Result<> SessionMonitor::check_event(const rtsp::ClientEvent& event) {
    if (phase_ != Phase::talking) return out_of_order("an event");
    return std::visit(Overloaded{
                          [&](const rtsp::Described& described) -> Result<> {
                              if (described.tracks.empty() || ++descriptions_ > max_descriptions)
                                  return out_of_order("a description");
                              tracks_ = described.tracks.size();
                              return {};
                          },
                          [&](const rtsp::MediaAddress& address) -> Result<> {
                              if (!address.group.empty() && ++groups_ > max_groups)
                                  return out_of_order("a group");
                              return check_track(address.track);
                          },
                          [&](const rtsp::TrackRefused& refused) { return check_track(refused.track); },
                          [&](const rtsp::ParametersChanged& change) { return check_track(change.track); },
                          [&](const rtsp::SenderReport& report) { return check_track(report.track); },
                          [&](const rtsp::ReplayTime& time) { return check_track(time.track); },
                          [&](const rtsp::Loss& loss) { return check_track(loss.track); },
                          [&](const rtsp::UnitDamaged& damaged) { return check_track(damaged.track); },
                          [&](const media::SignatureVerdict& said) { return check_track(said.track); },
                          [&](const rtsp::Redirected&) -> Result<> {
                              phase_ = Phase::over;
                              return {};
                          },
                          [&](const rtsp::Closed&) -> Result<> {
                              phase_ = Phase::over;
                              return {};
                          },
                          [](const rtsp::Playing&) -> Result<> { return {}; },
                          [](const media::AccessUnit&) -> Result<> { return out_of_order("an access unit"); },
                      },
                      event);
}

Result<std::optional<media::AccessUnit>> SessionMonitor::take(const MediaHead& head, ByteView data) {
    if (phase_ != Phase::talking || head.first == open_.has_value()) return out_of_order("a piece of media");
    VEDETTE_CHECK(check_track(head.unit.track));
    if (head.first) {
        if (data.size() > head.total) return out_of_order("media of another length");
        media::AccessUnit unit = head.unit;
        if (data.size() == head.total) {
            unit.data = std::make_shared<const Bytes>(data.begin(), data.end());
            return unit;
        }
        open_ = std::move(unit);
        total_ = head.total;
        gathered_.reserve(total_);
    }
    if (data.empty() || data.size() > total_ - gathered_.size())
        return out_of_order("media of another length");
    gathered_.insert(gathered_.end(), data.begin(), data.end());
    if (gathered_.size() < total_) return std::nullopt;
    media::AccessUnit unit = std::move(*std::exchange(open_, std::nullopt));
    unit.data = std::make_shared<const Bytes>(std::exchange(gathered_, {}));
    return unit;
}

bool SessionMonitor::may_send(MonotonicTime now) {
    if (now - second_began_ >= std::chrono::seconds(1)) {
        second_began_ = now;
        sent_ = 0;
    }
    return ++sent_ <= max_datagrams_per_second;
}

}  // namespace vedette::gateway::camera_process
