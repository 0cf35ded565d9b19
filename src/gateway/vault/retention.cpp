#include "gateway/vault/retention.hpp"

#include <algorithm>

#include <fcntl.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "gateway/vault/cut_off_deletion.hpp"
#include "gateway/vault/format_file.hpp"
#include "gateway/vault/homecoming.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t batch_size = 500;  // segments that are deleted in one step
constexpr std::size_t page_size = 250;   // of a stream, read from the index at once
constexpr std::uint64_t reserve_size = 4u << 20;
constexpr Ticks90k age_step = std::chrono::hours(1);
constexpr Ticks90k one_day = std::chrono::hours(24);

// Rules of age are looked at by whole hours, so that there is a statement for an hour and not for a minute.
UtcTime whole_hour(UtcTime time) {
    const Ticks90k since = time.time_since_epoch();
    return UtcTime(since - since % age_step);
}

}  // namespace

class Retention::Oldest {
  public:
    static Result<Oldest> of(const Retention& retention, const std::vector<StreamKey>& streams,
                             std::optional<PlaceNumber> place = std::nullopt) {
        Oldest oldest(*retention.parts_.index, place);
        for (const StreamKey key : streams) {
            oldest.sides_.push_back({key, {}, 0, std::nullopt, false});
            if (oldest.holds_.contains(key.camera)) continue;
            VEDETTE_TRY(oldest.holds_[key.camera], retention.parts_.book->holds(key.camera));
        }
        return oldest;
    }

    /// nullptr: there is none left. Valid until next().
    Result<const SegmentBrief*> head() {
        Side* first = nullptr;
        for (Side& side : sides_) {
            VEDETTE_CHECK(fill(side));
            if (side.at == side.page.size()) continue;
            if (first == nullptr || side.head().interval.start < first->head().interval.start) first = &side;
        }
        current_ = first;
        return first == nullptr ? nullptr : &first->head();
    }
    void next() { ++current_->at; }

  private:
    struct Side {
        StreamKey key;
        std::vector<SegmentBrief> page;
        std::size_t at;
        std::optional<SegmentBrief> last;
        bool at_end;
        const SegmentBrief& head() const { return page[at]; }
    };
    Oldest(const Index& index, std::optional<PlaceNumber> place) : index_(&index), place_(place) {}

    bool is_held(const SegmentBrief& segment) const {
        return std::ranges::any_of(holds_.at(segment.id.stream.camera),
                                   [&](const RecordingHold& hold) { return hold.covers(segment.about); });
    }
    Result<> fill(Side& side) {
        for (;;) {
            while (side.at < side.page.size() && is_held(side.head())) ++side.at;
            if (side.at < side.page.size() || side.at_end) return {};
            VEDETTE_TRY(side.page,
                        index_->oldest(side.key, side.last ? &*side.last : nullptr, page_size, place_));
            side.at = 0;
            side.at_end = side.page.size() < page_size;
            if (!side.page.empty()) side.last = side.page.back();
        }
    }

    const Index* index_;
    std::optional<PlaceNumber> place_;
    std::vector<Side> sides_;
    std::map<CameraId, std::vector<RecordingHold>> holds_;
    Side* current_ = nullptr;
};

void Retention::start() {
    if (options_.retention_interval.count() > 0)
        thread_ = std::jthread([this](const std::stop_token& token) { loop(token); });
}

void Retention::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    thread_.request_stop();
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Retention::wake() {
    {
        const std::lock_guard lock(mutex_);
        awake_ = true;
    }
    wake_.notify_all();
}

void Retention::loop(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (const auto done = run(); !done)
            log::error("old recordings could not be deleted: {}", done.error().message);
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, options_.retention_interval, [this] { return awake_; });
        awake_ = false;
    }
}

bool Retention::is_stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
}

std::string Retention::problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
}

void Retention::set_rule(CameraId camera, RetentionRule rule) {
    {
        const std::lock_guard lock(mutex_);
        if (rule == RetentionRule{})
            rules_.erase(camera);
        else
            rules_[camera] = rule;
    }
    wake();
}

// ---------------------------------------------------------------------------------------------- holds

// In the writer's thread, between deletions. The row comes first, so that it counts whatever happens then.
Result<RecordingHold> Retention::place_hold(RecordingHold hold) {
    if (hold.reason.size() > max_hold_text || hold.placed_by.size() > max_hold_text || hold.reason.empty())
        return fail(ErrorKind::invalid_input, "a hold needs a reason of at most {} bytes", max_hold_text);
    if (hold.end && *hold.end <= hold.start)
        return fail(ErrorKind::invalid_input, "a hold must end after it begins");
    hold.placed_at = parts_.clock->utc_now();
    VEDETTE_CHECK(parts_.writer->run([&]() -> Result<> {
        VEDETTE_TRY(const bool is_late, is_deletion_begun(hold.camera, *parts_.keys, *parts_.index));
        if (is_late)
            return fail(ErrorKind::conflict,
                        "the deletion of this camera's recordings was begun, and the next start brings it to "
                        "its end");
        VEDETTE_CHECK(raise_format(*parts_.layout, format_with_statements));
        VEDETTE_TRY(hold, parts_.book->add_hold(hold));
        const RecordHeader statement = hold_header(hold, parts_.keys->organisation());
        const auto is_signed = parts_.writer->sign({&statement, 1});
        if (is_signed) return parts_.book->set_hold_state(hold.id, RetentionBook::HoldState::placed);
        log::warn("a hold was placed and is not signed yet: {}", is_signed.error().message);
        return {};
    }));
    return hold;
}

Result<> Retention::lift_hold(CameraId camera, std::uint64_t id) {
    VEDETTE_CHECK(parts_.writer->run([&]() -> Result<> {
        VEDETTE_TRY(const auto holds, parts_.book->holds(camera));
        const auto hold = std::ranges::find(holds, id, &RecordingHold::id);
        if (hold == holds.end()) return fail(ErrorKind::not_found, "there is no such hold");
        VEDETTE_CHECK(parts_.book->set_hold_state(id, RetentionBook::HoldState::lifting));
        const RecordHeader statement =
            hold_lifted_header(*hold, parts_.keys->organisation(), parts_.clock->utc_now());
        VEDETTE_CHECK(parts_.writer->sign({&statement, 1}));
        return parts_.book->remove_hold(id);
    }));
    wake();
    return {};
}

// A hold that is there counts, and one that somebody began to lift is lifted.
Result<> Retention::finish() {
    using State = RetentionBook::HoldState;
    VEDETTE_CHECK(parts_.writer->run([&]() -> Result<> {
        VEDETTE_TRY(const auto placing, parts_.book->holds(State::placing));
        for (const RecordingHold& hold : placing) {
            const RecordHeader statement = hold_header(hold, parts_.keys->organisation());
            VEDETTE_CHECK(parts_.writer->sign({&statement, 1}));
            VEDETTE_CHECK(parts_.book->set_hold_state(hold.id, State::placed));
        }
        VEDETTE_TRY(const auto lifting, parts_.book->holds(State::lifting));
        for (const RecordingHold& hold : lifting) {
            const RecordHeader statement =
                hold_lifted_header(hold, parts_.keys->organisation(), parts_.clock->utc_now());
            VEDETTE_CHECK(parts_.writer->sign({&statement, 1}));
            VEDETTE_CHECK(parts_.book->remove_hold(hold.id));
        }
        return {};
    }));
    return expirer_.finish();
}

// ---------------------------------------------------------------------------------------------- rules

Result<std::vector<StreamKey>> Retention::streams_of(CameraId camera) const {
    VEDETTE_TRY(std::vector<StreamKey> streams, parts_.index->streams());
    std::erase_if(streams, [&](StreamKey key) { return key.camera != camera; });
    return streams;
}

void Retention::note_change(PlaceNumber place, PlaceState state) {
    {
        const std::lock_guard lock(mutex_);
        // Nothing happens in an archive but what goes on from here.
        const bool is_gone = state == PlaceState::away || state == PlaceState::hanging;
        if (is_gone && parts_.places->objects(place) == nullptr) were_away_.insert(place);
    }
    wake();
}

// Disks that were away and can be written again.
Result<> Retention::settle_places() {
    VEDETTE_TRY(auto debts, parts_.index->debts());
    {
        const std::lock_guard lock(mutex_);
        for (const PlaceNumber place : were_away_)
            debts.try_emplace(place, PlaceDebt{PlaceDebt::no_open_files});
    }
    for (const auto& [place, debt] : debts) {
        if (!parts_.places->is_known(place) || is_stopping()) continue;
        const PlaceState state = parts_.places->state(place);
        if (state != PlaceState::good && state != PlaceState::full) continue;
        {
            const std::lock_guard lock(mutex_);
            were_away_.erase(place);
        }
        const auto home = bring_home(parts_, place, debt.scan_from);
        if (!home) {
            log::error("the disk \"{}\" is back, and its recordings could not be looked at: {}",
                       parts_.places->name(place), home.error().message);
            VEDETTE_CHECK(parts_.index->note_debt(place, debt.scan_from));
            continue;
        }
        VEDETTE_CHECK(parts_.index->settle_debt(place));
        log::info("\"{}\" is back: {} files found, {} brought to their end, {} deleted",
                  parts_.places->name(place), home->found, home->moved, home->removed);
    }
    return {};
}

Result<> Retention::run_rules() {
    VEDETTE_CHECK(settle_places());
    VEDETTE_CHECK(expirer_.finish());
    std::map<CameraId, RetentionRule> rules;
    {
        const std::lock_guard lock(mutex_);
        rules = rules_;
    }
    const UtcTime now = parts_.clock->utc_now();
    struct Over {
        double by;
        CameraId camera;
    };
    std::vector<Over> old;
    for (const auto& [camera, rule] : rules) {
        if (!rule.keep_days) continue;
        VEDETTE_TRY(const auto streams, streams_of(camera));
        VEDETTE_TRY(Oldest oldest, Oldest::of(*this, streams));
        VEDETTE_TRY(const SegmentBrief* const head, oldest.head());
        const double age = head == nullptr ? 0 : static_cast<double>((now - head->interval.end).count());
        old.push_back({age / static_cast<double>(*rule.keep_days), camera});
    }
    std::ranges::sort(old, std::greater(), &Over::by);
    for (const Over& over : old) VEDETTE_CHECK(run_age(over.camera, *rules[over.camera].keep_days));

    VEDETTE_TRY(auto stored, parts_.index->stored_bytes());
    std::vector<Over> large;
    for (const auto& [camera, rule] : rules)
        if (rule.keep_bytes)
            large.push_back({static_cast<double>(stored[camera]) /
                                 static_cast<double>(std::max<std::uint64_t>(*rule.keep_bytes, 1)),
                             camera});
    std::ranges::sort(large, std::greater(), &Over::by);
    for (const Over& over : large) VEDETTE_CHECK(run_size(over.camera, *rules[over.camera].keep_bytes));
    VEDETTE_CHECK(archive());
    VEDETTE_CHECK(run_free());
    keep_reserve();
    return {};
}

// After the rules: what is deleted need not be moved. Before room is made: what moves makes some.
Result<> Retention::archive() {
    if (!archiver_) return {};
    const auto done = archiver_->run([this] { return is_stopping(); });
    if (!done && done.error().kind != ErrorKind::cancelled) log::error("{}", archiver_->problem());
    if (done && !*done) wake();
    return {};
}

// What is deleted has to be written down first, for which a full disk has no room.
Result<> Retention::run() {
    const std::lock_guard one_at_a_time(running_);
    Result<> done = run_rules();
    if (done || done.error().kind != ErrorKind::exhausted) return done;
    std::error_code error;
    if (!fs::remove(parts_.layout->reserve(), error)) return done;
    log::warn("the disk is full: the reserve for deletions is used");
    return run_rules();
}

void Retention::keep_reserve() const {
    if (options_.keep_free_percent == 0 || fs::exists(parts_.layout->reserve())) return;
    const auto space = disk_space(parts_.layout->folder);
    if (!space || space->free < 2 * reserve_size) return;
    const auto file = File::open(parts_.layout->reserve(), O_WRONLY | O_CREAT);
    if (!file || ::posix_fallocate(file->fd(), 0, reserve_size) == 0) return;
    std::error_code ignored;
    fs::remove(parts_.layout->reserve(), ignored);
}

// In steps, so that what is decided is never far behind what is done.
Result<> Retention::expire_through(Oldest& oldest, DeletionRule rule, std::uint64_t value,
                                   const std::function<bool(const SegmentBrief&)>& wanted) {
    for (bool more = true; more && !is_stopping();) {
        std::vector<SegmentBrief> batch;
        while (batch.size() < batch_size) {
            VEDETTE_TRY(const SegmentBrief* const head, oldest.head());
            more = head != nullptr && wanted(*head);
            if (!more) break;
            batch.push_back(*head);
            oldest.next();
        }
        if (!batch.empty()) VEDETTE_CHECK(expirer_.expire(std::move(batch), rule, value));
    }
    return {};
}

Result<> Retention::run_age(CameraId camera, std::uint32_t days) {
    const UtcTime keep_from = whole_hour(parts_.clock->utc_now() - days * one_day);
    VEDETTE_TRY(const auto streams, streams_of(camera));
    VEDETTE_TRY(Oldest oldest, Oldest::of(*this, streams));
    VEDETTE_CHECK(expire_through(oldest, DeletionRule::keep_days, days, [&](const SegmentBrief& segment) {
        return segment.interval.end <= keep_from;
    }));
    // Gaps alone: nothing in them is sealed.
    for (const StreamKey key : streams) {
        std::optional<std::uint64_t> after;
        for (bool more = true; more && !is_stopping();) {
            VEDETTE_TRY(auto segments,
                        parts_.index->oldest_without_fragments(key, utc_day(keep_from), after, batch_size));
            more = segments.size() == batch_size;
            if (!segments.empty()) after = segments.back().id.first_sequence;
            std::erase_if(segments,
                          [&](const SegmentBrief& segment) { return segment.about.end > keep_from; });
            if (!segments.empty())
                VEDETTE_CHECK(expirer_.expire(std::move(segments), DeletionRule::keep_days, days));
        }
    }
    return expirer_.destroy_unused_keys(camera, utc_day(keep_from));
}

Result<std::uint64_t> Retention::held_bytes(CameraId camera) const {
    VEDETTE_TRY(const auto holds, parts_.book->holds(camera));
    constexpr UtcTime no_end{Ticks90k(std::int64_t{1} << 61)};
    std::vector<UtcInterval> held;  // holds may overlap
    for (const RecordingHold& hold : holds) {
        const UtcInterval interval{hold.start, hold.end.value_or(no_end)};
        if (!held.empty() && interval.start <= held.back().end)
            held.back().end = std::max(held.back().end, interval.end);
        else
            held.push_back(interval);
    }
    std::uint64_t sum = 0;
    VEDETTE_TRY(const auto streams, streams_of(camera));
    for (const StreamKey key : streams)
        for (const UtcInterval& interval : held) {
            VEDETTE_TRY(const std::uint64_t bytes, parts_.index->bytes_in(key, interval));
            sum += bytes;
        }
    return sum;
}

// What is held does not count, or a camera with much that is held would keep nothing new.
Result<> Retention::run_size(CameraId camera, std::uint64_t limit) {
    VEDETTE_TRY(auto stored, parts_.index->stored_bytes());
    if (stored[camera] <= limit) return {};
    VEDETTE_TRY(const std::uint64_t held, held_bytes(camera));
    std::uint64_t kept = stored[camera] - std::min(held, stored[camera]);
    VEDETTE_TRY(const auto streams, streams_of(camera));
    VEDETTE_TRY(Oldest oldest, Oldest::of(*this, streams));
    return expire_through(oldest, DeletionRule::keep_bytes, limit, [&](const SegmentBrief& segment) {
        if (kept <= limit) return false;
        kept -= std::min(kept, segment.bytes);
        return true;
    });
}

Result<> Retention::run_free() {
    std::string problem = archiver_ ? archiver_->problem() : "";
    if (options_.keep_free_percent > 0)
        for (const PlaceNumber place : parts_.places->disks_there())
            if (parts_.places->state(place) != PlaceState::read_only) VEDETTE_CHECK(run_free(place, problem));
    const std::lock_guard lock(mutex_);
    problem_ = problem;
    return {};
}

// The oldest of all cameras. Only what was deleted is counted: some file systems give room back later.
Result<> Retention::run_free(PlaceNumber place, std::string& problem) {
    const bool is_home = place == home_place;
    VEDETTE_TRY(const DiskSpace space, is_home&& options_.disk_space
                                           ? options_.disk_space()
                                           : disk_space(parts_.places->media(place).folder));
    const std::uint64_t floor = space.capacity / 100 * options_.keep_free_percent;
    // A reserve that was given up has to come back.
    const bool needs_reserve = is_home && !fs::exists(parts_.layout->reserve());
    const std::uint64_t wanted = floor + (needs_reserve ? reserve_size : 0);
    if (space.free >= wanted) return {};
    std::uint64_t missing = wanted - space.free;
    VEDETTE_TRY(const auto streams, parts_.index->streams());
    VEDETTE_TRY(Oldest oldest, Oldest::of(*this, streams, place));
    VEDETTE_CHECK(expire_through(oldest, DeletionRule::keep_free_percent, options_.keep_free_percent,
                                 [&](const SegmentBrief& segment) {
                                     if (missing == 0) return false;
                                     missing -= std::min(missing, segment.bytes);
                                     return true;
                                 }));
    if (missing == 0 || is_stopping()) return {};
    problem = fmt::format(
        "Less than {} % of the disk{} are free, and nothing that may be deleted is left: recording "
        "{} when it is full.",
        options_.keep_free_percent,
        parts_.places->has_several() ? fmt::format(" \"{}\"", parts_.places->name(place)) : "",
        parts_.places->has_several() ? "goes to others" : "stops");
    log::error("{}", problem);
    return {};
}

Result<DiskSpace> disk_space(const fs::path& folder) {
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    if (error) return fail_errno(error.value(), folder.string());
    return DiskSpace{space.capacity, space.available};
}

}  // namespace vedette::vault
