#include "gateway/vault/cut_off_deletion.hpp"

#include <algorithm>
#include <map>

#include "base/file.hpp"
#include "gateway/vault/statement.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

// All segments of the stream, in the index and beside it.
Result<> each_segment(const Index& index, const std::vector<SegmentInfo>& recovered, StreamKey stream,
                      const std::function<void(const SegmentInfo&)>& each) {
    for (std::uint64_t sequence = 0;;) {
        VEDETTE_TRY(const auto segment, index.segment_from(stream, sequence));
        if (!segment) break;
        each(*segment);
        sequence = segment->end_sequence();
    }
    for (const SegmentInfo& segment : recovered)
        if (segment.id.stream == stream) each(segment);
    return {};
}

// Whether something that is to go is still there.
Result<bool> has_older(const Deletion& deletion, const Index& index,
                       const std::vector<SegmentInfo>& recovered) {
    VEDETTE_TRY(const auto first, index.segment_from(deletion.stream, 0));
    return (first && first->id.first_sequence < deletion.before_sequence) ||
           std::ranges::any_of(recovered, [&](const SegmentInfo& segment) {
               return segment.id.stream == deletion.stream &&
                      segment.id.first_sequence < deletion.before_sequence;
           });
}

// Below what sequence a stream's records are to go.
using Before = std::map<StreamKey, std::uint64_t>;

std::uint64_t before_of(const Before& before, StreamKey stream) {
    const auto found = before.find(stream);
    return found == before.end() ? 0 : found->second;
}

struct Sides {
    std::map<StreamKey, std::vector<SegmentInfo>> older;
    std::set<std::int32_t> newer_days;
    bool has_newer = false;
};

Result<Sides> sides_of(CameraId camera, const Before& before, const Index& index,
                       const std::vector<SegmentInfo>& recovered) {
    Sides sides;
    VEDETTE_TRY(std::vector<StreamKey> streams, index.streams());
    for (const SegmentInfo& segment : recovered) streams.push_back(segment.id.stream);
    for (const StreamKey stream : std::set(streams.begin(), streams.end())) {
        if (stream.camera != camera) continue;
        VEDETTE_CHECK(each_segment(index, recovered, stream, [&](const SegmentInfo& segment) {
            if (segment.id.first_sequence < before_of(before, stream)) {
                sides.older[stream].push_back(segment);
                return;
            }
            sides.has_newer = true;
            sides.newer_days.insert(segment.day);
        }));
    }
    return sides;
}

// Under a key of a day that is used by nothing that stays, nothing can be read any more.
Result<> destroy_keys(KeyStore& keys, CameraId camera, const std::set<std::int32_t>& used) {
    VEDETTE_TRY(const auto days, keys.days(camera));
    std::vector<std::pair<CameraId, std::int32_t>> over;
    for (const std::int32_t day : days)
        if (!used.contains(day)) over.emplace_back(camera, day);
    return over.empty() ? Result<>() : keys.destroy(over);
}

// What can't be reached goes later.
Result<> remove_segment(const Places& places, Index& index, const SegmentInfo& segment) {
    if (!places.is_there(segment.place)) return index.note_debt(segment.place, PlaceDebt::no_open_files);
    if (ObjectStore* const objects = places.objects(segment.place)) {
        if (objects->remove(Places::object_key(segment.id, segment.day))) return {};
        return index.note_debt(segment.place, PlaceDebt::no_open_files);
    }
    const MediaFolder media = places.media(segment.place);
    VEDETTE_CHECK(remove_file(media.segment(segment.id, segment.day)));
    return remove_file(media.open_segment(segment.id));
}

// Deletions that a start finds noted, one camera after another.
class Settlement {
  public:
    Settlement(const Places& places, KeyStore& keys, Index& index, crypto::TileLog& log, Recovered& recovered,
               UtcTime now)
        : places_(places), keys_(keys), index_(index), log_(log), recovered_(recovered), now_(now) {}

    /// Gives the cameras whose deletion begins again from the front.
    Result<std::set<CameraId>> run() {
        VEDETTE_CHECK(read_notes());
        std::set<CameraId> to_repeat;
        for (const auto& [camera, before] : cameras_) {
            Sides sides;
            if (unfinished_.contains(camera)) {
                VEDETTE_TRY(sides, sides_of(camera, before, index_, recovered_.segments));
            }
            if (!sides.has_newer && !sides.older.empty()) {
                to_repeat.insert(camera);
                continue;
            }
            VEDETTE_CHECK(state_again(before, sides));
            if (!sides.older.empty()) VEDETTE_CHECK(carry_out(camera, before, sides));
        }
        return to_repeat;
    }

  private:
    Result<> read_notes() {
        VEDETTE_TRY(const auto noted, keys_.deletions());
        for (const Deletion& deletion : noted) {
            const CameraId camera = deletion.stream.camera;
            cameras_[camera][deletion.stream] = deletion.before_sequence;
            VEDETTE_TRY(const bool is_left, has_older(deletion, index_, recovered_.segments));
            if (is_left) unfinished_.insert(camera);
        }
        return {};
    }

    // Signed again where it was: whether it was is not known any more. And where the streams go on.
    Result<> state_again(const Before& before, const Sides& sides) {
        std::map<StreamKey, StreamPosition> positions;
        for (const auto& [stream, sequence] : before)
            if (recovered_.unexplained.contains(stream) || sides.older.contains(stream))
                positions[stream].next_sequence = sequence;
        for (const auto& [stream, position] : positions)
            log_.append(
                encode_entry(deletion_header(stream, position.next_sequence, keys_.organisation(), now_)));
        if (!positions.empty()) VEDETTE_CHECK(log_.publish());
        return index_.remember(positions, 0);
    }

    // Keys first, then files, and last the rows, which say what there is still to do.
    Result<> carry_out(CameraId camera, const Before& before, const Sides& sides) {
        VEDETTE_CHECK(destroy_keys(keys_, camera, sides.newer_days));
        for (const auto& [stream, segments] : sides.older) {
            for (const SegmentInfo& segment : segments)
                VEDETTE_CHECK(remove_segment(places_, index_, segment));
            VEDETTE_CHECK(index_.remove(stream, before_of(before, stream)));
        }
        std::erase_if(recovered_.segments, [&](const SegmentInfo& segment) {
            return segment.id.stream.camera == camera &&
                   segment.id.first_sequence < before_of(before, segment.id.stream);
        });
        return {};
    }

    const Places& places_;
    KeyStore& keys_;
    Index& index_;
    crypto::TileLog& log_;
    Recovered& recovered_;
    const UtcTime now_;
    std::map<CameraId, Before> cameras_;
    std::set<CameraId>
        unfinished_;  // of the others, which are many in time, nothing has to be looked through
};

}  // namespace

Result<std::set<CameraId>> settle_deletions(const Places& places, KeyStore& keys, Index& index,
                                            crypto::TileLog& log, Recovered& recovered, UtcTime now) {
    return Settlement(places, keys, index, log, recovered, now).run();
}

Result<bool> is_deletion_begun(CameraId camera, const KeyStore& keys, const Index& index) {
    VEDETTE_TRY(const auto noted, keys.deletions());
    for (const Deletion& deletion : noted) {
        if (deletion.stream.camera != camera) continue;
        VEDETTE_TRY(const bool is_left, has_older(deletion, index, {}));
        if (is_left) return true;
    }
    return false;
}

}  // namespace vedette::vault
