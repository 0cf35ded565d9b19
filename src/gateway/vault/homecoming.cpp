#include "gateway/vault/homecoming.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "gateway/vault/recovery.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t found_batch = 256;

class Return {
  public:
    Return(const Expirer::Parts& parts, PlaceNumber place)
        : parts_(parts), place_(place), media_(parts.places->media(place)) {}

    Result<Homecoming> run(std::uint64_t scan_from) {
        VEDETTE_TRY(const auto deletions, parts_.keys->deletions());
        for (const Deletion& deletion : deletions) {
            std::uint64_t& before = deleted_before_[deletion.stream];
            before = std::max(before, deletion.before_sequence);
        }
        if (ObjectStore* const objects = parts_.places->objects(place_)) {
            VEDETTE_CHECK(settle_objects(*objects));
            return done_;
        }
        VEDETTE_CHECK(settle_open_files(scan_from));
        VEDETTE_CHECK(settle_closed_files());
        VEDETTE_CHECK(remove_empty_folders());
        return done_;
    }

  private:
    Result<bool> is_deleted(const SegmentId& id) const {
        const auto before = deleted_before_.find(id.stream);
        if (before != deleted_before_.end() && id.first_sequence < before->second) return true;
        return parts_.book->is_deleted({.stream = id.stream,
                                        .first_sequence = id.first_sequence,
                                        .end_sequence = id.first_sequence + 1});
    }

    Result<> remove(const fs::path& path) {
        std::error_code error;
        fs::remove(path, error);
        if (error) return fail_errno(error.value(), path.string());
        ++done_.removed;
        return {};
    }

    // Another disk took what this one had not kept.
    bool lies_elsewhere(const SegmentId& id, PlaceNumber other, std::int32_t day) const {
        if (!parts_.places->is_there(other)) return false;
        if (ObjectStore* const objects = parts_.places->objects(other))
            return objects->size(Places::object_key(id, day)).has_value();
        const MediaFolder media = parts_.places->media(other);
        std::error_code error;
        return fs::exists(media.segment(id, day), error) || fs::exists(media.open_segment(id), error);
    }

    Result<> settle_open_files(std::uint64_t scan_from) {
        // Listed first: what the writer makes meanwhile is among its own then, or known already.
        std::vector<SegmentId> ids;
        std::error_code error;
        for (auto it = fs::directory_iterator(media_.open(), error); !error && it != fs::directory_iterator();
             it.increment(error))
            if (const auto id = parse_segment_name(it->path().filename().string())) ids.push_back(*id);
        if (error) return fail_errno(error.value(), media_.open().string());
        std::uint64_t log_size = 0;
        VEDETTE_CHECK(parts_.writer->run([&]() -> Result<> {
            for (const SegmentId& id : parts_.writer->open_segments()) std::erase(ids, id);
            VEDETTE_CHECK(parts_.writer->publish_log());
            log_size = parts_.writer->log().published().size;
            return {};
        }));
        std::vector<SegmentId> unknown;
        for (const SegmentId& id : ids) {
            VEDETTE_TRY(const bool is_settled, settle_open_file(id));
            if (!is_settled) unknown.push_back(id);
        }
        VEDETTE_TRY(auto segments,
                    mend_returned(*parts_.layout, *parts_.places, place_, unknown, scan_from, log_size));
        done_.moved += segments.size();
        return parts_.writer->run([&]() -> Result<> {
            parts_.writer->take_over(std::move(segments));
            return {};
        });
    }

    // False: nobody knows the file.
    Result<bool> settle_open_file(const SegmentId& id) {
        const fs::path path = media_.open_segment(id);
        VEDETTE_TRY(const bool deleted, is_deleted(id));
        if (deleted) {
            VEDETTE_CHECK(remove(path));
            return true;
        }
        const auto written = parts_.catalogue->segment_from(id.stream, id.first_sequence);
        if (written && written->id == id) {
            if (written->place != place_ && lies_elsewhere(id, written->place, written->day))
                VEDETTE_CHECK(remove(path));
            return true;
        }
        VEDETTE_TRY(const auto indexed, parts_.index->segment_from(id.stream, id.first_sequence));
        if (!indexed || indexed->id != id) return false;
        if (indexed->place != place_) {
            if (lies_elsewhere(id, indexed->place, indexed->day)) VEDETTE_CHECK(remove(path));
            return true;
        }
        VEDETTE_CHECK(make_day_folder(media_, id.stream, indexed->day));
        std::error_code error;
        fs::rename(path, media_.segment(id, indexed->day), error);
        if (error) return fail_errno(error.value(), path.string());
        ++done_.moved;
        return true;
    }

    Result<> settle_closed_files() {
        std::vector<SegmentInfo> found;
        std::vector<fs::path> deleted;
        std::error_code error;
        for (auto it = fs::recursive_directory_iterator(media_.media(), error);
             !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
            const std::string name = it->path().filename().string();
            if (name == "open") it.disable_recursion_pending();
            if (name.starts_with(deleted_prefix)) {
                it.disable_recursion_pending();
                deleted.push_back(it->path());
            }
            const auto id = parse_segment_name(name);
            if (!id || !it->is_regular_file(error)) continue;
            VEDETTE_CHECK(settle_closed_file(*id, it->path(), found));
            if (found.size() < found_batch) continue;
            VEDETTE_CHECK(parts_.index->insert(found));
            found.clear();
        }
        if (error) return fail_errno(error.value(), media_.media().string());
        VEDETTE_CHECK(parts_.index->insert(found));
        for (const fs::path& folder : deleted) {
            std::error_code failed;
            fs::remove_all(folder, failed);
            if (failed) return fail_errno(failed.value(), folder.string());
        }
        return {};
    }

    Result<> settle_objects(ObjectStore& objects) {
        VEDETTE_TRY(const auto keys, objects.list("media/"));
        std::vector<SegmentInfo> found;
        for (const auto& [key, modified] : keys) {
            const auto id = parse_segment_name(fs::path(key).filename().string());
            if (!id) continue;
            VEDETTE_TRY(const auto place, parts_.index->place_of(*id));
            if (place == place_) continue;
            VEDETTE_TRY(const bool deleted, is_deleted(*id));
            // Another place has it: it was being archived when the recorder was stopped.
            if (deleted || place) {
                VEDETTE_CHECK(objects.remove(key));
                ++done_.removed;
                continue;
            }
            bool damaged = false;
            VEDETTE_TRY(SegmentInfo segment,
                        read_segment(SegmentSource(objects, key), *id, damaged, parts_.keys->organisation()));
            if (segment.rows.empty()) continue;
            segment.place = place_;
            found.push_back(std::move(segment));
            ++done_.found;
        }
        return parts_.index->insert(found);
    }

    Result<> settle_closed_file(const SegmentId& id, const fs::path& path, std::vector<SegmentInfo>& found) {
        VEDETTE_TRY(const auto place, parts_.index->place_of(id));
        if (place == place_ || parts_.catalogue->contains(id)) return {};
        VEDETTE_TRY(const bool deleted, is_deleted(id));
        if (deleted) return remove(path);
        bool damaged = false;
        VEDETTE_TRY(SegmentInfo segment, read_segment(path, id, damaged, parts_.keys->organisation()));
        if (place) return lies_elsewhere(id, *place, segment.day) ? remove(path) : Result<>();
        if (segment.rows.empty()) return {};
        segment.place = place_;
        found.push_back(std::move(segment));
        ++done_.found;
        return {};
    }

    // In the thread that moves files there.
    Result<> remove_empty_folders() {
        if (done_.removed == 0) return {};
        std::vector<fs::path> folders;
        std::error_code error;
        for (auto it = fs::recursive_directory_iterator(media_.media(), error);
             !error && it != fs::recursive_directory_iterator(); it.increment(error))
            if (it->is_directory(error) && it->path() != media_.open()) folders.push_back(it->path());
        std::ranges::reverse(folders);
        return parts_.writer->run([&]() -> Result<> {
            for (const fs::path& folder : folders) {
                std::error_code not_empty;
                fs::remove(folder, not_empty);
            }
            return {};
        });
    }

    const Expirer::Parts& parts_;
    const PlaceNumber place_;
    const MediaFolder media_;
    std::map<StreamKey, std::uint64_t> deleted_before_;
    Homecoming done_;
};

}  // namespace

Result<Homecoming> bring_home(const Expirer::Parts& parts, PlaceNumber place, std::uint64_t scan_from) {
    return Return(parts, place).run(scan_from);
}

}  // namespace vedette::vault
