#include "gateway/vault/tools.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include "base/file.hpp"
#include "crypto/tile_log.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/statement.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

Result<> require_vault(const Layout& layout) {
    const std::string folder = layout.folder.string();
    std::error_code error;
    const fs::file_status status = fs::status(layout.folder, error);
    if (!fs::exists(status)) {
        if (error && error != std::errc::no_such_file_or_directory) return fail_errno(error.value(), folder);
        return fail(ErrorKind::not_found, "there is no directory {}", folder);
    }
    if (!fs::is_directory(status)) return fail(ErrorKind::invalid_input, "{} is not a directory", folder);
    const auto format = check_format(layout);
    if (!format && format.error().kind == ErrorKind::forbidden)
        return fail(ErrorKind::forbidden, "the recordings in {} can't be read by this user: {}", folder,
                    format.error().message);
    if (format || fs::exists(layout.log(), error) || fs::exists(layout.home().media(), error)) {
        if (!format && format.error().kind == ErrorKind::unsupported) return format;
        return {};
    }
    return fail(ErrorKind::not_found, "there are no recordings in {}", folder);
}

Result<File> lock_out_recorder(const Layout& layout) {
    VEDETTE_TRY(File lock, File::open(layout.lock(), O_RDWR | O_CREAT));
    if (::flock(lock.fd(), LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorKind::conflict, "the data directory {} is in use: stop the recorder first",
                    layout.folder.string());
    return lock;
}

namespace {

// What changes or shows the index has to know its format; a format file that is missing is written at the
// next start, since records carry their version.
Result<> require_known_format(const Layout& layout) {
    VEDETTE_CHECK(require_vault(layout));
    const auto format = check_format(layout);
    if (!format && format.error().kind != ErrorKind::not_found) return format;
    return {};
}

// What lies in the open folder. A recorder may be writing there: what is not whole yet does not count, and a
// file that went away is in the index by now.
std::vector<SegmentInfo> read_open_segments(const Places& places) {
    std::vector<SegmentInfo> segments;
    for (const PlaceNumber place : places.disks_there()) {
        std::error_code error;
        for (auto it = fs::directory_iterator(places.media(place).open(), error);
             !error && it != fs::directory_iterator(); it.increment(error)) {
            const auto id = parse_segment_name(it->path().filename().string());
            if (!id) continue;
            bool damaged = false;
            if (auto segment = read_segment(it->path(), *id, damaged); segment && !segment->rows.empty())
                segments.push_back(std::move(*segment));
        }
    }
    std::ranges::sort(segments, {}, &SegmentInfo::id);
    return segments;
}

}  // namespace

Result<std::vector<CameraStats>> vault_stats(const Layout& layout) {
    VEDETTE_CHECK(require_known_format(layout));
    VEDETTE_TRY(const auto places, Places::open_to_read(layout));
    const std::vector<SegmentInfo> open = read_open_segments(*places);
    VEDETTE_TRY(const auto index, Index::open(layout.index(), store::Access::read_only));
    return index->stats(open);
}

Result<Index::EventTotals> vault_events(const Layout& layout) {
    VEDETTE_CHECK(require_known_format(layout));
    VEDETTE_TRY(const auto index, Index::open(layout.index(), store::Access::read_only));
    return index->event_totals();
}

namespace {

// What the log has of the recorder as a whole; files do not tell of it. Of a damaged log what can be read, or
// nothing: that is for verify to name.
Result<> add_events_of_log(const Layout& layout, Index& index) {
    const crypto::TileLogReader reader(layout.log());
    const auto vkey = read_file(layout.vkey(), 4096);
    if (!vkey) return {};
    std::string_view text = as_text(*vkey);
    if (text.ends_with('\n')) text.remove_suffix(1);
    const auto verifier = crypto::NoteVerifier::parse(text);
    if (!verifier) return {};
    const auto checkpoint = reader.checkpoint(*verifier);
    if (!checkpoint) return {};
    std::vector<RecordHeader> events;
    (void)reader.entries(0, checkpoint->size, [&](std::uint64_t, ByteView entry) -> Result<> {
        if (const auto header = parse_entry(entry); header && is_recorder_event(header->type))
            events.push_back(*header);
        return {};
    });
    return index.add_events(events);
}

}  // namespace

Result<Rebuilt> vault_rebuild(const Layout& layout) {
    VEDETTE_CHECK(require_known_format(layout));
    VEDETTE_TRY(const File lock, lock_out_recorder(layout));
    VEDETTE_TRY(const auto places, Places::open_to_read(layout));
    const fs::path fresh = layout.folder / "index.db.rebuild";
    const auto remove = [](const fs::path& path) {
        for (const char* suffix : {"-wal", "-shm", ""}) {
            std::error_code ignored;
            fs::path file = path;
            file += suffix;
            fs::remove(file, ignored);
        }
    };
    remove(fresh);
    Rebuilt rebuilt;
    {
        VEDETTE_TRY(const auto index, Index::open(fresh));
        VEDETTE_TRY(rebuilt, rebuild_index(*places, *index));
        VEDETTE_CHECK(add_events_of_log(layout, *index));
        // Names are nowhere but in the index: take them along where it can still be read.
        if (const auto old = Index::open(layout.index(), store::Access::read_only))
            if (const auto names = (*old)->camera_names())
                for (const auto& [camera, name] : *names) VEDETTE_CHECK(index->set_camera_name(camera, name));
    }  // closing brings the write-ahead log into the file
    remove(layout.index());
    std::error_code error;
    fs::rename(fresh, layout.index(), error);
    if (error) return fail_errno(error.value(), layout.index().string());
    return rebuilt;
}

}  // namespace vedette::vault
