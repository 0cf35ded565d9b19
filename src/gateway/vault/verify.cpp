#include "gateway/vault/verify.hpp"

#include <map>

#include "gateway/vault/format_file.hpp"
#include "gateway/vault/tools.hpp"
#include "gateway/vault/verify_beside.hpp"
#include "gateway/vault/verify_events.hpp"
#include "gateway/vault/verify_file.hpp"
#include "gateway/vault/verify_log.hpp"
#include "gateway/vault/verify_statements.hpp"
#include "gateway/vault/verify_strangers.hpp"
#include "gateway/vault/verify_words.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

void extend(std::optional<UtcInterval>& all, UtcInterval more) {
    if (!all) all = more;
    all->start = std::min(all->start, more.start);
    all->end = std::max(all->end, more.end);
}

// The log is the script: it is walked in its order, and each entry is held against the place where its record
// must lie. So nothing needs more memory than one open file per stream.
class Verification {
  public:
    Verification(const Layout& layout, const VerifyOptions& options, const Places& places,
                 const std::function<void(const Fault&)>& on_fault)
        : layout_(layout),
          places_(places),
          options_(options),
          on_fault_(on_fault),
          keys_(layout, options.secrets),
          index_(layout),
          log_(
              layout, [this](Fault fault) { tell(std::move(fault)); }, [this] { return go_on(); }),
          strangers_(places, log_, [this](Fault fault) { tell(std::move(fault)); }) {}

    Result<VerifyReport> run() {
        VEDETTE_CHECK(require_vault(layout_));
        VEDETTE_CHECK(find_camera());
        if (const auto format = check_format(layout_); !format)
            tell(fault_of_format(layout_, format.error()));
        // Before the checkpoint: what is listed and not in the log is then a stranger or the tail.
        strangers_.list();
        VEDETTE_CHECK(log_.run(options_));
        check_keys(!options_.vkey);
        progress_.entries_total = log_.size();
        const bool whole =
            log_.for_each([this](std::uint64_t index, const RecordHeader& header, ByteView entry) {
                progress_.entries = index + 1;
                organisation_ = header.organisation;
                if (!go_on()) return false;
                if (header.type == RecordType::log_start)
                    log_started_ = header.start;
                else if (is_recorded(header.type))
                    check_entry(header, entry);
                else if (is_recorder_event(header.type))
                    check_event(header);
                else if (header.type != RecordType::deletion && log_.is_signed())
                    check_statement(header);
                return true;
            });
        if (!whole) return fail(ErrorKind::cancelled, "the verification was stopped");
        if (is_partial() && asked_for_ == 0)
            return fail(ErrorKind::not_found, "the log speaks of no recording {}", scope_text());
        for (auto& [key, stream] : streams_) finish_file(stream);
        check_strangers();
        tell_of_index();
        if (log_started_) tell(log_was_begun_anew(*log_started_));
        for (const auto& [key, stream] : streams_) report_.streams += stream.any_good ? 1 : 0;
        report_.by_rule = statements_.deletions();
        for (NotAuthentic& stretch : report_.not_authentic)
            if (const auto name = index_.names().find(stretch.stream.camera); name != index_.names().end())
                stretch.camera_name = name->second;
        for (RuleDeletion& deletion : report_.by_rule)
            if (const auto name = index_.names().find(deletion.stream.camera); name != index_.names().end())
                deletion.camera_name = name->second;
        report_.holds = statements_.holds();
        report_.starts = events_.starts();
        report_.cut_off = events_.cut_off();
        report_.steps = events_.steps();
        report_.checkpoint = log_.checkpoint();
        report_.vkey = log_.vkey();
        report_.vouched = log_.vouched();
        report_.signed_by = log_.signed_by();
        report_.keys = keys_.skipped();
        report_.index = index_.skipped();
        return std::move(report_);
    }

  private:
    struct Stream {
        StreamKey key;
        std::optional<std::uint64_t> next_sequence;
        UtcTime last_end;
        std::optional<std::uint64_t> segment;  // that the entries have come to
        std::uint64_t passed_block = 0;        // the end of what was not asked for in it
        std::optional<SegmentCheck> file;      // once something of it was asked for
        std::optional<FaultyRecords> pending;
        std::vector<RecordRow> rows;  // of the file, as the log has them
        bool any_good = false;
        bool file_has_good = false;
    };

    // Files of one stream with the same fault.
    struct Group {
        std::uint64_t files = 0;
        std::optional<UtcInterval> interval;
        fs::path example;
    };

    void tell(Fault fault) {
        ++report_.faults;
        if (fault.stream)
            if (const auto name = index_.names().find(fault.stream->camera); name != index_.names().end())
                fault.camera_name = name->second;
        // What lies in another place is named by its whole path.
        if (auto relative = fault.file.lexically_relative(layout_.folder);
            !relative.empty() && *relative.begin() != "..")
            fault.file = std::move(relative);
        on_fault_(fault);
    }

    // Whether the log has all of what was signed.
    bool is_whole() const { return !log_started_ && !log_.has_altered_entries(); }

    void check_event(const RecordHeader& header) {
        for (std::string& reason : events_.check(header, is_whole()))
            tell({std::nullopt, "", std::nullopt, EventCheck::subject(header), {}, std::move(reason)});
    }

    void check_run(const RecordHeader& header) {
        std::string reason = events_.check_run(header, is_whole());
        if (!reason.empty()) tell(fault_of_run(header, std::move(reason)));
    }

    void check_entry(const RecordHeader& header, ByteView entry) {
        check_run(header);
        Stream& stream = streams_[header.stream];
        stream.key = header.stream;
        check_sequence(stream, header);
        stream.next_sequence = header.sequence + 1;
        if (header.type == RecordType::fragment || header.type == RecordType::gap)
            stream.last_end = header.end();
        const auto expiry = log_.expiry_of(header.stream, header.sequence);
        if (expiry) statements_.count(*expiry, header);
        if (expiry || header.sequence < log_.deleted_before(header.stream)) {
            ++report_.deleted;
            return;
        }
        const SegmentId id{header.stream, header.segment};
        if (stream.segment != header.segment) {
            finish_file(stream);
            stream.segment = header.segment;
            strangers_.find(id, header);
        }
        stream.rows.push_back(RecordRow::of(header));
        const std::uint64_t end_block = std::uint64_t{header.block} + header.blocks();
        if (!is_asked_for(header)) {
            report_.left_out += header.type == RecordType::fragment ? 1 : 0;
            stream.passed_block = std::max(stream.passed_block, end_block);
            if (stream.file) stream.file->pass(end_block);
            return;
        }
        ++asked_for_;
        progress_.bytes += header.stored_size();
        if (!stream.file) {
            stream.file.emplace(places_, index_.place_of(id), id, header.day, options_.fast);
            stream.file->pass(stream.passed_block);
        }
        if (!stream.file->away().empty()) {
            count_away(stream.file->away(), header);
            return;
        }
        const std::string reason =
            stream.file->unusable().empty() ? stream.file->check(header, entry) : stream.file->unusable();
        if (!reason.empty()) {
            add_fault(stream, header, reason);
            return;
        }
        flush(stream);
        stream.any_good = true;
        if (!std::exchange(stream.file_has_good, true)) ++report_.files;
        report_.bytes += header.stored_size();
        if (header.type == RecordType::gap) count_gap(header, stream.file->gap().reason);
        if (header.type != RecordType::fragment) return;
        ++report_.fragments;
        report_.fetched += header.fetched_at ? 1 : 0;
        report_.light += header.is_light ? 1 : 0;
        count_signature(header);
        check_key_of(header);
        extend(report_.covered, {header.start, header.end()});
    }

    // What the recorder found, which is signed with the record: pictures are not looked into here.
    void count_signature(const RecordHeader& header) {
        if (header.signature == CameraSignature::not_looked_for) return;
        ++report_.by_signature[header.signature];
        if (header.signature != CameraSignature::not_authentic) return;
        auto& stretches = report_.not_authentic;
        const auto last =
            std::ranges::find(stretches.rbegin(), stretches.rend(), header.stream, &NotAuthentic::stream);
        if (last != stretches.rend() && last->interval.end == header.start) {
            last->interval.end = header.end();
            ++last->fragments;
            return;
        }
        ++report_.not_authentic_stretches;
        if (stretches.size() >= max_told_not_authentic) return;
        stretches.push_back({.stream = header.stream,
                             .camera_name = {},
                             .interval = {header.start, header.end()},
                             .fragments = 1,
                             .signer_key = header.signer_key});
    }

    void count_gap(const RecordHeader& header, GapReason reason) {
        ++report_.gaps;
        VerifyReport::Gaps& gaps = report_.by_reason[reason];
        ++gaps.count;
        gaps.duration += header.duration;
    }

    void count_away(const std::string& place, const RecordHeader& header) {
        if (header.type != RecordType::fragment) return;
        VerifyReport::Away& away = report_.away[place];
        ++away.fragments;
        extend(away.covered, {header.start, header.end()});
    }

    bool go_on() { return !options_.on_progress || options_.on_progress(progress_); }

    bool is_partial() const { return camera_ || options_.interval; }

    std::string scope_text() const {
        return (camera_ ? fmt::format("of the camera {}", options_.camera) : std::string("of any camera")) +
               (options_.interval ? ", " + to_text(*options_.interval) : "");
    }

    bool is_asked_for(const RecordHeader& header) const {
        if (camera_ && header.stream.camera != *camera_) return false;
        if (!options_.interval) return true;
        const auto& [start, end] = *options_.interval;
        return header.start < end && (header.end() > start || header.start >= start);
    }

    Result<> find_camera() {
        if (options_.camera.empty()) return {};
        VEDETTE_TRY(camera_, index_.find_camera(options_.camera));
        return {};
    }

    void check_statement(const RecordHeader& header) {
        const auto stream = streams_.find(header.stream);
        const auto next = stream == streams_.end() ? std::nullopt : stream->second.next_sequence;
        // Numbers can be compared where the log has all of it.
        const std::string reason = statements_.check(header, next.value_or(0), is_whole());
        if (header.type == RecordType::expiry && !reason.empty()) tell(fault_of_statement(header, reason));
    }

    void check_sequence(const Stream& stream, const RecordHeader& header) {
        // A log that was begun anew knows nothing of what was before.
        const std::uint64_t expected = stream.next_sequence.value_or(log_started_ ? header.sequence : 0);
        if (header.sequence == expected || header.sequence <= log_.deleted_before(header.stream)) return;
        tell(fault_of_sequence(header, expected, stream.next_sequence ? stream.last_end : header.start,
                               log_.has_altered_entries()));
    }

    void add_fault(Stream& stream, const RecordHeader& header, const std::string& reason) {
        if (stream.pending && stream.pending->reason != reason) flush(stream);
        if (!stream.pending)
            stream.pending = FaultyRecords{reason,          stream.file->path(), {header.start, header.end()},
                                           header.sequence, header.sequence,     0};
        FaultyRecords& pending = *stream.pending;
        pending.interval.start = std::min(pending.interval.start, header.start);
        pending.interval.end = std::max(pending.interval.end, header.end());
        pending.last_sequence = header.sequence;
        pending.fragments += header.type == RecordType::fragment ? 1 : 0;
    }

    void flush(Stream& stream) {
        if (!stream.pending) return;
        const FaultyRecords pending = *std::exchange(stream.pending, std::nullopt);
        // The camera may have been deleted since the checkpoint was read: that is signed before files go.
        log_.follow();
        const auto first = log_.expiry_of(stream.key, pending.first_sequence);
        if (pending.last_sequence < log_.deleted_before(stream.key) ||
            (first && first == log_.expiry_of(stream.key, pending.last_sequence))) {
            report_.deleted += pending.count();
            return;
        }
        report_.faulty_fragments += pending.fragments;
        tell(fault_of(stream.key, pending));
    }

    void check_keys(bool compare_public_key) {
        if (!keys_.fault().empty()) {
            tell(fault_of_keys(layout_, keys_.fault()));
            return;
        }
        const std::string own = keys_.vkey();
        if (compare_public_key && !own.empty() && !log_.vkey().empty() && own != log_.vkey())
            tell(foreign_public_key(layout_, own));
    }

    // A key that is gone or damaged takes a whole day of a camera.
    void check_key_of(const RecordHeader& header) {
        if (!header.is_sealed()) return;
        const std::string reason = keys_.check(header.stream.camera, header.day);
        if (reason.empty()) return;
        log_.follow();
        if (log_.is_deleted(header.stream, header.sequence)) return;
        tell(day_cannot_be_opened(layout_, header, reason));
    }

    void check_index_of(const Stream& stream, const SegmentCheck& file, const std::vector<RecordRow>& rows) {
        if (log_.has_altered_entries() || file.is_open_still()) return;
        std::string reason = index_.check(file.id(), rows, false);
        if (reason.empty()) return;
        // The recorder may have closed or deleted it since the checkpoint was read.
        log_.follow();
        if (log_.is_deleted(stream.key, file.id().first_sequence)) return;
        if (log_.newer_end(file.id())) reason = index_.check(file.id(), rows, true);
        if (reason.empty()) return;
        Group& group = unindexed_[{stream.key, reason}];
        ++group.files;
        group.example = file.path();
        for (const RecordRow& row : rows) extend(group.interval, {row.start, row.end()});
    }

    void tell_of_index() {
        for (const auto& [key, group] : unindexed_)
            tell(fault_of_index(key.first, group.interval, group.files, group.example, key.second));
    }

    // What lies behind the last signed record of a file: in a closed file nothing may.
    void finish_file(Stream& stream) {
        flush(stream);
        stream.file_has_good = false;
        stream.segment.reset();
        stream.passed_block = 0;
        const std::vector<RecordRow> rows = std::exchange(stream.rows, {});
        if (!stream.file) return;
        const SegmentCheck file = *std::exchange(stream.file, std::nullopt);
        if (file.unusable().empty()) check_index_of(stream, file, rows);
        if (!file.unusable().empty()) return;
        if (const std::uint64_t count = file.displaced(); count > 0) {
            tell(records_lie_elsewhere(stream.key, stream.last_end, count, file.path()));
            return;
        }
        const std::uint64_t behind = file.bytes_behind();
        if (behind == 0 || log_.has_altered_entries())
            return;  // an entry that is not known may speak of them
        if (file.is_open_still()) {
            report_.unsigned_tail += behind;
            return;
        }
        // The recorder may have closed it since the checkpoint was read.
        log_.follow();
        const std::uint64_t end = file.end_block() * block_size;
        if (log_.newer_end(file.id()).value_or(0) * block_size >= end + behind)
            report_.unsigned_tail += behind;
        else if (!log_.is_deleted(stream.key, file.id().first_sequence))
            tell(unsigned_bytes(stream.key, stream.last_end, behind, file.path()));
    }

    void check_strangers() {
        StrangerCheck::Found found = strangers_.judge(
            {.camera = camera_,
             .interval = options_.interval,
             .log_started = log_started_,
             .organisation = organisation_,
             .next_sequence = [this](StreamKey key) -> std::uint64_t {
                 const auto stream = streams_.find(key);
                 return stream == streams_.end() ? 0 : stream->second.next_sequence.value_or(0);
             }});
        report_.leftovers += found.leftovers;
        report_.unsigned_tail += found.unsigned_tail;
        report_.strangers = found.strangers;
        report_.unfinished_copies = found.unfinished;
        report_.beside = std::move(found.beside);
    }

    const Layout& layout_;
    const Places& places_;
    const VerifyOptions& options_;
    std::optional<CameraId> camera_;  // that was asked for
    std::uint64_t asked_for_ = 0;     // records
    VerifyProgress progress_;
    const std::function<void(const Fault&)>& on_fault_;
    KeyCheck keys_;
    IndexCheck index_;
    LogCheck log_;
    StatementCheck statements_;
    EventCheck events_;
    VerifyReport report_;
    std::map<StreamKey, Stream> streams_;
    StrangerCheck strangers_;
    OrganisationId organisation_;                                   // of the log's entries
    std::map<std::pair<StreamKey, std::string>, Group> unindexed_;  // by what the index has wrong
    std::optional<UtcTime> log_started_;
};

}  // namespace

Result<VerifyReport> verify(const Layout& layout, const VerifyOptions& options,
                            const std::function<void(const Fault&)>& on_fault) {
    VEDETTE_TRY(const auto places, Places::open_to_read(layout));
    return Verification(layout, options, *places, on_fault).run();
}

}  // namespace vedette::vault
