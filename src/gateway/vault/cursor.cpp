#include "gateway/vault/cursor.hpp"

#include <fcntl.h>

#include "gateway/vault/light.hpp"
#include "gateway/vault/partial_fragment.hpp"

namespace vedette::vault {

namespace {

// Within a run fragments follow each other but for rounding; more than this is a stretch without media.
constexpr Ticks90k range_joint = std::chrono::milliseconds(500);

}  // namespace

Result<std::optional<PlayItem>> StreamCursor::next() {
    if (auto waiting = reader_.take_waiting()) return waiting;
    if (!positioned_) {
        VEDETTE_TRY(positioned_, position());
        if (!positioned_) return std::nullopt;
    }
    for (;;) {
        VEDETTE_TRY(const bool found, find_segment());
        if (!found) return std::nullopt;
        for (const RecordRow& row : reader_.segment()->rows) {
            if (row.sequence < next_sequence_) continue;
            next_sequence_ = row.sequence + 1;
            if (row.type == RecordType::gap) {
                const auto gap = std::ranges::find(reader_.segment()->gaps, row.sequence, &GapRow::sequence);
                const GapText text = gap != reader_.segment()->gaps.end() ? gap->text : GapText{};
                return PlayGap{{row.start, row.end()}, text.reason, text.detail};
            }
            if (row.type == RecordType::fragment) {
                if (parts_.limits.until && row.start >= *parts_.limits.until) {
                    next_sequence_ = row.sequence;
                    return std::nullopt;
                }
                VEDETTE_TRY(PlayItem item, reader_.play(row));
                VEDETTE_TRY(const bool was_deleted, reader_.was_deleted(item));
                if (!was_deleted) return item;
                next_sequence_ = reader_.segment()->end_sequence();
                break;
            }
        }
    }
}

// The first fragment, in recording order, that ends after `from`.
Result<bool> StreamCursor::position() {
    auto first = parts_.catalogue->first_after(stream_, from_);
    VEDETTE_TRY(const auto indexed, parts_.index->first_after(stream_, from_));
    if (indexed && (!first || *indexed < *first)) first = indexed;
    if (!first) return false;
    next_sequence_ = *first;
    VEDETTE_TRY(const bool found, find_segment());
    if (!found) return false;
    for (const RecordRow& row : reader_.segment()->rows) {
        if (row.type == RecordType::fragment && row.end() > from_) {
            next_sequence_ = row.sequence;
            return true;
        }
    }
    return false;
}

// Makes `segment` the one with the next record, if there is one.
Result<bool> StreamCursor::find_segment() {
    const auto& segment = reader_.segment();
    if (segment && segment->end_sequence() > next_sequence_) return true;
    auto next = parts_.catalogue->segment_from(stream_, next_sequence_);
    VEDETTE_TRY(auto indexed, parts_.index->segment_from(stream_, next_sequence_));
    if (indexed && (!next || indexed->id.first_sequence <= next->id.first_sequence))
        next = std::move(indexed);
    if (!next) return false;
    reader_.use(std::move(*next));
    return true;
}

void RecordReader::use(SegmentInfo segment) {
    if (!segment_ || segment_->id != segment.id) file_.close();
    segment_ = std::move(segment);
}

Result<bool> RecordReader::was_deleted(const PlayItem& item) const {
    if (!std::holds_alternative<PlayDamage>(item) || parts_.catalogue->contains(segment_->id)) return false;
    VEDETTE_TRY(const bool is_there, parts_.index->contains(segment_->id));
    return !is_there;
}

Result<Bytes> RecordReader::read_sealed(const RecordRow& row, RecordHeader& header) {
    if (!file_.is_open()) {
        VEDETTE_TRY(file_, open_segment_file(*parts_.places, segment_->place, segment_->id, segment_->day));
    }
    Bytes record(record_header_size + row.payload_size);
    VEDETTE_TRY(const std::size_t got, file_.read_at(std::uint64_t{row.block} * block_size, record));
    if (got != record.size()) return fail(ErrorKind::corrupt, "the record is cut off");
    VEDETTE_TRY(header, parse_record_header(record));
    if (RecordRow::of(header) != row || header.stream != stream_)
        return fail(ErrorKind::corrupt, "another record lies in its place");
    VEDETTE_TRY(const KeyStore::Key key, parts_.keys->day_key(stream_.camera, header.day));
    const ByteView context = ByteView(record).first(sealing_context_size);
    const ByteView payload = ByteView(record).subspan(record_header_size);
    if (header.is_light) return open_light(*key, header, context, payload);
    VEDETTE_TRY(crypto::CobblestoneOpener opener, crypto::CobblestoneOpener::start(*key, context, payload));
    return opener.read_all();
}

Result<PlayFragment> RecordReader::read_fragment(const RecordRow& row) {
    PlayFragment fragment{.run = row.run,
                          .sequence = row.sequence,
                          .start = row.start,
                          .duration = row.duration,
                          .camera_time = {},
                          .data = {}};
    Bytes data;
    if (parts_.limits.depth == ReadDepth::head) {
        const auto read_whole = [&] {
            RecordHeader header;
            return read_sealed(row, header);
        };
        VEDETTE_TRY(fragment.partial, PartialFragment::open(parts_, stream_, *segment_, row, read_whole));
        fragment.camera_time = fragment.partial->header().camera_time;
        VEDETTE_TRY(data, fragment.partial->read(
                              0, std::min(fragment.partial->size(), crypto::cobblestone_chunk_size)));
    } else {
        RecordHeader header;
        VEDETTE_TRY(data, read_sealed(row, header));
        fragment.camera_time = header.camera_time;
    }
    fragment.data = std::make_shared<const Bytes>(std::move(data));
    return fragment;
}

Result<PlayItem> RecordReader::play(const RecordRow& row) {
    const UtcInterval interval{row.start, row.end()};
    RecordHeader header;
    std::optional<PlayItem> init;
    if (init_run_ != row.run) {
        for (const RecordRow& other : segment_->rows) {
            if (other.type != RecordType::init || other.run != row.run || other.sequence > row.sequence)
                continue;
            auto data = read_sealed(other, header);
            if (!data) return PlayDamage{interval, data.error().message};
            init = PlayInit{row.run, std::make_shared<const Bytes>(std::move(*data))};
        }
        if (!init) return PlayDamage{interval, "its initialisation segment is missing"};
    }
    auto fragment = read_fragment(row);
    if (!fragment) return PlayDamage{interval, fragment.error().message};
    if (!init) return PlayItem(std::move(*fragment));
    init_run_ = row.run;
    waiting_ = std::move(*fragment);
    return std::move(*init);
}

namespace {

// From the record itself: the index does not hold it, so that it can stay as it is.
Result<std::optional<UtcTime>> read_fetched_at(const Places& places, const SegmentInfo& segment,
                                               const RecordRow& row) {
    VEDETTE_TRY(const SegmentSource file, open_segment_file(places, segment.place, segment.id, segment.day));
    std::array<std::byte, record_header_size> bytes{};
    VEDETTE_TRY(const std::size_t got, file.read_at(std::uint64_t{row.block} * block_size, bytes));
    VEDETTE_TRY(const RecordHeader header, parse_record_header(ByteView(bytes).first(got)));
    return header.fetched_at;
}

}  // namespace

Result<Recordings> find_recordings(const ReadParts& parts, StreamKey stream, UtcInterval interval) {
    // Catalogue first: what leaves it meanwhile is in the index, and is sorted out by its id.
    std::vector<SegmentInfo> segments = parts.catalogue->segments(stream);
    const std::size_t live = segments.size();
    Recordings recordings;
    VEDETTE_TRY(auto indexed, parts.index->segments(stream, interval));
    VEDETTE_TRY(recordings.gaps, parts.index->gaps(stream, interval));
    for (SegmentInfo& segment : indexed) {
        const auto is_same = [&](const SegmentInfo& other) { return other.id == segment.id; };
        if (std::none_of(segments.begin(), segments.begin() + static_cast<std::ptrdiff_t>(live), is_same))
            segments.push_back(std::move(segment));
    }
    std::ranges::sort(segments, {}, [](const SegmentInfo& segment) { return segment.id.first_sequence; });

    bool joint = false;
    for (const SegmentInfo& segment : segments) {
        for (const GapRow& gap : segment.gaps) {
            const auto is_same = [&](const Gap& other) { return other.interval == gap.interval; };
            if (gap.interval.overlaps(interval) && std::ranges::none_of(recordings.gaps, is_same))
                recordings.gaps.push_back({stream, gap.interval, gap.text.reason, gap.text.detail});
        }
        for (const RecordRow& row : segment.rows) {
            if (row.type == RecordType::gap) joint = false;
            if (row.type != RecordType::fragment) continue;
            if (!UtcInterval{row.start, row.end()}.overlaps(interval)) {
                joint = false;
                continue;
            }
            const Encryption encryption = row.is_light ? Encryption::light : Encryption::full;
            if (joint && recordings.ranges.back().run == row.run &&
                recordings.ranges.back().encryption == encryption &&
                row.start - recordings.ranges.back().interval.end <= range_joint &&
                recordings.ranges.back().interval.end - row.start <= range_joint)
                recordings.ranges.back().interval.end = row.end();
            else {
                recordings.ranges.push_back({{row.start, row.end()}, row.run, std::nullopt, encryption});
                if (is_fetched(stream)) {
                    const auto at = read_fetched_at(*parts.places, segment, row);
                    if (at) recordings.ranges.back().fetched_at = *at;
                }
            }
            joint = true;
        }
    }
    std::ranges::sort(recordings.gaps, {}, [](const Gap& gap) { return gap.interval.start; });
    return recordings;
}

}  // namespace vedette::vault
