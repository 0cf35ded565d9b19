#pragma once
// An append-only log on disk in the layout of C2SP tlog-tiles: checkpoint, tile/<L>/<N>[.p/<W>] and
// tile/entries/<N>[.p/<W>]. One writer; any number of readers, in other processes as well.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "crypto/signed_note.hpp"

namespace vedette::crypto {

inline constexpr unsigned tile_height = 8;
inline constexpr std::size_t tile_width = 1u << tile_height;
inline constexpr std::size_t max_log_entry_size = 65'535;

/// `<N>` of a tile's path: 1234067 is x001/x234/067.
std::string tile_index_path(std::uint64_t index);

/// Whether a checkpoint is durable when publish() returns, or may be the one before it after a loss of power.
/// The entries that it covers are durable either way.
enum class CheckpointSync : std::uint8_t { now, lazily };

/// Blocking; not thread-safe.
class TileLog {
  public:
    /// Opens the log in `folder`, or starts an empty one; `signer` must outlive it. What a crash left behind
    /// the checkpoint is removed, and damaged tiles are made again from the entries. corrupt when the
    /// checkpoint is missing or not signed by `signer`, or the entries don't hash to its root.
    static Result<TileLog> open(std::filesystem::path folder, std::string origin,
                                const Ed25519Signer& signer);

    /// Adds an entry (at most max_log_entry_size bytes) in memory; its index is size() before the call.
    void append(ByteView entry);
    /// Entries, including those that are not published yet.
    std::uint64_t size() const { return frontier_.size(); }
    /// Writes entries and tiles, then the signed checkpoint that covers them. After an error the call can be
    /// repeated: nothing is lost but time.
    Result<> publish(CheckpointSync sync = CheckpointSync::now);
    const Checkpoint& published() const { return published_; }
    /// What publish() would sign now.
    Checkpoint pending() const { return {origin_, frontier_.size(), frontier_.root()}; }

  private:
    struct Pending {
        std::filesystem::path path;
        Bytes bytes;
        bool synced = true;  ///< else it can be made again from what is
    };
    struct Level {
        std::uint64_t tile = 0;  ///< number of the tile that is being filled
        std::vector<Sha256Digest> hashes;
    };
    TileLog(std::filesystem::path folder, std::string origin, const Ed25519Signer& signer);
    Result<> load(std::uint64_t size);
    Result<> write_files(const std::vector<Pending>& partials) const;
    Result<> mend(const Checkpoint& checkpoint);
    Result<> mend_edge() const;
    void remove_unpublished();
    void add_hash(std::size_t level, const Sha256Digest& hash);
    std::vector<Pending> partial_files() const;
    void remove_old_partials(const std::vector<Pending>& current);

    std::filesystem::path folder_;
    std::string origin_;
    const Ed25519Signer* signer_;
    Checkpoint published_;
    MerkleFrontier frontier_;
    std::vector<Level> levels_;
    Bytes bundle_;  // entries of the bundle that is being filled
    std::vector<Pending> full_;
    std::vector<std::filesystem::path> published_partials_;
};

/// Reads what a TileLog has published. Works on a log that is being written.
class TileLogReader {
  public:
    explicit TileLogReader(std::filesystem::path folder) : folder_(std::move(folder)) {}

    Result<Checkpoint> checkpoint(const NoteVerifier& verifier) const;
    /// Level-0 hashes of tile `tile`, the first `width` of them.
    Result<std::vector<Sha256Digest>> hashes(std::size_t level, std::uint64_t tile, std::size_t width) const;
    /// The root of the perfect subtree of 2^height leaves that begins at leaf `index` << height, of a log of
    /// `size` entries that holds it whole.
    Result<Sha256Digest> subtree(std::uint64_t size, unsigned height, std::uint64_t index) const;
    /// Calls `each(index, entry)` for entries [from, to), which a checkpoint must cover; stops at its first
    /// error.
    Result<> entries(std::uint64_t from, std::uint64_t to,
                     const std::function<Result<>(std::uint64_t, ByteView)>& each) const;
    /// The bytes of one entry bundle, holding at least `width` entries and nothing else. `width` is above 0.
    Result<Bytes> bundle(std::uint64_t number, std::size_t width) const;
    /// The files that a log of `size` entries consists of, but for the checkpoint: entry bundles in their
    /// order, then tiles. `each` gets paths below the log's folder; stops at its first error.
    Result<> files(std::uint64_t size,
                   const std::function<Result<>(const std::filesystem::path&, ByteView)>& each) const;

  private:
    struct TileFile {
        Bytes bytes;
        std::size_t width;  ///< entries or hashes that it has by its name
    };
    Result<TileFile> tile_file(const std::filesystem::path& stem, std::size_t width, std::size_t limit) const;
    std::filesystem::path folder_;
};

/// Calls `tell(level, tile, below)` for each tile above level 0 of a log of `size` entries that can't be
/// read, or that has another hash than that of a tile of the level under it; `below` is the first such one,
/// or the first of all. Tiles below that can't be read do not count. Where `is_known(level)`, only what can't
/// be read is told.
void check_upper_tiles(
    const TileLogReader& log, std::uint64_t size,
    const std::function<void(std::size_t level, std::uint64_t tile, std::uint64_t below)>& tell,
    const std::function<bool(std::size_t level)>& is_known = {});

/// The number of entries that an entry bundle's path below the log's folder says it has; nullopt for paths of
/// other files.
std::optional<std::size_t> width_of_bundle(const std::filesystem::path& path);

/// Splits an entry bundle; corrupt when it holds fewer than `width` entries.
Result<std::vector<ByteView>> split_bundle(ByteView bundle, std::size_t width);

}  // namespace vedette::crypto
