#pragma once
// One camera stream, kept connected: connects, runs the RTSP session, feeds the recorder, backs off, tries
// again.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "base/time.hpp"
#include "gateway/ingest/back_off.hpp"
#include "gateway/ingest/camera_access.hpp"
#include "gateway/ingest/stream_recorder.hpp"
#include "net/task_group.hpp"
#include "rtsp/url.hpp"

namespace vedette::gateway::ingest {

enum class StreamState : std::uint8_t {
    connecting,
    recording,
    waiting,              ///< will be tried again
    unauthorised,         ///< will not be tried again: another wrong attempt could lock the camera's account
    certificate_changed,  ///< will not be tried again: an administrator has to accept who answers now
};

struct StreamHealth {
    StreamState state = StreamState::connecting;
    std::string reason;  ///< one sentence when something is wrong, else empty
    UtcTime since{};
    double bits_per_second = 0;
    double frames_per_second = 0;
    std::optional<TransportSetting>
        transport{};                      ///< the way that is used now; unset before the first picture
    std::uint64_t lost_packets = 0;       ///< since start
    std::uint64_t reordered_packets = 0;  ///< since start; only over UDP
    std::uint64_t refused_packets = 0;    ///< since start; only with SRTP
    std::uint64_t reconnects = 0;         ///< sessions that recorded, after the first; since start
    std::optional<rtsp::CertificateTrust> certificate{};  ///< whom we trust; unset without TLS
    std::optional<rtsp::CertificateTrust> offered{};  ///< who answers instead, in state certificate_changed
};

/// What all streams of one event loop share.
struct IngestContext {
    boost::asio::any_io_executor executor;
    const Clock& clock;
    vault::Vault& vault;
    CameraProcess& process;  ///< outlives all streams
};

/// Lives on the ingest loop. stop() must be awaited before it is destroyed.
class StreamIngest {
  public:
    /// `on_change` is called at every change of state, on the loop. `book`, `tap` and `orders` outlive the
    /// ingest.
    StreamIngest(IngestContext context, vault::StreamKey key, CameraAccess access, CertificateBook& book,
                 StreamTap& tap, const RecordingOrders& orders, std::optional<UtcTime> recorded_until,
                 std::function<void()> on_change);

    void start();
    /// Ends the session in good order; what was received is in the vault's queue afterwards.
    net::Awaitable<void> stop();

    /// While somebody watches, bytes are taken as they come; else in larger lots, which costs less.
    void set_watched(bool watched);

    /// Call once a second: figures, and gaps that go on.
    void tick();

    /// An event came, or the plan is another one.
    void look_at_order() { recorder_.look_at_order(); }

    /// The camera is known to sign what it sends; from the next session on.
    void expect_signatures(bool expected) { recorder_.expect_signatures(expected); }

    /// Failures within `limit` from now are explained by `why`, until pictures come again.
    void expect_gap(std::string why, std::chrono::nanoseconds limit);

    const StreamHealth& health() const { return health_; }
    const StreamRecorder& recorder() const { return recorder_; }

  private:
    struct SessionEnd {
        Error error;
        std::optional<rtsp::Redirected> redirect;
        TransportChooser::Outcome outcome = TransportChooser::Outcome::other;
    };
    net::Awaitable<void> run();
    net::Awaitable<SessionEnd> attempt();
    net::Awaitable<SessionEnd> converse(Route route, rtsp::Credentials credentials);
    std::optional<SessionEnd> drain(CameraSession& session);
    void note_success();
    void set_state(StreamState state, std::string reason);
    void apply_low_water_mark();

    IngestContext context_;
    vault::StreamKey key_;
    CameraAccess access_;
    CertificateBook& book_;
    std::function<void()> on_change_;
    StreamRecorder recorder_;
    net::TaskGroup tasks_;
    TransportChooser chooser_;
    std::unique_ptr<CameraSession> session_;
    StreamHealth health_;
    BackOff back_off_;
    std::string expected_;  ///< what an administrator did to the camera
    MonotonicTime expected_until_{};
    bool watched_ = false;
    bool told_watched_ = false;  ///< what the session knows
    bool flowing_ = false;
    bool recorded_before_ = false;  ///< some session
    bool session_has_recorded_ = false;
    std::size_t low_water_mark_ = 1;
    camera_process::Counters counted_before_;  ///< by earlier sessions
    StreamCounters counted_;
    MonotonicTime counted_at_{};
};

/// The words under which a failure stands in the timeline.
vault::GapReason gap_reason(const Error& error);

}  // namespace vedette::gateway::ingest
