#pragma once
// One camera at work: a connection for each of its streams, and what its viewers get.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "gateway/cameras/camera_store.hpp"
#include "gateway/cameras/recording_planner.hpp"
#include "gateway/ingest/stream_ingest.hpp"
#include "gateway/live/live_stream.hpp"
#include "wire/messages.hpp"

namespace vedette::gateway {

/// How a camera is reached, as its settings say; without the address of a stream, and what worked before.
ingest::CameraAccess camera_access(const Camera& camera);

/// Lives on the gateway's loop. stop() must be awaited before it is destroyed.
class CameraRunner final : public ingest::CertificateBook, public ingest::RecordingOrders {
  public:
    /// When the recordings of a stream end that an earlier process made; nullopt: there are none.
    using RecordedUntil = std::function<std::optional<UtcTime>(vault::StreamKey)>;

    /// Writes down whom an address of the camera belongs to.
    using RememberCertificate = std::function<void(const rtsp::CertificateTrust&)>;

    using RememberTransport = std::function<void(std::string_view)>;

    /// `send` takes media for the hub; `changed` is called when status() differs.
    CameraRunner(ingest::IngestContext context, Camera camera, RememberCertificate remember,
                 RememberTransport remember_transport, std::function<void(wire::ToHub)> send,
                 std::function<void()> changed);

    /// `recorded_until` for main and sub, as far as known.
    void start(const RecordedUntil& recorded_until);
    net::Awaitable<void> stop();
    /// Takes over new settings; connects anew where the address or the credentials differ. Viewers stay.
    net::Awaitable<void> reconfigure(Camera camera);
    /// Trusts the certificate that a stream in state certificate_changed was shown, and connects again.
    /// `conflict` when no stream waits for this fingerprint: the camera may have changed once more.
    net::Awaitable<Result<>> accept_certificate(std::string fingerprint);

    /// Trusts the key that the camera signs its video with now. `conflict` when it signs with another one.
    Result<> accept_signing_key(const std::string& fingerprint);

    /// Whether keys that no authority vouches for have to be accepted; before start(), or followed by
    /// reconsider().
    void set_only_trusted(bool on) { only_trusted_ = on; }
    /// What its groups and the site say about what is kept of it.
    void set_inherited_keep(const wire::KeepRule& keep) { camera_.inherited_keep = keep; }
    /// Connects anew to judge the certificates again.
    net::Awaitable<void> reconsider();

    bool only_trusted() const override { return only_trusted_; }
    std::optional<rtsp::CertificateTrust> find(std::string_view authority) const override;
    void remember(const rtsp::CertificateTrust& certificate) override;
    void remember(ingest::TransportSetting transport) override;

    /// What the device is, as it has just told; the store has it already.
    void set_device(wire::DeviceIdentity device) { camera_.device = std::move(device); }
    /// A gap that begins within `limit` from now is explained by `why`; empty: by nothing any more.
    void expect_gap(const std::string& why, std::chrono::nanoseconds limit);

    const Camera& camera() const { return camera_; }
    wire::CameraStatus status() const;
    /// How it is reached for something beside its live streams, by the way that works for the main one;
    /// without the address.
    ingest::CameraAccess access_beside_live() const;
    /// True when it is news.
    bool set_gap_filling(wire::GapFilling filling);
    void set_talking(bool talking) { talking_ = talking; }
    /// The camera told of an event, which may be one that its plan waits for.
    void take_event(const wire::CameraEvent& event);
    /// Call about once a second, before tick(): whether the camera tells its events, and if not, why.
    void set_events_heard(bool is_heard, const std::string& why_not);
    ingest::RecordingOrder order() const override;
    void tick();

    /// False when the camera has no such stream.
    bool add_viewer(media::StreamKind kind, std::uint32_t channel, std::uint32_t credit_bytes);
    /// These two do nothing for a channel that is not watching this camera.
    void remove_viewer(std::uint32_t channel);
    void add_credit(std::uint32_t channel, std::uint32_t bytes);
    /// Ends all its channels.
    void end_viewers(const Error& error);

  private:
    struct Stream final : ingest::StreamTap {
        Stream(media::StreamKind k, std::function<void(wire::ToHub)> send) : kind(k), live(std::move(send)) {}
        void set_tracks(const std::vector<media::TrackParameters>& tracks) override {
            live.set_tracks(tracks);
        }
        void push(const media::AccessUnit& unit, UtcTime start) override { live.push(unit, start); }
        void pause() override { live.pause(); }

        media::StreamKind kind;
        live::LiveStream live;
        std::optional<UtcTime> recorded_until;
        std::unique_ptr<ingest::StreamIngest> ingest;
    };
    Stream& stream(media::StreamKind kind) { return *streams_[static_cast<std::size_t>(kind)]; }
    RecordingDecision decision() const;
    void look_at_orders();
    void look_at_signing_keys();
    std::optional<wire::SignatureStatus> signature_status(media::StreamKind kind,
                                                          const ingest::StreamRecorder& recorder) const;
    void connect(Stream& stream);
    net::Awaitable<void> disconnect(Stream& stream);

    ingest::IngestContext context_;
    Camera camera_;
    RememberCertificate remember_;
    RememberTransport remember_transport_;
    std::function<void()> changed_;
    bool only_trusted_ = false;
    EventActivity events_;
    std::string why_deaf_;                          ///< a sentence, when the camera does not tell its events
    wire::RecordingNow told_plan_{};                ///< as it was announced last
    std::vector<std::unique_ptr<Stream>> streams_;  ///< main, sub
    wire::GapFilling gap_filling_;
    bool talking_ = false;
};

}  // namespace vedette::gateway
