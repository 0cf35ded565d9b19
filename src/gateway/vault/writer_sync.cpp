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

// Syncs one after another each wait for a commit of the file system's own; at the same time they share it.
constexpr std::size_t syncs_at_once = 8;
// Fewer files than this are not worth a thread.
constexpr std::size_t files_per_thread = 16;

std::vector<Result<>> sync_together(std::span<SegmentFile* const> files) {
    std::vector<Result<>> results(files.size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < files.size(); i = next++) results[i] = files[i]->sync();
    };
    std::vector<std::jthread> others;
    try {
        while (others.size() + 1 < std::min(syncs_at_once, files.size() / files_per_thread))
            others.emplace_back(work);
    } catch (const std::system_error& error) {
        log::warn("syncing takes longer: no thread: {}", error.what());
    }
    work();
    others.clear();
    return results;
}

}  // namespace

void Writer::tick(Steady::time_point now) {
    if (now >= next_sync_) {
        leave_bad_places();
        if (auto synced = sync_all(); !synced) log::error("sync failed: {}", synced.error().message);
        for (auto& [key, open] : streams_)
            if (open.segment && now - open.segment->last_write > idle_segment) close_segment(key, open);
        mend_abandoned();
        next_sync_ = Steady::now() + parts_.options->sync_interval;
    }
    if (now >= next_publish_) {
        if (auto published = publish(); !published) {
            if (published.error().kind == ErrorKind::exhausted)
                set_disk(DiskState::full,
                         "The disk is full: recordings can't be signed until there is room again.");
            else
                set_disk(DiskState::failing,
                         fmt::format("Recordings could not be signed: {}.", published.error().message));
        }
        if (has_begun_) show_life(true);
        next_publish_ = Steady::now() + parts_.options->checkpoint_interval;
    }
}

Result<> Writer::sync_all() {
    (void)settle();
    Result<> first;
    std::erase_if(changed_folders_, [&](PlaceNumber place) {
        const auto synced = sync_folder(parts_.places->media(place).open());
        if (!synced && place == home_place) first = synced;
        // What is away or failing is told by its files.
        return synced || place != home_place;
    });
    std::vector<std::pair<const StreamKey, Stream>*> unsynced;
    std::vector<SegmentFile*> files;
    for (auto& entry : streams_) {
        if (!entry.second.segment || entry.second.segment->entries.empty()) continue;
        unsynced.push_back(&entry);
        files.push_back(&entry.second.segment->file);
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
    return after_sync(key, open, open.segment->file.sync());
}

// Data first, then leaves: the log never speaks of bytes that a power cut could still take.
Result<> Writer::after_sync(StreamKey key, Stream& open, const Result<>& written) {
    OpenSegment& segment = *open.segment;
    const Result<> synced = written ? state_events() : written;
    if (!synced) {
        // What the kernel may have dropped is given up: cut the file, take the sequences back, record a gap.
        log::error("{}: {}", describe(key), synced.error().message);
        parts_.places->report(segment.unsynced.place, synced.error());
        open.position.next_sequence = segment.unsynced.rows.front().sequence;
        for (const RecordRow& row : segment.unsynced.rows)
            if (row.type == RecordType::fragment) lose(open, key, {row.start, row.end()}, synced.error());
        (void)segment.file.truncate(segment.synced_blocks);
        segment.blocks = segment.synced_blocks;
        segment.unsynced.rows.clear();
        segment.unsynced.gaps.clear();
        segment.entries.clear();
        if (segment.synced_blocks == 0) {
            std::error_code ignored;
            fs::remove(parts_.places->media(segment.unsynced.place).open_segment(segment.unsynced.id),
                       ignored);
            open.segment.reset();
        } else {
            close_segment(key, open);
        }
        return synced;
    }
    for (const Entry& entry : segment.entries) parts_.log->append(entry);
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
    if (const auto settled = open.segment->file.settle(); !settled) {
        // Something unsigned lies behind its records. It stays in the open folder until it can be cut.
        log::error("{}: {}", describe(key), settled.error().message);
        abandoned_.push_back({open.segment->unsynced.id, open.segment->unsynced.place,
                              open.segment->file.blocks(), open.segment->first_leaf});
    } else if (open.segment->entries.empty()) {
        if (auto whole = parts_.catalogue->segment_from(key, open.segment->unsynced.id.first_sequence)) {
            closed_.push_back(std::move(*whole));
            closed_first_leaf_.push_back(open.segment->first_leaf);
        }
    }
    open.segment.reset();
    open.init_run_in_segment.reset();
}

Result<> Writer::publish() {
    if (has_begun_) VEDETTE_CHECK(state_events());
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
    for (const RecordHeader& event : unstated_events_) parts_.log->append(encode_entry(event));
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
    (void)write_sign_of_life(*parts_.layout, {.is_running = is_running, .at = parts_.clock->utc_now()});
}

Result<> Writer::publish_log() {
    if (parts_.log->size() == parts_.log->published().size) return {};
    VEDETTE_CHECK(parts_.log->publish());
    const std::lock_guard lock(mutex_);
    counters_.log_size = parts_.log->published().size;
    return {};
}

Result<> Writer::sign(std::span<const RecordHeader> statements) {
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
    return std::ranges::any_of(streams_, is_open) || std::ranges::any_of(closed_, is_closed) ||
           parts_.catalogue->has_day(camera, day);
}

// Row first, then the file's final name: whoever finds the file in the open folder looks for its row.
Result<> Writer::index_closed() {
    if (closed_.empty()) return {};
    std::uint64_t scan_from = parts_.log->size();
    for (const Abandoned& segment : abandoned_) scan_from = std::min(scan_from, segment.first_leaf);
    for (const auto& [key, open] : streams_)
        if (open.segment) scan_from = std::min(scan_from, open.segment->first_leaf);
    VEDETTE_CHECK(index_events());  // they may lie in front of where a start begins to read
    VEDETTE_CHECK(parts_.index->insert(closed_, scan_from));
    for (const SegmentInfo& segment : closed_) {
        move_to_its_day(segment);
        parts_.catalogue->remove(segment.id);
    }
    closed_.clear();
    closed_first_leaf_.clear();
    return {};
}

// Where that fails it is found in the open folder as well.
void Writer::move_to_its_day(const SegmentInfo& segment) {
    if (!parts_.places->is_there(segment.place)) return;
    const MediaFolder media = parts_.places->media(segment.place);
    const fs::path to = media.segment(segment.id, segment.day);
    std::error_code error;
    if (const auto made = make_day_folder(media, segment.id.stream, segment.day); !made) {
        log::error("{} could not be moved to its day: {}", to.filename().string(), made.error().message);
        return;
    }
    if (const auto fault = file_fault(FileOperation::rename))
        error = std::error_code(fault->error, std::generic_category());
    else
        fs::rename(media.open_segment(segment.id), to, error);
    if (error) log::error("{} could not be moved to its day: {}", to.filename().string(), error.message());
}

// True: the stream's next record begins a segment elsewhere.
bool Writer::leave_bad_place(StreamKey key, Stream& open) {
    if (!open.segment) return false;
    const PlaceNumber place = open.segment->unsynced.place;
    if (parts_.places->state(place) == PlaceState::good || !parts_.places->has_other_good(place))
        return false;
    (void)settle();
    (void)sync_segment(key, open);
    close_segment(key, open);
    return true;
}

void Writer::leave_bad_places() {
    if (!parts_.places->has_several()) return;
    for (auto& [key, open] : streams_) leave_bad_place(key, open);
}

// Cuts off what could not be cut when the disk failed.
void Writer::mend_abandoned() {
    if (abandoned_.empty() || Steady::now() < next_mending_) return;
    next_mending_ = Steady::now() + mending_interval;
    std::erase_if(abandoned_, [&](const Abandoned& segment) {
        if (parts_.places->state(segment.place) != PlaceState::good) return false;
        const fs::path path = parts_.places->media(segment.place).open_segment(segment.id);
        const auto file = File::open(path, O_WRONLY);
        if (!file || file_fault(FileOperation::truncate) ||
            ::ftruncate(file->fd(), static_cast<off_t>(std::uint64_t{segment.blocks} * block_size)) != 0 ||
            ::fdatasync(file->fd()) != 0)
            return false;
        if (auto whole = parts_.catalogue->segment_from(segment.id.stream, segment.id.first_sequence);
            whole && whole->id == segment.id) {
            closed_.push_back(std::move(*whole));
            closed_first_leaf_.push_back(segment.first_leaf);
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
        closed_first_leaf_.push_back(parts_.log->size());
    }
}

// The statement is signed before anything is destroyed, so that a check after a crash at any point passes.
Result<Writer::Shredded> Writer::shred(CameraId camera) {
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
        std::error_code error;
        fs::rename(media.camera_folder(camera), folder, error);
        if (error == std::errc::no_such_file_or_directory) continue;
        if (error && place == home_place) return fail_errno(error.value(), "deleting recordings");
        if (error) {
            // The keys are gone; the files go when the disk can be written again.
            log::error("deleting recordings: {}: {}", folder.string(), error.message());
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
