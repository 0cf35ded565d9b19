#include "gateway/vault/recovery.hpp"

#include <array>
#include <set>
#include <tuple>

#include <fcntl.h>
#include <unistd.h>

#include "base/log.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

struct Logged {
    std::map<SegmentId, std::uint64_t> segments;      // the sequence after the last entry of each
    std::map<SegmentId, std::vector<Entry>> entries;  // of those that were asked for
    std::map<StreamKey, StreamPosition> streams;
    std::uint64_t greatest_run = 0;
    std::vector<RecordHeader> events;
};

// What the log's tail says of records.
Result<Logged> read_log_tail(const Layout& layout, std::uint64_t from, std::uint64_t to,
                             const std::set<SegmentId>& with_entries) {
    Logged logged;
    const crypto::TileLogReader reader(layout.log());
    VEDETTE_CHECK(reader.entries(from, to, [&](std::uint64_t, ByteView entry) -> Result<> {
        VEDETTE_TRY(const RecordHeader header, parse_entry(entry));
        if (header.type == RecordType::deletion) {
            StreamPosition& position = logged.streams[header.stream];
            position.next_sequence = std::max(position.next_sequence, header.sequence);
            position.last_end.reset();
        }
        if (is_recorder_event(header.type)) {
            logged.events.push_back(header);
            logged.greatest_run = std::max(logged.greatest_run, header.run);
        }
        if (!is_recorded(header.type)) return {};
        std::uint64_t& end = logged.segments[{header.stream, header.segment}];
        end = std::max(end, header.sequence + 1);
        if (const SegmentId id{header.stream, header.segment}; with_entries.contains(id)) {
            Entry& copy = logged.entries[id].emplace_back();
            std::ranges::copy(entry, copy.begin());
        }
        StreamPosition& position = logged.streams[header.stream];
        position.next_sequence = std::max(position.next_sequence, header.sequence + 1);
        if (header.type == RecordType::fragment || header.type == RecordType::gap)
            position.last_end = header.end();
        logged.greatest_run = std::max(logged.greatest_run, header.run);
        return {};
    }));
    return logged;
}

struct OpenFile {
    SegmentId id;
    PlaceNumber place = home_place;
};

// Of all places that are there, by id.
Result<std::vector<OpenFile>> open_files(const Places& places) {
    std::vector<OpenFile> files;
    for (const PlaceNumber place : places.disks_there()) {
        std::error_code error;
        const fs::path folder = places.media(place).open();
        for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
             it.increment(error))
            if (const auto id = parse_segment_name(it->path().filename().string()))
                files.push_back({*id, place});
        if (error && place == home_place) return fail_errno(error.value(), folder.string());
        if (error) log::error("{} can't be read: {}", folder.string(), error.message());
    }
    std::ranges::sort(files, [](const OpenFile& a, const OpenFile& b) {
        return std::tie(a.id, a.place) < std::tie(b.id, b.place);
    });
    return files;
}

// Ids of which two disks have a file: one of them failed before anything was signed that it held.
std::set<SegmentId> twins_among(const std::vector<OpenFile>& files) {
    std::set<SegmentId> twins;
    for (std::size_t i = 1; i < files.size(); ++i)
        if (files[i].id == files[i - 1].id) twins.insert(files[i].id);
    return twins;
}

class Recovery {
  public:
    Recovery(const Layout& layout, const Places& places, Index& index, crypto::TileLog& log, bool is_new_log)
        : layout_(layout), places_(places), index_(index), log_(log), is_new_log_(is_new_log) {}

    Result<Recovered> run(const KeyStore& keys, const RetentionBook& book) {
        VEDETTE_TRY(std::uint64_t scan_from, index_.scan_from());
        VEDETTE_TRY(const auto debts, index_.debts());
        for (const PlaceNumber place : places_.all()) {
            const auto debt = debts.find(place);
            if (!places_.is_there(place) && places_.objects(place) == nullptr)
                VEDETTE_CHECK(index_.note_debt(place, scan_from));
            else if (debt != debts.end())
                scan_from = std::min(scan_from, debt->second.scan_from);
        }
        VEDETTE_TRY(std::vector<OpenFile> files, open_files(places_));
        const std::uint64_t size = log_.published().size;
        VEDETTE_TRY(logged_, read_log_tail(layout_, std::min(scan_from, size), size, twins_among(files)));
        VEDETTE_CHECK(remove_false_twins(files));
        result_.events = logged_.events;
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
        for (const OpenFile& file : files) {
            const auto mended = mend(file);
            if (!mended && file.place == home_place) return std::unexpected(mended.error());
            if (mended) continue;
            log::error("{}: {}", places_.name(file.place), mended.error().message);
            VEDETTE_CHECK(index_.note_debt(file.place, scan_from));
        }
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

    // Keeps the file that has most of what the log says.
    Result<> remove_false_twins(std::vector<OpenFile>& files) {
        const std::vector<OpenFile> all = files;
        for (const SegmentId& id : twins_among(all)) {
            std::pair<std::size_t, fs::file_time_type> most;
            std::optional<PlaceNumber> best;
            for (const OpenFile& file : all) {
                if (file.id != id) continue;
                std::error_code ignored;
                const fs::path path = places_.media(file.place).open_segment(id);
                const std::pair match(count_matching(file), fs::last_write_time(path, ignored));
                if (best && match < most) continue;
                best = file.place;
                most = match;
            }
            std::erase_if(files, [&](const OpenFile& file) {
                if (file.id != id || file.place == best) return false;
                std::error_code ignored;
                fs::remove(places_.media(file.place).open_segment(id), ignored);
                return true;
            });
        }
        return {};
    }
    std::size_t count_matching(const OpenFile& file) const {
        const auto entries = logged_.entries.find(file.id);
        if (entries == logged_.entries.end()) return 0;
        std::size_t matching = 0;
        (void)scan_segment(
            places_.media(file.place).open_segment(file.id), false, [](const RecordHeader&) { return false; },
            [&](const ScannedRecord& record) {
                matching += std::ranges::find(entries->second, record.entry) != entries->second.end() ? 1 : 0;
            });
        return matching;
    }

    Result<> mend(const OpenFile& file) {
        const SegmentId id = file.id;
        const MediaFolder media = places_.media(file.place);
        const fs::path path = media.open_segment(id);
        VEDETTE_TRY(const auto indexed, index_.segment_from(id.stream, id.first_sequence));
        if (indexed && indexed->id == id && indexed->place != file.place) {  // written again elsewhere
            std::error_code ignored;
            fs::remove(path, ignored);
            return {};
        }
        if (indexed && indexed->id == id) {  // the crash came between its row and its move
            std::error_code error;
            const fs::path to = media.segment(id, indexed->day);
            VEDETTE_CHECK(make_day_folder(media, id.stream, indexed->day));
            fs::rename(path, to, error);
            if (error) return fail_errno(error.value(), to.string());
            return {};
        }
        VEDETTE_TRY(StreamPosition* const where, position(id.stream));
        const auto of_file = logged_.segments.find(id);
        const std::uint64_t logged = of_file == logged_.segments.end() ? 0 : of_file->second;
        SegmentInfo segment{id, 0, 0, {}, {}, file.place};
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
    const Places& places_;
    Index& index_;
    crypto::TileLog& log_;
    const bool is_new_log_;
    Logged logged_;
    Recovered result_;
};

}  // namespace

Result<Recovered> recover(const Layout& layout, const Places& places, const KeyStore& keys,
                          const RetentionBook& book, Index& index, crypto::TileLog& log, bool is_new_log) {
    return Recovery(layout, places, index, log, is_new_log).run(keys, book);
}

Result<std::vector<SegmentInfo>> mend_returned(const Layout& layout, const Places& places, PlaceNumber place,
                                               const std::vector<SegmentId>& ids, std::uint64_t scan_from,
                                               std::uint64_t log_size) {
    std::vector<SegmentInfo> segments;
    if (ids.empty()) return segments;
    const std::set<SegmentId> wanted(ids.begin(), ids.end());
    VEDETTE_TRY(const Logged logged, read_log_tail(layout, std::min(scan_from, log_size), log_size, wanted));
    for (const SegmentId& id : ids) {
        const fs::path path = places.media(place).open_segment(id);
        const auto entries = logged.entries.find(id);
        SegmentInfo segment{id, 0, 0, {}, {}, place};
        std::uint32_t keep_blocks = 0;
        // Damage among what is signed is for verify to name: nothing in front of a signed record is cut.
        VEDETTE_TRY(const ScanEnd end,
                    scan_segment(
                        path, true, [](const RecordHeader&) { return false; },
                        [&](ScannedRecord record) {
                            if (entries == logged.entries.end() ||
                                std::ranges::find(entries->second, record.entry) == entries->second.end())
                                return;
                            segment.day = record.header.day;
                            segment.add(record.header, std::move(record.gap));
                            keep_blocks = record.header.block + record.header.blocks();
                        }));
        std::error_code ignored;
        if (segment.rows.empty() && entries == logged.entries.end()) fs::remove(path, ignored);
        if (segment.rows.empty()) continue;
        const std::uint64_t size = std::uint64_t{keep_blocks} * block_size;
        if (segment.end_sequence() == logged.segments.at(id) && size < end.file_size &&
            ::truncate(path.c_str(), static_cast<off_t>(size)) != 0)
            return fail_errno(errno, path.string());
        segments.push_back(std::move(segment));
    }
    return segments;
}

Result<SegmentInfo> read_segment(const fs::path& path, const SegmentId& id, bool& damaged,
                                 std::optional<OrganisationId> only) {
    VEDETTE_TRY(File file, File::open(path, O_RDONLY));
    return read_segment(SegmentSource(std::move(file)), id, damaged, only);
}

Result<SegmentInfo> read_segment(const SegmentSource& file, const SegmentId& id, bool& damaged,
                                 std::optional<OrganisationId> only) {
    SegmentInfo segment{id, 0, 0, {}, {}};
    VEDETTE_TRY(const ScanEnd end,
                scan_segment(
                    file, true, [](const RecordHeader&) { return false; },
                    [&](ScannedRecord record) {
                        if (record.header.stream != id.stream || record.header.segment != id.first_sequence)
                            return;
                        if (only && record.header.organisation != *only) return;
                        segment.day = record.header.day;
                        segment.add(record.header, std::move(record.gap));
                    }));
    damaged = end.damaged;
    segment.bytes = end.file_size;
    return segment;
}

namespace {

// Of what lies there, the batch that comes into the index next.
class Rebuilding {
  public:
    Rebuilding(Index& index, Rebuilt& rebuilt) : index_(index), rebuilt_(rebuilt) {}

    Result<> add(Result<SegmentInfo> read, bool damaged, PlaceNumber place) {
        if (!read) return std::unexpected(read.error());
        rebuilt_.damaged_files += damaged ? 1 : 0;
        if (read->rows.empty()) return {};
        read->place = place;
        ++rebuilt_.segments;
        rebuilt_.fragments += read->count(RecordType::fragment);
        batch_.push_back(std::move(*read));
        return batch_.size() < insert_batch ? Result<>() : finish();
    }
    Result<> finish() {
        VEDETTE_CHECK(index_.insert(batch_, 0));
        batch_.clear();
        return {};
    }

  private:
    static constexpr std::size_t insert_batch = 256;
    Index& index_;
    Rebuilt& rebuilt_;
    std::vector<SegmentInfo> batch_;
};

// Whose place it is; nullopt for the data directory's own.
std::optional<OrganisationId> owner_of(const Places& places, PlaceNumber place) {
    if (place == home_place) return std::nullopt;
    Result<PlaceIdentity> identity = fail(ErrorKind::not_found, "");
    if (ObjectStore* const objects = places.objects(place)) {
        std::array<std::byte, 256> bytes{};
        const auto got = objects->read(MediaFolder{}.identity().string(), 0, bytes);
        if (got) identity = parse_place_identity(as_text(ByteView(bytes).first(*got)));
    } else {
        identity = read_place_identity(places.media(place));
    }
    return identity ? std::optional(identity->organisation) : std::nullopt;
}

Result<> add_files_of(const fs::path& media, PlaceNumber place, std::optional<OrganisationId> owner,
                      Rebuilding& rebuilding) {
    std::error_code error;
    for (auto it = fs::recursive_directory_iterator(media, error);
         !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
        const std::string name = it->path().filename().string();
        if (name == "open" || name.starts_with(deleted_prefix)) it.disable_recursion_pending();
        const auto id = parse_segment_name(name);
        if (!id || !it->is_regular_file(error)) continue;
        bool damaged = false;
        auto segment = read_segment(it->path(), *id, damaged, owner);
        VEDETTE_CHECK(rebuilding.add(std::move(segment), damaged, place));
    }
    if (error) return fail_errno(error.value(), media.string());
    return rebuilding.finish();
}

Result<> add_objects_of(ObjectStore& objects, PlaceNumber place, std::optional<OrganisationId> owner,
                        Rebuilding& rebuilding) {
    VEDETTE_TRY(const auto keys, objects.list("media/"));
    for (const auto& [key, modified] : keys) {
        const auto id = parse_segment_name(fs::path(key).filename().string());
        if (!id) continue;
        bool damaged = false;
        auto segment = read_segment(SegmentSource(objects, key), *id, damaged, owner);
        VEDETTE_CHECK(rebuilding.add(std::move(segment), damaged, place));
    }
    return rebuilding.finish();
}

}  // namespace

Result<Rebuilt> rebuild_index(const Places& places, Index& index) {
    Rebuilt rebuilt;
    for (const PlaceNumber place : places.all()) {
        if (!places.is_there(place)) {
            VEDETTE_CHECK(index.note_debt(place, 0));
            continue;
        }
        Rebuilding rebuilding(index, rebuilt);
        ObjectStore* const objects = places.objects(place);
        const auto owner = owner_of(places, place);
        VEDETTE_CHECK(objects != nullptr
                          ? add_objects_of(*objects, place, owner, rebuilding)
                          : add_files_of(places.media(place).media(), place, owner, rebuilding));
    }
    return rebuilt;
}

}  // namespace vedette::vault
