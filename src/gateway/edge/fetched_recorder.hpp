#pragma once
// What becomes of replayed media: fragments in the vault, at the time that the camera says, cut to the gap.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "crypto/digest.hpp"
#include "gateway/ingest/fragmenter.hpp"
#include "gateway/vault/vault.hpp"
#include "media/types.hpp"
#include "rtsp/client_events.hpp"

namespace vedette::gateway::edge {

/// The camera is asked from so much before the gap on: for the key frame that its first picture needs, and
/// for pictures that were recorded live, too.
inline constexpr Ticks90k pre_roll = std::chrono::seconds(10);

/// Key frames that were recorded around the gap: where they stand, by their bytes.
using KnownPictures = std::multimap<crypto::Sha256Digest, UtcTime>;

/// The key frame that a stored fragment begins with; nothing when it begins with none.
std::optional<crypto::Sha256Digest> first_picture(ByteView fragment);

struct GapToFill {
    vault::StreamKey live;
    UtcInterval interval;
    Ticks90k clock_offset{0};  ///< of the camera's clock against ours; positive: it is ahead. To a second.
    UtcTime fetched_at;
    /// The key frame that live recording went on with, at the gap's end: there the camera's pictures end,
    /// too.
    std::optional<crypto::Sha256Digest> live_again{};
};

struct Filled {
    std::size_t fragments = 0;
    UtcTime until;  ///< the gap is filled up to here; its start when there is nothing
    /// A key frame was recognised that had been recorded live: the camera's clock is known exactly.
    bool recognised = false;
};

/// Lives on one thread; never blocks.
class FetchedRecorder {
  public:
    /// `vault` outlives it.
    FetchedRecorder(GapToFill gap, KnownPictures known, vault::Vault& vault);

    void on_event(rtsp::ClientEvent event);
    /// Nothing follows; stores what is waiting.
    void finish();

    /// The end of the gap is reached, the camera says that it has no more, or it can't go on.
    bool done() const { return done_; }
    /// Why it can't.
    const std::optional<Error>& error() const { return error_; }
    const Filled& filled() const { return filled_; }
    std::uint64_t payload_bytes() const { return payload_bytes_; }

  private:
    struct Track {
        std::optional<media::TrackParameters> parameters;
        bool refused = false;
        std::uint8_t recorded_as = 0;
        std::deque<rtsp::ReplayTime> times;  ///< the newest last
        std::optional<UtcTime> last;         ///< where its last unit was placed
        std::int64_t last_time = 0;          ///< and its time by the camera's clock
    };
    void take(media::AccessUnit unit);
    bool take_video(media::AccessUnit& unit, UtcTime& placed);
    void record(Track& track, media::AccessUnit unit, UtcTime placed);
    bool is_live_again(const media::AccessUnit& unit, UtcTime placed) const;
    bool may_come_before_live(const media::AccessUnit& unit, UtcTime placed) const;
    void end_where_live_begins(media::AccessUnit live);
    std::optional<UtcTime> place(Track& track, const media::AccessUnit& unit) const;
    void recognise(const media::AccessUnit& unit, UtcTime& placed);
    void begin_run(UtcTime placed);
    void end_run();
    void hold(Result<ingest::Fragment> fragment);
    void store(ingest::Fragment fragment);
    void fail_with(Error error);

    GapToFill gap_;
    KnownPictures known_;
    vault::Vault& vault_;
    std::vector<Track> tracks_;
    std::vector<media::TrackParameters> recorded_;
    std::optional<ingest::Fragmenter> fragmenter_;  ///< set while a run goes on
    std::optional<std::uint64_t> run_;              ///< set once the run has anything in the vault
    UtcTime run_start_{};
    std::vector<ingest::Fragment> held_;   ///< since the last key frame before the gap
    std::vector<media::AccessUnit> late_;  ///< placed behind the gap; recorded if live_again comes after them
    Ticks90k shift_{0};                    ///< by recognition
    bool discontinuity_ = false;
    bool last_announced_ = false;  ///< E or T of the video's newest frame
    bool done_ = false;
    std::optional<Error> error_;
    Filled filled_;
    std::uint64_t payload_bytes_ = 0;
};

}  // namespace vedette::gateway::edge
