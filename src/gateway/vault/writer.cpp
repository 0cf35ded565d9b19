#include "gateway/vault/writer.hpp"

#include "base/log.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/light.hpp"
#include "gateway/vault/statement.hpp"

namespace vedette::vault {

namespace {

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
      closed_(std::move(parts_.recovered)),
      clock_watch_(*parts_.clock) {
    for (const RecorderEvent& event : parts_.events)
        unstated_events_.push_back(event_header(event, parts_.keys->organisation()));
    closed_first_leaf_.assign(closed_.size(), parts_.log->size());
    counters_.log_size = parts_.log->published().size;
    const auto now = Steady::now();
    next_sync_ = now + parts_.options->sync_interval;
    next_publish_ = now + parts_.options->checkpoint_interval;
    thread_ = std::thread([this] { loop(); });
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
    if (queued_bytes_ + size > parts_.options->queue_bytes && queued_bytes_ > 0) {
        const UtcInterval interval{fragment.start, fragment.start + fragment.duration};
        SharedGap& gap = refused_[fragment.stream];
        if (gap) {
            gap->interval.end = std::max(gap->interval.end, interval.end);
        } else {
            gap = std::make_shared<Gap>(Gap{fragment.stream, interval, GapReason::disk_slow, ""});
            push(gap);
        }
        ++counters_.refused;
        return fail(ErrorKind::exhausted, "the disk is too slow: {} bytes are waiting for it", queued_bytes_);
    }
    refused_.erase(fragment.stream);
    queued_bytes_ += size;
    push(std::move(fragment));
    return {};
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

void Writer::loop() {
    for (;;) {
        std::optional<Item> item;
        {
            std::unique_lock lock(mutex_);
            if (queue_.empty() && in_flight_) {  // nothing to be sealed meanwhile
                lock.unlock();
                (void)settle();
                lock.lock();
            }
            wake_.wait_until(lock, std::min(next_sync_, next_publish_),
                             [&] { return stopping_ || !queue_.empty(); });
            if (!queue_.empty()) {
                item = std::move(queue_.front());
                queue_.pop_front();
                more_waits_ = !queue_.empty();
                // From here on further refused fragments make a gap of their own.
                if (const auto* gap = std::get_if<SharedGap>(&*item)) refused_.erase((*gap)->stream);
            } else if (stopping_) {
                break;
            }
        }
        if (item) {
            std::size_t size = 0;
            if (const auto* fragment = std::get_if<Fragment>(&*item)) size = fragment->size();
            if (size == 0) (void)settle();  // it became a gap, if it failed
            process(std::move(*item));
            item.reset();
            const std::lock_guard lock(mutex_);
            queued_bytes_ -= size;
        }
        tick(Steady::now());
    }
    (void)settle();
    // What a failing sync takes back becomes a gap, which is worth one more attempt.
    for (int attempt = 0; attempt < 2; ++attempt) {
        for (auto& [key, open] : streams_)
            if (open.pending_gap && write_gap(key, open, *open.pending_gap)) open.pending_gap.reset();
        if (sync_all()) break;
    }
    for (auto& [key, open] : streams_) close_segment(key, open);
    if (auto published = publish(); !published)
        log::error("the last recordings could not be signed and will be at the next start: {}",
                   published.error().message);
    else if (has_begun_)
        show_life(false);
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
                              if (result) result = state_events();
                              if (result) result = publish();
                              flush.done->set_value(std::move(result));
                          },
                          [&](const Delete& request) { request.done->set_value(shred(request.camera)); },
                          [&](const Task& task) { task.done->set_value(task.work()); }},
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
    const auto all = [&]() -> Result<> {
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
        return write_record(fragment.stream, open, header, pieces, std::nullopt, fragment.clear);
    };
    Result<> result = all();
    // What one disk does not take, another does.
    for (std::size_t others = parts_.places->all().size() - 1;
         !result && others > 0 && leave_bad_place(fragment.stream, open); --others)
        result = all();
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

// Waits for the record that is being written. One that failed is taken back, and becomes a gap.
Result<> Writer::settle() {
    if (!in_flight_) return {};
    const InFlight record = *std::exchange(in_flight_, std::nullopt);
    Result<> written = lane_.wait();
    if (written) return {};
    Stream& open = streams_.at(record.key);
    OpenSegment& segment = *open.segment;
    open.position.next_sequence = segment.unsynced.rows.back().sequence;
    open.position.last_end = record.last_end_before;
    segment.blocks = segment.unsynced.rows.back().block;
    segment.unsynced.bytes = std::uint64_t{segment.blocks} * block_size;
    segment.unsynced.rows.pop_back();
    segment.entries.pop_back();
    {
        const std::lock_guard lock(mutex_);
        counters_.bytes -= record.bytes;
        --counters_.fragments;
    }
    parts_.places->report(segment.unsynced.place, written.error());
    lose(open, record.key, record.interval, written.error());
    return written;
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
        open.pending_gap = Gap{key, interval, GapReason::disk_full, error.message};
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
        VEDETTE_CHECK(settle());
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
    auto file = SegmentFile::create(path);
    if (!file) {
        parts_.places->report(place, file.error());
        return std::unexpected(file.error());
    }
    changed_folders_.insert(place);
    OpenSegment segment{std::move(*file), {}, {}, start, 0, 0, parts_.log->size(), Steady::now()};
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
        open.segment.reset();
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        return written;
    }
    return {};
}

Result<> Writer::write_record(StreamKey key, Stream& open, RecordHeader header,
                              std::span<const ByteView> pieces, std::optional<GapText> gap,
                              const std::vector<ClearRange>& clear) {
    OpenSegment& segment = *open.segment;
    // Behind a failing disk, and with what is small, it is simpler to wait; and where nothing waits to be
    // sealed meanwhile, another thread only costs.
    std::size_t plain_size = 0;
    for (const ByteView piece : pieces) plain_size += piece.size();
    const bool is_behind = header.type == RecordType::fragment &&
                           plain_size >= parts_.options->write_behind_bytes && disk_ == DiskState::good &&
                           (more_waits_ || parts_.options->write_behind_bytes == 0);
    if (!is_behind) (void)settle();
    header.stream = key;
    header.organisation = parts_.keys->organisation();
    header.sequence = open.position.next_sequence;
    header.segment = segment.unsynced.id.first_sequence;
    header.day = segment.unsynced.day;
    header.block = segment.blocks;
    KeyStore::Key day_key;
    if (header.is_sealed()) {
        VEDETTE_TRY(day_key, parts_.keys->day_key_for_writing(key.camera, segment.unsynced.day));
    }
    const ByteView record = clear.empty() ? builder_.build(header, day_key.get(), pieces)
                                          : builder_.build_light(header, *day_key, pieces, clear);
    const Result<> before = settle();
    // The record before it in the file is missing: it was built for a place that is none.
    if (!before && open.position.next_sequence != header.sequence) return before;
    if (is_behind) {
        in_flight_ = InFlight{key, {header.start, header.end()}, open.position.last_end, record.size()};
        lane_.start(segment.file, record);
    } else {
        if (const auto appended = segment.file.append(record); !appended) {
            parts_.places->report(segment.unsynced.place, appended.error());
            return appended;
        }
    }
    segment.blocks += header.blocks();
    segment.unsynced.add(header, std::move(gap));
    segment.entries.push_back(builder_.entry());
    segment.last_write = Steady::now();
    ++open.position.next_sequence;
    const std::lock_guard lock(mutex_);
    counters_.bytes += record.size();
    return {};
}

}  // namespace vedette::vault
