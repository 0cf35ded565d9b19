#pragma once
// What goes into the sealed store and what comes out of it.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/time.hpp"
#include "gateway/vault/recorder_event.hpp"

namespace vedette::vault {

/// One encoding of one camera. `stream` is 0 for the main stream, 1 for the sub stream.
struct StreamKey {
    CameraId camera;
    std::uint8_t stream = 0;
    friend auto operator<=>(const StreamKey&, const StreamKey&) = default;
};

/// What was fetched later from the camera's own storage is a stream beside the one that it completes: its
/// records have a count of their own, and live recording goes on meanwhile.
inline constexpr std::uint8_t fetched_bit = 0x80;
constexpr bool is_fetched(StreamKey stream) {
    return (stream.stream & fetched_bit) != 0;
}
constexpr StreamKey fetched_of(StreamKey live) {
    return {live.camera, static_cast<std::uint8_t>(live.stream | fetched_bit)};
}

/// A disk, or another place, that recordings lie in. Numbers are given once and never again.
using PlaceNumber = std::uint16_t;
inline constexpr PlaceNumber home_place = 0;  ///< the data directory's own

/// Bytes that somebody keeps alive: how a fragment reaches the disk without being joined together first.
struct Piece {
    std::shared_ptr<const void> owner;
    ByteView bytes;
};

inline constexpr std::size_t max_stored_fragment_size = 64u << 20;  ///< bytes of plaintext
inline constexpr Ticks90k max_stored_duration = std::chrono::seconds(60);

/// How a camera's recordings are encrypted. Light leaves parts of coded slices in clear (vault/light).
enum class Encryption : std::uint8_t { full, light };

/// Bytes [offset, offset + size) of a fragment.
struct ClearRange {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    friend bool operator==(const ClearRange&, const ClearRange&) = default;
};

inline constexpr std::size_t max_clear_ranges = 1u << 16;  ///< of one fragment

/// What was found about the camera's own signature over what it sent. The numbers are stored.
enum class CameraSignature : std::uint8_t {
    not_looked_for = 0,
    not_signed = 1,
    authentic = 2,
    authentic_with_missing = 3,  ///< what is there is authentic, and not all that was signed is there
    not_authentic = 4,
    not_known_yet = 5,  ///< signed, and could not be decided when it was recorded
};
/// The first bytes of the SHA-256 of the camera's public key (SubjectPublicKeyInfo, DER).
using SignerKey = std::array<std::byte, 8>;
inline constexpr std::size_t camera_signatures = 6;
/// "authentic", "not authentic"
std::string_view to_string(CameraSignature signature);

/// One fMP4 moof + mdat, in plaintext.
struct Fragment {
    StreamKey stream;
    std::uint64_t run = 0;   ///< what begin_run() gave
    UtcTime start;           ///< of its first access unit, on the gateway's clock
    Ticks90k duration{};     ///< above 0, at most max_stored_duration
    CameraTime camera_time;  ///< of its first access unit, on the camera's clock
    std::vector<Piece> pieces;
    /// What light encryption may leave in clear, in ascending order; where the camera's is full, it is sealed
    /// with the rest.
    std::vector<ClearRange> clear{};
    CameraSignature signature = CameraSignature::not_looked_for;
    SignerKey signer_key{};  ///< zeros unless signed, and known

    std::size_t size() const {
        std::size_t sum = 0;
        for (const Piece& piece : pieces) sum += piece.bytes.size();
        return sum;
    }
};

/// Why a stretch was not recorded. The numbers are stored.
enum class GapReason : std::uint8_t {
    camera_unreachable = 1,  ///< no connection, or it was refused
    camera_silent = 2,       ///< connected, and no media came
    bad_media = 3,           ///< media came that can't be recorded
    disk_slow = 4,           ///< the queue to the disk was full
    disk_full = 5,           ///< the disk was full or could not be written
    not_running = 6,         ///< the recorder did not run
    switched_off = 7,        ///< recording was switched off by somebody who may
    clock_step = 8,          ///< the wall clock was moved forward
    by_schedule = 9,         ///< the camera's plan records nothing at that time: no failure
    no_event = 10,           ///< the plan records on event, and none came: no failure
    events_unheard = 11,     ///< the plan records on event, and the camera did not tell its events
    other = 255,
};
std::string_view to_string(GapReason reason);
/// Not recorded because that was the plan, and not because something failed.
constexpr bool is_by_plan(GapReason reason) {
    return reason == GapReason::by_schedule || reason == GapReason::no_event;
}

inline constexpr std::size_t max_gap_detail = 512;

/// Half-open stretch [start, end) without a recording.
struct Gap {
    StreamKey stream;
    UtcInterval interval;
    GapReason reason = GapReason::other;
    std::string detail;  ///< for people; cut at max_gap_detail bytes
};

/// Fragments of one run without anything missing between them.
struct RecordedRange {
    UtcInterval interval;
    std::uint64_t run = 0;
    std::optional<UtcTime> fetched_at{};       ///< set: fetched from the camera's storage, begun at this time
    Encryption encryption = Encryption::full;  ///< of its fragments
    friend bool operator==(const RecordedRange&, const RecordedRange&) = default;
};

/// By which rule recordings were deleted. The numbers are stored.
enum class DeletionRule : std::uint8_t {
    keep_days = 1,          ///< older than so many days
    keep_bytes = 2,         ///< the camera had more than so many bytes
    keep_free_percent = 3,  ///< less than so much of the disk was free
};
/// "30 days", "at most 5.0 GB", "5 % of the disk stay free"
std::string describe_rule(DeletionRule rule, std::uint64_t value);

/// What a rule deleted.
struct DeletedRange {
    UtcInterval interval;
    DeletionRule rule = DeletionRule::keep_days;
    std::uint64_t value = 0;  ///< of the rule: days, bytes or percent
    UtcTime deleted_at;       ///< the last of it
    friend bool operator==(const DeletedRange&, const DeletedRange&) = default;
};

/// What the rules may delete of a camera's recordings. Unset: they stay until the disk is full.
struct RetentionRule {
    std::optional<std::uint32_t> keep_days{};
    std::optional<std::uint64_t> keep_bytes{};  ///< what is held does not count
    friend bool operator==(const RetentionRule&, const RetentionRule&) = default;
};

/// A stretch of a camera's recordings that no rule may delete.
struct RecordingHold {
    std::uint64_t id = 0;
    CameraId camera;
    UtcTime start;
    std::optional<UtcTime> end{};  ///< unset: everything from `start` on
    std::string reason;
    std::string placed_by;
    UtcTime placed_at;

    bool covers(UtcInterval interval) const {
        return !interval.empty() && start < interval.end && (!end || interval.start < *end);
    }
};
inline constexpr std::size_t max_hold_text = 1024;       ///< bytes of reason, and of who
inline constexpr std::size_t max_holds_of_camera = 256;  ///< at once

/// In the order in which they were recorded, and then what was fetched later. Live intervals may overlap
/// where the wall clock was set back.
struct Recordings {
    std::vector<RecordedRange> ranges;
    std::vector<Gap> gaps;
    std::vector<DeletedRange> deleted{};  ///< in order of time; there may be recordings among it
    std::vector<RecorderEvent> events{};  ///< of the recorder as a whole, in the order in which they came
};

/// A new run starts: decoders need this initialisation segment (plaintext) for the fragments that follow.
struct PlayInit {
    std::uint64_t run = 0;
    SharedBytes data;
};
/// How much of each fragment a cursor reads and decrypts.
enum class ReadDepth : std::uint8_t {
    whole,
    head,  ///< as much as tells which samples there are
};
struct ReadLimits {
    ReadDepth depth = ReadDepth::whole;
    std::optional<UtcTime> until{};  ///< fragments that begin then or later are not looked at
};
class PartialFragment;
struct PlayFragment {
    std::uint64_t run = 0;
    std::uint64_t sequence = 0;
    UtcTime start;
    Ticks90k duration{};
    CameraTime camera_time;
    SharedBytes data;                            ///< with ReadDepth::head its beginning, at most 16 KiB
    std::shared_ptr<PartialFragment> partial{};  ///< with ReadDepth::head: gives more of it
};
struct PlayGap {
    UtcInterval interval;
    GapReason reason = GapReason::other;
    std::string detail;
};
/// A record that can't be read; what follows it can.
struct PlayDamage {
    UtcInterval interval;
    std::string message;
};
using PlayItem = std::variant<PlayInit, PlayFragment, PlayGap, PlayDamage>;

}  // namespace vedette::vault
