#include "gateway/vault/verify_strangers.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>

#include "gateway/vault/segment_file.hpp"
#include "gateway/vault/verify_words.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 5> own_names = {"media", "arriving", "vedette-place", "vedette-probe",
                                                       "lost+found"};

void widen(std::optional<UtcInterval>& all, UtcInterval more) {
    if (!all) all = more;
    all->start = std::min(all->start, more.start);
    all->end = std::max(all->end, more.end);
}

bool is_remote_path(const fs::path& path) {
    return path.string().starts_with(remote_prefix);
}

}  // namespace

void StrangerCheck::list() {
    files_.clear();
    for (const PlaceNumber place : places_.there()) {
        if (ObjectStore* const objects = places_.objects(place)) {
            list_objects(place, *objects);
            continue;
        }
        list_folder(places_.media(place).media());
        if (place == home_place) continue;
        list_arriving(places_.media(place).arriving());
        list_beside(place);
    }
}

void StrangerCheck::list_folder(const fs::path& media) {
    // A folder may go while it is being read: a camera is deleted. Then everything is listed again.
    for (int attempt = 0; attempt < 5; ++attempt) {
        std::error_code error;
        for (auto it = fs::recursive_directory_iterator(media, error);
             !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
            std::error_code gone;
            if (!it->is_directory(gone)) files_.insert(it->path());
        }
        if (!error || error == std::errc::no_such_file_or_directory) {
            if (!error || !fs::exists(media)) return;
            continue;
        }
        tell_({std::nullopt, "", std::nullopt, "the recordings", media,
               fmt::format("The folder can't be read: {}.", error.message())});
        return;
    }
}

void StrangerCheck::list_arriving(const fs::path& arriving) {
    std::error_code error;  // mostly there is none
    for (auto it = fs::directory_iterator(arriving, error); !error && it != fs::directory_iterator();
         it.increment(error))
        arriving_.insert(it->path());
}

void StrangerCheck::list_beside(PlaceNumber place) {
    std::error_code error;
    for (auto it = fs::directory_iterator(places_.media(place).folder, error);
         !error && it != fs::directory_iterator(); it.increment(error)) {
        const std::string name = it->path().filename().string();
        if (std::ranges::find(own_names, name) == own_names.end())
            found_.beside[places_.name(place)].add(name);
    }
}

void StrangerCheck::list_objects(PlaceNumber place, ObjectStore& objects) {
    const auto listed = objects.list("");
    if (!listed) {
        tell_({std::nullopt,
               "",
               std::nullopt,
               fmt::format("the archive \"{}\"", places_.name(place)),
               {},
               fmt::format("It can't be listed, so that what lies there and nobody knows is not found: {}.",
                           listed.error().message)});
        return;
    }
    for (const StoredObject& object : *listed) {
        if (object.key.starts_with("media/"))
            objects_.emplace(places_.media(place).folder / object.key, std::pair(&objects, object.key));
        else if (!object.key.empty() && std::ranges::find(own_names, object.key) == own_names.end())
            found_.beside[places_.name(place)].add(object.key);
    }
}

void StrangerCheck::find(const SegmentId& id, const RecordHeader& header) {
    std::optional<fs::path> second;
    std::size_t places_with_it = 0;
    for (const PlaceNumber place : places_.there()) {
        std::size_t files = objects_.erase(places_.media(place).segment(id, header.day));
        const fs::path open = places_.media(place).open_segment(id);
        for (const fs::path& path : {places_.media(place).segment(id, header.day), open}) {
            if (files_.erase(path) == 0) continue;
            if (++files > 1) second = path;
        }
        places_with_it += files > 0 ? 1 : 0;
    }
    // Of what is being archived two places have a file for a moment.
    found_.unfinished += places_with_it > 1 ? 1 : 0;
    // Not when the recorder moved it between the two.
    if (second && fs::exists(*second))
        tell_({header.stream, "", UtcInterval{header.start, header.start}, "1 file", *second,
               "It is a second copy of a file that was closed."});
}

bool StrangerCheck::is_left_over(const fs::path& path) const {
    return std::ranges::any_of(places_.there(), [&](PlaceNumber place) {
        const fs::path inside = path.lexically_relative(places_.media(place).media());
        return !inside.empty() && inside.begin()->string().starts_with(deleted_prefix);
    });
}

StrangerCheck::Found StrangerCheck::judge(const Scope& scope) {
    log_.follow();
    Groups groups;
    for (const fs::path& path : files_) judge_file(scope, path, groups);
    for (const auto& [path, object] : objects_) judge_object(scope, path, groups);
    judge_arriving(scope);
    tell_of(scope, groups);
    return std::move(found_);
}

void StrangerCheck::judge_file(const Scope& scope, const fs::path& path, Groups& groups) {
    const auto id = parse_segment_name(path.filename().string());
    std::error_code error;
    const std::uint64_t size = fs::file_size(path, error);
    if (error) return;  // moved or deleted meanwhile
    if (is_left_over(path) || (id && log_.is_deleted(id->stream, id->first_sequence))) {
        ++found_.leftovers;
    } else if (id && (log_.newer_end(*id) || (id->first_sequence >= scope.next_sequence(id->stream) &&
                                              path.parent_path().filename() == "open"))) {
        found_.unsigned_tail += size;
    } else if (!id) {
        if (scope.is_partial()) return;
        ++found_.strangers;
        tell_({std::nullopt, "", std::nullopt, "a file that is no recording of this gateway", path,
               "The log does not speak of it."});
    } else if (auto file = File::open(path, O_RDONLY)) {
        add(scope, *id, path, SegmentSource(std::move(*file)), groups);
    }
}

void StrangerCheck::judge_object(const Scope& scope, const fs::path& path, Groups& groups) {
    const auto& [objects, key] = objects_.at(path);
    const auto id = parse_segment_name(path.filename().string());
    if (id && log_.is_deleted(id->stream, id->first_sequence)) {
        ++found_.leftovers;
    } else if (id && log_.newer_end(*id)) {
        return;
    } else if (!id) {
        if (scope.is_partial()) return;
        ++found_.strangers;
        tell_({std::nullopt, "", std::nullopt, "an object in the archive that nobody knows", path,
               "It is no recording, and the log does not speak of it: somebody else put it there."});
    } else {
        add(scope, *id, path, SegmentSource(*objects, key), groups);
    }
}

void StrangerCheck::judge_arriving(const Scope& scope) {
    for (const fs::path& path : arriving_) {
        const auto id = parse_segment_name(path.filename().string());
        std::error_code error;
        if (!fs::exists(path, error)) continue;  // it has arrived
        if (id && (scope.next_sequence(id->stream) > 0 || log_.is_deleted(id->stream, id->first_sequence))) {
            ++found_.unfinished;
            continue;
        }
        if (scope.is_partial()) continue;
        ++found_.strangers;
        tell_({std::nullopt, "", std::nullopt, "a file in the archive that nobody knows", path,
               "It is no copy of a recording of this gateway: somebody else put it there."});
    }
}

void StrangerCheck::add(const Scope& scope, const SegmentId& id, const fs::path& path,
                        const SegmentSource& source, Groups& groups) const {
    if (scope.camera && id.stream.camera != *scope.camera) return;
    std::optional<UtcInterval> interval;
    std::optional<OrganisationId> organisation;
    (void)scan_segment(
        source, true, [](const RecordHeader&) { return false; },
        [&](const ScannedRecord& record) {
            widen(interval, {record.header.start, record.header.end()});
            organisation = record.header.organisation;
        });
    if (scope.interval && interval &&
        (interval->end <= scope.interval->start || interval->start >= scope.interval->end))
        return;
    const OrganisationId of = organisation.value_or(scope.organisation);
    Group& group = groups[{id.stream, of}];
    ++group.files;
    group.example = path;
    group.is_of_others = of != scope.organisation;
    if (interval) widen(group.interval, *interval);
}

void StrangerCheck::tell_of(const Scope& scope, const Groups& groups) {
    for (const auto& [key, group] : groups) {
        const auto& [stream, organisation] = key;
        const bool is_remote = is_remote_path(group.example);
        std::string reason;
        if (group.is_of_others)
            reason = fmt::format(
                "The records in it are of another installation of Vedette ({}). Nothing here knows it, and "
                "nothing "
                "removes it.",
                organisation.text());
        else if (scope.log_started)
            reason = fmt::format(
                "The log was found damaged and begun anew at {}: nothing that still counts was signed about "
                "what "
                "is older.",
                to_rfc3339(*scope.log_started));
        else
            reason = "The log does not speak of it: it came from elsewhere, or the log was cut.";
        found_.strangers += group.files;
        tell_({stream, "", group.interval, counted(group.files, is_remote ? "object" : "file"),
               group.files == 1 ? group.example : group.example.parent_path(), std::move(reason)});
    }
}

}  // namespace vedette::vault
