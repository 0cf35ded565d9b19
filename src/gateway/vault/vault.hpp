#pragma once
// The sealed store of a gateway (docs/design/store.md). One process at a time has it open; `vault verify` may
// read beside it.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "gateway/vault/places.hpp"
#include "gateway/vault/types.hpp"

namespace vedette::keystore {
class Secrets;
}

namespace vedette::vault {

enum class DiskState { good, full, failing };

struct DiskSpace {
    std::uint64_t capacity = 0;
    std::uint64_t free = 0;
};

struct VaultOptions {
    std::filesystem::path folder;         ///< created when its parent exists
    const Clock* clock = nullptr;         ///< must outlive the vault; null: the system's
    std::size_t queue_bytes = 64u << 20;  ///< plaintext that may wait for the disk
    /// Where more waits than cameras send, fragments of so many bytes and more are sealed and written by
    /// several threads; handing them less costs more than it spares. 0: all of them, also where none waits.
    std::size_t write_behind_bytes = 128u << 10;
    /// That seal beside the writer's own, at most; no more than there are other cores.
    unsigned seal_threads = 3;
    /// A disk that does not answer for so long hangs: recording goes on elsewhere. 0: none ever does.
    std::chrono::milliseconds hang_limit{4000};
    std::chrono::milliseconds sync_interval{1000};
    std::chrono::milliseconds checkpoint_interval{10'000};
    Ticks90k segment_length = std::chrono::seconds(60);
    /// How often the rules of retention are looked at; 0: only by expire().
    std::chrono::milliseconds retention_interval{60'000};
    /// The oldest recordings of all cameras go when less of the disk is free; 0: none do.
    unsigned keep_free_percent = 0;
    /// The oldest thumbnails go when more of the disk is taken by them.
    std::uint64_t thumbnail_bytes = 128u << 20;
    /// Further disks for recordings. With them the data directory's own takes what no other does.
    std::vector<PlaceOption> places{};
    /// Where recordings go that are older than `archive_after`.
    std::optional<PlaceOption> archive{};
    Ticks90k archive_after{};
    ConnectArchive connect_archive{};                ///< for an archive that is no directory
    std::chrono::milliseconds place_interval{2000};  ///< between two looks at each disk
    std::chrono::milliseconds place_rest{10'000};    ///< in which a disk that failed or hung is left alone
    std::uint64_t place_room = 64u << 20;            ///< bytes; with less free a disk counts as full
    /// Called from any thread when a disk is in trouble, or well again. As on_disk_state.
    std::function<void(const PlaceStatus& place)> on_place{};
    /// For tests; null: of the file system.
    std::function<Result<DiskSpace>()> disk_space;
    /// Called from any thread when the state changes; `message` is a sentence or two for the operator.
    /// Must return quickly and must not call back into the vault.
    std::function<void(DiskState state, const std::string& message)> on_disk_state;
    /// Called during open() for each thing that was found wrong and mended, or is lost, and that the operator
    /// must know of: one sentence. It is logged as well.
    std::function<void(const std::string& message)> on_notice;
    /// Asked during open() for what a key slot takes; null: nobody is.
    keystore::Secrets* secrets = nullptr;
    std::string version{};  ///< of the program, which each start is signed with; cut at max_version_text
    /// Whether the wall clock is held against the monotonic one with each sync; else by check_clock() alone.
    bool watches_clock = false;
    /// Whether the system holds its clock to be synchronised; null: it is asked.
    std::function<ClockTrust()> clock_trust{};
};

struct VaultCounters {
    std::uint64_t fragments = 0;  ///< written since the start
    std::uint64_t bytes = 0;      ///< sealed bytes written since the start
    std::uint64_t refused = 0;    ///< fragments that became gaps because the disk was slow or full
    std::size_t queued_bytes = 0;
    std::uint64_t log_size = 0;  ///< leaves under the last checkpoint
    DiskState disk = DiskState::good;
};

struct VaultUsage {
    std::uint64_t stored_bytes = 0;  ///< of all segment files
    std::uint64_t free_bytes = 0;    ///< that the file system would still take
    std::uint64_t kept_free = 0;     ///< of them, by `keep_free_percent`
    std::string problem;  ///< one sentence when a rule can't be kept, or a token does not sign; else empty
};

/// Walks over one stream's recordings in their order, with what was fetched later in its place. Belongs to
/// one thread; different cursors may be used at the same time. Blocking (disk and decryption): never on an
/// event loop.
class Cursor {
  public:
    ~Cursor();
    Cursor(Cursor&&) noexcept;
    Cursor& operator=(Cursor&&) noexcept;
    /// The next item, or nullopt when everything that is synced has been seen; later more may have come. A
    /// PlayInit comes before the first fragment of each run.
    Result<std::optional<PlayItem>> next();

  private:
    friend class Vault;
    struct Impl;
    explicit Cursor(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// All member functions are thread-safe. A vault must outlive its cursors.
class Vault {
  public:
    /// Opens or creates the store, mends what a crash left behind and starts the writer. Errors are one
    /// sentence for the operator: conflict when another process has it, unsupported when a newer program made
    /// it, forbidden, exhausted, corrupt.
    /// A log that is damaged is set aside and a new one begun, so that recording goes on; verify tells of it.
    static Result<std::unique_ptr<Vault>> open(VaultOptions options);
    /// Writes and signs what is queued, then stops.
    ~Vault();

    /// Starts a run of the stream: `init` is the initialisation segment (ftyp + moov) of its fragments. Gives
    /// the run's number, which never repeats within the store. `fetched_at` is set for a stream of
    /// fetched_of() and no other: when the fetching began.
    Result<std::uint64_t> begin_run(StreamKey stream, SharedBytes init,
                                    std::optional<UtcTime> fetched_at = std::nullopt);
    /// Queues a fragment; never blocks. Where the queue is full what has waited longest is lost, and the
    /// vault records the gap itself; exhausted when that does not make room for this one, which is lost then.
    /// invalid_input when run, duration or size are out of range.
    Result<> append(Fragment fragment);
    /// Whether half of the queue stays free with `bytes` more: what can wait, waits until then.
    bool has_room(std::size_t bytes) const;
    /// Queues a gap; never blocks. An empty interval is ignored.
    Result<> append(Gap gap);
    /// Waits until everything queued before the call is synced, signed and readable.
    Result<> flush();
    /// Once after open(), before the stream is recorded or has gaps: the time since its last record, in which
    /// no process ran, becomes a gap. Gives the end of what is accounted for; nullopt when nothing was ever
    /// recorded of it. Later calls change nothing. Blocking (SQLite).
    std::optional<UtcTime> resume(StreamKey stream);
    /// Signs that the recorder has started, soon; never blocks. Else it is signed with the first that is, so
    /// that a process which ends before leaves nothing.
    void state_start();
    /// Looks whether the clock was set since the last look, and states it.
    Result<> check_clock();

    /// What is recorded, and known not to be recorded, within the interval; ranges and gaps that cross its
    /// borders come whole. What was fetched later stands in the gaps of `stream`, a live one, which are
    /// shortened by it. With what happened to the recorder then. Blocking (SQLite).
    Result<Recordings> recordings(StreamKey stream, UtcInterval interval) const;
    /// A cursor whose first fragment is the first, in recording order, that ends after `from`. What was
    /// fetched later comes at its time (vault/merge).
    Result<Cursor> read(StreamKey stream, UtcTime from, ReadLimits limits = {}) const;
    /// The thumbnail that was kept of a picture, the sample with this number of a fragment. Blocking.
    std::optional<Bytes> find_thumbnail(const PartialFragment& fragment, std::uint32_t sample) const;
    /// Keeps it, sealed, while the recording is there and there is room. Blocking.
    void keep_thumbnail(const PartialFragment& fragment, std::uint32_t sample, ByteView jpeg);
    /// Deletes a camera's recordings: signs a statement of it, destroys the day keys, then removes the files.
    /// Waits until it is done. conflict: something of it is held.
    Result<> delete_camera(CameraId camera);
    /// How the camera's fragments are encrypted from now on: full until it is told otherwise. Nothing is
    /// remembered over a start. Light seals all but what fragments name in `clear`.
    void set_encryption(CameraId camera, Encryption encryption);
    /// What may be deleted of the camera's recordings. Nothing is remembered over a start.
    void set_retention(CameraId camera, RetentionRule rule);
    /// Deletes what the rules tell to, now, and waits for it.
    Result<> expire();
    /// From now on no rule deletes a segment of the camera with anything in the hold's interval. `id` and
    /// `placed_at` are set here.
    Result<RecordingHold> place_hold(RecordingHold hold);
    /// The rules are looked at then, at once. not_found: there is no such hold.
    Result<> lift_hold(CameraId camera, std::uint64_t id);
    /// By their start. Blocking (SQLite).
    Result<std::vector<RecordingHold>> holds(CameraId camera) const;

    /// The disk that the camera's recordings go to while it takes them; empty, or not known: any. Nothing is
    /// remembered over a start.
    void set_place(CameraId camera, std::string name);
    /// The data directory's own first.
    std::vector<PlaceStatus> places() const;
    /// Looks at all disks, now, and makes up for what was left undone on those that are back. Blocking.
    Result<> check_places();

    /// For the output of `vedette vault`.
    Result<> set_camera_name(CameraId camera, std::string name);

    /// From the start of the first fragment to the end of the last one; nullopt when there is none. Blocking
    /// (SQLite).
    Result<std::optional<UtcInterval>> extent(StreamKey stream) const;
    /// Blocking (SQLite).
    Result<VaultUsage> usage() const;
    /// A key for another use of the same installation, from the organisation key; `purpose` keeps uses apart.
    Secret derive_key(std::string_view purpose) const;
    /// What derive_key() gave before the organisation key was changed (vedette keys rotate), the newest
    /// first.
    std::vector<Secret> replaced_keys(std::string_view purpose) const;

    VaultCounters counters() const;
    /// The public key (a C2SP vkey) that checkpoints are signed with.
    std::string vkey() const;

  private:
    struct Impl;
    explicit Vault(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::vault
