// Several disks, each with its own thread: what one of them holds up waits, and nothing else does.

#include <algorithm>

#include "base/log.hpp"
#include "gateway/vault/writer.hpp"

namespace vedette::vault {

namespace {

// So long the writer waits for one disk before it goes on with the others.
constexpr std::chrono::milliseconds disk_patience{300};

template <class Item>
std::size_t bytes_of(const Item& item) {
    const auto* const fragment = std::get_if<Fragment>(&item);
    return fragment != nullptr ? fragment->size() : 0;
}

}  // namespace

// One disk is waited for, however long it takes: there is nothing else to do.
DiskThread& Writer::disk_thread(PlaceNumber place) {
    std::unique_ptr<DiskThread>& thread = disk_threads_[place];
    if (!thread)
        thread = std::make_unique<DiskThread>(has_several_ ? parts_.options->hang_limit
                                                           : std::chrono::milliseconds(0));
    return *thread;
}

Error Writer::note_hanging(PlaceNumber place) {
    parts_.places->note_hanging(place);
    return {ErrorKind::timeout, "the disk does not answer"};
}

// `work` may go on when this gives up on it (timeout): it owns what it uses.
Result<> Writer::on_disk(PlaceNumber place, std::function<Result<>()> work) {
    if (!has_several_) return work();
    DiskThread& thread = disk_thread(place);
    if (thread.hangs() || parts_.places->state(place) == PlaceState::hanging)
        return std::unexpected(note_hanging(place));
    const auto operation = thread.start([places = parts_.places, place, work = std::move(work)] {
        Result<> done = work();
        if (!done) places->report(place, done.error());
        return done;
    });
    if (auto done = thread.wait(*operation)) return *done;
    return std::unexpected(note_hanging(place));
}

// ------------------------------------------------------------------------------------------------- syncing

Result<> Writer::sync_all() {
    (void)settle();
    if (!has_several_) return sync_here();
    Result<> first;
    for (const PlaceNumber place : parts_.places->all()) {
        if (auto before = finish_sync(place, forever); !before && first) first = std::move(before);
        start_sync(place);
    }
    for (const PlaceNumber place : parts_.places->all())
        if (auto synced = finish_sync(place, forever); !synced && first) first = std::move(synced);
    return first;
}

// The same without waiting for a disk that takes its time: its streams wait.
Result<> Writer::sync_in_time() {
    if (!has_several_) return sync_all();
    Result<> first;
    for (const PlaceNumber place : parts_.places->all())
        if (!syncing_.contains(place) && settle_in_time(place)) start_sync(place);
    for (const PlaceNumber place : parts_.places->all())
        if (auto synced = finish_sync(place, disk_patience); !synced && first) first = std::move(synced);
    return first;
}

// False: the disk still works on what was written.
bool Writer::settle_in_time(PlaceNumber place) {
    const std::deque<InFlight>& records = in_flight_[place];
    while (!records.empty()) {
        const DiskThread& thread = disk_thread(place);
        if (!thread.wait(*records.front().written, disk_patience) && !thread.hangs()) return false;
        (void)settle_front(place);
    }
    return true;
}

void Writer::start_sync(PlaceNumber place) {
    Syncing syncing;
    SegmentFiles files;
    for (const auto& [key, open] : streams_) {
        if (!open.segment || open.segment->entries.empty() || open.segment->unsynced.place != place) continue;
        syncing.streams.push_back(key);
        files.push_back(open.segment->file);
    }
    // Of a disk that is away or fails its files tell; what was made on it is found when it is back.
    const bool is_changed = changed_folders_.erase(place) > 0;
    if (files.empty() && !is_changed) return;
    syncing.results = std::make_shared<std::vector<Result<>>>();
    DiskThread& thread = disk_thread(place);
    const auto folder = parts_.places->media(place).open();
    syncing.operation = thread.start([places = parts_.places, place, &thread, folder, is_changed,
                                      files = std::move(files), results = syncing.results]() -> Result<> {
        Result<> of_folder;
        if (is_changed) of_folder = sync_folder(folder);
        thread.note_progress();
        *results = sync_together(files, [&thread] { thread.note_progress(); });
        for (const Result<>& result : *results)
            if (!result) places->report(place, result.error());
        return of_folder;
    });
    syncing_.emplace(place, std::move(syncing));
}

// With nothing to be synced there, or not finished in time: no error.
Result<> Writer::finish_sync(PlaceNumber place, std::chrono::milliseconds waits) {
    const auto found = syncing_.find(place);
    if (found == syncing_.end()) return {};
    const DiskThread& thread = disk_thread(place);
    const auto done = thread.wait(*found->second.operation, waits);
    if (!done && !thread.hangs()) return {};
    const Syncing syncing = std::move(found->second);
    syncing_.erase(found);
    Result<> first;
    if (done && !*done && place == home_place) {
        changed_folders_.insert(place);
        first = *done;
    }
    const Result<> hanging = done ? Result<>() : std::unexpected(note_hanging(place));
    for (std::size_t i = 0; i < syncing.streams.size(); ++i) {
        const StreamKey key = syncing.streams[i];
        const auto synced = after_sync(key, streams_.at(key), done ? (*syncing.results)[i] : hanging);
        if (!synced && first) first = synced;
    }
    return first;
}

// ------------------------------------------------------------------------------------------------- waiting

// The disk that the stream's next record goes to.
std::optional<PlaceNumber> Writer::place_of(StreamKey key) const {
    const auto known = streams_.find(key);
    if (known != streams_.end() && known->second.segment) return known->second.segment->unsynced.place;
    const auto candidates = parts_.places->candidates(key.camera);
    return candidates.empty() ? std::nullopt : std::optional(candidates.front());
}

// A disk that hangs holds nothing up: its streams go elsewhere.
bool Writer::is_held_up(PlaceNumber place) const {
    if (syncing_.contains(place)) return true;
    const auto thread = disk_threads_.find(place);
    if (thread == disk_threads_.end() || thread->second->hangs()) return false;
    if (thread->second->is_late(disk_patience)) return true;
    const auto records = in_flight_.find(place);
    return records != in_flight_.end() && is_full(records->second) &&
           !thread->second->is_done(*records->second.front().written);
}

bool Writer::is_held_up_for_now(PlaceNumber place) {
    const std::deque<InFlight>& records = in_flight_[place];
    if (is_full(records)) (void)disk_thread(place).wait(*records.front().written, disk_patience);
    return is_held_up(place);
}

std::optional<StreamKey> Writer::stream_of(const Item& item) {
    if (const auto* run = std::get_if<BeginRun>(&item)) return run->stream;
    if (const auto* resumed = std::get_if<Resume>(&item)) return resumed->stream;
    if (const auto* fragment = std::get_if<Fragment>(&item)) return fragment->stream;
    if (const auto* gap = std::get_if<Gap>(&item)) return gap->stream;
    if (const auto* gap = std::get_if<SharedGap>(&item)) return (*gap)->stream;
    return std::nullopt;
}

// True: it waits until its disk answers, and what follows it in its stream with it. So its stream is as it
// was when the disk answers, or is given up.
bool Writer::park(Item& item) {
    if (!has_several_) return false;
    if (std::holds_alternative<Flush>(item) || std::holds_alternative<Delete>(item)) {
        if (parked_.empty() && syncing_.empty()) return false;
        deferred_.push_back(std::move(item));
        return true;
    }
    const auto key = stream_of(item);
    if (!key) return false;
    const auto with = parked_streams_.find(*key);
    std::optional<PlaceNumber> place;
    if (with != parked_streams_.end())
        place = with->second;
    else if (const auto own = place_of(*key); own && is_held_up_for_now(*own))
        place = own;
    if (!place) return false;
    parked_bytes_ += bytes_of(item);
    parked_streams_.emplace(*key, *place);
    parked_[*place].push_back(std::move(item));
    drop_oldest_parked(*place);
    return true;
}

// The other disks keep a quarter of the queue for themselves.
void Writer::drop_oldest_parked(PlaceNumber place) {
    std::deque<Item>& items = parked_.at(place);
    while (parked_bytes_ > parts_.options->queue_bytes / 4 * 3) {
        const auto oldest = std::ranges::find_if(
            items, [](const Item& item) { return std::holds_alternative<Fragment>(item); });
        if (oldest == items.end()) return;
        const Fragment& fragment = std::get<Fragment>(*oldest);
        const std::size_t size = fragment.size();
        lose(stream(fragment.stream), fragment.stream, {fragment.start, fragment.start + fragment.duration},
             {ErrorKind::timeout, "the disk does not answer"});
        items.erase(oldest);
        parked_bytes_ -= size;
        const std::lock_guard lock(mutex_);
        queued_bytes_ -= size;
    }
}

void Writer::unpark() {
    for (auto it = parked_.begin(); it != parked_.end();) {
        const auto [place, items] = std::pair<PlaceNumber, std::deque<Item>*>(it->first, &it->second);
        if (is_held_up(place)) {
            ++it;
            continue;
        }
        std::erase_if(parked_streams_, [&](const auto& stream) { return stream.second == place; });
        for (const Item& item : *items) parked_bytes_ -= bytes_of(item);
        {
            const std::lock_guard lock(mutex_);
            queue_.insert(queue_.begin(), std::make_move_iterator(items->begin()),
                          std::make_move_iterator(items->end()));
        }
        it = parked_.erase(it);
    }
    if (deferred_.empty() || !parked_.empty() || !syncing_.empty()) return;
    const std::lock_guard lock(mutex_);
    // Behind what was parked, which came before it: that is at most what waits now.
    queue_.insert(queue_.end(), std::make_move_iterator(deferred_.begin()),
                  std::make_move_iterator(deferred_.end()));
    deferred_.clear();
}

}  // namespace vedette::vault
