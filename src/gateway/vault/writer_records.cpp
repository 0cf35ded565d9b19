// A record's way to its disk: sealed here or in another thread, written here or behind.

#include <algorithm>

#include "gateway/vault/writer.hpp"

namespace vedette::vault {

namespace {

// Of one disk; sealing is kept busy by less.
constexpr std::size_t max_in_flight = 6;
constexpr std::size_t max_in_flight_bytes = 16u << 20;
// Waiting for the writer, from which on it is worth more than one thread. What cameras send is less.
constexpr std::size_t least_backlog = 2u << 20;

std::vector<ByteView> views_of(const std::vector<Piece>& pieces) {
    std::vector<ByteView> views;
    views.reserve(pieces.size());
    for (const Piece& piece : pieces) views.push_back(piece.bytes);
    return views;
}

}  // namespace

void Writer::Sealing::build(std::span<const ByteView> views) {
    record = clear.empty() ? builder.build(header, key.get(), views)
                           : builder.build_light(header, *key, views, clear);
    pieces.clear();
    clear.clear();
    key.reset();
    is_built = true;
    is_built.notify_all();
}

std::shared_ptr<Writer::Sealing> Writer::next_sealing() {
    if (sealings_.empty()) return std::make_shared<Sealing>();
    std::shared_ptr<Sealing> sealing = std::move(sealings_.back());
    sealings_.pop_back();
    sealing->is_built = false;
    return sealing;
}

// Behind a failing disk it is simpler to wait; and where nothing waits to be sealed meanwhile, another thread
// only costs, unless there is another disk to go on with when this one hangs.
bool Writer::is_written_behind(std::size_t bytes) const {
    const std::size_t least = parts_.options->write_behind_bytes;
    if (disk_ != DiskState::good) return false;
    return has_several_ || least == 0 || (bytes >= least && backlog_bytes_ >= least_backlog);
}

Result<> Writer::write_record(StreamKey key, Stream& open, RecordHeader header,
                              std::span<const ByteView> pieces, std::optional<GapText> gap,
                              const Fragment* fragment) {
    OpenSegment& segment = *open.segment;
    const bool is_behind = fragment != nullptr && is_written_behind(fragment->size());
    if (!is_behind) {
        const std::uint64_t next = open.position.next_sequence;
        const auto before = settle(segment.unsynced.place);
        // It would stand in front of the gap for what was lost.
        if (!before && open.position.next_sequence != next) return before;
    }
    header.stream = key;
    header.organisation = parts_.keys->organisation();
    header.sequence = open.position.next_sequence;
    header.segment = segment.unsynced.id.first_sequence;
    header.day = segment.unsynced.day;
    header.block = segment.blocks;
    const std::shared_ptr<Sealing> sealing = next_sealing();
    if (header.is_sealed()) {
        VEDETTE_TRY(sealing->key, parts_.keys->day_key_for_writing(key.camera, segment.unsynced.day));
    }
    if (fragment != nullptr) sealing->clear = fragment->clear;
    if (is_behind) {
        set_sealed_sizes(header, pieces, sealing->clear);
        sealing->header = header;
        VEDETTE_CHECK(write_behind(key, open, sealing, pieces, *fragment));
    } else {
        sealing->header = header;
        VEDETTE_CHECK(write_here(segment, sealing, pieces));
        header = sealing->header;
        segment.entries.push_back(sealing->builder.entry());
        sealings_.push_back(sealing);
    }
    segment.blocks += header.blocks();
    segment.unsynced.add(header, std::move(gap));
    segment.last_write = Steady::now();
    ++open.position.next_sequence;
    const std::lock_guard lock(mutex_);
    counters_.bytes += header.stored_size();
    return {};
}

Result<> Writer::write_here(OpenSegment& segment, const std::shared_ptr<Sealing>& sealing,
                            std::span<const ByteView> pieces) {
    sealing->build(pieces);
    return on_disk(segment.unsynced.place, [file = segment.file, sealing, at = segment.blocks] {
        return file->append(sealing->record, at);
    });
}

// The disk's thread takes records in their order, and waits for one that is not sealed yet.
Result<> Writer::write_behind(StreamKey key, Stream& open, const std::shared_ptr<Sealing>& sealing,
                              std::span<const ByteView> pieces, const Fragment& fragment) {
    OpenSegment& segment = *open.segment;
    const PlaceNumber place = segment.unsynced.place;
    DiskThread& thread = disk_thread(place);
    if (thread.hangs() || parts_.places->state(place) == PlaceState::hanging)
        return std::unexpected(note_hanging(place));
    bool is_given = false;
    if (backlog_bytes_ >= least_backlog || parts_.options->write_behind_bytes == 0) {
        sealing->pieces = fragment.pieces;
        is_given = seal_pool_.try_run([sealing] { sealing->build(views_of(sealing->pieces)); });
    }
    if (!is_given) sealing->build(pieces);
    auto written =
        thread.start([this, &thread, sealing, file = segment.file, place, at = segment.blocks]() -> Result<> {
            sealing->wait();
            thread.note_progress();
            Result<> done = file->append(sealing->record, at);
            if (!done) parts_.places->report(place, done.error());
            return done;
        });
    in_flight_[place].push_back({key,
                                 open.position.next_sequence,
                                 {fragment.start, fragment.start + fragment.duration},
                                 open.position.last_end,
                                 fragment.size(),
                                 has_several_ ? std::optional(fragment) : std::nullopt,
                                 sealing,
                                 std::move(written)});
    return {};
}

// Before a fragment of the stream: what failed becomes a gap before anything follows it.
void Writer::make_room(const Stream& open, std::size_t bytes) {
    if (!open.segment) return;
    const PlaceNumber place = open.segment->unsynced.place;
    if (!is_written_behind(bytes)) {
        (void)settle(place);
        return;
    }
    const std::deque<InFlight>& records = in_flight_[place];
    while (!records.empty() && (is_full(records) || disk_thread(place).is_done(*records.front().written)))
        (void)settle_front(place);
}

bool Writer::is_full(const std::deque<InFlight>& records) {
    std::size_t bytes = 0;
    for (const InFlight& record : records) bytes += record.bytes;
    return records.size() >= max_in_flight || bytes >= max_in_flight_bytes;
}

Result<> Writer::settle() {
    Result<> first;
    for (auto& [place, records] : in_flight_)
        if (auto settled = settle(place); !settled && first) first = std::move(settled);
    return first;
}

Result<> Writer::settle(PlaceNumber place) {
    const std::deque<InFlight>& records = in_flight_[place];
    Result<> first;
    while (!records.empty())
        if (auto settled = settle_front(place); !settled && first) first = std::move(settled);
    return first;
}

// Waits for the record that is longest under way there. After one that failed, all: those of its file are
// missing with it.
Result<> Writer::settle_front(PlaceNumber place) {
    std::deque<InFlight>& records = in_flight_[place];
    std::set<StreamKey> failed;
    Result<> first;
    bool hangs = false;
    do {
        InFlight record = std::move(records.front());
        records.pop_front();
        std::optional<Result<>> written;
        if (!hangs) written = disk_thread(place).wait(*record.written);
        if (!written) {
            hangs = true;
            written = std::unexpected(note_hanging(place));
        }
        if (failed.contains(record.key)) {
            write_elsewhere(std::move(record), first.error());
            continue;
        }
        if (*written) {
            streams_.at(record.key).segment->entries.push_back(record.sealing->builder.entry());
            sealings_.push_back(record.sealing);
            continue;
        }
        failed.insert(record.key);
        if (first) first = *written;
        take_back(record);
        write_elsewhere(std::move(record), written->error());
    } while (!records.empty() && !failed.empty());
    return first;
}

// With what follows it in its stream: all of it is under way, or behind what is missing.
void Writer::take_back(const InFlight& record) {
    Stream& open = streams_.at(record.key);
    OpenSegment& segment = *open.segment;
    std::vector<RecordRow>& rows = segment.unsynced.rows;
    const auto from = std::ranges::find(rows, record.sequence, &RecordRow::sequence);
    segment.blocks = from->block;
    segment.unsynced.bytes = std::uint64_t{segment.blocks} * block_size;
    rows.erase(from, rows.end());
    open.position.next_sequence = record.sequence;
    open.position.last_end = record.last_end_before;
}

// What one disk does not take, another does, before anything else is written; else it becomes a gap.
void Writer::write_elsewhere(InFlight record, const Error& error) {
    Stream& open = streams_.at(record.key);
    {
        const std::lock_guard lock(mutex_);
        counters_.bytes -= record.sealing->header.stored_size();
        --counters_.fragments;
    }
    if (record.fragment && parts_.places->has_other_good(open.segment->unsynced.place))
        again_.push_back(std::move(*record.fragment));
    else
        lose(open, record.key, record.interval, error);
}

bool Writer::is_to_be_written_again(StreamKey key) const {
    return std::ranges::find(again_, key, &Fragment::stream) != again_.end();
}

// While nothing else is being written. A disk that fails is left alone, so that this comes to an end.
void Writer::write_again() {
    while (!again_.empty())
        for (const Fragment& fragment : std::exchange(again_, {})) write(fragment);
}

}  // namespace vedette::vault
