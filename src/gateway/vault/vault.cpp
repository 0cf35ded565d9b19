#include "gateway/vault/vault.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>

#include "base/log.hpp"
#include "gateway/vault/cut_off_deletion.hpp"
#include "gateway/vault/fetched.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/hardware_signing.hpp"
#include "gateway/vault/merge.hpp"
#include "gateway/vault/partial_fragment.hpp"
#include "gateway/vault/recovery.hpp"
#include "gateway/vault/retention.hpp"
#include "gateway/vault/start_events.hpp"
#include "gateway/vault/thumbnail_cache.hpp"
#include "gateway/vault/writer.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

Result<File> lock_folder(const Layout& layout) {
    VEDETTE_TRY(File lock, File::open(layout.lock(), O_RDWR | O_CREAT, 0600));
    if (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorKind::conflict, "the data directory {} is in use by another vedette",
                    layout.folder.string());
    return lock;
}

Result<> create_folders(const Layout& layout) {
    std::error_code error;
    if (fs::create_directory(layout.folder, error))
        fs::permissions(layout.folder, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec,
                        error);
    for (const fs::path& folder : {layout.home().media(), layout.home().open(), layout.log()})
        if (!error) fs::create_directory(folder, error);
    if (error) {
        auto failure = fail_errno(error.value(), layout.folder.string()).error();
        failure.message = fmt::format("the data directory can't be used: {}", failure.message);
        return std::unexpected(std::move(failure));
    }
    return {};
}

void notice(const VaultOptions& options, const std::string& message) {
    log::warn("{}", message);
    if (options.on_notice) options.on_notice(message);
}

// A damaged index costs time, not recordings.
Result<std::unique_ptr<Index>> open_index(const Layout& layout, const Places& places,
                                          const VaultOptions& options) {
    const bool existed = fs::exists(layout.index());
    auto index = Index::open(layout.index());
    if (index && existed) return index;
    if (!index && index.error().kind != ErrorKind::corrupt) return index;
    if (!index) {
        notice(options,
               fmt::format("The index of the recordings was damaged and is made again from them ({}).",
                           index.error().message));
        for (const char* suffix : {"-wal", "-shm", ""}) {
            fs::path path = layout.index();
            path += suffix;
            std::error_code ignored;
            fs::remove(path, ignored);
        }
        index = Index::open(layout.index());
        if (!index) return index;
    }
    VEDETTE_TRY(const Rebuilt rebuilt, rebuild_index(places, **index));
    if (rebuilt.segments > 0)
        log::info("index made again: {} fragments in {} files", rebuilt.fragments, rebuilt.segments);
    return index;
}

// Recording never stops because of what became of the log: a damaged one is kept for whoever investigates,
// and a new one is begun.
Result<crypto::TileLog> open_log(const Layout& layout, const KeyStore& keys, const VaultOptions& options,
                                 UtcTime now) {
    auto log = crypto::TileLog::open(layout.log(), keys.origin(), keys.signer());
    if (log || (log.error().kind != ErrorKind::corrupt && log.error().kind != ErrorKind::not_found))
        return log;
    const fs::path aside = layout.damaged_log(now);
    const std::string message = fmt::format(
        "The log of the recordings is damaged ({}). It was set aside as {} and a new one was begun: "
        "recording "
        "goes on, but for what is older it can no longer be proven that nothing is missing.",
        log.error().message, aside.filename().string());
    std::error_code error;
    fs::rename(layout.log(), aside, error);
    if (error) return fail_errno(error.value(), aside.string());
    VEDETTE_CHECK(sync_folder(layout.folder));
    notice(options, message);
    return crypto::TileLog::open(layout.log(), keys.origin(), keys.signer());
}

// The file is for those who verify; the signing key is what counts.
Result<> write_public_key(const Layout& layout, const VaultOptions& options, const std::string& vkey) {
    const auto found = read_file(layout.vkey(), 4096);
    if (found && as_text(*found) == vkey + "\n") return {};
    if (found)
        notice(options, fmt::format("The public key {} was altered: it is written anew from the signing key.",
                                    layout.vkey().string()));
    return replace_file(layout.vkey(), as_bytes(vkey + "\n"), 0640);
}

// The first entry of a log that is younger than the recordings says so.
Result<bool> note_log_start(crypto::TileLog& log, Index& index, const KeyStore& keys, UtcTime now) {
    if (log.size() > 0) return false;
    VEDETTE_TRY(const auto streams, index.streams());
    VEDETTE_TRY(const Index::EventTotals events, index.event_totals());
    if (streams.empty() && events.starts == 0) return false;
    VEDETTE_CHECK(index.insert({}, 0));
    RecordHeader header;
    header.type = RecordType::log_start;
    header.organisation = keys.organisation();
    header.start = now;
    log.append(encode_entry(header));
    return true;
}

// vedette keys sign-with may have been cut off; it writes when nobody records, so its entry is the last one.
Result<> finish_change_of_key(const Layout& layout, const crypto::TileLog& log) {
    const std::uint64_t size = log.published().size;
    std::optional<RecordHeader> last;
    if (size > 0)
        VEDETTE_CHECK(crypto::TileLogReader(layout.log())
                          .entries(size - 1, size, [&](std::uint64_t, ByteView entry) -> Result<> {
                              if (const auto header = parse_entry(entry)) last = *header;
                              return {};
                          }));
    return finish_signing_change(layout, last);
}

// A log that was begun anew knows nothing of a token or TPM yet.
Result<> forget_stated_key(const Layout& layout) {
    const SigningFiles files(layout);
    if (files.state() == SigningState::own_key) return {};
    return files.write_state(SigningState::own_key);
}

std::string describe_crash(const Recovered& recovered) {
    return fmt::format(
        "The last stop was not orderly: {} record{} signed now, and {} bytes of unfinished records were cut "
        "from {} file{}.",
        recovered.signed_records, recovered.signed_records == 1 ? " was" : "s were", recovered.cut_bytes,
        recovered.cut_files, recovered.cut_files == 1 ? "" : "s");
}

// Files of deleted recordings; unlinking many large ones takes its time.
void remove_files(const std::vector<fs::path>& folders, const std::stop_token& stop) {
    std::error_code error;
    for (const fs::path& folder : folders) {
        for (auto it = fs::recursive_directory_iterator(folder, error);
             !error && !stop.stop_requested() && it != fs::recursive_directory_iterator();
             it.increment(error)) {
            std::error_code ignored;
            if (!it->is_directory(ignored)) fs::remove(it->path(), ignored);
        }
        if (!stop.stop_requested()) fs::remove_all(folder, error);
    }
}

ThumbnailName thumbnail_name(const PartialFragment& fragment, std::uint32_t sample) {
    return {.segment = fragment.segment(),
            .day = fragment.header().day,
            .sequence = fragment.header().sequence,
            .sample = sample};
}

}  // namespace

struct Cursor::Impl {
    Merge merge;
};

struct Vault::Impl {
    // The writer tells of the disk to the end, so what it wakes goes after it.
    ~Impl() {
        if (places) places->stop();
        if (retention) retention->stop();
        if (signing) signing->stop_stating();
        writer.reset();
    }
    VaultOptions options;
    SystemClock system_clock;
    Layout layout;
    File lock;
    std::unique_ptr<KeyStore> keys;
    std::unique_ptr<Places> places;
    std::unique_ptr<Index> index;
    Catalogue catalogue;
    std::optional<crypto::TileLog> log;
    std::unique_ptr<RetentionBook> book;
    std::unique_ptr<ThumbnailCache> thumbnails;
    std::unique_ptr<Writer> writer;            // uses all the others
    std::unique_ptr<Retention> retention;      // it uses the writer
    std::unique_ptr<HardwareSigning> signing;  // it too; and signs what the writer signed at its end
    std::atomic<Retention*> to_wake;           // when the disk is full

    ReadParts read_parts() { return {places.get(), keys.get(), index.get(), &catalogue}; }
    Result<> start();
    Result<> finish_deletions(const std::set<CameraId>& cameras);
    Result<> open_places(OrganisationId organisation);

    std::jthread cleaner;  // removes what a deletion that was cut off left behind
};

Result<> Vault::Impl::start() {
    VEDETTE_CHECK(create_folders(layout));
    VEDETTE_TRY(lock, lock_folder(layout));
    const auto life = read_sign_of_life(layout);
    if (const auto format = check_format(layout); !format) {
        if (format.error().kind != ErrorKind::not_found) return format;
        VEDETTE_CHECK(write_format(layout));
    }
    VEDETTE_TRY(keys, KeyStore::open(layout, options.secrets));
    const Clock* clock = options.clock != nullptr ? options.clock : &system_clock;
    VEDETTE_TRY(log, open_log(layout, *keys, options, clock->utc_now()));
    const std::string key = crypto::NoteVerifier{keys->origin(), keys->signer().public_key()}.vkey();
    VEDETTE_CHECK(write_public_key(layout, options, key));
    // Before the format may be raised: a store of its format has one.
    VEDETTE_TRY(auto opened_book, RetentionBook::open(layout,
                                                      {.key = keys->derive("words of holds"),
                                                       .replaced = keys->derive_replaced("words of holds")},
                                                      log->published().size, clock->utc_now()));
    book = std::move(opened_book.book);
    if (!opened_book.notice.empty()) notice(options, opened_book.notice);
    VEDETTE_CHECK(open_places(keys->organisation()));
    VEDETTE_TRY(index, open_index(layout, *places, options));

    VEDETTE_TRY(const bool is_new_log, note_log_start(*log, *index, *keys, clock->utc_now()));
    VEDETTE_TRY(Recovered recovered, recover(layout, *places, *keys, *book, *index, *log, is_new_log));
    if (recovered.cut_files > 0 || recovered.signed_records > 0) notice(options, describe_crash(recovered));
    if (recovered.damaged_files > 0)
        notice(options, fmt::format("Recordings that were signed are damaged or missing in {} of the files "
                                    "that were open: vedette vault verify names them.",
                                    recovered.damaged_files));
    VEDETTE_CHECK(finish_change_of_key(layout, *log));
    if (is_new_log) VEDETTE_CHECK(forget_stated_key(layout));
    if (recovered.signed_records > 0 || is_new_log) VEDETTE_CHECK(log->publish());
    VEDETTE_TRY(const auto to_delete,
                settle_deletions(*places, *keys, *index, *log, recovered, clock->utc_now()));
    for (const SegmentInfo& segment : recovered.segments) catalogue.add(segment);

    thumbnails = std::make_unique<ThumbnailCache>(layout, read_parts(), options.thumbnail_bytes);
    VEDETTE_CHECK(index->add_events(recovered.events));
    VEDETTE_TRY(const Index::EventTotals known, index->event_totals());
    VEDETTE_TRY(const std::uint64_t greatest_run, index->greatest_run());
    const std::uint64_t run = std::max(greatest_run, recovered.greatest_run) + 1;
    std::vector<RecorderEvent> events = events_of_start({.before = life ? std::optional(*life) : std::nullopt,
                                                         .known = known,
                                                         .recovered = &recovered,
                                                         .run = run,
                                                         .now = clock->utc_now(),
                                                         .clock = options.clock_trust(),
                                                         .version = options.version});
    writer = std::make_unique<Writer>(Writer::Parts{
        &options, clock, &layout, keys.get(), index.get(), &catalogue, places.get(), &*log, book.get(),
        std::move(recovered.positions), std::move(recovered.segments), run + 1, std::move(events)});

    VEDETTE_CHECK(finish_deletions(to_delete));
    retention = std::make_unique<Retention>(
        options, Expirer::Parts{clock, &layout, keys.get(), index.get(), &catalogue, places.get(),
                                writer.get(), book.get(), thumbnails.get()});
    to_wake = retention.get();
    if (const auto finished = retention->finish(); !finished)
        notice(options,
               fmt::format("Deletions by rules could not be brought to their end ({}): they are tried "
                           "again.",
                           finished.error().message));
    retention->start();
    signing = HardwareSigning::start({.layout = &layout,
                                      .keys = keys.get(),
                                      .clock = clock,
                                      .writer = writer.get(),
                                      .interval = options.checkpoint_interval,
                                      .secrets = options.secrets},
                                     [&](const std::string& message) { notice(options, message); });
    places->start();
    return {};
}

Result<> Vault::Impl::open_places(OrganisationId organisation) {
    PlaceWatch watch{.interval = options.place_interval,
                     // Beside much else a look may take longer than a write that the writer waits for.
                     .hang_limit = options.hang_limit * 5 / 2,
                     .rest = options.place_rest,
                     .room = options.place_room};
    watch.on_change = [this](const PlaceStatus& place) {
        if (Retention* const looking = to_wake; looking != nullptr)
            looking->note_change(place.number, place.state);
        if (options.on_place) options.on_place(place);
    };
    VEDETTE_TRY(places,
                Places::open(layout, options.places, options.archive, organisation, std::move(watch)));
    return {};
}

// A deletion that was cut off is carried out before anything new is recorded.
Result<> Vault::Impl::finish_deletions(const std::set<CameraId>& cameras) {
    VEDETTE_TRY(const auto noted, keys->deletions());
    for (const Deletion& deletion : noted) thumbnails->forget(deletion.stream.camera);
    for (const CameraId& camera : cameras) {
        const auto deleted = writer->delete_camera(camera);
        if (deleted) continue;
        if (deleted.error().kind != ErrorKind::conflict) return deleted;
        // Somebody holds what somebody else had begun to delete.
        notice(options, fmt::format("The deletion of camera {} was begun and is not carried out: {}.",
                                    camera.text(), deleted.error().message));
    }
    std::vector<fs::path> folders;
    std::error_code error;
    for (const PlaceNumber place : places->disks_there())
        for (auto it = fs::directory_iterator(places->media(place).media(), error);
             !error && it != fs::directory_iterator(); it.increment(error))
            if (it->path().filename().string().starts_with(deleted_prefix)) folders.push_back(it->path());
    if (!folders.empty())
        cleaner = std::jthread([folders](std::stop_token stop) { remove_files(folders, stop); });
    return {};
}

Result<std::unique_ptr<Vault>> Vault::open(VaultOptions options) {
    auto impl = std::make_unique<Impl>();
    impl->options = std::move(options);
    impl->layout.folder = impl->options.folder;
    impl->layout.connect = impl->options.connect_archive;
    if (!impl->options.clock_trust) impl->options.clock_trust = system_clock_trust;
    impl->options.on_disk_state = [impl = impl.get(), told = std::move(impl->options.on_disk_state)](
                                      DiskState state, const std::string& message) {
        if (Retention* const retention = impl->to_wake; retention != nullptr && state != DiskState::good)
            retention->wake();
        if (told) told(state, message);
    };
    VEDETTE_CHECK(impl->start());
    return std::unique_ptr<Vault>(new Vault(std::move(impl)));
}

Vault::Vault(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Vault::~Vault() = default;

Result<std::uint64_t> Vault::begin_run(StreamKey stream, SharedBytes init,
                                       std::optional<UtcTime> fetched_at) {
    return impl_->writer->begin_run(stream, std::move(init), fetched_at);
}
Result<> Vault::append(Fragment fragment) {
    return impl_->writer->append(std::move(fragment));
}
Result<> Vault::append(Gap gap) {
    return impl_->writer->append(std::move(gap));
}
Result<> Vault::flush() {
    return impl_->writer->flush();
}
std::optional<UtcTime> Vault::resume(StreamKey stream) {
    return impl_->writer->resume(stream);
}
void Vault::state_start() {
    impl_->writer->state_start();
}
Result<> Vault::check_clock() {
    return impl_->writer->check_clock();
}
Result<Recordings> Vault::recordings(StreamKey stream, UtcInterval interval) const {
    VEDETTE_TRY(Recordings recordings, find_all_recordings(impl_->read_parts(), stream, interval));
    VEDETTE_TRY(recordings.deleted, impl_->book->deleted(stream, interval));
    VEDETTE_TRY(recordings.events, impl_->index->events(interval));
    return recordings;
}
Result<Cursor> Vault::read(StreamKey stream, UtcTime from, ReadLimits limits) const {
    ReadParts parts = impl_->read_parts();
    parts.limits = limits;
    return Cursor(std::make_unique<Cursor::Impl>(
        Merge(StreamCursor(parts, stream, from), FetchedCursor(parts, fetched_of(stream), from))));
}
std::optional<Bytes> Vault::find_thumbnail(const PartialFragment& fragment, std::uint32_t sample) const {
    return impl_->thumbnails->find(thumbnail_name(fragment, sample));
}
void Vault::keep_thumbnail(const PartialFragment& fragment, std::uint32_t sample, ByteView jpeg) {
    if (counters().disk == DiskState::good) impl_->thumbnails->keep(thumbnail_name(fragment, sample), jpeg);
}
Result<> Vault::delete_camera(CameraId camera) {
    const auto deleted = impl_->writer->delete_camera(camera);
    impl_->thumbnails->forget(camera);  // their keys are gone in any case
    return deleted;
}
Result<> Vault::set_camera_name(CameraId camera, std::string name) {
    return impl_->index->set_camera_name(camera, name);
}
Result<std::optional<UtcInterval>> Vault::extent(StreamKey stream) const {
    // Catalogue first: what leaves it meanwhile is in the index.
    const auto open = impl_->catalogue.segments(stream);
    VEDETTE_TRY(std::optional<UtcInterval> extent, impl_->index->extent(stream));
    for (const SegmentInfo& segment : open)
        for (const RecordRow& row : segment.rows) {
            if (row.type != RecordType::fragment) continue;
            if (!extent) extent = UtcInterval{row.start, row.end()};
            extent->start = std::min(extent->start, row.start);
            extent->end = std::max(extent->end, row.end());
        }
    return extent;
}
Result<VaultUsage> Vault::usage() const {
    VaultUsage usage;
    usage.stored_bytes = impl_->catalogue.bytes();
    VEDETTE_TRY(const auto indexed, impl_->index->stored_bytes());
    for (const auto& [camera, bytes] : indexed) usage.stored_bytes += bytes;
    // The data directory's own disk is the last resort where there are others.
    const std::vector<PlaceStatus> places = impl_->places->status();
    const bool has_several = std::ranges::any_of(
        places, [](const PlaceStatus& place) { return place.number != home_place && place.records; });
    for (const PlaceStatus& place : places) {
        if (!place.records || (has_several && place.number == home_place)) continue;
        if (place.state == PlaceState::away || place.state == PlaceState::hanging) continue;
        const auto space = disk_space(place.folder);
        if (!space && !has_several) return std::unexpected(space.error());
        if (!space) continue;
        usage.free_bytes += space->free;
        usage.kept_free += space->capacity / 100 * impl_->options.keep_free_percent;
    }
    usage.problem = impl_->retention->problem();
    if (usage.problem.empty() && impl_->signing) usage.problem = impl_->signing->problem();
    return usage;
}
void Vault::set_retention(CameraId camera, RetentionRule rule) {
    impl_->retention->set_rule(camera, rule);
}
void Vault::set_encryption(CameraId camera, Encryption encryption) {
    impl_->writer->set_encryption(camera, encryption);
}
void Vault::set_place(CameraId camera, std::string name) {
    impl_->places->prefer(camera, std::move(name));
}
std::vector<PlaceStatus> Vault::places() const {
    return impl_->places->status();
}
Result<> Vault::check_places() {
    if (impl_->places->has_several())
        for (const PlaceNumber place : impl_->places->all()) impl_->places->check(place);
    return impl_->retention->run();
}
Result<> Vault::expire() {
    return impl_->retention->run();
}
Result<RecordingHold> Vault::place_hold(RecordingHold hold) {
    return impl_->retention->place_hold(std::move(hold));
}
Result<> Vault::lift_hold(CameraId camera, std::uint64_t id) {
    return impl_->retention->lift_hold(camera, id);
}
Result<std::vector<RecordingHold>> Vault::holds(CameraId camera) const {
    return impl_->book->holds(camera);
}
Secret Vault::derive_key(std::string_view purpose) const {
    return impl_->keys->derive(purpose);
}
std::vector<Secret> Vault::replaced_keys(std::string_view purpose) const {
    return impl_->keys->derive_replaced(purpose);
}
bool Vault::has_room(std::size_t bytes) const {
    return impl_->writer->has_room(bytes);
}
VaultCounters Vault::counters() const {
    return impl_->writer->counters();
}
std::string Vault::vkey() const {
    return crypto::NoteVerifier{impl_->keys->origin(), impl_->keys->signer().public_key()}.vkey();
}

Cursor::Cursor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Cursor::~Cursor() = default;
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;
Result<std::optional<PlayItem>> Cursor::next() {
    return impl_->merge.next();
}

}  // namespace vedette::vault
