#pragma once
// retention.db: what is held, what rules have deleted, and which deletions go on. The log has all of it but
// the texts, so that it can be made again from there.

#include <memory>
#include <mutex>
#include <vector>

#include "base/secret.hpp"
#include "crypto/tile_log.hpp"
#include "gateway/vault/layout.hpp"
#include "gateway/vault/statement.hpp"
#include "store/database.hpp"

namespace vedette::vault {

/// Thread-safe. Blocking.
class RetentionBook {
  public:
    struct Opened {
        std::unique_ptr<RetentionBook> book;
        std::string notice;  ///< what was lost, in a sentence; may be empty
    };
    /// What seals the words of holds: who placed it, and why.
    struct WordKeys {
        Secret key;
        std::vector<Secret> replaced;  ///< from before the organisation key was changed, the newest first
    };
    /// Opens or creates it, and seals what lies open in one from before. Where it is damaged, or missing in a
    /// store that had one, it is made again from the log, which must be open and so is known to be as it was
    /// signed.
    static Result<Opened> open(const Layout& layout, WordKeys keys, std::uint64_t log_size, UtcTime now);

    // ---- holds

    /// Whether the log has the hold. It counts in each state.
    enum class HoldState : std::uint8_t { placing, placed, lifting };
    /// Gives the id. exhausted: the camera has max_holds_of_camera of them.
    Result<RecordingHold> add_hold(RecordingHold hold);
    Result<> set_hold_state(std::uint64_t id, HoldState state);
    Result<> remove_hold(std::uint64_t id);
    /// By their start.
    Result<std::vector<RecordingHold>> holds(CameraId camera) const;
    Result<std::vector<RecordingHold>> holds(HoldState state) const;

    // ---- deletions

    /// A deletion that was signed, or is about to be: noted before, forgotten when it is carried out.
    struct Pending {
        std::int64_t id = 0;
        Expiry expiry;
        std::uint64_t log_size = 0;      ///< when it was noted: it is signed from there on, if at all
        std::uint64_t greatest_run = 0;  ///< among the deleted records
    };
    Result<> note(const std::vector<Pending>& deletions);
    Result<std::vector<Pending>> pending() const;
    Result<> forget(std::int64_t id);
    /// It was signed: from now on the recordings are told as deleted.
    Result<> add_deleted(const Pending& deletion);
    Result<bool> is_deleted(const Expiry& expiry) const;

    /// Those of a live stream, and of what was fetched for it, that overlap the interval, by their start;
    /// what touches and has the same rule is one.
    Result<std::vector<DeletedRange>> deleted(StreamKey stream, UtcInterval interval) const;
    /// Behind the last deleted record of each stream: its sequence, and the end of its last recording.
    struct End {
        std::uint64_t sequence = 0;
        UtcTime time;
    };
    Result<std::map<StreamKey, End>> ends() const;
    Result<std::uint64_t> greatest_run() const;

  private:
    RetentionBook(store::Database database, const std::shared_ptr<const WordKeys>& keys)
        : database_(std::move(database)), keys_(keys) {}
    static Result<std::unique_ptr<RetentionBook>> open_file(const Layout& layout,
                                                            const std::shared_ptr<const WordKeys>& keys);
    void unseal_words(RecordingHold& hold, ByteView sealed) const;
    Result<std::size_t> fill_from_log(const Layout& layout, std::uint64_t log_size);
    Result<> insert_deleted(const Pending& deletion);
    Result<std::vector<RecordingHold>> read_holds(store::Statement& row) const;

    mutable std::mutex mutex_;
    mutable store::Database database_;
    std::shared_ptr<const WordKeys> keys_;
};

}  // namespace vedette::vault
