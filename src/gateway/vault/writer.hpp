#pragma once
// The one thread that writes: seals fragments into segment files, syncs them in groups, then signs them into
// the log, then indexes them. Where there are several disks each is touched by a thread of its own, so that
// one that hangs does not hold up the others; with one disk the writer writes itself, unless so much waits
// that sealing and writing are worth more than one core.

#include <atomic>
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
#include "gateway/vault/disk_thread.hpp"
#include "gateway/vault/index.hpp"
#include "gateway/vault/keys.hpp"
#include "gateway/vault/places.hpp"
#include "gateway/vault/retention_book.hpp"
#include "gateway/vault/seal_pool.hpp"
#include "gateway/vault/segment_file.hpp"
#include "gateway/vault/vault.hpp"

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
        std::shared_ptr<SegmentFile> file;  ///< used in the thread of its disk, where it has one
        SegmentInfo unsynced;               ///< id, day, and what is written but not synced
        std::vector<Entry> entries;         ///< of the unsynced records that are whole
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

    /// The memory and the thread-independent part of a record that is sealed, maybe in another thread.
    struct Sealing {
        RecordBuilder builder;
        RecordHeader header;
        KeyStore::Key key;
        std::vector<Piece> pieces;  ///< keeps them while another thread seals
        std::vector<ClearRange> clear;
        ByteView record;
        std::atomic<bool> is_built = false;

        void build(std::span<const ByteView> views);
        /// In the thread of the disk.
        void wait() const { is_built.wait(false); }
    };
    /// A fragment's record that is being sealed or written.
    struct InFlight {
        StreamKey key;
        std::uint64_t sequence = 0;
        UtcInterval interval;
        std::optional<UtcTime> last_end_before;
        std::size_t bytes = 0;
        std::optional<Fragment> fragment;  ///< where another disk takes what this one does not
        std::shared_ptr<Sealing> sealing;
        std::shared_ptr<DiskOperation> written;
    };
    /// Files of one disk that are being synced.
    struct Syncing {
        std::vector<StreamKey> streams;
        std::shared_ptr<std::vector<Result<>>> results;  ///< of the files, in that order
        std::shared_ptr<DiskOperation> operation;
    };
    /// The log is being signed, in the thread of the data directory's disk.
    struct Publishing {
        std::vector<SegmentInfo> closed;
        std::vector<RecordHeader> events;
        std::shared_ptr<DiskOperation> operation;
    };

    void push(Item item);
    bool drop_oldest(std::size_t size);
    void loop();
    void oversee(const std::stop_token& stop);
    std::optional<Item> next_item();
    static std::optional<StreamKey> stream_of(const Item& item);
    void settle_before(const Item& item);
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
                          const Fragment* fragment = nullptr);
    Result<> write_behind(StreamKey key, Stream& stream, const std::shared_ptr<Sealing>& sealing,
                          std::span<const ByteView> pieces, const Fragment& fragment);
    Result<> write_here(OpenSegment& segment, const std::shared_ptr<Sealing>& sealing,
                        std::span<const ByteView> pieces);
    std::shared_ptr<Sealing> next_sealing();
    bool is_written_behind(std::size_t bytes) const;
    Result<> admit(unsigned format);
    void make_room(const Stream& stream, std::size_t bytes);
    static bool is_full(const std::deque<InFlight>& records);
    Result<> settle();
    Result<> settle(PlaceNumber place);
    Result<> settle_front(PlaceNumber place);
    void take_back(const InFlight& record);
    void write_elsewhere(InFlight record, const Error& error);
    void write_again();
    bool is_to_be_written_again(StreamKey key) const;

    DiskThread& disk_thread(PlaceNumber place);
    Result<> on_disk(PlaceNumber place, std::function<Result<>()> work);
    Error note_hanging(PlaceNumber place);

    std::optional<PlaceNumber> place_of(StreamKey key) const;
    bool is_held_up(PlaceNumber place) const;
    bool is_held_up_for_now(PlaceNumber place);
    bool park(Item& item);
    void unpark();
    void drop_oldest_parked(PlaceNumber place);
    void lose(Stream& stream, StreamKey key, UtcInterval interval, const Error& error);
    void set_disk(DiskState state, const std::string& message);

    void tick(Steady::time_point now);
    Result<> sync_all();
    Result<> sync_in_time();
    bool settle_in_time(PlaceNumber place);
    void start_sync(PlaceNumber place);
    Result<> finish_sync(PlaceNumber place, std::chrono::milliseconds patience);
    Result<> sync_here();
    Result<> sync_segment(StreamKey key, Stream& stream);
    Result<> after_sync(StreamKey key, Stream& stream, const Result<>& written);
    void close_segment(StreamKey key, Stream& stream);
    void give_up_file(const OpenSegment& segment);
    void leave_file(OpenSegment& segment);
    void note_entry(ByteView entry);
    Result<> publish();
    void look_at_clock();
    Result<> state_events();
    Result<> index_events();
    void show_life(bool is_running);
    void start_publishing();
    Result<> finish_publishing(bool waits);
    std::uint64_t first_open_leaf() const;
    void tell_published(const Result<>& published);
    Result<> index_closed();
    void settle_indexed(const std::vector<SegmentInfo>& segments);
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
    const bool has_several_;         ///< disks
    std::size_t backlog_bytes_ = 0;  ///< that wait behind the item that is worked on
    std::vector<std::shared_ptr<Sealing>> sealings_;
    std::map<PlaceNumber, std::deque<InFlight>> in_flight_;
    std::deque<Fragment> again_;  ///< that one disk did not take, in their order; first of all for another
    std::map<PlaceNumber, Syncing> syncing_;
    std::optional<Publishing> publishing_;
    std::vector<Bytes> entries_behind_;  ///< wait until the log is signed
    /// What waits for a disk that takes its time, and for nothing else.
    std::map<PlaceNumber, std::deque<Item>> parked_;
    std::map<StreamKey, PlaceNumber> parked_streams_;
    std::size_t parked_bytes_ = 0;
    std::deque<Item> deferred_;  ///< until nothing is parked or being synced
    std::map<StreamKey, Stream> streams_;
    std::vector<SegmentInfo> closed_;  ///< closed and not in the index yet
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
    unsigned admitted_ = 0;                    ///< the store's format is at least this one
    std::atomic<Steady::rep> busy_since_ = 0;  ///< 0: it waits for something to do
    std::atomic<bool> is_told_stuck_ = false;
    SealPool seal_pool_;
    std::map<PlaceNumber, std::unique_ptr<DiskThread>> disk_threads_;  // wait for what is sealed
    std::thread thread_;
    std::jthread overseer_;
};

}  // namespace vedette::vault
