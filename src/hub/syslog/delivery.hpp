#pragma once
// The sending of entries to one target: connections one after the other, and how far each came.

#include <memory>
#include <optional>

#include "hub/audit/audit_log.hpp"
#include "hub/syslog/connection.hpp"
#include "hub/syslog/keeper.hpp"
#include "hub/syslog/stream.hpp"

namespace vedette::hub::syslog {

/// Use from one event loop's thread.
class Delivery {
  public:
    /// What is passed by reference outlives it. `next`: the first entry that the server may not have.
    Delivery(const StreamOptions& options, std::shared_ptr<audit::AuditLog> log, const Clock& clock,
             std::shared_ptr<Keeper> keeper, Target target, std::uint64_t next)
        : options_(options),
          log_(std::move(log)),
          clock_(clock),
          keeper_(std::move(keeper)),
          target_(std::move(target)),
          settled_(next),
          next_(next) {}

    /// Until it is cancelled. `self` is this.
    static net::Awaitable<void> run(std::shared_ptr<Delivery> self);

    const Target& target() const { return target_; }
    Status status() const;
    /// The first entry that the server may not have.
    std::uint64_t settled() const { return settled_; }

  private:
    net::Awaitable<void> attempt();
    net::Awaitable<Result<>> serve(Connection& connection);
    net::Awaitable<Result<bool>> send_batch(Connection& connection);
    net::Awaitable<void> settle();
    void note_failure(const Error& error);
    void note_success();

    // What becomes settled_ once the connection has held for Options::settle.
    struct Mark {
        std::uint64_t next;
        MonotonicTime at;
    };

    const StreamOptions options_;
    const std::shared_ptr<audit::AuditLog> log_;
    const Clock& clock_;
    const std::shared_ptr<Keeper> keeper_;
    const Target target_;
    Status status_{.state = State::connecting, .last_delivered = {}, .problem = {}};
    std::uint64_t settled_;
    std::uint64_t next_;  // the first entry that is not acknowledged
    std::optional<Mark> mark_;
};

}  // namespace vedette::hub::syslog
