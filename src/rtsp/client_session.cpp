#include "rtsp/client_session.hpp"

#include <algorithm>
#include <utility>

#include "crypto/digest.hpp"

namespace vedette::rtsp {

namespace {

constexpr std::string_view not_rtsp =
    "what answers at this address is not an RTSP server: is the port right (usually 554)?";

constexpr std::chrono::seconds report_period{5};  // RFC 3550 section 6.2
/// A camera takes a while for a key frame, and each one costs as much as many other pictures.
constexpr std::chrono::seconds key_frame_request_period{2};
constexpr std::chrono::milliseconds talk_period{20};         // of back_channel_samples
constexpr std::chrono::milliseconds max_talk_lateness{200};  // what is later is left out

}  // namespace

ClientSession::ClientSession(Url url, Credentials credentials, ClientOptions options, MonotonicTime now)
    : url_(url.without_zone()),
      options_(std::move(options)),
      authenticator_(std::move(credentials), options_.basic) {
    std::array<std::byte, 4> random{};
    crypto::random_bytes(random);
    own_ssrc_ = ByteReader(random).u32();
    base_ = session_url_ = url_.text();
    send(make_request("OPTIONS", session_url_), now);
}

std::optional<ClientEvent> ClientSession::next_event() {
    if (events_taken_ == events_.size()) {
        events_.clear();
        events_taken_ = 0;
        return std::nullopt;
    }
    return std::move(events_[events_taken_++]);
}

void ClientSession::receive(ByteView bytes, MonotonicTime now) {
    if (closed()) return;
    heard_bytes_ |= !bytes.empty();
    parser_.feed(bytes);
    while (!closed()) {
        auto item = parser_.next();
        if (!item) return finish(std::move(item).error());
        if (const auto* frame = std::get_if<InterleavedFrame>(&*item)) {
            on_frame(*frame, now);
        } else if (const auto* response = std::get_if<Response>(&*item)) {
            heard_rtsp_ = true;
            on_response(*response, now);
        } else if (const auto* request = std::get_if<Request>(&*item)) {
            heard_rtsp_ = true;
            on_request(*request);
        } else {
            return;
        }
    }
}

void ClientSession::on_frame(const InterleavedFrame& frame, MonotonicTime now) {
    if (state_ != State::playing) return;  // quirk 16
    const Channel channel = channels_[frame.channel];
    if (channel.use == Channel::Use::none) return;  // quirk 17
    if (channel.use == Channel::Use::rtcp) return on_control(channel.track, frame.payload, now);
    on_media(channel.track, frame.payload, now);
}

void ClientSession::receive_datagram(std::uint8_t track, bool rtcp, ByteView datagram, MonotonicTime now) {
    if (state_ != State::playing || track >= paths_.size() || !paths_[track].datagrams) return;
    if (rtcp) return on_control(track, datagram, now);
    on_media(track, datagram, now);
}

/// What a packet is without its protection; nullopt for what a track with SRTP does not take.
std::optional<ByteView> ClientSession::open(std::uint8_t track, ByteView packet, bool rtcp) {
    MediaSecurity* const security = tracks_[track].security();
    return security == nullptr ? std::optional(packet) : security->open(packet, rtcp);
}

Bytes ClientSession::seal(std::size_t track, Bytes packet, bool rtcp) {
    MediaSecurity* const security = tracks_[track].security();
    return security == nullptr ? std::move(packet) : security->seal(packet, rtcp);
}

void ClientSession::on_control(std::uint8_t number, ByteView packet, MonotonicTime now) {
    if (const auto plain = open(number, packet, true))
        paths_[number].on_control(*plain, tracks_[number], now, events_);
}

void ClientSession::on_media(std::uint8_t number, ByteView packet, MonotonicTime now) {
    ClientTrack& track = tracks_[number];
    MediaPath& path = paths_[number];
    const std::size_t events_before = events_.size();
    const auto plain = open(number, packet, false);
    if (!plain) return;
    const bool counted = path.datagrams ? path.on_datagram(*plain, track, now, events_)
                                        : path.on_packet(*plain, track, now, events_);
    if (number == 0) ask_for_key_frame(events_before, now);
    if (!counted || number != 0) return;
    heard_datagram_ |= path.datagrams;
    media_due_ = now + options_.media_timeout;
    probe_due_ = now + options_.silence_probe;
    if (track.has_delivered()) picture_due_ = MonotonicTime::max();
    if (options_.stop_after == ClientOptions::StopAfter::key_frame && track.has_delivered_random_access())
        close();
}

/// Requests of the camera are answered so that it does not wait; none changes the session.
void ClientSession::on_request(const Request& request) {
    const bool known = request.method == "OPTIONS" || request.method == "GET_PARAMETER" ||
                       request.method == "SET_PARAMETER" || request.method == "ANNOUNCE";
    Response response{.status = known ? std::uint16_t{200} : std::uint16_t{501}};
    response.reason = reason_phrase(response.status);
    if (const std::string* number = request.headers.find("CSeq")) response.headers.add("CSeq", *number);
    output_ += print(response);
}

std::string ClientSession::silence() const {
    if (heard_rtsp_)
        return fmt::format("the camera did not answer {} within {} s", pending_->request.method,
                           options_.response_timeout.count());
    if (heard_bytes_) return std::string(not_rtsp);
    return fmt::format(
        "the connection was accepted, and nothing answered within {} s: is this the RTSP port?",
        options_.response_timeout.count());
}

std::string ClientSession::media_silence() const {
    const MediaSecurity* const security = tracks_[0].security();
    if (security != nullptr && !security->opened_any() && security->refused() > 0)
        return "the camera's packets can't be opened with the key that it told (SRTP)";
    return fmt::format("the camera sent no video for {} s", options_.media_timeout.count());
}

void ClientSession::on_time(MonotonicTime now) {
    if (closed()) return;
    if (now >= response_due_) return fail_with(ErrorKind::timeout, silence());
    for (std::size_t i = 0; i < paths_.size(); ++i) {
        const std::size_t events_before = events_.size();
        paths_[i].on_time(tracks_[i], now, events_);
        if (i == 0) ask_for_key_frame(events_before, now);
    }
    if (now >= media_due_ && options_.transport != Transport::tcp_interleaved && !heard_datagram_)
        return refuse_transport(
            {ErrorKind::timeout,
             fmt::format("no packet of the camera arrived over UDP within {} s: a firewall or "
                         "a network address translation may be between",
                         options_.first_datagram_timeout.count())});
    if (now >= media_due_ && options_.replay && tracks_.front().has_delivered()) return close();
    if (now >= media_due_) return fail_with(ErrorKind::timeout, media_silence());
    if (now >= picture_due_)
        return fail_with(
            ErrorKind::timeout,
            fmt::format("the camera sends packets, and no picture that can be decoded within {} s",
                        options_.first_picture_timeout.count()));
    if (now >= report_due_) send_reports(now);
    if (now >= keep_alive_due_ || now >= probe_due_) keep_alive(now);
}

MonotonicTime ClientSession::deadline() const {
    if (closed()) return MonotonicTime::max();
    // Reports wait for the next packets: an idle core is not woken for them, and without packets there is
    // nothing new.
    MonotonicTime due =
        std::min({response_due_, media_due_, probe_due_, picture_due_, keep_alive_due_, talk_due_});
    for (const MediaPath& path : paths_) due = std::min(due, path.deadline());
    return due;
}

void ClientSession::keep_alive(MonotonicTime now) {
    keep_alive_due_ = now + keep_alive_period_;
    probe_due_ = MonotonicTime::max();
    Request request = make_request(has_get_parameter_ ? "GET_PARAMETER" : "OPTIONS", session_url_);
    const std::uint32_t number = write(request);
    keep_alive_ = Pending{.cseq = number, .request = std::move(request)};
}

void ClientSession::send_reports(MonotonicTime now) {
    report_due_ = now + report_period;
    for (std::size_t i = 0; i < paths_.size(); ++i) {
        MediaPath& path = paths_[i];
        if (!tracks_[i].accepted()) continue;
        if (path.datagrams ? path.server_rtcp_port == 0 : !path.rtcp_channel) continue;
        send_control(i, path.receiver_report(own_ssrc(i), now));
    }
}

void ClientSession::send_control(std::size_t track, Bytes compound) {
    const MediaPath& path = paths_[track];
    compound = seal(track, std::move(compound), true);
    if (path.datagrams) {
        datagrams_.push_back({.track = static_cast<std::uint8_t>(track),
                              .rtcp = true,
                              .port = path.server_rtcp_port,
                              .bytes = std::move(compound)});
    } else {
        output_ += as_text(interleaved_header(*path.rtcp_channel, compound.size()));
        output_ += as_text(compound);
    }
}

/// Where pictures of the video were damaged, or none that can be decoded has come yet (quirks 48, 59).
void ClientSession::ask_for_key_frame(std::size_t events_before, MonotonicTime now) {
    const ClientTrack& video = tracks_.front();
    if (video.key_frame_request() == KeyFrameRequest::none ||
        now - asked_for_key_frame_ < key_frame_request_period)
        return;
    MediaPath& path = paths_.front();
    if (path.datagrams ? path.server_rtcp_port == 0 : !path.rtcp_channel) return;
    const bool damaged =
        std::any_of(events_.begin() + static_cast<std::ptrdiff_t>(events_before), events_.end(),
                    [](const ClientEvent& event) { return std::holds_alternative<UnitDamaged>(event); });
    if (!damaged && video.has_delivered_random_access()) return;
    auto request = path.key_frame_request(video.key_frame_request(), own_ssrc(0), now);
    if (!request) return;
    asked_for_key_frame_ = now;
    send_control(0, std::move(*request));
}

/// A firewall or address translation in between opens for what we have sent to first. An empty RTP packet and
/// an empty report harm nobody.
void ClientSession::punch_holes() {
    for (std::size_t i = 0; i < paths_.size(); ++i) {
        const MediaPath& path = paths_[i];
        if (!path.datagrams || path.server_rtp_port == 0) continue;
        const auto header = rtp_header({.payload_type = tracks_[i].payload_type(), .ssrc = own_ssrc(i)});
        const auto track = static_cast<std::uint8_t>(i);
        datagrams_.push_back(
            {track, false, path.server_rtp_port, seal(i, Bytes(header.begin(), header.end()), false)});
        if (path.server_rtcp_port != 0)
            datagrams_.push_back(
                {track, true, path.server_rtcp_port,
                 seal(i, print_receiver_report({.ssrc = own_ssrc(i), .reports = {}}, "vedette"), true)});
    }
}

void ClientSession::on_disconnected() {
    if (closed()) return;
    if (state_ == State::playing)
        return fail_with(ErrorKind::unavailable,
                         "the camera closed the connection while it was sending video");
    if (heard_rtsp_)
        return fail_with(ErrorKind::unavailable, "the camera closed the connection instead of answering");
    if (heard_bytes_) return fail_with(ErrorKind::corrupt, std::string(not_rtsp));
    fail_with(ErrorKind::unavailable, "the connection was closed before any answer: is this the RTSP port?");
}

void ClientSession::refuse_transport(Error error) {
    transport_refused_ = true;
    finish(std::move(error));
}

std::uint64_t ClientSession::reordered_packets() const {
    std::uint64_t total = 0;
    for (const MediaPath& path : paths_) total += path.reorder().reordered();
    return total;
}

std::uint64_t ClientSession::refused_packets() const {
    std::uint64_t total = 0;
    for (const ClientTrack& track : tracks_)
        if (const MediaSecurity* security = track.security()) total += security->refused();
    return total;
}

void ClientSession::talk(std::span<const std::int16_t> samples) {
    if (state_ != State::playing || !talker_ || samples.empty() || samples.size() > back_channel_samples)
        return;
    const Bytes packet = talker_->packet(samples);
    output_ += as_text(interleaved_header(talk_channel_, packet.size()));
    output_ += as_text(packet);
}

bool ClientSession::take_talk_turn(MonotonicTime now) {
    if (closed() || now < talk_due_) return false;
    talk_due_ = std::max(talk_due_ + talk_period, now - max_talk_lateness);
    return true;
}

void ClientSession::pause_talk(std::uint32_t samples) {
    if (talker_) talker_->skip(samples);
}

void ClientSession::close() {
    if (closed()) return;
    finish(std::nullopt);
}

void ClientSession::finish(std::optional<Error> error) {
    if (closed()) return;
    // A camera that keeps the session of a lost client may have none for the next (quirk 22).
    if (!session_id_.empty()) write(make_request("TEARDOWN", session_url_));
    state_ = State::closed;
    pending_.reset();
    events_.emplace_back(Closed{std::move(error), transport_refused_});
}

}  // namespace vedette::rtsp
