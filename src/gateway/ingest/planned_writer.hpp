#pragma once
// The way of one stream's fragments into the vault: stored, or kept in memory for an event that may come, or
// left out with a gap that says that this was the plan.

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "gateway/ingest/fragmenter.hpp"
#include "gateway/ingest/recording_order.hpp"
#include "gateway/vault/vault.hpp"

namespace vedette::gateway::ingest {

/// What is kept of one stream before an event, at most: a minute of 4 Mbit/s.
inline constexpr std::size_t max_reserve_bytes = 32 << 20;
/// A gap that goes on is written down this often, so that its reason survives a crash.
inline constexpr Ticks90k gap_piece = std::chrono::seconds(60);

/// Fragments and gaps come in their order, without a hole between them. A fragment is stored whole when any
/// moment of it is to be. Lives on the ingest loop; never blocks.
class PlannedWriter {
  public:
    /// `vault` and `orders` outlive it. `told_until`: so far an earlier process, or this one before, has told
    /// what is recorded and what is not.
    PlannedWriter(vault::StreamKey key, vault::Vault& vault, const RecordingOrders& orders,
                  std::optional<UtcTime> told_until = {});
    /// Stores what was to be stored, and writes down what was not.
    ~PlannedWriter();
    PlannedWriter(const PlannedWriter&) = delete;
    PlannedWriter& operator=(const PlannedWriter&) = delete;

    /// What follows are fragments of a new run with this initialisation segment.
    void begin_run(SharedBytes init);
    void append(Fragment fragment);
    /// Something failed: there is nothing to be stored in `interval`. Where nothing was to be recorded, that
    /// is the reason, and not what failed.
    void append(UtcInterval interval, vault::GapReason reason, std::string detail);

    /// An event came, or the plan is another one: what is to be stored from now on, is.
    void look_at_order();
    /// Call about once a second.
    void tick() { look_at_order(); }
    /// Whether the order is another one than it was at the last look.
    bool at_border() const;

    std::size_t held_bytes() const { return held_bytes_; }

  private:
    struct Run {
        SharedBytes init;
        std::optional<std::uint64_t> number;  ///< once something of it is stored
    };
    struct Held {
        std::shared_ptr<Run> run;  ///< null: a gap
        Fragment fragment;         ///< of a gap only start and duration
        std::size_t bytes = 0;
        Ticks90k length{};  ///< that counts as kept
        bool wanted = false;
        vault::GapReason reason = vault::GapReason::by_schedule;  ///< why it is missing, when it is
        std::string detail;                                       ///< of a gap
    };
    void add(Held item, const RecordingOrder& order);
    void want_all(const RecordingOrder& order);
    void drain(Ticks90k reserve);
    bool is_beyond(Ticks90k reserve) const;
    void take_front(bool store);
    void store(Held& item);
    void leave_out(const Held& item);
    void write_left_out();
    void write_gap(UtcInterval interval, vault::GapReason reason, std::string detail);
    void complain(const Result<>& written) const;

    vault::StreamKey key_;
    vault::Vault& vault_;
    const RecordingOrders& orders_;
    RecordingOrder last_;          ///< as it was at the last look
    bool is_part_wanted_ = false;  ///< of the fragment that is under way
    std::shared_ptr<Run> run_;
    std::deque<Held> held_;  ///< what is to be stored comes first
    std::size_t held_bytes_ = 0;
    Ticks90k held_length_{};
    struct LeftOut {
        UtcInterval interval;
        vault::GapReason reason;
    };
    std::optional<LeftOut> left_out_;    ///< and not yet written down
    std::optional<UtcTime> told_until_;  ///< end of the last gap that was written
};

}  // namespace vedette::gateway::ingest
