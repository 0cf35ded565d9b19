#pragma once
// The one thread that writes: seals fragments into segment files, syncs them in groups, then signs them into
// the log, then indexes them.

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "crypto/tile_log.hpp"
#include "gateway/vault/catalogue.hpp"
#include "gateway/vault/clock_watch.hpp"
#include "gateway/vault/index.hpp"
#include "gateway/vault/keys.hpp"
#include "gateway/vault/places.hpp"
#include "gateway/vault/retention_book.hpp"
#include "gateway/vault/segment_file.hpp"
#include "gateway/vault/vault.hpp"
#include "gateway/vault/write_lane.hpp"

namespace vedette::vault {

class Writer {
  public:
    /// What the writer works on; all of it outlives the writer.
    struct Parts {
        const VaultOptions* options;
        const Clock* clock;
        const Layout* layout;
        KeyStore* keys;
        Index* index;
        Catalogue* catalogue;
        Places* places;
        crypto::TileLog* log;
        const RetentionBook* book;
        std::map<StreamKey, StreamPosition> positions;  ///< of streams that are not in the index
        std::vector<SegmentInfo> recovered;  ///< in the log, not in the index, still in the open folder
        std::uint64_t next_run = 1;
        std::vector<RecorderEvent> events;  ///< that this start has to state, before all that is recorded
    };
    explicit Writer(Parts parts);
    ~Writer();  ///< writes what is queued, signs, stops

    Result<std::uint64_t> begin_run(StreamKey stream, SharedBytes init, std::optional<UtcTime> fetched_at);
    Result<> append(Fragment fragment);
    Result<> append(Gap gap);
    Result<> flush();
    /// See Vault::resume().
    std::optional<UtcTime> resume(StreamKey stream);
    /// See Vault::state_start().
    void state_start();
    /// See Vault::check_clock().
    Result<> check_clock();
    /// conflict: something of it is held.
    Result<> delete_camera(CameraId camera);
    bool has_room(std::size_t bytes) const;
    void set_encryption(CameraId camera, Encryption encryption);
    VaultCounters counters() const;

    /// Runs `work` in the writer's thread and waits for it; what follows is for `work` alone.
    Result<> run(std::function<Result<>()> work);
    /// Appends statements to the log and signs it. After an error they are still to be signed.
    Result<> sign(std::span<const RecordHeader> statements);
    Result<> publish_log();
    const crypto::TileLog& log() const { return *parts_.log; }
    /// Whether something that is not in the index yet was recorded on that day.
    bool records_on(CameraId camera, std::int32_t day) const;
    /// The files that are being written.
    std::vector<SegmentId> open_segments() const;
    /// Segments of an open folder that are whole and in the log: they come into the index next.
    void take_over(std::vector<SegmentInfo> segments);

  private:
    using Steady = std::chrono::steady_clock;
    struct BeginRun {
        StreamKey stream;
        std::uint64_t run;
        SharedBytes init;
        std::optional<UtcTime> fetched_at;
    };
    struct Resume {
        StreamKey stream;
    };
    struct StateStart {};
    struct Flush {
        std::shared_ptr<std::promise<Result<>>> done;
    };
    /// What is left to do once the keys are destroyed; it needs no writer.
    struct Shredded {
        std::vector<Deletion> deletions;
        std::vector<std::filesystem::path> folders;  ///< hold the camera's files
        std::vector<PlaceNumber> archives;           ///< may hold objects of it
    };
    struct Delete {
        CameraId camera;
        std::shared_ptr<std::promise<Result<Shredded>>> done;
    };
    struct Task {
        std::function<Result<>()> work;
        std::shared_ptr<std::promise<Result<>>> done;
    };
    /// A gap that grows while fragments are refused; shared with refused_.
    using SharedGap = std::shared_ptr<Gap>;
    using Item = std::variant<StateStart, BeginRun, Resume, Fragment, Gap, SharedGap, Flush, Delete, Task>;

    struct OpenSegment {
        SegmentFile file;
        SegmentInfo unsynced;        ///< id, day, and what is written but not synced
        std::vector<Entry> entries;  ///< of the unsynced records
        UtcTime start;
        std::uint32_t blocks = 0;  ///< of the file, with what is being written
        std::uint32_t synced_blocks = 0;
        std::uint64_t first_leaf = 0;  ///< the log's size when the file was made
        Steady::time_point last_write;
    };
    struct Stream {
        StreamPosition position;
        std::uint64_t run = 0;
        SharedBytes init;
        std::optional<UtcTime> fetched_at;  ///< of the run
        std::optional<std::uint64_t> init_run_in_segment;
        std::optional<OpenSegment> segment;
        std::optional<Gap> pending_gap;  ///< lost because the disk failed
        bool seen = false;               ///< the time since the process before was considered
    };

    /// A fragment that the disk is taking: the last record of its stream.
    struct InFlight {
        StreamKey key;
        UtcInterval interval;
        std::optional<UtcTime> last_end_before;
        std::size_t bytes = 0;
    };

    void push(Item item);
    void loop();
    void process(Item item);
    void write(const Fragment& fragment);
    void write(const Gap& gap);
    void start_run(const BeginRun& run);
    void account_for_absence(StreamKey key);
    Stream& stream(StreamKey key);

    Result<> ensure_segment(StreamKey key, Stream& stream, UtcTime start, bool for_gap);
    Result<> begin_segment(StreamKey key, Stream& stream, UtcTime start, PlaceNumber place);
    bool leave_bad_place(StreamKey key, Stream& stream);
    void leave_bad_places();
    void mend_abandoned();
    Result<> write_gap(StreamKey key, Stream& stream, const Gap& gap);
    Result<> write_record(StreamKey key, Stream& stream, RecordHeader header,
                          std::span<const ByteView> pieces, std::optional<GapText> gap = std::nullopt,
                          const std::vector<ClearRange>& clear = {});
    Result<> admit(unsigned format);
    Result<> settle();
    void lose(Stream& stream, StreamKey key, UtcInterval interval, const Error& error);
    void set_disk(DiskState state, const std::string& message);

    void tick(Steady::time_point now);
    Result<> sync_all();
    Result<> sync_segment(StreamKey key, Stream& stream);
    Result<> after_sync(StreamKey key, Stream& stream, const Result<>& written);
    void close_segment(StreamKey key, Stream& stream);
    Result<> publish();
    void look_at_clock();
    Result<> state_events();
    Result<> index_events();
    void show_life(bool is_running);
    Result<> index_closed();
    void move_to_its_day(const SegmentInfo& segment);
    Result<> move_camera_aside(CameraId camera, Shredded& shredded);
    Result<> remove_objects(CameraId camera, PlaceNumber archive);
    Result<Shredded> shred(CameraId camera);

    Parts parts_;
    const UtcTime opened_at_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Item> queue_;
    std::size_t queued_bytes_ = 0;
    std::map<StreamKey, std::uint64_t> current_run_;
    std::set<CameraId> light_;  ///< cameras whose fragments are encrypted lightly
    std::map<StreamKey, SharedGap> refused_;
    std::uint64_t next_run_;
    bool stopping_ = false;
    VaultCounters counters_;

    // The writer thread's own.
    RecordBuilder builder_;
    WriteLane lane_;
    std::optional<InFlight> in_flight_;
    bool more_waits_ = false;  ///< behind the item that is worked on
    std::map<StreamKey, Stream> streams_;
    std::vector<SegmentInfo> closed_;  ///< closed and not in the index yet
    std::vector<std::uint64_t> closed_first_leaf_;
    /// A file that was left in the open folder because it could not be cut.
    struct Abandoned {
        SegmentId id;
        PlaceNumber place;
        std::uint32_t blocks;  ///< that are signed
        std::uint64_t first_leaf;
    };
    std::vector<Abandoned> abandoned_;
    ClockWatch clock_watch_;
    bool has_begun_ = false;                      ///< the start is in the log
    std::vector<RecordHeader> unstated_events_;   ///< not in the log yet
    std::vector<RecordHeader> unindexed_events_;  ///< in the log, not in the index yet
    std::set<PlaceNumber> changed_folders_;       ///< a file was made in its open folder since the last sync
    Steady::time_point next_sync_;
    Steady::time_point next_publish_;
    Steady::time_point retry_disk_at_;
    Steady::time_point next_mending_;
    DiskState disk_ = DiskState::good;
    unsigned admitted_ = 0;  ///< the store's format is at least this one
    std::thread thread_;
};

}  // namespace vedette::vault
