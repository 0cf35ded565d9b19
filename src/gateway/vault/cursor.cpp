#include "gateway/vault/cursor.hpp"

#include <fcntl.h>

namespace vedette::vault {

namespace {

// Within a run fragments follow each other but for rounding; more than this is a stretch without media.
constexpr Ticks90k range_joint = std::chrono::milliseconds(500);

}  // namespace

Result<std::optional<PlayItem>> Cursor::Impl::next() {
    if (waiting) return std::exchange(waiting, std::nullopt);
    if (!positioned) {
        VEDETTE_TRY(positioned, position());
        if (!positioned) return std::nullopt;
    }
    for (;;) {
        VEDETTE_TRY(const bool found, find_segment());
        if (!found) return std::nullopt;
        for (const RecordRow& row : segment->rows) {
            if (row.sequence < next_sequence) continue;
            next_sequence = row.sequence + 1;
            if (row.type == RecordType::gap) {
                const auto gap = std::ranges::find(segment->gaps, row.sequence, &GapRow::sequence);
                const GapText text = gap != segment->gaps.end() ? gap->text : GapText{};
                return PlayGap{{row.start, row.end()}, text.reason, text.detail};
            }
            if (row.type == RecordType::fragment) {
                VEDETTE_TRY(PlayItem item, play(row));
                return item;
            }
        }
    }
}

// The first fragment, in recording order, that ends after `from`.
Result<bool> Cursor::Impl::position() {
    auto first = parts.catalogue->first_after(stream, from);
    VEDETTE_TRY(const auto indexed, parts.index->first_after(stream, from));
    if (indexed && (!first || *indexed < *first)) first = indexed;
    if (!first) return false;
    next_sequence = *first;
    VEDETTE_TRY(const bool found, find_segment());
    if (!found) return false;
    for (const RecordRow& row : segment->rows) {
        if (row.type == RecordType::fragment && row.end() > from) {
            next_sequence = row.sequence;
            return true;
        }
    }
    return false;
}

// Makes `segment` the one with the next record, if there is one.
Result<bool> Cursor::Impl::find_segment() {
    if (segment && segment->end_sequence() > next_sequence) return true;
    auto next = parts.catalogue->segment_from(stream, next_sequence);
    VEDETTE_TRY(auto indexed, parts.index->segment_from(stream, next_sequence));
    if (indexed && (!next || indexed->id.first_sequence <= next->id.first_sequence))
        next = std::move(indexed);
    if (!next) return false;
    if (!segment || segment->id != next->id) file.close();
    segment = std::move(next);
    return true;
}

Result<> Cursor::Impl::open_file() {
    if (file.is_open()) return {};
    const auto final_path = parts.layout->segment(segment->id, segment->day);
    // It moves once in its life, maybe just now.
    for (const auto& path : {final_path, parts.layout->open_segment(segment->id), final_path}) {
        auto opened = File::open(path, O_RDONLY);
        if (opened) {
            file = std::move(*opened);
            return {};
        }
        if (opened.error().kind != ErrorKind::not_found) return std::unexpected(opened.error());
    }
    return fail(ErrorKind::corrupt, "the file {} is missing", final_path.filename().string());
}

Result<Bytes> Cursor::Impl::read_sealed(const RecordRow& row, RecordHeader& header) {
    VEDETTE_CHECK(open_file());
    Bytes record(record_header_size + row.payload_size);
    VEDETTE_TRY(const std::size_t got, file.read_at(std::uint64_t{row.block} * block_size, record));
    if (got != record.size()) return fail(ErrorKind::corrupt, "the record is cut off");
    VEDETTE_TRY(header, parse_record_header(record));
    if (RecordRow::of(header) != row || header.stream != stream)
        return fail(ErrorKind::corrupt, "another record lies in its place");
    VEDETTE_TRY(const KeyStore::Key key, parts.keys->day_key(stream.camera, header.day));
    VEDETTE_TRY(crypto::CobblestoneOpener opener,
                crypto::CobblestoneOpener::start(*key, ByteView(record).first(sealing_context_size),
                                                 ByteView(record).subspan(record_header_size)));
    return opener.read_all();
}

Result<PlayItem> Cursor::Impl::play(const RecordRow& row) {
    const UtcInterval interval{row.start, row.end()};
    RecordHeader header;
    std::optional<PlayItem> init;
    if (init_run != row.run) {
        for (const RecordRow& other : segment->rows) {
            if (other.type != RecordType::init || other.run != row.run || other.sequence > row.sequence)
                continue;
            auto data = read_sealed(other, header);
            if (!data) return PlayDamage{interval, data.error().message};
            init = PlayInit{row.run, std::make_shared<const Bytes>(std::move(*data))};
        }
        if (!init) return PlayDamage{interval, "its initialisation segment is missing"};
    }
    auto data = read_sealed(row, header);
    if (!data) return PlayDamage{interval, data.error().message};
    PlayFragment fragment{row.run,      row.sequence,       row.start,
                          row.duration, header.camera_time, std::make_shared<const Bytes>(std::move(*data))};
    if (!init) return PlayItem(std::move(fragment));
    init_run = row.run;
    waiting = std::move(fragment);
    return std::move(*init);
}

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
            if (joint && recordings.ranges.back().run == row.run &&
                row.start - recordings.ranges.back().interval.end <= range_joint &&
                recordings.ranges.back().interval.end - row.start <= range_joint)
                recordings.ranges.back().interval.end = row.end();
            else
                recordings.ranges.push_back({{row.start, row.end()}, row.run});
            joint = true;
        }
    }
    std::ranges::sort(recordings.gaps, {}, [](const Gap& gap) { return gap.interval.start; });
    return recordings;
}

}  // namespace vedette::vault
