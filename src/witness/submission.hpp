#pragma once
// Gives the checkpoints of our logs to witnesses, and keeps what they cosign. It reads a log as anybody does:
// whoever writes it never waits.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "base/time.hpp"
#include "net/task_group.hpp"
#include "net/worker_pool.hpp"
#include "witness/address.hpp"

namespace vedette::witness {

/// A signed log of this installation.
struct OwnLog {
    std::string name;              ///< for people and file names: "recordings"
    std::filesystem::path folder;  ///< C2SP tlog-tiles
    std::filesystem::path vkey;    ///< the file with its public key
};

/// DATA/cosigned/<log>.<key id>: where the last checkpoint lies that this witness cosigned.
std::filesystem::path cosigned_path(const std::filesystem::path& data, std::string_view log,
                                    const crypto::WitnessVerifier& witness);

struct SubmissionOptions {
    std::filesystem::path data;
    std::chrono::milliseconds look{10'000};        ///< between looks for a new checkpoint
    std::chrono::milliseconds first_pause{5'000};  ///< after a failure; doubles
    std::chrono::milliseconds last_pause{120'000};
    std::chrono::seconds overdue_after{300};  ///< so long a checkpoint may wait without notice
};

enum class SubmissionState : std::uint8_t {
    waiting,   ///< for the first answer, or the first checkpoint
    cosigned,  ///< the witness took what it was given last
    failing,   ///< it is away, or does not do its work
    refused,   ///< it says that this log is not the one that it knows
};
std::string_view to_string(SubmissionState state);

struct SubmissionStatus {
    std::string log;
    std::string witness;  ///< its key's name
    std::string place;    ///< its URL
    SubmissionState state = SubmissionState::waiting;
    std::uint64_t cosigned_entries = 0;
    std::optional<UtcTime> cosigned_at{};
    std::uint64_t waiting_entries = 0;  ///< signed here, and not cosigned
    bool overdue = false;               ///< refused, or waiting for longer than overdue_after
    std::string problem{};              ///< failing, refused: one sentence
};

class Submission;

/// Use from the executor's thread, which is one.
class Submissions {
  public:
    /// Each log to each witness; all of these have a place. `clock` outlives it.
    Submissions(SubmissionOptions options, const std::vector<OwnLog>& logs,
                const std::vector<Address>& witnesses, const Clock& clock,
                boost::asio::any_io_executor executor);
    ~Submissions();
    Submissions(const Submissions&) = delete;
    Submissions& operator=(const Submissions&) = delete;

    std::vector<SubmissionStatus> statuses() const;
    /// Waits until nothing reads or writes any more: before the event loop ends.
    net::Awaitable<void> stop();

  private:
    std::shared_ptr<net::WorkerPool> disk_;
    std::vector<std::shared_ptr<Submission>> submissions_;
    net::TaskGroup tasks_;
};

}  // namespace vedette::witness
