#include "rtsp/client_session.hpp"

#include <algorithm>
#include <utility>

namespace vedette::rtsp {

namespace {

constexpr std::string_view not_rtsp =
    "what answers at this address is not an RTSP server: is the port right (usually 554)?";

}  // namespace

ClientSession::ClientSession(Url url, Credentials credentials, ClientOptions options, MonotonicTime now)
    : url_(std::move(url)), options_(std::move(options)), authenticator_(std::move(credentials)) {
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
    ClientTrack& track = tracks_[channel.track];
    if (channel.use == Channel::Use::rtcp) return track.on_rtcp(frame.payload, events_);
    const bool counted = track.on_rtp(frame.payload, events_);
    if (!counted || channel.track != 0) return;
    media_due_ = now + options_.media_timeout;
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

void ClientSession::on_time(MonotonicTime now) {
    if (closed()) return;
    if (now >= response_due_) return fail_with(ErrorKind::timeout, silence());
    if (now >= media_due_)
        return fail_with(ErrorKind::timeout,
                         fmt::format("the camera sent no video for {} s", options_.media_timeout.count()));
    if (now >= picture_due_)
        return fail_with(
            ErrorKind::timeout,
            fmt::format("the camera sends packets, and no picture that can be decoded within {} s",
                        options_.first_picture_timeout.count()));
    if (now >= keep_alive_due_) keep_alive(now);
}

MonotonicTime ClientSession::deadline() const {
    if (closed()) return MonotonicTime::max();
    return std::min({response_due_, media_due_, picture_due_, keep_alive_due_});
}

void ClientSession::keep_alive(MonotonicTime now) {
    keep_alive_due_ = now + keep_alive_period_;
    Request request = make_request(has_get_parameter_ ? "GET_PARAMETER" : "OPTIONS", session_url_);
    const std::uint32_t number = write(request);
    keep_alive_ = Pending{.cseq = number, .request = std::move(request)};
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
    events_.emplace_back(Closed{std::move(error)});
}

}  // namespace vedette::rtsp
