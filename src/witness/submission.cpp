#include "witness/submission.hpp"

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "crypto/growth.hpp"
#include "crypto/key_file.hpp"
#include "net/retry_pause.hpp"
#include "net/timeout.hpp"
#include "witness/client.hpp"

namespace vedette::witness {

namespace fs = std::filesystem;

namespace {

constexpr unsigned cosigned_mode = 0640;

Result<std::string> read_checkpoint(const File& file) {
    VEDETTE_TRY(const std::uint64_t size, file.size());
    if (size > crypto::max_note_size) return fail(ErrorKind::corrupt, "the checkpoint is too long");
    Bytes bytes(static_cast<std::size_t>(size));
    VEDETTE_TRY(const std::size_t got, file.read_at(0, bytes));
    bytes.resize(got);
    return std::string(as_text(bytes));
}

// Before somebody else is told of it: after a loss of power the log must not be shorter than what the witness
// has seen.
Result<> make_durable(const File& file, const fs::path& path) {
    if (::fsync(file.fd()) != 0) return fail_errno(errno, path.string());
    return sync_folder(path.parent_path());
}

/// What a look at the disk has found.
struct Look {
    crypto::NoteVerifier log;
    std::string note;  ///< the log's checkpoint
    crypto::Checkpoint checkpoint;
    std::optional<crypto::Checkpoint> cosigned;
    std::uint64_t cosigned_at = 0;
};

Result<Look> look_at(const OwnLog& log, const fs::path& cosigned, const crypto::WitnessVerifier& witness) {
    Look look;
    VEDETTE_TRY(look.log, crypto::load_verifier(log.vkey));
    const fs::path path = log.folder / "checkpoint";
    VEDETTE_TRY(const File file, File::open(path, O_RDONLY));
    VEDETTE_TRY(look.note, read_checkpoint(file));
    VEDETTE_TRY(look.checkpoint, crypto::open_checkpoint(look.note, look.log));
    // One that does not count is replaced by the next.
    if (const auto kept = read_file(cosigned, crypto::max_note_size)) {
        const auto time = crypto::cosigned_at(as_text(*kept), witness);
        auto checkpoint = crypto::open_checkpoint(as_text(*kept), look.log);
        if (time && checkpoint) {
            look.cosigned = std::move(*checkpoint);
            look.cosigned_at = *time;
        }
    }
    if (look.cosigned != look.checkpoint) VEDETTE_CHECK(make_durable(file, path));
    return look;
}

std::optional<std::uint64_t> size_in(std::string_view body) {
    if (body.ends_with('\n')) body.remove_suffix(1);
    return crypto::parse_tree_size(body);
}

Result<> keep_cosigned(const fs::path& path, const std::string& note) {
    VEDETTE_CHECK(make_folder(path.parent_path()));
    return replace_file(path, as_bytes(note), cosigned_mode);
}

}  // namespace

std::string_view to_string(SubmissionState state) {
    switch (state) {
        case SubmissionState::waiting:
            return "waiting";
        case SubmissionState::cosigned:
            return "cosigned";
        case SubmissionState::failing:
            return "failing";
        case SubmissionState::refused:
            return "refused";
    }
    return "unknown";
}

fs::path cosigned_path(const fs::path& data, std::string_view log, const crypto::WitnessVerifier& witness) {
    return data / "cosigned" / fmt::format("{}.{:08x}", log, witness.key_id());
}

/// One log to one witness.
class Submission {
  public:
    Submission(const SubmissionOptions& options, OwnLog log, const Address& witness, const Clock& clock,
               std::shared_ptr<net::WorkerPool> disk)
        : options_(options),
          log_(std::move(log)),
          witness_(witness),
          cosigned_(cosigned_path(options.data, log_.name, witness.verifier)),
          clock_(clock),
          disk_(std::move(disk)) {
        status_.log = log_.name;
        status_.witness = witness_.verifier.name;
        status_.place = witness_.place->text();
    }

    /// Until it is cancelled. `self` is this.
    static net::Awaitable<void> run(std::shared_ptr<Submission> self);
    SubmissionStatus status() const;

  private:
    /// A refusal is an error of kind conflict.
    net::Awaitable<Result<>> submit();
    net::Awaitable<Result<>> offer(Look look, std::uint64_t old_size, bool may_repeat);
    net::Awaitable<Result<>> take(Look look, std::string lines);
    std::unexpected<Error> refusal_of(const net::HttpAnswer& answer) const;
    void note_failure(const Error& error);
    void note_cosigned(std::uint64_t entries, std::uint64_t unix_seconds);

    const SubmissionOptions options_;
    const OwnLog log_;
    const Address witness_;
    const fs::path cosigned_;
    const Clock& clock_;
    const std::shared_ptr<net::WorkerPool> disk_;
    SubmissionStatus status_;
    std::optional<MonotonicTime> behind_since_;
};

net::Awaitable<void> Submission::run(std::shared_ptr<Submission> self) {
    net::RetryPause pause(self->options_.first_pause, self->options_.last_pause);
    for (;;) {
        auto submitting = self->submit();
        const auto submitted = co_await std::move(submitting);
        if (submitted) {
            pause.reset();
            co_await net::sleep_for(self->options_.look);
            continue;
        }
        self->note_failure(submitted.error());
        const auto waited = pause.next();
        co_await net::sleep_for(waited);
    }
}

net::Awaitable<Result<>> Submission::submit() {
    auto looking = net::run_blocking(*disk_, [log = log_, cosigned = cosigned_, witness = witness_.verifier] {
        return look_at(log, cosigned, witness);
    });
    VEDETTE_CO_TRY(Look look, co_await std::move(looking));
    const std::uint64_t old_size = look.cosigned ? look.cosigned->size : 0;
    if (look.cosigned) {
        status_.cosigned_entries = old_size;
        status_.cosigned_at = from_unix_seconds(static_cast<std::int64_t>(look.cosigned_at));
    }
    const std::uint64_t size = look.checkpoint.size;
    status_.waiting_entries = size > old_size ? size - old_size : 0;
    if (look.cosigned == look.checkpoint) {
        note_cosigned(old_size, look.cosigned_at);
        co_return Result<>();
    }
    if (size == 0 && !look.cosigned) co_return Result<>();  // just begun
    if (!behind_since_) behind_since_ = clock_.monotonic_now();
    // A shorter log asks all the same: the witness says what it knows.
    auto offering = offer(std::move(look), std::min(old_size, size), true);
    co_return co_await std::move(offering);
}

net::Awaitable<Result<>> Submission::offer(Look look, std::uint64_t old_size, bool may_repeat) {
    auto proving = net::run_blocking(*disk_, [folder = log_.folder, look, old_size] {
        return crypto::prove_growth(crypto::TileLogReader(folder), old_size, look.note, look.log);
    });
    VEDETTE_CO_TRY(const crypto::Growth growth, co_await std::move(proving));
    auto posting = post_checkpoint(*witness_.place, growth.text());
    VEDETTE_CO_TRY(net::HttpAnswer answer, co_await std::move(posting));
    if (answer.status == 200) {
        auto taking = take(std::move(look), std::move(answer.body));
        co_return co_await std::move(taking);
    }
    if (answer.status == 409) {
        const auto seen = size_in(answer.body);
        if (seen && *seen > look.checkpoint.size)
            co_return fail(
                ErrorKind::conflict,
                "{} saw {} entries of the log of the {}, which has {} now: its end was cut off, or "
                "an older copy of it was put back",
                status_.place, *seen, log_.name, look.checkpoint.size);
        if (seen && may_repeat) {
            auto again = offer(std::move(look), *seen, false);
            co_return co_await std::move(again);
        }
    }
    co_return refusal_of(answer);
}

std::unexpected<Error> Submission::refusal_of(const net::HttpAnswer& answer) const {
    const std::string words = in_words(answer.body);
    if (answer.status == 422)
        return fail(ErrorKind::conflict,
                    "{} refuses the log of the {}, since it does not go on from what was cosigned: {}",
                    status_.place, log_.name, words);
    if (answer.status == 404)
        return fail(ErrorKind::unavailable, "{} does not know the log of the {} (vedette witness trust): {}",
                    status_.place, log_.name, words);
    return fail(ErrorKind::unavailable, "{} answers {} for the log of the {}: {}", status_.place,
                answer.status, log_.name, words);
}

net::Awaitable<Result<>> Submission::take(Look look, std::string lines) {
    const auto note = crypto::add_cosignature(look.note, lines, witness_.verifier);
    if (!note)
        co_return fail(ErrorKind::unavailable, "{} gave no cosignature that counts: {}", status_.place,
                       note.error().message);
    const auto time = crypto::cosigned_at(*note, witness_.verifier);
    auto keeping =
        net::run_blocking(*disk_, [path = cosigned_, text = *note] { return keep_cosigned(path, text); });
    VEDETTE_CO_CHECK(co_await std::move(keeping));
    note_cosigned(look.checkpoint.size, *time);
    co_return Result<>();
}

void Submission::note_failure(const Error& error) {
    // Told once, and not at each new attempt.
    if (status_.problem != error.message) log::warn("not cosigned: {}", error.message);
    status_.state = error.kind == ErrorKind::conflict ? SubmissionState::refused : SubmissionState::failing;
    status_.problem = error.message;
}

void Submission::note_cosigned(std::uint64_t entries, std::uint64_t unix_seconds) {
    if (!status_.problem.empty()) log::info("{} cosigns the log of the {} again", status_.place, log_.name);
    status_.state = SubmissionState::cosigned;
    status_.problem.clear();
    status_.cosigned_entries = entries;
    status_.cosigned_at = from_unix_seconds(static_cast<std::int64_t>(unix_seconds));
    status_.waiting_entries = 0;
    behind_since_.reset();
}

SubmissionStatus Submission::status() const {
    SubmissionStatus status = status_;
    status.overdue = status.state == SubmissionState::refused ||
                     (behind_since_ && clock_.monotonic_now() - *behind_since_ > options_.overdue_after);
    return status;
}

Submissions::Submissions(SubmissionOptions options, const std::vector<OwnLog>& logs,
                         const std::vector<Address>& witnesses, const Clock& clock,
                         boost::asio::any_io_executor executor)
    : disk_(std::make_shared<net::WorkerPool>(1)), tasks_(std::move(executor), "witness") {
    for (const Address& witness : witnesses)
        for (const OwnLog& log : logs) {
            submissions_.push_back(std::make_shared<Submission>(options, log, witness, clock, disk_));
            tasks_.spawn(Submission::run(submissions_.back()));
        }
}

Submissions::~Submissions() = default;

std::vector<SubmissionStatus> Submissions::statuses() const {
    std::vector<SubmissionStatus> statuses;
    statuses.reserve(submissions_.size());
    for (const auto& submission : submissions_) statuses.push_back(submission->status());
    return statuses;
}

net::Awaitable<void> Submissions::stop() {
    auto stopping = tasks_.stop();
    co_await std::move(stopping);
}

}  // namespace vedette::witness
