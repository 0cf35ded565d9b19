// The slow half of the writer: sync, sign, index, delete.

#include <atomic>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "base/file_fault.hpp"
#include "base/log.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/sign_of_life.hpp"
#include "gateway/vault/statement.hpp"
#include "gateway/vault/writer.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

constexpr auto idle_segment = std::chrono::seconds(90);
constexpr auto mending_interval = std::chrono::seconds(2);

// To so many blocks; a file of none goes.
Result<> cut_file(const fs::path& path, std::uint32_t blocks) {
    if (blocks == 0) {
        std::error_code error;
        fs::remove(path, error);
        return error ? fail_errno(error.value(), path.string()) : Result<>();
    }
    VEDETTE_TRY(const File file, File::open(path, O_WRONLY));
    if (const auto fault = file_fault(FileOperation::truncate)) return fail_errno(fault->error, "ftruncate");
    if (::ftruncate(file.fd(), static_cast<off_t>(std::uint64_t{blocks} * block_size)) != 0 ||
        ::fdatasync(file.fd()) != 0)
        return fail_errno(errno, "ftruncate");
    return {};
}

}  // namespace

void Writer::tick(Steady::time_point now) {
    for (auto it = syncing_.begin(); it != syncing_.end();) {
        const PlaceNumber place = it++->first;  // what is finished goes
        (void)finish_sync(place, std::chrono::milliseconds(0));
    }
    if (publishing_) tell_published(finish_publishing(false));
    if (now >= next_sync_) {
        leave_bad_places();
        if (auto synced = sync_in_time(); !synced) log::error("sync failed: {}", synced.error().message);
        for (auto& [key, open] : streams_)
            if (open.segment && !syncing_.contains(open.segment->unsynced.place) &&
                now - open.segment->last_write > idle_segment) {
                (void)settle(open.segment->unsynced.place);
                if (open.segment) close_segment(key, open);
            }
        mend_abandoned();
        next_sync_ = Steady::now() + parts_.options->sync_interval;
    }
    if (now >= next_publish_) {
        if (has_begun_)
            if (const auto stated = state_events(); !stated) tell_published(stated);
        if (!has_several_) {
            tell_published(publish());
            if (has_begun_) show_life(true);
        } else if (!publishing_) {
            start_publishing();
        }
        next_publish_ = Steady::now() + parts_.options->checkpoint_interval;
    }
}

void Writer::tell_published(const Result<>& published) {
    if (published || published.error().kind == ErrorKind::timeout) return;  // its disk says that it hangs
    if (published.error().kind == ErrorKind::exhausted)
        set_disk(DiskState::full, "The disk is full: recordings can't be signed until there is room again.");
    else
        set_disk(DiskState::failing,
                 fmt::format("Recordings could not be signed: {}.", published.error().message));
}

Result<> Writer::sync_here() {
    Result<> first;
    std::erase_if(changed_folders_, [&](PlaceNumber place) {
        first = sync_folder(parts_.places->media(place).open());
        return first.has_value();
    });
    std::vector<std::pair<const StreamKey, Stream>*> unsynced;
    SegmentFiles files;
    for (auto& entry : streams_) {
        if (!entry.second.segment || entry.second.segment->entries.empty()) continue;
        unsynced.push_back(&entry);
        files.push_back(entry.second.segment->file);
    }
    const std::vector<Result<>> results = sync_together(files);
    for (std::size_t i = 0; i < unsynced.size(); ++i) {
        auto& [key, open] = *unsynced[i];
        if (auto synced = after_sync(key, open, results[i]); !synced && first) first = std::move(synced);
    }
    return first;
}

Result<> Writer::sync_segment(StreamKey key, Stream& open) {
    if (!open.segment || open.segment->entries.empty()) return {};
    return after_sync(key, open, on_disk(open.segment->unsynced.place, [file = open.segment->file] {
                          return file->sync();
                      }));
}

// Data first, then leaves: the log never speaks of bytes that a power cut could still take.
Result<> Writer::after_sync(StreamKey key, Stream& open, const Result<>& written) {
    OpenSegment& segment = *open.segment;
    const Result<> synced = written ? state_events() : written;
    if (!synced) {
        // What the kernel may have dropped is given up: cut the file, take the sequences back, record a gap.
        log::error("{}: {}", describe(key), synced.error().message);
        open.position.next_sequence = segment.unsynced.rows.front().sequence;
        for (const RecordRow& row : segment.unsynced.rows)
            if (row.type == RecordType::fragment) lose(open, key, {row.start, row.end()}, synced.error());
        (void)on_disk(segment.unsynced.place, [file = segment.file, blocks = segment.synced_blocks] {
            return file->truncate(blocks);
        });
        segment.blocks = segment.synced_blocks;
        segment.unsynced.rows.clear();
        segment.unsynced.gaps.clear();
        segment.entries.clear();
        if (segment.synced_blocks == 0) {
            give_up_file(segment);
            open.segment.reset();
        } else {
            close_segment(key, open);
        }
        return synced;
    }
    for (const Entry& entry : segment.entries) note_entry(entry);
    segment.entries.clear();
    segment.synced_blocks = segment.blocks;
    parts_.catalogue->add(segment.unsynced);
    segment.unsynced.rows.clear();
    segment.unsynced.gaps.clear();
    return {};
}

// Its records must be synced. The index learns of it after the next checkpoint.
void Writer::close_segment(StreamKey key, Stream& open) {
    if (!open.segment) return;
    OpenSegment& segment = *open.segment;
    const PlaceNumber place = segment.unsynced.place;
    const auto settled = on_disk(place, [file = segment.file] { return file->settle(); });
    if (!settled) {
        // Something unsigned lies behind its records. It stays in the open folder until it can be cut.
        log::error("{}: {}", describe(key), settled.error().message);
        abandoned_.push_back({segment.unsynced.id, place, segment.synced_blocks, segment.first_leaf});
    } else if (open.segment->entries.empty()) {
        if (auto whole = parts_.catalogue->segment_from(key, open.segment->unsynced.id.first_sequence)) {
            closed_.push_back(std::move(*whole));
        }
    }
    leave_file(segment);
    open.segment.reset();
    open.init_run_in_segment.reset();
}

// Closing may take as long as writing.
void Writer::leave_file(OpenSegment& segment) {
    if (has_several_)
        disk_thread(segment.unsynced.place).start([file = std::move(segment.file)] { return Result<>(); });
    segment.file.reset();
}

// There is nothing in it that is signed.
void Writer::give_up_file(const OpenSegment& segment) {
    const PlaceNumber place = segment.unsynced.place;
    const fs::path path = parts_.places->media(place).open_segment(segment.unsynced.id);
    const auto removed = on_disk(place, [path]() -> Result<> {
        std::error_code ignored;
        fs::remove(path, ignored);
        return {};
    });
    if (!removed) abandoned_.push_back({segment.unsynced.id, place, 0, segment.first_leaf});
}

void Writer::note_entry(ByteView entry) {
    if (publishing_)
        entries_behind_.emplace_back(entry.begin(), entry.end());
    else
        parts_.log->append(entry);
}

Result<> Writer::publish() {
    if (has_begun_) VEDETTE_CHECK(state_events());
    if (has_several_) {
        VEDETTE_CHECK(finish_publishing(true));
        start_publishing();
        return finish_publishing(true);
    }
    VEDETTE_CHECK(publish_log());
    VEDETTE_CHECK(index_events());
    return index_closed();
}

void Writer::look_at_clock() {
    auto step = clock_watch_.look();
    if (!step) return;
    step->clock = parts_.options->clock_trust();
    log::warn("the clock was set {}", describe(RecorderEvent(*step)));
    unstated_events_.push_back(event_header(*step, parts_.keys->organisation()));
}

// In front of all that is recorded from then on. A process that ends before it has recorded, or was told that
// it begins, leaves nothing.
Result<> Writer::state_events() {
    if (parts_.options->watches_clock) look_at_clock();
    if (unstated_events_.empty()) return {};
    VEDETTE_CHECK(admit(format_with_events));
    for (const RecordHeader& event : unstated_events_) note_entry(encode_entry(event));
    std::ranges::move(unstated_events_, std::back_inserter(unindexed_events_));
    unstated_events_.clear();
    if (!std::exchange(has_begun_, true)) show_life(true);
    return {};
}

Result<> Writer::index_events() {
    VEDETTE_CHECK(parts_.index->add_events(unindexed_events_));
    unindexed_events_.clear();
    return {};
}

// What keeps it from being written is told elsewhere.
void Writer::show_life(bool is_running) {
    const SignOfLife sign{.is_running = is_running, .at = parts_.clock->utc_now()};
    (void)on_disk(home_place, [layout = *parts_.layout, sign] { return write_sign_of_life(layout, sign); });
}

// Beside recording: the data directory's disk may hang while others take recordings. What is signed meanwhile
// waits in memory.
void Writer::start_publishing() {
    Publishing publishing;
    publishing.closed = std::exchange(closed_, {});
    publishing.events = std::exchange(unindexed_events_, {});
    std::optional<SignOfLife> sign;
    if (has_begun_) sign = SignOfLife{.is_running = true, .at = parts_.clock->utc_now()};
    publishing.operation = disk_thread(home_place)
                               .start([log = parts_.log, index = parts_.index, closed = publishing.closed,
                                       events = publishing.events, sign, layout = *parts_.layout,
                                       scan_from = first_open_leaf()]() -> Result<> {
                                   if (sign) (void)write_sign_of_life(layout, *sign);
                                   if (log->size() != log->published().size) VEDETTE_CHECK(log->publish());
                                   VEDETTE_CHECK(index->add_events(events));
                                   if (closed.empty()) return {};
                                   return index->insert(closed, scan_from);
                               });
    publishing_ = std::move(publishing);
}

// timeout: its disk hangs, and it goes on.
Result<> Writer::finish_publishing(bool waits) {
    if (!publishing_) return {};
    DiskThread& thread = disk_thread(home_place);
    const auto done = thread.wait(*publishing_->operation, waits ? forever : std::chrono::milliseconds(0));
    if (!done && !thread.hangs()) return {};
    if (!done) return std::unexpected(note_hanging(home_place));
    Publishing published = std::move(*publishing_);
    publishing_.reset();
    {
        const std::lock_guard lock(mutex_);
        counters_.log_size = parts_.log->published().size;
    }
    for (const Bytes& entry : std::exchange(entries_behind_, {})) parts_.log->append(entry);
    if (!*done) {
        closed_.insert(closed_.begin(), published.closed.begin(), published.closed.end());
        unindexed_events_.insert(unindexed_events_.begin(), published.events.begin(), published.events.end());
        return *done;
    }
    settle_indexed(published.closed);
    return {};
}

Result<> Writer::publish_log() {
    VEDETTE_CHECK(finish_publishing(true));
    if (parts_.log->size() == parts_.log->published().size) return {};
    VEDETTE_CHECK(parts_.log->publish());
    const std::lock_guard lock(mutex_);
    counters_.log_size = parts_.log->published().size;
    return {};
}

Result<> Writer::sign(std::span<const RecordHeader> statements) {
    VEDETTE_CHECK(finish_publishing(true));
    VEDETTE_CHECK(state_events());
    for (const RecordHeader& statement : statements) parts_.log->append(encode_entry(statement));
    return publish_log();
}

bool Writer::records_on(CameraId camera, std::int32_t day) const {
    const auto is_open = [&](const auto& item) {
        return item.first.camera == camera && item.second.segment && item.second.segment->unsynced.day == day;
    };
    const auto is_closed = [&](const SegmentInfo& segment) {
        return segment.id.stream.camera == camera && segment.day == day;
    };
    if (publishing_ && std::ranges::any_of(publishing_->closed, is_closed)) return true;
    return std::ranges::any_of(streams_, is_open) || std::ranges::any_of(closed_, is_closed) ||
           parts_.catalogue->has_day(camera, day);
}

std::uint64_t Writer::first_open_leaf() const {
    std::uint64_t first = parts_.log->size();
    for (const Abandoned& segment : abandoned_) first = std::min(first, segment.first_leaf);
    for (const auto& [key, open] : streams_)
        if (open.segment) first = std::min(first, open.segment->first_leaf);
    return first;
}

// Row first, then the file's final name: whoever finds the file in the open folder looks for its row.
Result<> Writer::index_closed() {
    if (closed_.empty()) return {};
    VEDETTE_CHECK(index_events());  // they may lie in front of where a start begins to read
    VEDETTE_CHECK(parts_.index->insert(closed_, first_open_leaf()));
    settle_indexed(std::exchange(closed_, {}));
    return {};
}

void Writer::settle_indexed(const std::vector<SegmentInfo>& segments) {
    for (const SegmentInfo& segment : segments) {
        move_to_its_day(segment);
        parts_.catalogue->remove(segment.id);
    }
}

// Where that fails it is found in the open folder as well.
void Writer::move_to_its_day(const SegmentInfo& segment) {
    if (!parts_.places->is_there(segment.place)) return;
    const MediaFolder media = parts_.places->media(segment.place);
    const auto moved = on_disk(segment.place, [media, id = segment.id, day = segment.day]() -> Result<> {
        VEDETTE_CHECK(make_day_folder(media, id.stream, day));
        if (const auto fault = file_fault(FileOperation::rename)) return fail_errno(fault->error, "rename");
        std::error_code error;
        fs::rename(media.open_segment(id), media.segment(id, day), error);
        if (error) return fail_errno(error.value(), "rename");
        return {};
    });
    if (!moved)
        log::error("{} could not be moved to its day: {}", media.open_segment(segment.id).filename().string(),
                   moved.error().message);
}

// True: the stream's next record begins a segment elsewhere.
bool Writer::leave_bad_place(StreamKey key, Stream& open) {
    if (!open.segment) return false;
    const PlaceNumber place = open.segment->unsynced.place;
    if (parts_.places->state(place) == PlaceState::good || !parts_.places->has_other_good(place))
        return false;
    if (syncing_.contains(place)) (void)finish_sync(place, forever);
    (void)settle(place);
    (void)sync_segment(key, open);
    close_segment(key, open);
    return true;
}

void Writer::leave_bad_places() {
    if (!has_several_) return;
    for (auto& [key, open] : streams_)
        if (open.segment && !syncing_.contains(open.segment->unsynced.place)) leave_bad_place(key, open);
}

// Cuts off what could not be cut when the disk failed.
void Writer::mend_abandoned() {
    if (abandoned_.empty() || Steady::now() < next_mending_) return;
    next_mending_ = Steady::now() + mending_interval;
    std::erase_if(abandoned_, [&](const Abandoned& segment) {
        if (parts_.places->state(segment.place) != PlaceState::good) return false;
        const fs::path path = parts_.places->media(segment.place).open_segment(segment.id);
        const auto cut =
            on_disk(segment.place, [path, blocks = segment.blocks] { return cut_file(path, blocks); });
        if (!cut) return false;
        if (segment.blocks == 0) return true;
        if (auto whole = parts_.catalogue->segment_from(segment.id.stream, segment.id.first_sequence);
            whole && whole->id == segment.id) {
            closed_.push_back(std::move(*whole));
        }
        return true;
    });
}

std::vector<SegmentId> Writer::open_segments() const {
    std::vector<SegmentId> ids;
    for (const auto& [key, open] : streams_)
        if (open.segment) ids.push_back(open.segment->unsynced.id);
    return ids;
}

void Writer::take_over(std::vector<SegmentInfo> segments) {
    for (SegmentInfo& segment : segments) {
        parts_.catalogue->add(segment);
        closed_.push_back(std::move(segment));
    }
}

// The statement is signed before anything is destroyed, so that a check after a crash at any point passes.
Result<Writer::Shredded> Writer::shred(CameraId camera) {
    VEDETTE_CHECK(finish_publishing(true));
    VEDETTE_TRY(const auto holds, parts_.book->holds(camera));
    if (!holds.empty())
        return fail(ErrorKind::conflict, "recordings of this camera are held ({}): lift the hold{} first",
                    holds.front().reason, holds.size() == 1 ? "" : "s");
    std::vector<Deletion> deletions;
    VEDETTE_TRY(std::vector<StreamKey> known, parts_.index->streams());
    for (const auto& [key, open] : streams_) known.push_back(key);
    for (const auto& [key, position] : parts_.positions) known.push_back(key);
    std::ranges::sort(known);
    known.erase(std::ranges::unique(known).begin(), known.end());
    for (const StreamKey key : known) {
        if (key.camera != camera) continue;
        Stream& open = stream(key);
        VEDETTE_CHECK(sync_segment(key, open));
        close_segment(key, open);
        deletions.push_back({key, open.position.next_sequence});
    }
    VEDETTE_CHECK(state_events());
    VEDETTE_CHECK(parts_.keys->note_deletions(deletions));
    for (const Deletion& deletion : deletions)
        parts_.log->append(
            encode_entry(deletion_header(deletion.stream, deletion.before_sequence,
                                         parts_.keys->organisation(), parts_.clock->utc_now())));
    VEDETTE_CHECK(publish());
    // The rows that say where the streams go on are about to go.
    std::map<StreamKey, StreamPosition> positions;
    for (const Deletion& deletion : deletions)
        positions[deletion.stream] = {.next_sequence = deletion.before_sequence, .last_end = std::nullopt};
    VEDETTE_CHECK(parts_.index->remember(positions, 0));
    VEDETTE_CHECK(parts_.keys->destroy(camera));
    parts_.catalogue->remove_camera(camera);
    Shredded shredded{std::move(deletions), {}, {}};
    VEDETTE_CHECK(move_camera_aside(camera, shredded));
    for (auto& [key, open] : streams_)
        if (key.camera == camera) open.position.last_end.reset();
    return shredded;
}

// Out of the way in one step: what the camera records from now on gets a folder of its own.
Result<> Writer::move_camera_aside(CameraId camera, Shredded& shredded) {
    for (const PlaceNumber place : parts_.places->all()) {
        if (!parts_.places->is_there(place)) {
            VEDETTE_CHECK(parts_.index->note_debt(place, PlaceDebt::no_open_files));
            continue;
        }
        if (parts_.places->objects(place) != nullptr) {
            shredded.archives.push_back(place);
            continue;
        }
        const MediaFolder media = parts_.places->media(place);
        const fs::path folder = media.deleted_folder(camera, parts_.log->size());
        const auto moved = on_disk(place, [from = media.camera_folder(camera), folder]() -> Result<> {
            std::error_code error;
            fs::rename(from, folder, error);
            return error && error != std::errc::no_such_file_or_directory
                       ? fail_errno(error.value(), "deleting recordings")
                       : Result<>();
        });
        if (!moved && place == home_place) return moved;
        if (!moved) {
            // The keys are gone; the files go when the disk can be written again.
            log::error("deleting recordings: {}: {}", folder.string(), moved.error().message);
            VEDETTE_CHECK(parts_.index->note_debt(place, PlaceDebt::no_open_files));
            continue;
        }
        shredded.folders.push_back(folder);
    }
    return {};
}

// From any thread. What can't be reached goes later.
Result<> Writer::remove_objects(CameraId camera, PlaceNumber archive) {
    ObjectStore& objects = *parts_.places->objects(archive);
    const auto keys = objects.list(MediaFolder{}.camera_folder(camera).string() + "/");
    Result<> removed = keys ? Result<>() : std::unexpected(keys.error());
    for (std::size_t i = 0; removed && i < keys->size(); ++i) removed = objects.remove((*keys)[i].key);
    if (removed) return {};
    log::error("deleting recordings: {}: {}", parts_.places->name(archive), removed.error().message);
    return parts_.index->note_debt(archive, PlaceDebt::no_open_files);
}

}  // namespace vedette::vault
