#include "gateway/vault/recovery.hpp"

#include <unistd.h>

#include "base/log.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

struct Logged {
    std::map<SegmentId, std::uint64_t> segments;  // the sequence after the last entry of each
    std::map<StreamKey, StreamPosition> streams;
    std::uint64_t greatest_run = 0;
};

// What the log's tail says of records.
Result<Logged> read_log_tail(const Layout& layout, std::uint64_t from, std::uint64_t to) {
    Logged logged;
    const crypto::TileLogReader reader(layout.log());
    VEDETTE_CHECK(reader.entries(from, to, [&](std::uint64_t, ByteView entry) -> Result<> {
        VEDETTE_TRY(const RecordHeader header, parse_entry(entry));
        if (header.type == RecordType::deletion) {
            StreamPosition& position = logged.streams[header.stream];
            position.next_sequence = std::max(position.next_sequence, header.sequence);
            position.last_end.reset();
        }
        if (!is_recorded(header.type)) return {};
        std::uint64_t& end = logged.segments[{header.stream, header.segment}];
        end = std::max(end, header.sequence + 1);
        StreamPosition& position = logged.streams[header.stream];
        position.next_sequence = std::max(position.next_sequence, header.sequence + 1);
        if (header.type == RecordType::fragment || header.type == RecordType::gap)
            position.last_end = header.end();
        logged.greatest_run = std::max(logged.greatest_run, header.run);
        return {};
    }));
    return logged;
}

Result<std::vector<SegmentId>> open_files(const Layout& layout) {
    std::vector<SegmentId> ids;
    std::error_code error;
    for (const auto& file : fs::directory_iterator(layout.open(), error))
        if (const auto id = parse_segment_name(file.path().filename().string())) ids.push_back(*id);
    if (error) return fail_errno(error.value(), layout.open().string());
    std::ranges::sort(ids);
    return ids;
}

class Recovery {
  public:
    Recovery(const Layout& layout, Index& index, crypto::TileLog& log, bool is_new_log)
        : layout_(layout), index_(index), log_(log), is_new_log_(is_new_log) {}

    Result<Recovered> run(const KeyStore& keys, const RetentionBook& book) {
        VEDETTE_TRY(const std::uint64_t scan_from, index_.scan_from());
        const std::uint64_t size = log_.published().size;
        VEDETTE_TRY(logged_, read_log_tail(layout_, std::min(scan_from, size), size));
        std::map<StreamKey, StreamPosition> beyond_files;
        for (const auto& [stream, logged] : logged_.streams) {
            VEDETTE_TRY(StreamPosition* const where, position(stream));
            if (logged.next_sequence <= where->next_sequence) continue;
            *where = logged;
            beyond_files.emplace(stream, logged);
        }
        VEDETTE_CHECK(index_.remember(beyond_files, logged_.greatest_run));
        VEDETTE_TRY(const auto deletions, keys.deletions());
        for (const Deletion& deletion : deletions) {
            VEDETTE_TRY(const StreamPosition* const where, position(deletion.stream));
            if (where->next_sequence < deletion.before_sequence) result_.unexplained.insert(deletion.stream);
            advance(deletion.stream, deletion.before_sequence);
        }
        VEDETTE_TRY(const auto ends, book.ends());
        for (const auto& [stream, end] : ends) {
            VEDETTE_TRY(StreamPosition* const where, position(stream));
            if (end.sequence > where->next_sequence) where->last_end = end.time;
            advance(stream, end.sequence);
        }
        VEDETTE_TRY(result_.greatest_run, book.greatest_run());
        result_.greatest_run = std::max(result_.greatest_run, logged_.greatest_run);
        VEDETTE_TRY(const auto ids, open_files(layout_));
        for (const SegmentId& id : ids) VEDETTE_CHECK(mend(id));
        return std::move(result_);
    }

  private:
    Result<StreamPosition*> position(StreamKey stream) {
        const auto [it, added] = result_.positions.try_emplace(stream);
        if (added) {
            VEDETTE_TRY(it->second, index_.position(stream));
        }
        return &it->second;
    }
    void advance(StreamKey stream, std::uint64_t sequence) {
        std::uint64_t& next = result_.positions[stream].next_sequence;
        next = std::max(next, sequence);
    }

    Result<> mend(const SegmentId& id) {
        const fs::path path = layout_.open_segment(id);
        VEDETTE_TRY(const auto indexed, index_.segment_from(id.stream, id.first_sequence));
        if (indexed && indexed->id == id) {  // the crash came between its row and its move
            std::error_code error;
            const fs::path to = layout_.segment(id, indexed->day);
            fs::create_directories(to.parent_path(), error);
            fs::rename(path, to, error);
            if (error) return fail_errno(error.value(), to.string());
            return {};
        }
        VEDETTE_TRY(StreamPosition* const where, position(id.stream));
        const auto of_file = logged_.segments.find(id);
        const std::uint64_t logged = of_file == logged_.segments.end() ? 0 : of_file->second;
        SegmentInfo segment{id, 0, 0, {}, {}};
        // Records that the log speaks of are kept even when they are damaged: verify must find them. Behind
        // them, the first that is not whole is where the crash cut.
        bool cut = false;
        std::uint32_t keep_blocks = 0;
        const auto found = [&](ScannedRecord record) {
            const RecordHeader& header = record.header;
            const bool is_logged = header.sequence < logged;
            // Of the stream: a newer file may be further than this one.
            const std::uint64_t next = where->next_sequence;
            // A new log has no entry for a damaged record: the hole shows in the count, and nothing is cut.
            const bool goes_on =
                is_logged || (is_new_log_ ? header.sequence >= next : header.sequence == next);
            if (cut || header.stream != id.stream || header.segment != id.first_sequence || !goes_on) {
                cut = cut || !is_logged;
                return;
            }
            if (!is_logged) {
                log_.append(record.entry);
                ++result_.signed_records;
            }
            segment.day = header.day;
            segment.add(header, std::move(record.gap));
            keep_blocks = header.block + header.blocks();
            result_.greatest_run = std::max(result_.greatest_run, header.run);
            where->next_sequence = std::max(where->next_sequence, header.sequence + 1);
            if (header.type == RecordType::fragment || header.type == RecordType::gap)
                where->last_end = header.end();
        };
        const auto needs_payload = [&](const RecordHeader& header) { return header.sequence >= logged; };
        VEDETTE_TRY(const ScanEnd end, scan_segment(path, true, needs_payload, found));

        // Damage in front of a logged end is no torn tail.
        const bool tail_is_ours = segment.end_sequence() >= logged;
        if (tail_is_ours && std::uint64_t{keep_blocks} * block_size < end.file_size)
            VEDETTE_CHECK(cut_tail(path, std::uint64_t{keep_blocks} * block_size, end.file_size));
        if (!tail_is_ours) ++result_.damaged_files;
        if (!tail_is_ours)
            log::error("{}: records that were signed are damaged or missing in {}; run vedette vault verify",
                       describe(id.stream), path.string());
        if (segment.rows.empty()) {
            std::error_code ignored;
            if (tail_is_ours) fs::remove(path, ignored);
            return {};
        }
        result_.segments.push_back(std::move(segment));
        return {};
    }

    Result<> cut_tail(const fs::path& path, std::uint64_t size, std::uint64_t old_size) {
        if (::truncate(path.c_str(), static_cast<off_t>(size)) != 0) return fail_errno(errno, path.string());
        ++result_.cut_files;
        result_.cut_bytes += old_size - size;
        return {};
    }

    const Layout& layout_;
    Index& index_;
    crypto::TileLog& log_;
    const bool is_new_log_;
    Logged logged_;
    Recovered result_;
};

}  // namespace

Result<Recovered> recover(const Layout& layout, const KeyStore& keys, const RetentionBook& book, Index& index,
                          crypto::TileLog& log, bool is_new_log) {
    return Recovery(layout, index, log, is_new_log).run(keys, book);
}

Result<SegmentInfo> read_segment(const fs::path& path, const SegmentId& id, bool& damaged) {
    SegmentInfo segment{id, 0, 0, {}, {}};
    VEDETTE_TRY(const ScanEnd end,
                scan_segment(
                    path, true, [](const RecordHeader&) { return false; },
                    [&](ScannedRecord record) {
                        if (record.header.stream != id.stream || record.header.segment != id.first_sequence)
                            return;
                        segment.day = record.header.day;
                        segment.add(record.header, std::move(record.gap));
                    }));
    damaged = end.damaged;
    segment.bytes = end.file_size;
    return segment;
}

Result<Rebuilt> rebuild_index(const Layout& layout, Index& index) {
    Rebuilt rebuilt;
    std::vector<SegmentInfo> batch;
    constexpr std::size_t insert_batch = 256;
    std::error_code error;
    for (auto it = fs::recursive_directory_iterator(layout.media(), error);
         !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
        const std::string folder = it->path().filename().string();
        if (folder == "open" || folder.starts_with(deleted_prefix)) it.disable_recursion_pending();
        const auto id = parse_segment_name(it->path().filename().string());
        if (!id || !it->is_regular_file(error)) continue;
        bool damaged = false;
        VEDETTE_TRY(SegmentInfo segment, read_segment(it->path(), *id, damaged));
        rebuilt.damaged_files += damaged ? 1 : 0;
        if (segment.rows.empty()) continue;
        ++rebuilt.segments;
        rebuilt.fragments += segment.count(RecordType::fragment);
        batch.push_back(std::move(segment));
        if (batch.size() < insert_batch) continue;
        VEDETTE_CHECK(index.insert(batch, 0));
        batch.clear();
    }
    if (error) return fail_errno(error.value(), layout.media().string());
    VEDETTE_CHECK(index.insert(batch, 0));
    return rebuilt;
}

}  // namespace vedette::vault
