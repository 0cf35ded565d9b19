#pragma once
// Groups access units into fragments: one group of pictures each, bounded to 4 s. Nothing is copied; a
// fragment is its head and the access units' own bytes.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "gateway/vault/types.hpp"
#include "media/clear_parts.hpp"
#include "media/fmp4.hpp"
#include "media/signature_verdict.hpp"
#include "media/types.hpp"

namespace vedette::gateway::ingest {

/// A fragment never gets longer, even when no key frame comes.
inline constexpr Ticks90k max_fragment_duration = std::chrono::seconds(4);
/// ... nor larger: beyond any camera, and small enough to hold in memory.
inline constexpr std::size_t max_fragment_payload_bytes = 32 << 20;

/// fMP4 in pieces: moof and mdat header, then the payloads.
struct Fragment {
    UtcTime start{};
    Ticks90k duration{};
    CameraTime camera_start{};
    bool random_access = false;  ///< begins with a key frame
    /// Of the first and the last access unit of the leading track (AccessUnit::time).
    std::int64_t first_time = 0;
    std::int64_t last_time = 0;
    /// What the camera's own signature says about it, and whose it is.
    media::Authenticity signature = media::Authenticity::none;
    media::SigningKeyFingerprint signing_key{};
    std::vector<SharedBytes> pieces;
    std::vector<vault::ClearRange> clear{};  ///< what light encryption may leave in clear
};

/// An access unit and where the Timeline puts it.
struct PlacedAccessUnit {
    media::AccessUnit unit;
    UtcTime start{};
    CameraTime camera_start{};
};

/// Fragments follow each other without hole or overlap. One thread. Parameters stay the same for its life: a
/// change of parameters takes a new Fragmenter.
class Fragmenter {
  public:
    explicit Fragmenter(std::vector<media::TrackParameters> tracks);

    bool empty() const { return units_.empty(); }

    /// True when `next` must begin a new fragment: close() first, then add().
    bool ends_before(const PlacedAccessUnit& next) const;

    /// Adds an access unit that has arrived.
    void add(PlacedAccessUnit unit);

    /// The fragment so far, which lasts until `next` begins. Precondition: !empty().
    Result<Fragment> close_before(const PlacedAccessUnit& next);

    /// The last fragment of a run: its last access unit lasts as long as the one before it.
    Result<Fragment> close();

  private:
    struct Track {
        std::uint32_t timescale = 90'000;
        std::uint32_t clock_rate_hz = 90'000;
        std::uint32_t usual_duration = 0;  ///< of an access unit, in its timescale
        media::ClearParts clear_parts;
    };
    Result<Fragment> build(const PlacedAccessUnit* next);
    std::vector<media::Sample> samples(const PlacedAccessUnit* next);

    std::vector<Track> tracks_;
    std::uint8_t leading_track_ = 0;  ///< the one whose key frames begin fragments: video where there is any
    bool video_leads_ = false;
    std::vector<PlacedAccessUnit> units_;
    std::size_t payload_bytes_ = 0;
    std::uint32_t sequence_ = 0;
    std::optional<UtcTime> end_;  ///< of the fragment before
};

}  // namespace vedette::gateway::ingest
