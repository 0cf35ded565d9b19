// The answers that take a ClientSession from OPTIONS to PLAY.

#include <algorithm>

#include "crypto/digest.hpp"
#include "rtsp/client_session.hpp"
#include "rtsp/session_plan.hpp"
#include "rtsp/text.hpp"

namespace vedette::rtsp {

namespace {

/// RFC 2326 section 3.7: 20261121T023506.120Z
std::string clock_time(UtcTime time) {
    std::string text = to_rfc3339(time);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

}  // namespace

Request ClientSession::make_request(std::string_view method, std::string_view uri) const {
    Request request{.method = std::string(method), .uri = std::string(uri)};
    request.headers.add("User-Agent", options_.user_agent);
    if (!session_id_.empty()) request.headers.add("Session", session_id_);
    return request;
}

std::uint32_t ClientSession::write(const Request& request) {
    Request complete{.method = request.method, .uri = request.uri};
    const std::uint32_t number = next_cseq_++;
    complete.headers.add("CSeq", std::to_string(number));
    if (const auto value = authenticator_.authorize(request.method, request.uri))
        complete.headers.add("Authorization", *value);
    for (const auto& [name, value] : request.headers.fields()) complete.headers.add(name, value);
    complete.body = request.body;
    output_ += print(complete);
    return number;
}

void ClientSession::send(Request request, MonotonicTime now) {
    const std::uint32_t number = write(request);
    pending_ = Pending{.cseq = number, .request = std::move(request)};
    response_due_ = now + options_.response_timeout;
}

void ClientSession::on_response(const Response& response, MonotonicTime now) {
    if (response.status < 200) return;
    const auto number = cseq(response.headers);
    if (keep_alive_ && number == keep_alive_->cseq) return on_keep_alive(response, now);
    // An answer without CSeq can only be for the one request that waits.
    if (!pending_ || (number && *number != pending_->cseq)) return;
    if (response.status == 401) {
        const auto challenges = response.headers.all("WWW-Authenticate");
        if (auto again = authenticator_.on_unauthorized(challenges); !again)
            return finish(std::move(again).error());
        return send(Request(pending_->request), now);
    }
    authenticator_.on_authorized();
    response_due_ = MonotonicTime::max();
    switch (state_) {
        case State::options:
            return on_options(response, now);
        case State::describe:
            return on_describe(response, now);
        case State::setup:
            return on_setup(response, now);
        case State::play:
            return on_play(response, now);
        case State::playing:
        case State::closed:
            return;
    }
}

void ClientSession::on_options(const Response& response, MonotonicTime now) {
    // Whatever it says, the session goes on (quirk 10).
    if (const std::string* methods = response.headers.find("Public")) {
        std::string_view rest = *methods;
        while (!rest.empty())
            if (equal_ignoring_case(trim(split_off(rest, ',')), "GET_PARAMETER")) has_get_parameter_ = true;
    }
    describe(now);
}

void ClientSession::describe(MonotonicTime now) {
    state_ = State::describe;
    Request request = make_request("DESCRIBE", url_.text());
    request.headers.add("Accept", "application/sdp");
    if (options_.back_channel) require_features(request);
    send(std::move(request), now);
}

void ClientSession::on_redirect(const Response& response, MonotonicTime now) {
    const std::string* location = response.headers.find("Location");
    auto target = location ? parse_url(*location) : fail(ErrorKind::corrupt, "no Location");
    if (!target)
        return fail_with(ErrorKind::corrupt, "the camera redirects to an address that is not an RTSP URL");
    if (++redirects_ > max_session_redirects)
        return fail_with(ErrorKind::unavailable, "the camera redirects in a circle");
    target->url = target->url.without_zone();  // no camera chooses an interface of ours
    if (target->url.same_authority(url_)) {
        url_ = std::move(target->url);
        base_ = session_url_ = url_.text();
        return describe(now);
    }
    if (url_.secure && !target->url.secure)
        return fail_with(ErrorKind::unavailable, "the camera redirects from RTSPS to an unencrypted address");
    // Credentials in a redirect are the camera's wish, not the owner's: they are dropped with the rest.
    state_ = State::closed;
    pending_.reset();
    events_.emplace_back(Redirected{.url = target->url.text()});
}

void ClientSession::on_describe(const Response& response, MonotonicTime now) {
    if (response.status >= 300 && response.status < 400) return on_redirect(response, now);
    constexpr int option_not_supported = 551;
    if (options_.back_channel && response.status == option_not_supported)
        return finish(
            Error{ErrorKind::unsupported, "this camera has no loudspeaker that can be reached (551)"});
    if (response.status != 200) return finish(refusal("DESCRIBE", response));
    const auto sdp = parse_sdp(response.body);
    if (!sdp) return finish(sdp.error());
    const auto header = [&](std::string_view name) -> std::string_view {
        const std::string* value = response.headers.find(name);
        return value ? std::string_view(*value) : std::string_view{};
    };
    base_ = control_base(url_, header("Content-Base"), header("Content-Location"));
    session_url_ = join_control(base_, sdp->control);
    const MediaRules rules{
        .encrypted = options_.encrypted,
        .needs_srtp = options_.encrypted && options_.transport != Transport::tcp_interleaved,
        .own_ssrc = own_ssrc_};
    auto tracks = plan(*sdp, rules);
    if (!tracks) {
        transport_refused_ = rules.needs_srtp;
        return finish(std::move(tracks).error());
    }
    tracks_ = *std::move(tracks);
    Described described;
    for (ClientTrack& track : tracks_) track.expect_replay(options_.replay.has_value());
    for (const ClientTrack& track : tracks_) paths_.emplace_back(track);
    for (const ClientTrack& track : tracks_) described.tracks.push_back(track.description());
    events_.emplace_back(std::move(described));
    if (options_.stop_after == ClientOptions::StopAfter::described) return close();
    state_ = State::setup;
    set_up_next(now);
}

void ClientSession::set_up_next(MonotonicTime now) {
    if (setting_up_ == tracks_.size()) {
        state_ = State::play;
        Request request = make_request("PLAY", session_url_);
        play_range(request);
        punch_holes();
        return send(std::move(request), now);
    }
    Request request = make_request("SETUP", tracks_[setting_up_].control_url());
    request.headers.add("Transport", wanted_transport());
    if (const MediaSecurity* security = tracks_[setting_up_].security())
        if (const auto keys = security->key_management(request.uri, options_.begun))
            request.headers.add("KeyMgmt", *keys);
    require_features(request);
    send(std::move(request), now);
}

void ClientSession::require_features(Request& request) const {
    if (options_.replay) request.headers.add("Require", "onvif-replay");
    if (options_.back_channel) request.headers.add("Require", std::string(back_channel_feature));
}

Result<std::vector<ClientTrack>> ClientSession::plan(const Sdp& sdp, const MediaRules& rules) const {
    return options_.back_channel ? plan_back_channel(sdp, base_)
                                 : plan_tracks(sdp, base_, options_.audio, rules);
}

void ClientSession::begin_talk(MonotonicTime now) {
    talk_due_ = now;
    std::array<std::byte, 6> random{};
    crypto::random_bytes(random);
    ByteReader reader(random);
    const std::uint16_t sequence = reader.u16();
    const TrackDescription track = tracks_.front().description();
    talker_.emplace(track.codec, tracks_.front().payload_type(), own_ssrc_, sequence, reader.u32());
}

void ClientSession::play_range(Request& request) const {
    if (options_.back_channel) return require_features(request);
    if (!options_.replay) {
        request.headers.add("Range", "npt=0.000-");  // some cameras demand it (quirk 13)
        return;
    }
    require_features(request);
    request.headers.add("Range", fmt::format("clock={}-{}", clock_time(options_.replay->start),
                                             clock_time(options_.replay->end)));
    request.headers.add("Rate-Control", "no");
}

/// No `mode`: it breaks some cameras (quirk 13).
std::string ClientSession::wanted_transport() const {
    const std::string& profile = tracks_[setting_up_].profile();
    if (options_.transport == Transport::multicast) return profile + ";multicast";
    if (options_.transport == Transport::udp && setting_up_ < options_.client_ports.size()) {
        const std::uint16_t port = options_.client_ports[setting_up_];
        return fmt::format("{};unicast;client_port={}-{}", profile, port, port + 1);
    }
    const std::size_t channel = 2 * setting_up_;
    return fmt::format("{}/TCP;unicast;interleaved={}-{}", profile, channel, channel + 1);
}

Result<> ClientSession::accept_datagrams(const TransportAnswer& answer) {
    MediaPath& path = paths_[setting_up_];
    const auto track = static_cast<std::uint8_t>(setting_up_);
    path.datagrams = true;
    if (options_.transport == Transport::multicast) {
        if (answer.destination.empty() || !answer.group_port)
            return fail(ErrorKind::unsupported, "the camera offers no multicast group");
        events_.emplace_back(MediaAddress{track, answer.source, answer.destination, *answer.group_port});
    } else {
        path.server_rtp_port = answer.server_rtp_port.value_or(0);
        path.server_rtcp_port = answer.server_rtcp_port.value_or(0);
        if (!answer.source.empty()) events_.emplace_back(MediaAddress{track, answer.source, {}, 0});
    }
    tracks_[setting_up_].accept(answer.ssrc);
    return {};
}

Result<> ClientSession::accept_transport(const Response& response) {
    MediaSecurity* const security = tracks_[setting_up_].security();
    if (const std::string* management = response.headers.find("KeyMgmt"); management && security != nullptr) {
        VEDETTE_TRY(const MediaKeys keys, keys_of_header(*management));
        security->replace_keys(keys);
    }
    const std::string* value = response.headers.find("Transport");
    TransportAnswer answer = parse_transport(value ? std::string_view(*value) : std::string_view{});
    // A camera that was asked for datagrams may still choose the connection (quirk 18).
    if (!answer.rtp_channel && options_.transport != Transport::tcp_interleaved)
        return accept_datagrams(answer);
    if (!answer.rtp_channel) {
        if (value && value->find("_port") != std::string::npos)
            return fail(ErrorKind::unsupported, "the camera insists on UDP");
        answer.rtp_channel = static_cast<std::uint8_t>(2 * setting_up_);
        answer.rtcp_channel = static_cast<std::uint8_t>(2 * setting_up_ + 1);
    }
    Channel& rtp = channels_[*answer.rtp_channel];
    if (rtp.use == Channel::Use::rtp)
        return fail(ErrorKind::unsupported, "the camera sends two media over one channel");
    const auto track = static_cast<std::uint8_t>(setting_up_);
    rtp = {.track = track, .use = Channel::Use::rtp};
    talk_channel_ = *answer.rtp_channel;
    if (answer.rtcp_channel && channels_[*answer.rtcp_channel].use == Channel::Use::none)
        channels_[*answer.rtcp_channel] = {.track = track, .use = Channel::Use::rtcp};
    paths_[setting_up_].rtcp_channel = answer.rtcp_channel;
    tracks_[setting_up_].accept(answer.ssrc);
    return {};
}

void ClientSession::refuse_track(Error error) {
    if (setting_up_ == 0) return finish(std::move(error));
    events_.emplace_back(
        TrackRefused{.track = static_cast<std::uint8_t>(setting_up_), .error = std::move(error)});
}

void ClientSession::on_setup(const Response& response, MonotonicTime now) {
    if (response.status == 461) {
        transport_refused_ = setting_up_ == 0;
        refuse_track(
            options_.transport == Transport::tcp_interleaved
                ? refusal("SETUP", response)
                : Error{ErrorKind::unsupported, "the camera does not send over UDP in this way (461)"});
    } else if (response.status != 200) {
        refuse_track(refusal("SETUP", response));
    } else {
        const std::string* header = response.headers.find("Session");
        const auto session = header ? parse_session(*header) : std::nullopt;
        if (session && session_id_.empty()) {  // the first one stays (quirk 19)
            session_id_ = session->id;
            const std::uint32_t seconds = std::min<std::uint32_t>(session->timeout_seconds, 3600);
            keep_alive_period_ = std::chrono::milliseconds(seconds * 500);
        }
        if (auto accepted = accept_transport(response); !accepted) {
            transport_refused_ = setting_up_ == 0;
            refuse_track(std::move(accepted).error());
        }
    }
    if (closed()) return;
    ++setting_up_;
    set_up_next(now);
}

void ClientSession::on_play(const Response& response, MonotonicTime now) {
    if (response.status != 200) return finish(refusal("PLAY", response));
    pending_.reset();
    state_ = State::playing;
    keep_alive_due_ = now + keep_alive_period_;
    if (options_.back_channel) {
        begin_talk(now);
        events_.emplace_back(Playing{});
        return;
    }
    media_due_ = now + (paths_[0].datagrams ? options_.first_datagram_timeout : options_.media_timeout);
    if (options_.receiver_reports) report_due_ = now + std::chrono::seconds(5);
    picture_due_ = now + options_.first_picture_timeout;
    asked_for_key_frame_ = now;  // most cameras begin with one by themselves
    events_.emplace_back(Playing{});
}

void ClientSession::on_keep_alive(const Response& response, MonotonicTime now) {
    const Pending answered = *std::exchange(keep_alive_, std::nullopt);
    switch (response.status) {
        case 401: {
            const auto challenges = response.headers.all("WWW-Authenticate");
            if (auto again = authenticator_.on_unauthorized(challenges); !again)
                return finish(std::move(again).error());
            return keep_alive(now);
        }
        case 454:
            return finish(refusal(answered.request.method, response));
        case 405:
        case 501:
        case 551:
            has_get_parameter_ = false;
            break;  // OPTIONS from now on
        default:
            break;
    }
    if (response.status == 200) authenticator_.on_authorized();
}

}  // namespace vedette::rtsp
