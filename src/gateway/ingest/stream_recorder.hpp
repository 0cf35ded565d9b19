#pragma once
// What becomes of a camera stream's events: runs, fragments and gaps for the vault, as the camera's plan has
// it, and access units for who watches.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "gateway/ingest/clock_guard.hpp"
#include "gateway/ingest/fragmenter.hpp"
#include "gateway/ingest/planned_writer.hpp"
#include "gateway/ingest/signature_hold.hpp"
#include "gateway/ingest/stream_meter.hpp"
#include "gateway/ingest/timeline.hpp"
#include "gateway/vault/vault.hpp"
#include "media/types.hpp"
#include "rtsp/client_events.hpp"

namespace vedette::gateway::ingest {

/// So long a camera may send pictures before its first key frame; then it is said that none came.
inline constexpr std::chrono::seconds key_frame_patience{10};

/// Who else gets what is recorded. Called on the ingest loop.
class StreamTap {
  public:
    virtual ~StreamTap() = default;
    virtual void set_tracks(const std::vector<media::TrackParameters>& tracks) = 0;
    virtual void push(const media::AccessUnit& unit, UtcTime start) = 0;
    virtual void pause() = 0;
};

/// Counts since the recorder was made; never decrease.
struct StreamCounters {
    std::uint64_t payload_bytes = 0;
    std::uint64_t pictures = 0;
    std::uint64_t lost_packets = 0;
    std::uint64_t damaged_units = 0;
};

/// Lives on the ingest loop; never blocks.
class StreamRecorder {
  public:
    /// `recorded_until`: the end of what an earlier process recorded of this stream; from there on a gap is
    /// owed. All references outlive it.
    StreamRecorder(vault::StreamKey key, vault::Vault& vault, const Clock& clock, StreamTap& tap,
                   const RecordingOrders& orders, std::optional<UtcTime> recorded_until);
    ~StreamRecorder();
    StreamRecorder(const StreamRecorder&) = delete;
    StreamRecorder& operator=(const StreamRecorder&) = delete;

    void on_event(rtsp::ClientEvent event);

    /// The session ended; what is missing from here on is missing for this reason.
    void end_session(vault::GapReason reason, std::string detail);

    /// Call about once a second: writes down a gap that goes on, so that its reason survives a crash.
    void tick();

    /// An event came, or the plan is another one.
    void look_at_order() { writer_.look_at_order(); }

    /// Whether the camera was known to sign what it sends, from the next session on.
    void expect_signatures(bool expected) { signatures_expected_ = expected; }
    const SignatureHold& signatures() const { return signatures_; }
    /// Of the key whose signature was found good last; nothing before.
    const std::optional<media::SigningKeyFingerprint>& signing_key() const { return signing_key_; }
    /// The end of the last fragment that is not as the camera signed it.
    const std::optional<UtcTime>& not_authentic_at() const { return not_authentic_at_; }

    /// Media comes that can be recorded; whether it is stored is the plan's affair.
    bool recording() const { return in_run_; }
    const StreamCounters& counters() const { return counters_; }
    StreamFigures figures() const { return meter_.figures(clock_.monotonic_now()); }
    /// Of the current session; empty before the parameters of all tracks are known.
    const std::vector<media::TrackParameters>& tracks() const { return tracks_; }
    /// The end of what came, while no run goes on; from there on a gap is owed.
    std::optional<UtcTime> recorded_until() const { return gap_from_; }
    /// A sentence, when media comes that can't be recorded: after key_frame_patience too when none of the
    /// pictures is a key frame.
    const std::string& trouble() const { return trouble_; }

  private:
    struct SessionTrack {
        std::optional<media::TrackParameters> parameters;
        bool refused = false;
        std::uint8_t recorded_as = 0;  ///< index in tracks_
        std::optional<rtsp::SenderReport> report;
    };
    void describe(const rtsp::Described& described);
    void use_parameters(const rtsp::ParametersChanged& change);
    void take(media::AccessUnit unit);
    bool begin_run(const media::AccessUnit& first, UtcTime arrival);
    void wait_for_key_frame(MonotonicTime now);
    void end_run();
    void store(Result<Fragment> fragment);
    void learn(const media::SignatureVerdict& verdict);
    void write_judged();
    void append(Fragment fragment);
    void write_gap(UtcTime until);
    Timeline::Instant now() const { return {clock_.utc_now(), clock_.monotonic_now()}; }

    vault::StreamKey key_;
    const Clock& clock_;
    StreamTap& tap_;
    PlannedWriter writer_;
    SignatureHold signatures_;
    bool signatures_expected_ = false;
    std::optional<media::SigningKeyFingerprint> signing_key_;
    std::optional<UtcTime> not_authentic_at_;
    std::vector<SessionTrack> session_tracks_;
    std::vector<media::TrackParameters> tracks_;
    bool in_run_ = false;
    bool skip_leading_ = false;  ///< the last random-access point is the run's first picture
    std::optional<Timeline> timeline_;
    std::vector<ClockGuard> clock_guards_;  ///< of the run, by index in tracks_
    std::optional<Fragmenter> fragmenter_;
    std::optional<UtcTime> gap_from_;
    vault::GapReason gap_reason_ = vault::GapReason::not_running;
    std::string gap_detail_;
    StreamCounters counters_;
    StreamMeter meter_;
    std::string trouble_;
    std::optional<MonotonicTime> waiting_since_;  ///< pictures come, and none begins a run
};

}  // namespace vedette::gateway::ingest
