#include "gateway/camera_runner.hpp"

#include <algorithm>
#include <utility>

#include "base/hex.hpp"
#include "base/log.hpp"

namespace vedette::gateway {

namespace {

wire::CameraState to_wire(ingest::StreamState state) {
    switch (state) {
        case ingest::StreamState::connecting:
            return wire::CameraState::connecting;
        case ingest::StreamState::recording:
            return wire::CameraState::recording;
        case ingest::StreamState::waiting:
            return wire::CameraState::waiting;
        case ingest::StreamState::unauthorised:
            return wire::CameraState::unauthorised;
        case ingest::StreamState::certificate_changed:
            return wire::CameraState::certificate_changed;
    }
    return wire::CameraState::connecting;
}

wire::StreamHealth health_of(const ingest::StreamHealth& health, const ingest::StreamRecorder& recorder) {
    const ingest::StreamFigures figures = recorder.figures();
    return {.damaged_pictures = recorder.counters().damaged_units,
            .refused_packets = health.refused_packets,
            .reconnects = health.reconnects,
            .last_picture = figures.last_picture,
            .key_frame_interval_seconds = figures.key_frame_interval_seconds,
            .clock_drift_ppm = figures.clock_drift_ppm,
            .clock_offset = figures.clock_offset};
}

/// Beside the hosts whom the camera's certificates belong to: the key that a stream's video is signed with. A
/// camera may sign one of them and not the other.
std::string signing_authority(media::StreamKind kind) {
    return fmt::format("media-signing/{}", media::to_string(kind));
}

bool same_credentials(const rtsp::Credentials& a, const rtsp::Credentials& b) {
    return a.username == b.username && a.password.reveal_text() == b.password.reveal_text();
}

}  // namespace

CameraRunner::CameraRunner(ingest::IngestContext context, Camera camera, RememberCertificate remember,
                           RememberTransport remember_transport, std::function<void(wire::ToHub)> send,
                           std::function<void()> changed)
    : context_(context),
      camera_(std::move(camera)),
      remember_(std::move(remember)),
      remember_transport_(std::move(remember_transport)),
      changed_(std::move(changed)) {
    for (const auto kind : {media::StreamKind::main, media::StreamKind::sub})
        streams_.push_back(std::make_unique<Stream>(kind, send));
}

void CameraRunner::start(const RecordedUntil& recorded_until) {
    for (auto& stream : streams_) {
        stream->recorded_until = recorded_until({camera_.id, static_cast<std::uint8_t>(stream->kind)});
        connect(*stream);
    }
}

void CameraRunner::connect(Stream& stream) {
    const std::string& address = stream.kind == media::StreamKind::main ? camera_.main_url : camera_.sub_url;
    if (address.empty()) return;
    auto url = rtsp::parse_url(address);
    if (!url) return;  // apply_settings() has checked it
    ingest::CameraAccess access = camera_access(camera_);
    access.url = std::move(url->url);
    access.remembered_transport = ingest::parse_transport_setting(camera_.transport_found);
    stream.ingest = std::make_unique<ingest::StreamIngest>(
        context_, vault::StreamKey{camera_.id, static_cast<std::uint8_t>(stream.kind)}, std::move(access),
        *this, stream, *this, stream.recorded_until, changed_);
    stream.ingest->set_watched(stream.live.watched());
    stream.ingest->expect_signatures(find(signing_authority(stream.kind)).has_value());
    stream.ingest->start();
}

net::Awaitable<void> CameraRunner::disconnect(Stream& stream) {
    if (!stream.ingest) co_return;
    co_await stream.ingest->stop();
    stream.recorded_until = stream.ingest->recorder().recorded_until();
    stream.ingest.reset();
}

net::Awaitable<void> CameraRunner::stop() {
    for (auto& stream : streams_) co_await disconnect(*stream);
}

net::Awaitable<void> CameraRunner::reconfigure(Camera camera) {
    const bool all = !same_credentials(camera.credentials, camera_.credentials) ||
                     camera.allow_basic_in_clear != camera_.allow_basic_in_clear ||
                     camera.allow_legacy_tls != camera_.allow_legacy_tls ||
                     camera.transport != camera_.transport;
    const bool main = all || camera.main_url != camera_.main_url;
    const bool sub = all || camera.sub_url != camera_.sub_url;
    camera_ = std::move(camera);
    look_at_orders();
    for (auto& stream : streams_) {
        if (!(stream->kind == media::StreamKind::main ? main : sub)) continue;
        co_await disconnect(*stream);
        if (stream->kind == media::StreamKind::sub && camera_.sub_url.empty())
            stream->live.end({ErrorKind::not_found, "this camera has no sub stream any more"});
        connect(*stream);
    }
}

net::Awaitable<Result<>> CameraRunner::accept_certificate(std::string fingerprint) {
    bool found = false;
    for (auto& stream : streams_) {
        if (!stream->ingest) continue;
        const auto offered = stream->ingest->health().offered;
        if (!offered || offered->fingerprint != fingerprint) continue;
        found = true;
        rtsp::CertificateTrust accepted = *offered;
        accepted.accepted = true;
        remember(accepted);
        co_await disconnect(*stream);
        connect(*stream);
    }
    if (!found)
        co_return fail(ErrorKind::conflict,
                       "accept_certificate: the camera does not wait for this certificate; look again");
    co_return Result<>{};
}

Result<> CameraRunner::accept_signing_key(const std::string& fingerprint) {
    bool found = false;
    for (const auto& stream : streams_) {
        if (!stream->ingest) continue;
        const auto& key = stream->ingest->recorder().signing_key();
        if (!key || to_hex(*key) != fingerprint) continue;
        found = true;
        remember(rtsp::CertificateTrust{
            .authority = signing_authority(stream->kind), .fingerprint = fingerprint, .accepted = true});
    }
    if (!found)
        return fail(ErrorKind::conflict,
                    "accept_signing_key: the camera does not sign with this key now; look again");
    return {};
}

// The first key that a good signature was made with is the camera's, until an administrator says otherwise.
void CameraRunner::look_at_signing_keys() {
    for (const auto& stream : streams_) {
        if (!stream->ingest) continue;
        const auto& key = stream->ingest->recorder().signing_key();
        if (!key || find(signing_authority(stream->kind))) continue;
        log::info("camera {}: its {} stream is signed with the key {}", camera_.id.text(),
                  media::to_string(stream->kind), to_hex(*key));
        remember(rtsp::CertificateTrust{.authority = signing_authority(stream->kind),
                                        .fingerprint = to_hex(*key)});
        stream->ingest->expect_signatures(true);
        changed_();
    }
}

std::optional<wire::SignatureStatus> CameraRunner::signature_status(
    media::StreamKind kind, const ingest::StreamRecorder& recorder) const {
    const auto trusted = find(signing_authority(kind));
    const auto& counters = recorder.signatures().counters();
    const bool any_signed = std::any_of(counters.fragments.begin() + 1, counters.fragments.end(),
                                        [](std::uint64_t count) { return count > 0; });
    if (!trusted && !any_signed) return std::nullopt;
    return wire::SignatureStatus{.last = recorder.signatures().last(),
                                 .key = recorder.signing_key() ? to_hex(*recorder.signing_key()) : "",
                                 .trusted = trusted ? trusted->fingerprint : "",
                                 .fragments = counters.fragments,
                                 .not_authentic_at = recorder.not_authentic_at()};
}

net::Awaitable<void> CameraRunner::reconsider() {
    for (auto& stream : streams_) {
        if (!stream->ingest || !stream->ingest->health().certificate) continue;
        co_await disconnect(*stream);
        connect(*stream);
    }
}

std::optional<rtsp::CertificateTrust> CameraRunner::find(std::string_view authority) const {
    const auto found = std::ranges::find(camera_.certificates, authority, &rtsp::CertificateTrust::authority);
    if (found == camera_.certificates.end()) return std::nullopt;
    return *found;
}

void CameraRunner::remember(ingest::TransportSetting transport) {
    camera_.transport_found = to_string(transport);
    remember_transport_(camera_.transport_found);
}

void CameraRunner::remember(const rtsp::CertificateTrust& certificate) {
    std::erase_if(camera_.certificates, [&](const auto& c) { return c.authority == certificate.authority; });
    camera_.certificates.push_back(certificate);
    remember_(certificate);
}

void CameraRunner::expect_gap(const std::string& why, std::chrono::nanoseconds limit) {
    for (auto& stream : streams_)
        if (stream->ingest) stream->ingest->expect_gap(why, limit);
}

namespace {
std::optional<wire::CertificateStatus> certificate_status(const ingest::StreamHealth& health) {
    if (!health.certificate) return std::nullopt;
    return wire::CertificateStatus{.authorised = health.certificate->by_authority,
                                   .fingerprint = health.certificate->fingerprint,
                                   .offered = health.offered ? health.offered->fingerprint : std::string()};
}
}  // namespace

ingest::CameraAccess camera_access(const Camera& camera) {
    return {
        .url = {},
        .credentials = camera.credentials.duplicate(),
        .allow_basic_in_clear = camera.allow_basic_in_clear,
        .transport =
            ingest::parse_transport_setting(camera.transport).value_or(ingest::TransportSetting::automatic),
        .floor = camera.allow_legacy_tls ? net::TlsFloor::legacy : net::TlsFloor::modern};
}

ingest::CameraAccess CameraRunner::access_beside_live() const {
    ingest::CameraAccess access = camera_access(camera_);
    const auto live =
        std::ranges::find_if(streams_, [](const auto& stream) { return stream->ingest != nullptr; });
    if (live != streams_.end()) access.remembered_transport = (*live)->ingest->health().transport;
    return access;
}

wire::CameraStatus CameraRunner::status() const {
    wire::CameraStatus status{.id = camera_.id,
                              .name = camera_.name,
                              .main_url = camera_.main_url,
                              .sub_url = camera_.sub_url,
                              .username = camera_.credentials.username,
                              .has_password = !camera_.credentials.password.empty(),
                              .transport = camera_.transport,
                              .allow_basic_in_clear = camera_.allow_basic_in_clear,
                              .allow_legacy_tls = camera_.allow_legacy_tls,
                              .fill_gaps = camera_.fill_gaps,
                              .keep_days = camera_.keep_days,
                              .keep_bytes = camera_.keep_bytes,
                              .inherited_keep = camera_.inherited_keep,
                              .encryption = camera_.encryption,
                              .place = camera_.place,
                              .recording = camera_.recording,
                              .recording_now = describe(decision(), why_deaf_),
                              .gap_filling = gap_filling_,
                              .talking = talking_,
                              .device = camera_.device,
                              .streams = {}};
    for (const auto& stream : streams_) {
        if (!stream->ingest) continue;
        const auto& health = stream->ingest->health();
        status.streams.push_back(
            {.kind = stream->kind,
             .state = to_wire(health.state),
             .reason = health.reason,
             .since = health.since,
             .bits_per_second = health.bits_per_second,
             .frames_per_second = health.frames_per_second,
             .tracks = stream->ingest->recorder().tracks(),
             .transport = health.transport ? std::string(to_string(*health.transport)) : "",
             .lost_packets = health.lost_packets,
             .reordered_packets = health.reordered_packets,
             .certificate = certificate_status(health),
             .signature = signature_status(stream->kind, stream->ingest->recorder()),
             .health = health_of(health, stream->ingest->recorder())});
    }
    return status;
}

bool CameraRunner::set_gap_filling(wire::GapFilling filling) {
    if (gap_filling_ == filling) return false;
    gap_filling_ = std::move(filling);
    return true;
}

RecordingDecision CameraRunner::decision() const {
    if (camera_.recording.continuous.always()) return {};  // and nobody has to look at the clock
    // A time that no calendar has is in no schedule; what a camera sends then is recorded.
    const auto local = local_time(context_.clock.utc_now());
    if (!local) return {};
    return decide(camera_.recording, events_, local->wall, context_.clock.monotonic_now());
}

ingest::RecordingOrder CameraRunner::order() const {
    const RecordingDecision now = decision();
    ingest::RecordingOrder order{.store = now.record};
    if (now.mode == wire::RecordingMode::on_event) {
        order.reserve = camera_.recording.pre_roll;
        order.reason = now.deaf ? vault::GapReason::events_unheard : vault::GapReason::no_event;
    }
    return order;
}

void CameraRunner::look_at_orders() {
    for (auto& stream : streams_)
        if (stream->ingest) stream->ingest->look_at_order();
    wire::RecordingNow now = describe(decision(), why_deaf_);
    if (now == told_plan_) return;
    told_plan_ = std::move(now);
    changed_();
}

void CameraRunner::take_event(const wire::CameraEvent& event) {
    events_.take(event, context_.clock.monotonic_now());
    look_at_orders();
}

void CameraRunner::set_events_heard(bool is_heard, const std::string& why_not) {
    events_.heard(is_heard, context_.clock.monotonic_now());
    why_deaf_ = is_heard ? std::string() : why_not;
}

void CameraRunner::tick() {
    look_at_orders();
    look_at_signing_keys();
    for (auto& stream : streams_)
        if (stream->ingest) stream->ingest->tick();
}

bool CameraRunner::add_viewer(media::StreamKind kind, std::uint32_t channel, std::uint32_t credit_bytes) {
    Stream& target = stream(kind);
    if (!target.ingest) return false;
    target.live.add_viewer(channel, credit_bytes);
    target.ingest->set_watched(true);
    return true;
}

void CameraRunner::remove_viewer(std::uint32_t channel) {
    for (auto& stream : streams_) {
        if (!stream->live.has_viewer(channel)) continue;
        stream->live.remove_viewer(channel);
        if (stream->ingest) stream->ingest->set_watched(stream->live.watched());
    }
}

void CameraRunner::add_credit(std::uint32_t channel, std::uint32_t bytes) {
    for (auto& stream : streams_) stream->live.add_credit(channel, bytes);
}

void CameraRunner::end_viewers(const Error& error) {
    for (auto& stream : streams_) stream->live.end(error);
}

}  // namespace vedette::gateway
