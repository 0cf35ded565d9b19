#include "gateway/vault/archive_care.hpp"

#include <sys/stat.h>

#include "base/log.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

enum class Whose { known, copy, nobodys };

class Care {
  public:
    Care(const Expirer::Parts& parts, PlaceNumber archive)
        : parts_(parts), archive_(archive), old_before_(parts.clock->utc_now() - interrupted_copy_age) {}

    Result<ArchiveCare> run(const std::function<bool()>& is_stopping) {
        VEDETTE_TRY(const auto deletions, parts_.keys->deletions());
        for (const Deletion& deletion : deletions) {
            std::uint64_t& before = deleted_before_[deletion.stream];
            before = std::max(before, deletion.before_sequence);
        }
        if (ObjectStore* const objects = parts_.places->objects(archive_)) {
            VEDETTE_CHECK(look_at(*objects, is_stopping));
            return care_;
        }
        const MediaFolder media = parts_.places->media(archive_);
        VEDETTE_CHECK(look_at(media.media(), false, is_stopping));
        VEDETTE_CHECK(look_at(media.arriving(), true, is_stopping));
        return care_;
    }

  private:
    Result<> look_at(ObjectStore& objects, const std::function<bool()>& is_stopping) {
        VEDETTE_TRY(const auto listed, objects.list("media/"));
        for (const auto& [key, modified] : listed) {
            if (is_stopping()) return {};
            VEDETTE_TRY(const Whose whose, judge(fs::path(key).filename().string(), false));
            care_.unknown += whose == Whose::nobodys ? 1 : 0;
            if (whose != Whose::copy || modified > old_before_) continue;
            log::info("an interrupted copy in the archive is removed: {}", key);
            VEDETTE_CHECK(objects.remove(key));
            ++care_.removed;
        }
        return {};
    }

    Result<> look_at(const fs::path& folder, bool is_arriving, const std::function<bool()>& is_stopping) {
        std::vector<fs::path> files;
        std::error_code error;
        for (auto it = fs::recursive_directory_iterator(folder, error);
             !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
            if (it->path().filename().string().starts_with(deleted_prefix)) it.disable_recursion_pending();
            if (it->is_regular_file(error)) files.push_back(it->path());
        }
        if (error && error != std::errc::no_such_file_or_directory)
            return fail_errno(error.value(), folder.string());
        for (const fs::path& file : files) {
            if (is_stopping()) return {};
            VEDETTE_TRY(const Whose whose, judge(file.filename().string(), is_arriving));
            care_.unknown += whose == Whose::nobodys ? 1 : 0;
            struct stat status{};
            if (whose != Whose::copy || ::stat(file.c_str(), &status) != 0 ||
                from_unix_seconds(status.st_mtim.tv_sec) > old_before_)
                continue;
            log::info("an interrupted copy in the archive is removed: {}", file.string());
            VEDETTE_CHECK(remove_file(file));
            ++care_.removed;
        }
        return {};
    }

    // `is_arriving`: it has not its name yet, so that what the index has in the archive is another file.
    Result<Whose> judge(const std::string& name, bool is_arriving) const {
        const auto id = parse_segment_name(name);
        if (!id) return Whose::nobodys;
        VEDETTE_TRY(const auto indexed, parts_.index->segment_from(id->stream, id->first_sequence));
        if (indexed && indexed->id == *id) {
            if (is_arriving) return Whose::copy;
            if (indexed->place == archive_) return Whose::known;
            return lies_elsewhere(*indexed) ? Whose::copy : Whose::known;
        }
        const auto before = deleted_before_.find(id->stream);
        if (before != deleted_before_.end() && id->first_sequence < before->second) return Whose::copy;
        VEDETTE_TRY(const bool is_deleted, parts_.book->is_deleted({.stream = id->stream,
                                                                    .first_sequence = id->first_sequence,
                                                                    .end_sequence = id->first_sequence + 1}));
        return is_deleted ? Whose::copy : Whose::nobodys;
    }

    bool lies_elsewhere(const SegmentInfo& segment) const {
        if (!parts_.places->is_there(segment.place)) return false;
        if (ObjectStore* const objects = parts_.places->objects(segment.place))
            return objects->size(Places::object_key(segment.id, segment.day)).has_value();
        std::error_code error;
        return fs::exists(parts_.places->media(segment.place).segment(segment.id, segment.day), error);
    }

    const Expirer::Parts& parts_;
    const PlaceNumber archive_;
    const UtcTime old_before_;
    std::map<StreamKey, std::uint64_t> deleted_before_;
    ArchiveCare care_;
};

}  // namespace

Result<ArchiveCare> care_for_archive(const Expirer::Parts& parts, PlaceNumber archive,
                                     const std::function<bool()>& is_stopping) {
    return Care(parts, archive).run(is_stopping);
}

}  // namespace vedette::vault
