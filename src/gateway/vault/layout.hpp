#pragma once
// Where things lie in the data directory.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "gateway/vault/types.hpp"

namespace vedette::vault {

/// A segment file is known by its stream and the sequence of its first record.
struct SegmentId {
    StreamKey stream;
    std::uint64_t first_sequence = 0;
    friend auto operator<=>(const SegmentId&, const SegmentId&) = default;
};

/// Folders in media/ whose names begin so hold what was deleted and is still to be removed.
inline constexpr std::string_view deleted_prefix = "deleted-";

/// A folder that recordings lie in: the data directory, or that of a further place.
struct MediaFolder {
    std::filesystem::path folder;

    std::filesystem::path media() const { return folder / "media"; }
    /// Segments that are being written, and those that a crash left behind: found at start without a walk
    /// over everything.
    std::filesystem::path open() const { return media() / "open"; }
    std::filesystem::path open_segment(const SegmentId& id) const;
    std::filesystem::path camera_folder(CameraId camera) const;
    std::filesystem::path day_folder(StreamKey stream, std::int32_t day) const;
    /// media/<camera>/<stream>/<YYYY-MM-DD>/<camera>.<stream>.<first sequence>.seg
    std::filesystem::path segment(const SegmentId& id, std::int32_t day) const;
    std::filesystem::path deleted_folder(CameraId camera, std::uint64_t number) const;
    /// What is being copied here.
    std::filesystem::path arriving() const { return folder / "arriving"; }
    /// Which disk this is; not in a data directory.
    std::filesystem::path identity() const { return folder / "vedette-place"; }
};

class ObjectStore;
/// Gives the client of an archive by its address, `s3://...`.
using ConnectArchive = std::function<Result<std::unique_ptr<ObjectStore>>(const std::string& address)>;
inline constexpr std::string_view remote_prefix = "s3://";

struct Layout {
    std::filesystem::path folder;
    ConnectArchive connect{};  ///< null: such archives are away

    /// The data directory's own recordings.
    MediaFolder home() const { return {folder}; }
    /// Where else recordings lie.
    std::filesystem::path places() const { return folder / "places"; }

    std::filesystem::path format() const { return folder / "format"; }
    std::filesystem::path lock() const { return folder / "lock"; }
    std::filesystem::path keys() const { return folder / "keys"; }
    std::filesystem::path index() const { return folder / "index.db"; }
    std::filesystem::path retention() const { return folder / "retention.db"; }
    /// Room that a full disk still has for the statements about what is deleted.
    std::filesystem::path reserve() const { return folder / "reserve"; }
    /// When everything was read last, and what was found.
    std::filesystem::path checked() const { return folder / "checked"; }
    /// Whether a recorder runs, and until when one did (vault/sign_of_life).
    std::filesystem::path alive() const { return folder / "alive"; }
    /// Small pictures that were made once (vault/thumbnail_cache).
    std::filesystem::path thumbnails() const { return folder / "thumbnails"; }
    std::filesystem::path log() const { return folder / "tlog"; }
    /// Where a log that is damaged is set aside.
    std::filesystem::path damaged_log(UtcTime now) const;
    std::filesystem::path vkey() const { return folder / "tlog" / "vkey"; }
    /// Which key in a token or TPM signs beside the log's own.
    std::filesystem::path signing_key() const { return folder / "keys" / "signing"; }
    /// What it has signed.
    std::filesystem::path signing() const { return folder / "signing"; }
};

/// The id that a segment file's name carries; nullopt for other files.
std::optional<SegmentId> parse_segment_name(const std::string& name);

/// "2026-11-21" for a day since 1970-01-01.
std::string day_text(std::int32_t day);

}  // namespace vedette::vault
