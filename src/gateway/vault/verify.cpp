#include "gateway/vault/verify.hpp"

#include <map>
#include <set>

#include "gateway/vault/format_file.hpp"
#include "gateway/vault/tools.hpp"
#include "gateway/vault/verify_beside.hpp"
#include "gateway/vault/verify_file.hpp"
#include "gateway/vault/verify_log.hpp"
#include "gateway/vault/verify_statements.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;

namespace {

void extend(std::optional<UtcInterval>& all, UtcInterval more) {
    if (!all) all = more;
    all->start = std::min(all->start, more.start);
    all->end = std::max(all->end, more.end);
}

std::string sentence(std::string text) {
    if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    return text + ".";
}

std::string plural(std::uint64_t count, std::string_view one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
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
          log_(layout, [this](Fault fault) { tell(std::move(fault)); }, [this] { return go_on(); }) {}

    Result<VerifyReport> run() {
        VEDETTE_CHECK(require_vault(layout_));
        VEDETTE_CHECK(find_camera());
        if (const auto format = check_format(layout_); !format)
            tell({std::nullopt, "", std::nullopt, "the format", layout_.format(),
                  format.error().kind == ErrorKind::not_found
                      ? "It is missing; the next start writes it again."
                      : fmt::format("It is damaged: it must hold a number from 1 to {}.", newest_format)});
        // Before the checkpoint: what is listed and not in the log is then a stranger or the tail.
        list_files();
        VEDETTE_CHECK(log_.run(options_));
        check_keys(!options_.vkey);
        progress_.entries_total = log_.size();
        const bool whole =
            log_.for_each([this](std::uint64_t index, const RecordHeader& header, ByteView entry) {
                progress_.entries = index + 1;
                if (!go_on()) return false;
                if (header.type == RecordType::log_start)
                    log_started_ = header.start;
                else if (is_recorded(header.type))
                    check_entry(header, entry);
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
        if (log_started_)
            tell({std::nullopt,
                  "",
                  std::nullopt,
                  "the log",
                  {},
                  fmt::format(
                      "It was found damaged or missing, and begun anew at {}. Whether recordings that are "
                      "older were removed can't be told from it; a damaged log was kept as "
                      "tlog.damaged-*.",
                      to_rfc3339(*log_started_))});
        for (const auto& [key, stream] : streams_) report_.streams += stream.any_good ? 1 : 0;
        report_.by_rule = statements_.deletions();
        for (NotAuthentic& stretch : report_.not_authentic)
            if (const auto name = index_.names().find(stretch.stream.camera); name != index_.names().end())
                stretch.camera_name = name->second;
        for (RuleDeletion& deletion : report_.by_rule)
            if (const auto name = index_.names().find(deletion.stream.camera); name != index_.names().end())
                deletion.camera_name = name->second;
        report_.holds = statements_.holds();
        report_.checkpoint = log_.checkpoint();
        report_.vkey = log_.vkey();
        report_.vouched = log_.vouched();
        report_.signed_by = log_.signed_by();
        report_.keys = keys_.skipped();
        report_.index = index_.skipped();
        return std::move(report_);
    }

  private:
    // Records that follow each other in one file and have the same fault.
    struct Pending {
        std::string reason;
        fs::path file;
        UtcInterval interval;
        std::uint64_t first_sequence = 0;
        std::uint64_t last_sequence = 0;
        std::uint64_t fragments = 0;
    };
    struct Stream {
        StreamKey key;
        std::optional<std::uint64_t> next_sequence;
        UtcTime last_end;
        std::optional<std::uint64_t> segment;  // that the entries have come to
        std::uint64_t passed_block = 0;        // the end of what was not asked for in it
        std::optional<SegmentCheck> file;      // once something of it was asked for
        std::optional<Pending> pending;
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

    void list_files() {
        files_.clear();
        for (const PlaceNumber place : places_.disks_there()) list_files(places_.media(place).media());
    }

    void list_files(const fs::path& media) {
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
            tell({std::nullopt, "", std::nullopt, "the recordings", media,
                  fmt::format("The folder can't be read: {}.", error.message())});
            return;
        }
    }

    void check_entry(const RecordHeader& header, ByteView entry) {
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
            find_listed(id, header);
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

    // The segment's file is no stranger.
    void find_listed(const SegmentId& id, const RecordHeader& header) {
        std::optional<fs::path> second;
        // Of what is being archived two places have a file for a moment.
        for (const PlaceNumber place : places_.there()) {
            std::size_t files = 0;
            const fs::path open = places_.media(place).open_segment(id);
            for (const fs::path& path : {places_.media(place).segment(id, header.day), open}) {
                if (files_.erase(path) == 0) continue;
                if (++files > 1) second = path;
            }
        }
        // Not when the recorder moved it between the two.
        if (second && fs::exists(*second))
            tell({header.stream, "", UtcInterval{header.start, header.start}, "1 file", *second,
                  "It is a second copy of a file that was closed."});
    }

    void check_statement(const RecordHeader& header) {
        const auto stream = streams_.find(header.stream);
        const auto next = stream == streams_.end() ? std::nullopt : stream->second.next_sequence;
        // Numbers can be compared where the log has all of it.
        const bool is_whole = !log_started_ && !log_.has_altered_entries();
        const std::string reason = statements_.check(header, next.value_or(0), is_whole);
        if (header.type != RecordType::expiry || reason.empty()) return;
        tell({header.stream,
              "",
              UtcInterval{header.start, header.end()},
              fmt::format("the statement that records {} to {} were deleted", header.segment,
                          header.sequence - std::min<std::uint64_t>(header.sequence, 1)),
              {},
              reason});
    }

    void check_sequence(const Stream& stream, const RecordHeader& header) {
        // A log that was begun anew knows nothing of what was before.
        const std::uint64_t expected = stream.next_sequence.value_or(log_started_ ? header.sequence : 0);
        if (header.sequence == expected || header.sequence <= log_.deleted_before(header.stream)) return;
        Fault fault{header.stream, "", UtcInterval{header.start, header.start}, "", {}, ""};
        if (stream.next_sequence) fault.interval->start = std::min(stream.last_end, header.start);
        if (header.sequence < expected) {
            fault.subject = fmt::format("record {}", header.sequence);
            fault.reason = "The log speaks of it more than once.";
        } else {
            const std::uint64_t last = header.sequence - 1;
            fault.subject = last == expected ? fmt::format("record {}", last)
                                             : fmt::format("records {} to {}", expected, last);
            fault.reason =
                log_.has_altered_entries()
                    ? "What the log says of it was altered, so that nothing can be proven about it."
                    : "The log does not speak of it.";
        }
        tell(std::move(fault));
    }

    void add_fault(Stream& stream, const RecordHeader& header, const std::string& reason) {
        if (stream.pending && stream.pending->reason != reason) flush(stream);
        if (!stream.pending)
            stream.pending = Pending{reason,          stream.file->path(), {header.start, header.end()},
                                     header.sequence, header.sequence,     0};
        Pending& pending = *stream.pending;
        pending.interval.start = std::min(pending.interval.start, header.start);
        pending.interval.end = std::max(pending.interval.end, header.end());
        pending.last_sequence = header.sequence;
        pending.fragments += header.type == RecordType::fragment ? 1 : 0;
    }

    void flush(Stream& stream) {
        if (!stream.pending) return;
        const Pending pending = *std::exchange(stream.pending, std::nullopt);
        // The camera may have been deleted since the checkpoint was read: that is signed before files go.
        log_.follow();
        const auto first = log_.expiry_of(stream.key, pending.first_sequence);
        if (pending.last_sequence < log_.deleted_before(stream.key) ||
            (first && first == log_.expiry_of(stream.key, pending.last_sequence))) {
            report_.deleted += pending.last_sequence - pending.first_sequence + 1;
            return;
        }
        report_.faulty_fragments += pending.fragments;
        const std::uint64_t records = pending.last_sequence - pending.first_sequence + 1;
        const std::string numbers =
            records == 1 ? fmt::format("record {}", pending.first_sequence)
                         : fmt::format("records {} to {}", pending.first_sequence, pending.last_sequence);
        const std::string subject =
            pending.fragments > 0 ? fmt::format("{} ({})", plural(pending.fragments, "fragment"), numbers)
                                  : fmt::format("{} (no picture)", numbers);
        tell({stream.key, "", pending.interval, subject, pending.file, pending.reason});
    }

    void check_keys(bool compare_public_key) {
        if (!keys_.fault().empty()) {
            tell({std::nullopt, "", std::nullopt, "the keys", layout_.keys(), sentence(keys_.fault())});
            return;
        }
        const std::string own = keys_.vkey();
        if (compare_public_key && !own.empty() && !log_.vkey().empty() && own != log_.vkey())
            tell({std::nullopt, "", std::nullopt, "the public key", layout_.vkey(),
                  fmt::format("It is not the one of this gateway's signing key, {}: somebody else may have "
                              "signed the log.",
                              own)});
    }

    // A key that is gone or damaged takes a whole day of a camera.
    void check_key_of(const RecordHeader& header) {
        if (!header.is_sealed()) return;
        const std::string reason = keys_.check(header.stream.camera, header.day);
        if (reason.empty()) return;
        log_.follow();
        if (log_.is_deleted(header.stream, header.sequence)) return;
        tell({header.stream, "", UtcInterval{header.start, header.end()},
              fmt::format("the recordings of {}", day_text(header.day)), layout_.keys() / "keys.db",
              fmt::format("They are as they were signed, but can't be opened: {}.", reason)});
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
            tell({key.first, "", group.interval, fmt::format("{} in the index", plural(group.files, "file")),
                  group.files == 1 ? group.example : group.example.parent_path(),
                  key.second + " The recordings are as they were signed; vedette vault rebuild mends the "
                               "index."});
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
        const UtcInterval interval{stream.last_end, stream.last_end};
        if (const std::uint64_t count = file.displaced(); count > 0) {
            tell(
                {stream.key, "", interval, plural(count, "record"), file.path(),
                 "They are untouched, but lie at other places of the file than they were signed for: records "
                 "were swapped, or something was put between them."});
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
            tell({stream.key, "", interval, fmt::format("{} behind the last record", plural(behind, "byte")),
                  file.path(), "Nobody signed them."});
    }

    bool is_left_over(const fs::path& path) const {
        return std::ranges::any_of(places_.there(), [&](PlaceNumber place) {
            const fs::path inside = path.lexically_relative(places_.media(place).media());
            return !inside.empty() && inside.begin()->string().starts_with(deleted_prefix);
        });
    }

    // Files that no entry up to the checkpoint speaks of.
    void check_strangers() {
        log_.follow();
        std::map<StreamKey, Group> groups;
        for (const fs::path& path : files_) {
            const auto id = parse_segment_name(path.filename().string());
            std::error_code error;
            const std::uint64_t size = fs::file_size(path, error);
            if (error) continue;  // moved or deleted meanwhile
            const auto stream = id ? streams_.find(id->stream) : streams_.end();
            const std::uint64_t next =
                stream == streams_.end() ? 0 : stream->second.next_sequence.value_or(0);
            if (is_left_over(path) || (id && log_.is_deleted(id->stream, id->first_sequence))) {
                ++report_.leftovers;
            } else if (id && (log_.newer_end(*id) ||
                              (id->first_sequence >= next && path.parent_path().filename() == "open"))) {
                report_.unsigned_tail += size;
            } else if (!id) {
                if (is_partial()) continue;
                tell({std::nullopt, "", std::nullopt, "a file that is no recording of this gateway", path,
                      "The log does not speak of it."});
            } else {
                if (camera_ && id->stream.camera != *camera_) continue;
                std::optional<UtcInterval> interval;
                (void)scan_segment(
                    path, true, [](const RecordHeader&) { return false; },
                    [&](const ScannedRecord& record) {
                        extend(interval, {record.header.start, record.header.end()});
                    });
                if (options_.interval && interval &&
                    (interval->end <= options_.interval->start || interval->start >= options_.interval->end))
                    continue;
                Group& group = groups[id->stream];
                ++group.files;
                group.example = path;
                if (interval) extend(group.interval, *interval);
            }
        }
        for (const auto& [key, group] : groups)
            tell({key, "", group.interval, plural(group.files, "file"),
                  group.files == 1 ? group.example : group.example.parent_path(),
                  log_started_
                      ? fmt::format("The log was found damaged and begun anew at {}: nothing that still "
                                    "counts was signed about what is older.",
                                    to_rfc3339(*log_started_))
                      : "The log does not speak of it: it came from elsewhere, or the log was cut."});
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
    VerifyReport report_;
    std::map<StreamKey, Stream> streams_;
    std::set<fs::path> files_;
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
