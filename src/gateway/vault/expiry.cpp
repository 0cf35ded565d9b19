#include "gateway/vault/expiry.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "base/file_fault.hpp"
#include "gateway/vault/format_file.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

using HoldsOfCameras = std::map<CameraId, std::vector<RecordingHold>>;

bool is_held(const HoldsOfCameras& holds, CameraId camera, UtcInterval interval) {
    return std::ranges::any_of(holds.at(camera),
                               [&](const RecordingHold& hold) { return hold.covers(interval); });
}

// Segments that follow each other on one day become one statement. What is held may lie in a pause between
// two of them, where nothing was recorded: a statement does not reach over it.
std::vector<RetentionBook::Pending> group(const std::vector<SegmentBrief>& segments,
                                          const HoldsOfCameras& holds, DeletionRule rule, std::uint64_t value,
                                          UtcTime now, std::uint64_t log_size) {
    std::vector<RetentionBook::Pending> groups;
    for (const SegmentBrief& segment : segments) {
        const Expiry* const last = groups.empty() ? nullptr : &groups.back().expiry;
        const bool goes_on = last != nullptr && last->stream == segment.id.stream &&
                             last->day == segment.day && last->end_sequence == segment.id.first_sequence &&
                             (last->interval.empty() || segment.interval.empty() ||
                              !is_held(holds, segment.id.stream.camera,
                                       {std::min(last->interval.start, segment.interval.start),
                                        std::max(last->interval.end, segment.interval.end)}));
        if (!goes_on)
            groups.push_back({.expiry = {.stream = segment.id.stream,
                                         .first_sequence = segment.id.first_sequence,
                                         .day = segment.day,
                                         .interval = {segment.interval.start, segment.interval.start},
                                         .rule = rule,
                                         .value = value,
                                         .deleted_at = now},
                              .log_size = log_size});
        Expiry& expiry = groups.back().expiry;
        expiry.end_sequence = segment.end_sequence;
        if (!segment.interval.empty()) {
            if (expiry.interval.empty()) expiry.interval = segment.interval;
            expiry.interval.start = std::min(expiry.interval.start, segment.interval.start);
            expiry.interval.end = std::max(expiry.interval.end, segment.interval.end);
        }
        expiry.fragments += segment.fragments;
        expiry.bytes += segment.bytes;
        ++expiry.files;
        groups.back().greatest_run = std::max(groups.back().greatest_run, segment.greatest_run);
    }
    return groups;
}

}  // namespace

Result<> Expirer::expire(std::vector<SegmentBrief> segments, DeletionRule rule, std::uint64_t value) {
    std::ranges::sort(segments, {}, &SegmentBrief::id);
    VEDETTE_CHECK(parts_.writer->run([&] { return sign(segments, rule, value); }));
    return finish();
}

// In the writer's thread, as the placing of holds: what is held when this begins is not deleted, and what is
// deleted was not held.
Result<> Expirer::sign(const std::vector<SegmentBrief>& segments, DeletionRule rule, std::uint64_t value) {
    HoldsOfCameras holds;
    std::vector<SegmentBrief> free;
    for (const SegmentBrief& segment : segments) {
        const CameraId camera = segment.id.stream.camera;
        if (!holds.contains(camera)) {
            VEDETTE_TRY(holds[camera], parts_.book->holds(camera));
        }
        if (!is_held(holds, camera, segment.about)) free.push_back(segment);
    }
    if (free.empty()) return {};
    const std::vector<Pending> deletions =
        group(free, holds, rule, value, parts_.clock->utc_now(), parts_.writer->log().size());
    VEDETTE_CHECK(raise_format(*parts_.layout, format_with_statements));
    VEDETTE_CHECK(parts_.book->note(deletions));
    std::vector<RecordHeader> statements;
    statements.reserve(deletions.size());
    for (const Pending& deletion : deletions)
        statements.push_back(deletion.expiry.header(parts_.keys->organisation()));
    return parts_.writer->sign(statements);
}

// The log on disk decides: only what is signed there is carried out.
Result<std::vector<RetentionBook::Pending>> Expirer::signed_deletions() {
    std::uint64_t log_size = 0;
    VEDETTE_CHECK(parts_.writer->run([&]() -> Result<> {
        VEDETTE_CHECK(parts_.writer->publish_log());
        log_size = parts_.writer->log().published().size;
        return {};
    }));
    VEDETTE_TRY(std::vector<Pending> noted, parts_.book->pending());
    if (noted.empty()) return noted;
    std::uint64_t from = log_size;
    for (const Pending& deletion : noted)  // a log that was begun anew may be shorter
        from = std::min(from, deletion.log_size <= log_size ? deletion.log_size : 0);
    std::vector<Expiry> in_log;
    const crypto::TileLogReader reader(parts_.layout->log());
    VEDETTE_CHECK(reader.entries(from, log_size, [&](std::uint64_t, ByteView entry) -> Result<> {
        VEDETTE_TRY(const RecordHeader header, parse_entry(entry));
        if (header.type == RecordType::expiry) in_log.push_back(Expiry::of(header));
        return {};
    }));
    std::vector<Pending> found;
    std::vector<RecordHeader> again;
    for (const Pending& deletion : noted) {
        const bool is_signed = std::ranges::find(in_log, deletion.expiry) != in_log.end();
        VEDETTE_TRY(const bool is_begun, parts_.book->is_deleted(deletion.expiry));
        if (!is_signed && !is_begun) {
            VEDETTE_CHECK(parts_.book->forget(deletion.id));
            continue;
        }
        if (!is_signed) again.push_back(deletion.expiry.header(parts_.keys->organisation()));
        found.push_back(deletion);
    }
    if (!again.empty()) VEDETTE_CHECK(parts_.writer->run([&] { return parts_.writer->sign(again); }));
    return found;
}

Result<> Expirer::finish() {
    VEDETTE_TRY(const std::vector<Pending> deletions, signed_deletions());
    if (deletions.empty()) return {};
    Days days;
    for (const Pending& deletion : deletions) {
        const Expiry& expiry = deletion.expiry;
        VEDETTE_CHECK(parts_.book->add_deleted(deletion));
        // Where a stream goes on is known by its last segment: a camera that comes back after all of it is
        // gone must not count from the beginning again.
        VEDETTE_TRY(const StreamPosition position, parts_.index->position(expiry.stream));
        if (position.next_sequence <= expiry.end_sequence)
            VEDETTE_CHECK(parts_.index->remember({{expiry.stream, position}}, 0));
        VEDETTE_CHECK(parts_.index->remove(expiry.stream, expiry.first_sequence, expiry.end_sequence));
        days.emplace_back(expiry.stream.camera, expiry.day);
    }
    std::ranges::sort(days);
    days.erase(std::ranges::unique(days).begin(), days.end());
    VEDETTE_CHECK(parts_.writer->run([&] { return destroy_keys(days); }));
    std::set<fs::path> folders;
    for (const PlaceNumber place : parts_.places->all())
        VEDETTE_CHECK(remove_files(deletions, place, folders));
    for (const Pending& deletion : deletions)
        parts_.thumbnails->forget(deletion.expiry.stream, deletion.expiry.day, deletion.expiry.first_sequence,
                                  deletion.expiry.end_sequence);
    for (const Pending& deletion : deletions) VEDETTE_CHECK(parts_.book->forget(deletion.id));
    // In the thread that moves files there.
    return parts_.writer->run([&]() -> Result<> {
        for (const fs::path& folder : folders) {
            std::error_code not_empty;
            fs::remove(folder, not_empty);
        }
        return {};
    });
}

// The keys are gone, and the statement is signed. Where the disk is away, or can't be written, the files go
// when it is back.
Result<> Expirer::remove_files(const std::vector<Pending>& deletions, PlaceNumber place,
                               std::set<fs::path>& folders) {
    const auto remove_all = [&]() -> Result<> {
        std::set<fs::path> changed;
        for (const Pending& deletion : deletions) {
            VEDETTE_CHECK(remove_files(deletion.expiry, place));
            if (parts_.places->objects(place) != nullptr) continue;
            changed.insert(
                parts_.places->media(place).day_folder(deletion.expiry.stream, deletion.expiry.day));
        }
        for (const fs::path& folder : changed)
            if (fs::exists(folder)) VEDETTE_CHECK(sync_folder(folder));
        folders.merge(changed);
        return {};
    };
    const PlaceState state = parts_.places->state(place);
    const bool is_writable = state == PlaceState::good || state == PlaceState::full;
    if (place == home_place) return remove_all();
    if (const auto removed = is_writable ? remove_all() : Result<>(); is_writable && removed) return {};
    return parts_.index->note_debt(place, PlaceDebt::no_open_files);
}

Result<> Expirer::destroy_unused_keys(CameraId camera, std::int32_t day) {
    VEDETTE_TRY(const auto kept, parts_.keys->days(camera));
    Days old;
    for (const std::int32_t one : kept)
        if (one < day) old.emplace_back(camera, one);
    if (old.empty()) return {};
    return parts_.writer->run([&] { return destroy_keys(old); });
}

// In the writer's thread, so that nothing is begun under a key meanwhile.
Result<> Expirer::destroy_keys(const Days& days) {
    VEDETTE_TRY(const auto streams, parts_.index->streams());
    Days over;
    for (const auto& [camera, day] : days) {
        if (parts_.writer->records_on(camera, day)) continue;
        bool is_used = false;
        for (const StreamKey stream : streams) {
            if (stream.camera != camera || is_used) continue;
            VEDETTE_TRY(is_used, parts_.index->has_fragments(stream, day));
        }
        if (!is_used) over.emplace_back(camera, day);
    }
    if (over.empty()) return {};
    if (const auto fault = file_fault(FileOperation::database)) return fail_errno(fault->error, "keys.db");
    return parts_.keys->destroy(over);
}

Result<> Expirer::remove_files(const Expiry& expiry, PlaceNumber place) {
    const MediaFolder media = parts_.places->media(place);
    const auto is_meant = [&](const fs::path& path) {
        const auto id = parse_segment_name(path.filename().string());
        return id && id->stream == expiry.stream && id->first_sequence >= expiry.first_sequence &&
               id->first_sequence < expiry.end_sequence;
    };
    if (ObjectStore* const objects = parts_.places->objects(place)) {
        VEDETTE_TRY(const auto keys,
                    objects->list(MediaFolder{}.day_folder(expiry.stream, expiry.day).string() + "/"));
        for (const auto& [key, modified] : keys)
            if (is_meant(key)) VEDETTE_CHECK(objects->remove(key));
        return {};
    }
    for (const fs::path& folder : {media.day_folder(expiry.stream, expiry.day), media.open()}) {
        std::error_code error;
        std::vector<fs::path> files;
        for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
             it.increment(error))
            if (is_meant(it->path())) files.push_back(it->path());
        if (error && error != std::errc::no_such_file_or_directory)
            return fail_errno(error.value(), folder.string());
        for (const fs::path& file : files) VEDETTE_CHECK(remove_file(file));
    }
    return {};
}

}  // namespace vedette::vault
