#include "gateway/vault/writer.hpp"

#include "base/log.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/light.hpp"
#include "gateway/vault/statement.hpp"

namespace vedette::vault {

namespace {

// So often it is looked whether the writer is stuck, and what became of a disk that took its time.
constexpr auto look_again = std::chrono::milliseconds(500);
constexpr auto look_at_late_disk = std::chrono::milliseconds(50);
constexpr std::uint32_t max_segment_blocks = (1u << 30) / block_size;  // 1 GiB, whatever the bit rate
constexpr auto disk_retry = std::chrono::seconds(1);
constexpr std::string_view segment_text = "vedette segment 1";

template <class... Fs>
struct Overloaded : Fs... {
    using Fs::operator()...;
};

}  // namespace

Writer::Writer(Parts parts)
    : parts_(std::move(parts)),
      opened_at_(parts_.clock->utc_now()),
      next_run_(parts_.next_run),
      has_several_(parts_.places->has_several()),
      closed_(std::move(parts_.recovered)),
      clock_watch_(*parts_.clock),
      seal_pool_(parts_.options->seal_threads) {
    for (const RecorderEvent& event : parts_.events)
        unstated_events_.push_back(event_header(event, parts_.keys->organisation()));
    counters_.log_size = parts_.log->published().size;
    const auto now = Steady::now();
    next_sync_ = now + parts_.options->sync_interval;
    next_publish_ = now + parts_.options->checkpoint_interval;
    thread_ = std::thread([this] { loop(); });
    if (parts_.options->hang_limit.count() > 0)
        overseer_ = std::jthread([this](const std::stop_token& stop) { oversee(stop); });
}

Writer::~Writer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

// ------------------------------------------------------------------------------------------- any thread

void Writer::push(Item item) {
    queue_.push_back(std::move(item));
    wake_.notify_one();
}

Result<std::uint64_t> Writer::begin_run(StreamKey stream, SharedBytes init,
                                        std::optional<UtcTime> fetched_at) {
    if (is_fetched(stream) != fetched_at.has_value())
        return fail(ErrorKind::invalid_input, "what is fetched has a stream of its own");
    if (!init || init->empty() || init->size() > max_stored_fragment_size)
        return fail(ErrorKind::invalid_input, "an initialisation segment must have 1 to {} bytes",
                    max_stored_fragment_size);
    const std::lock_guard lock(mutex_);
    const std::uint64_t run = next_run_++;
    current_run_[stream] = run;
    push(BeginRun{stream, run, std::move(init), fetched_at});
    return run;
}

Result<> Writer::append(Fragment fragment) {
    const std::size_t size = fragment.size();
    if (size == 0 || size > max_stored_fragment_size || fragment.duration <= Ticks90k(0) ||
        fragment.duration > max_stored_duration)
        return fail(ErrorKind::invalid_input, "a fragment of {} bytes and {} ticks can't be stored", size,
                    fragment.duration.count());
    if (!are_clear_ranges(fragment.clear, size))
        return fail(ErrorKind::invalid_input, "what is to stay in clear is no part of the fragment");
    const std::lock_guard lock(mutex_);
    if (!light_.contains(fragment.stream.camera)) fragment.clear.clear();
    const auto run = current_run_.find(fragment.stream);
    if (run == current_run_.end() || run->second != fragment.run)
        return fail(ErrorKind::invalid_input, "run {} of {} is not the current one", fragment.run,
                    describe(fragment.stream));
    if (queued_bytes_ > 0 && !drop_oldest(size)) {
        push(Gap{
            fragment.stream, {fragment.start, fragment.start + fragment.duration}, GapReason::disk_slow, ""});
        ++counters_.refused;
        return fail(ErrorKind::exhausted, "the disk is too slow: {} bytes are waiting for it", queued_bytes_);
    }
    queued_bytes_ += size;
    push(std::move(fragment));
    return {};
}

// What waits longest goes, so that what is kept ends now. In its place stands a gap, which grows with what is
// dropped of its stream: that is always what follows it. False: nothing is left to be dropped, and there is
// no room. Under the lock.
bool Writer::drop_oldest(std::size_t size) {
    const std::size_t limit = parts_.options->queue_bytes;
    for (auto item = queue_.begin(); item != queue_.end() && queued_bytes_ + size > limit;) {
        const auto* const oldest = std::get_if<Fragment>(&*item);
        if (oldest == nullptr) {
            ++item;
            continue;
        }
        queued_bytes_ -= oldest->size();
        ++counters_.refused;
        const UtcInterval interval{oldest->start, oldest->start + oldest->duration};
        SharedGap& gap = refused_[oldest->stream];
        if (gap) {
            gap->interval.end = std::max(gap->interval.end, interval.end);
            item = queue_.erase(item);
        } else {
            gap = std::make_shared<Gap>(Gap{oldest->stream, interval, GapReason::disk_slow, ""});
            *item++ = gap;
        }
    }
    return queued_bytes_ + size <= limit;
}

void Writer::set_encryption(CameraId camera, Encryption encryption) {
    const std::lock_guard lock(mutex_);
    if (encryption == Encryption::light)
        light_.insert(camera);
    else
        light_.erase(camera);
}

bool Writer::has_room(std::size_t bytes) const {
    const std::lock_guard lock(mutex_);
    return queued_bytes_ + bytes <= parts_.options->queue_bytes / 2;
}

Result<> Writer::append(Gap gap) {
    if (gap.interval.empty()) return {};
    if (gap.detail.size() > max_gap_detail) gap.detail.resize(max_gap_detail);
    const std::lock_guard lock(mutex_);
    push(std::move(gap));
    return {};
}

Result<> Writer::flush() {
    auto done = std::make_shared<std::promise<Result<>>>();
    auto result = done->get_future();
    {
        const std::lock_guard lock(mutex_);
        push(Flush{done});
    }
    return result.get();
}

std::optional<UtcTime> Writer::resume(StreamKey stream) {
    StreamPosition last;
    // Catalogue first: what leaves it meanwhile is in the index.
    const std::vector<SegmentInfo> open = parts_.catalogue->segments(stream);
    if (const auto indexed = parts_.index->position(stream)) last = *indexed;
    if (const auto known = parts_.positions.find(stream);
        known != parts_.positions.end() && known->second.next_sequence >= last.next_sequence)
        last = known->second;
    if (!open.empty() && open.back().end_sequence() > last.next_sequence)
        for (const RecordRow& row : open.back().rows)
            if (row.type == RecordType::fragment || row.type == RecordType::gap) last.last_end = row.end();
    if (!last.last_end) return std::nullopt;
    {
        const std::lock_guard lock(mutex_);
        push(Resume{stream});
    }
    return std::max(*last.last_end, opened_at_);
}

void Writer::state_start() {
    const std::lock_guard lock(mutex_);
    push(StateStart{});
}

Result<> Writer::check_clock() {
    return run([this]() -> Result<> {
        look_at_clock();
        VEDETTE_CHECK(state_events());
        return publish();
    });
}

Result<> Writer::delete_camera(CameraId camera) {
    auto done = std::make_shared<std::promise<Result<Shredded>>>();
    auto result = done->get_future();
    {
        const std::lock_guard lock(mutex_);
        push(Delete{camera, done});
    }
    // Rows and files can be many: they go in this thread, while the writer records the other cameras.
    VEDETTE_TRY(const Shredded shredded, result.get());
    for (const Deletion& deletion : shredded.deletions)
        VEDETTE_CHECK(parts_.index->remove(deletion.stream, deletion.before_sequence));
    for (const PlaceNumber archive : shredded.archives) VEDETTE_CHECK(remove_objects(camera, archive));
    std::error_code error;
    for (const std::filesystem::path& folder : shredded.folders)
        if (!error) std::filesystem::remove_all(folder, error);
    if (error) return fail_errno(error.value(), "deleting recordings");
    return {};
}

Result<> Writer::run(std::function<Result<>()> work) {
    auto done = std::make_shared<std::promise<Result<>>>();
    auto result = done->get_future();
    {
        const std::lock_guard lock(mutex_);
        push(Task{std::move(work), done});
    }
    return result.get();
}

VaultCounters Writer::counters() const {
    const std::lock_guard lock(mutex_);
    VaultCounters counters = counters_;
    counters.queued_bytes = queued_bytes_;
    return counters;
}

// --------------------------------------------------------------------------------------- writer's thread

std::optional<Writer::Item> Writer::next_item() {
    const bool looks_again = !parked_.empty() || !syncing_.empty() || !deferred_.empty() || publishing_;
    std::unique_lock lock(mutex_);
    auto until = std::min(next_sync_, next_publish_);
    if (looks_again) until = std::min(until, Steady::now() + look_at_late_disk);
    const bool is_done = parked_.empty() && deferred_.empty();
    wake_.wait_until(lock, until, [&] { return (stopping_ && is_done) || !queue_.empty(); });
    if (queue_.empty()) return std::nullopt;
    std::optional<Item> item = std::move(queue_.front());
    queue_.pop_front();
    // From here on what else is dropped makes a gap of its own.
    if (const auto* gap = std::get_if<SharedGap>(&*item)) refused_.erase((*gap)->stream);
    const auto* const fragment = std::get_if<Fragment>(&*item);
    backlog_bytes_ = queued_bytes_ - parked_bytes_ - (fragment != nullptr ? fragment->size() : 0);
    return item;
}

void Writer::loop() {
    for (;;) {
        write_again();
        busy_since_ = 0;
        std::optional<Item> item = next_item();
        busy_since_ = Steady::now().time_since_epoch().count();
        if (!item && parked_.empty() && deferred_.empty()) {
            const std::lock_guard lock(mutex_);
            if (stopping_ && queue_.empty()) break;
        }
        if (item && !park(*item)) {
            std::size_t size = 0;
            if (const auto* fragment = std::get_if<Fragment>(&*item)) size = fragment->size();
            if (size == 0) settle_before(*item);
            process(std::move(*item));
            item.reset();
            const std::lock_guard lock(mutex_);
            queued_bytes_ -= size;
        }
        tick(Steady::now());
        unpark();
        if (is_told_stuck_.exchange(false)) {
            const DiskState now = disk_;
            disk_ = DiskState::failing;
            set_disk(now, now == DiskState::good ? "The disk answers again, and takes recordings."
                                                 : "The disk answers again, and can't be written.");
        }
    }
    (void)settle();
    write_again();
    // What a failing sync takes back becomes a gap, which is worth one more attempt.
    for (int attempt = 0; attempt < 2; ++attempt) {
        for (auto& [key, open] : streams_)
            if (open.pending_gap && write_gap(key, open, *open.pending_gap)) open.pending_gap.reset();
        if (sync_all()) break;
    }
    for (auto& [key, open] : streams_) close_segment(key, open);
    next_mending_ = {};
    mend_abandoned();
    if (auto published = publish(); !published)
        log::error("the last recordings could not be signed and will be at the next start: {}",
                   published.error().message);
    else if (has_begun_)
        show_life(false);
}

// What failed becomes a gap, or goes elsewhere, before anything follows it.
void Writer::settle_before(const Item& item) {
    if (const auto key = stream_of(item); key && has_several_) {
        const auto known = streams_.find(*key);
        if (known != streams_.end() && known->second.segment)
            (void)settle(known->second.segment->unsynced.place);
    } else if (!std::holds_alternative<Task>(item)) {
        (void)settle();
    }
    write_again();
}

// A disk that hangs tells nobody, and the writer can't: it is stuck in it.
void Writer::oversee(const std::stop_token& stop) {
    std::mutex own;
    std::condition_variable_any never;
    std::unique_lock lock(own);
    // Of several disks each may be waited for, and then it goes on.
    const auto limit = parts_.options->hang_limit * (has_several_ ? 3 : 1);
    while (!stop.stop_requested()) {
        never.wait_for(lock, stop, look_again, [] { return false; });
        const Steady::rep since = busy_since_;
        if (since == 0 || is_told_stuck_) continue;
        if (Steady::now() - Steady::time_point(Steady::duration(since)) < limit) continue;
        is_told_stuck_ = true;
        const std::string message =
            "The disk does not answer: recording waits for it, and the oldest of what waits is lost when "
            "that "
            "is too much. Check the disk and its cables.";
        log::error("{}", message);
        {
            const std::lock_guard counting(mutex_);
            counters_.disk = DiskState::failing;
        }
        if (parts_.options->on_disk_state) parts_.options->on_disk_state(DiskState::failing, message);
    }
}

void Writer::process(Item item) {
    std::visit(Overloaded{[&](const StateStart&) {
                              Result<> stated = state_events();
                              if (stated) stated = publish();
                              // A full disk keeps nobody from starting: it is stated with the first record.
                              if (!stated)
                                  log::error("the start could not be signed yet: {}", stated.error().message);
                          },
                          [&](const BeginRun& run) { start_run(run); },
                          [&](const Resume& resumed) { account_for_absence(resumed.stream); },
                          [&](const Fragment& fragment) { write(fragment); },
                          [&](const Gap& gap) { write(gap); }, [&](const SharedGap& gap) { write(*gap); },
                          [&](const Flush& flush) {
                              auto result = sync_all();
                              while (!again_.empty()) {
                                  write_again();
                                  result = sync_all();
                              }
                              if (result) result = state_events();
                              if (result) result = publish();
                              flush.done->set_value(std::move(result));
                          },
                          [&](const Delete& request) { request.done->set_value(shred(request.camera)); },
                          [&](const Task& task) {
                              // It may ask the log, or sign.
                              auto result = finish_publishing(true);
                              if (result) result = task.work();
                              task.done->set_value(std::move(result));
                          }},
               item);
}

Writer::Stream& Writer::stream(StreamKey key) {
    const auto [it, added] = streams_.try_emplace(key);
    Stream& stream = it->second;
    if (!added) return stream;
    if (const auto known = parts_.positions.find(key); known != parts_.positions.end()) {
        stream.position = known->second;
    } else if (const auto position = parts_.index->position(key)) {
        stream.position = *position;
    }
    return stream;
}

void Writer::start_run(const BeginRun& run) {
    Stream& open = stream(run.stream);
    open.run = run.run;
    open.init = run.init;
    open.fetched_at = run.fetched_at;
}

// What lies between the last record of an earlier process and the start of this one.
void Writer::account_for_absence(StreamKey key) {
    Stream& open = stream(key);
    if (std::exchange(open.seen, true) || !open.position.last_end) return;
    const UtcInterval down{*open.position.last_end, opened_at_};
    if (!down.empty()) write(Gap{key, down, GapReason::not_running, ""});
}

void Writer::write(const Fragment& fragment) {
    Stream& open = stream(fragment.stream);
    const UtcInterval interval{fragment.start, fragment.start + fragment.duration};
    if (disk_ != DiskState::good && Steady::now() < retry_disk_at_) {
        lose(open, fragment.stream, interval, Error{ErrorKind::exhausted, ""});
        return;
    }
    const std::size_t size = fragment.size();
    const auto all = [&]() -> Result<> {
        make_room(open, size);
        if (is_to_be_written_again(fragment.stream))
            return fail(ErrorKind::unavailable, "what comes before it goes to another disk");
        if (open.pending_gap) {
            VEDETTE_CHECK(write_gap(fragment.stream, open, *open.pending_gap));
            open.pending_gap.reset();
        }
        VEDETTE_CHECK(ensure_segment(fragment.stream, open, fragment.start, false));
        if (open.fetched_at) VEDETTE_CHECK(admit(format_with_fetched));
        if (!fragment.clear.empty()) VEDETTE_CHECK(admit(format_with_marks));
        RecordHeader header;
        header.fetched_at = open.fetched_at;
        header.run = fragment.run;
        header.start = fragment.start;
        if (open.init_run_in_segment != fragment.run) {
            header.type = RecordType::init;
            const ByteView init = *open.init;
            VEDETTE_CHECK(write_record(fragment.stream, open, header, {&init, 1}));
            open.init_run_in_segment = fragment.run;
        }
        header.type = RecordType::fragment;
        header.duration = fragment.duration;
        header.camera_time = fragment.camera_time;
        header.signature = fragment.signature;
        header.signer_key = fragment.signer_key;
        if (header.needs_version_4()) VEDETTE_CHECK(admit(format_with_marks));
        std::vector<ByteView> pieces;
        pieces.reserve(fragment.pieces.size());
        for (const Piece& piece : fragment.pieces) pieces.push_back(piece.bytes);
        return write_record(fragment.stream, open, header, pieces, std::nullopt, &fragment);
    };
    Result<> result = all();
    // What one disk does not take, another does.
    for (std::size_t others = parts_.places->all().size() - 1;
         !result && others > 0 && !is_to_be_written_again(fragment.stream) &&
         leave_bad_place(fragment.stream, open);
         --others)
        result = all();
    if (!result && is_to_be_written_again(fragment.stream)) {
        again_.push_back(fragment);
        return;
    }
    if (!result) {
        lose(open, fragment.stream, interval, result.error());
        return;
    }
    if (disk_ != DiskState::good) set_disk(DiskState::good, "The disk takes recordings again.");
    open.position.last_end = interval.end;
    const std::lock_guard lock(mutex_);
    ++counters_.fragments;
}

void Writer::write(const Gap& gap) {
    Stream& open = stream(gap.stream);
    if (auto result = write_gap(gap.stream, open, gap); !result)
        lose(open, gap.stream, gap.interval, result.error());
}

Result<> Writer::write_gap(StreamKey key, Stream& open, const Gap& gap) {
    VEDETTE_CHECK(ensure_segment(key, open, gap.interval.start, true));
    RecordHeader header;
    header.type = RecordType::gap;
    header.run = open.run;
    header.start = gap.interval.start;
    header.duration = gap.interval.end - gap.interval.start;
    const Bytes payload = encode_gap(gap.reason, gap.detail);
    const ByteView piece = payload;
    VEDETTE_CHECK(write_record(key, open, header, {&piece, 1}, GapText{gap.reason, gap.detail}));
    open.position.last_end = gap.interval.end;
    return {};
}

Result<> Writer::admit(unsigned format) {
    if (admitted_ < format) VEDETTE_CHECK(raise_format(*parts_.layout, format));
    admitted_ = std::max(admitted_, format);
    return {};
}

// A failure of the disk: the stretch is remembered and becomes a gap record as soon as one can be written.
void Writer::lose(Stream& open, StreamKey key, UtcInterval interval, const Error& error) {
    if (open.pending_gap)
        open.pending_gap->interval.end = std::max(open.pending_gap->interval.end, interval.end);
    else
        open.pending_gap =
            Gap{key, interval, error.kind == ErrorKind::timeout ? GapReason::disk_slow : GapReason::disk_full,
                error.message};
    if (!error.message.empty() && !parts_.places->takes_recordings()) {
        retry_disk_at_ = Steady::now() + disk_retry;
        if (error.kind == ErrorKind::exhausted)
            set_disk(DiskState::full, "The disk is full: recording is paused until there is room again.");
        else
            set_disk(DiskState::failing,
                     fmt::format("The disk can't be written ({}): recording is paused until "
                                 "it can.",
                                 error.message));
    }
    const std::lock_guard lock(mutex_);
    ++counters_.refused;
}

void Writer::set_disk(DiskState state, const std::string& message) {
    if (disk_ == state) return;
    disk_ = state;
    if (state == DiskState::good)
        log::info("{}", message);
    else
        log::error("{}", message);
    {
        const std::lock_guard lock(mutex_);
        counters_.disk = state;
    }
    if (parts_.options->on_disk_state) parts_.options->on_disk_state(state, message);
}

Result<> Writer::ensure_segment(StreamKey key, Stream& open, UtcTime start, bool for_gap) {
    leave_bad_place(key, open);
    if (open.segment) {
        const OpenSegment& segment = *open.segment;
        const bool fits = start >= segment.start && start < segment.start + parts_.options->segment_length &&
                          utc_day(start) == segment.unsynced.day && segment.blocks < max_segment_blocks;
        if (fits || for_gap) return {};
        VEDETTE_CHECK(settle(segment.unsynced.place));
        VEDETTE_CHECK(sync_segment(key, open));
        close_segment(key, open);
    }
    Result<> begun = fail(ErrorKind::unavailable, "no disk takes recordings");
    for (const PlaceNumber place : parts_.places->candidates(key.camera)) {
        begun = begin_segment(key, open, start, place);
        if (begun || !parts_.places->has_several() || parts_.places->state(place) == PlaceState::good) break;
    }
    return begun;
}

// An error that is the disk's changes the state of the place.
Result<> Writer::begin_segment(StreamKey key, Stream& open, UtcTime start, PlaceNumber place) {
    const SegmentId id{key, open.position.next_sequence};
    const std::filesystem::path path = parts_.places->media(place).open_segment(id);
    const auto made = std::make_shared<std::shared_ptr<SegmentFile>>();
    if (const auto begun = on_disk(place,
                                   [made, path]() -> Result<> {
                                       VEDETTE_TRY(SegmentFile file, SegmentFile::create(path));
                                       *made = std::make_shared<SegmentFile>(std::move(file));
                                       return {};
                                   });
        !begun) {
        if (begun.error().kind == ErrorKind::timeout)
            abandoned_.push_back({id, place, 0, parts_.log->size()});
        return begun;
    }
    changed_folders_.insert(place);
    OpenSegment segment{*made, {}, {}, start, 0, 0, parts_.log->size(), Steady::now()};
    segment.unsynced.id = id;
    segment.unsynced.day = utc_day(start);
    segment.unsynced.place = place;
    open.segment = std::move(segment);
    open.init_run_in_segment.reset();
    RecordHeader header;
    header.type = RecordType::segment;
    header.start = start;
    const ByteView text = as_bytes(segment_text);
    if (auto written = write_record(key, open, header, {&text, 1}); !written) {
        give_up_file(*open.segment);
        open.segment.reset();
        return written;
    }
    return {};
}

}  // namespace vedette::vault
