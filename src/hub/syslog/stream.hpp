#pragma once
// Sends every audit entry to a syslog server, in order, from where the server's TCP was when it was last
// heard of. It reads the log as anybody does and is never waited for: what it can't deliver stays in the log.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "base/time.hpp"
#include "hub/audit/audit_log.hpp"
#include "hub/syslog/message.hpp"
#include "hub/syslog/target.hpp"
#include "net/http.hpp"
#include "net/task_group.hpp"

namespace vedette::hub::syslog {

struct StreamOptions {
    std::filesystem::path hub;  ///< DATA/hub
    OrganisationId organisation;
    Sender sender;
    std::chrono::milliseconds look{250};  ///< how often it asks whether there are new entries
    std::chrono::milliseconds connect_limit{10'000};
    std::chrono::milliseconds send_limit{30'000};  ///< for one batch to be acknowledged
    std::chrono::milliseconds first_pause{1000};   ///< before a server that failed is tried again; doubles
    std::chrono::milliseconds last_pause{60'000};
    /// What was acknowledged within this time before a connection broke is sent again: the server's TCP had
    /// it, the server may have not.
    std::chrono::milliseconds settle{10'000};
};

enum class State : std::uint8_t { off, connecting, sending, failing };
std::string_view to_string(State state);

struct Status {
    State state = State::off;
    std::uint64_t waiting = 0;    ///< entries that the server has not acknowledged
    std::uint64_t delivered = 0;  ///< messages since the start, those that were sent again with them
    std::optional<UtcTime> last_delivered;
    std::string problem;  ///< State::failing: why, one sentence
};

class Delivery;
class Keeper;

/// Use from the executor's thread, which is one. Held by a shared_ptr, also by whoever waits for an answer.
class Stream {
  public:
    /// Begins to send when a target is stored. Blocking. Errors as Store::open(). `clock` outlives it.
    static Result<std::shared_ptr<Stream>> open(StreamOptions options, std::shared_ptr<audit::AuditLog> log,
                                                const Clock& clock, boost::asio::any_io_executor executor);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// nullptr: nothing is sent.
    const Target* target() const;
    Status status() const;

    /// Sends there from now on: what a former target has not acknowledged yet, or, without a former one,
    /// entries that are written from now on; with `from_beginning` the whole log. Errors as check(), and as
    /// the database says; conflict while another change is under way.
    net::Awaitable<Result<>> use(Target target, bool from_beginning);
    net::Awaitable<Result<>> stop_sending();
    /// Connects and delivers a test message; an error says in one sentence what failed. `exhausted` while
    /// others are tested.
    net::Awaitable<Result<>> test(Target target);
    /// Ends the connection, and waits until nothing of it reads or writes any more: before the event loop
    /// ends. status() is State::off afterwards.
    net::Awaitable<void> stop();

  private:
    Stream(StreamOptions options, std::shared_ptr<audit::AuditLog> log, const Clock& clock,
           std::shared_ptr<Keeper> keeper, boost::asio::any_io_executor executor);
    void begin(Target target, std::uint64_t next);

    const StreamOptions options_;
    const std::shared_ptr<audit::AuditLog> log_;
    const Clock& clock_;
    const std::shared_ptr<Keeper> keeper_;
    net::TaskGroup tasks_;
    std::shared_ptr<Delivery> delivery_;  // none: nothing is sent
    bool closing_ = false;
    std::shared_ptr<unsigned> changes_ = std::make_shared<unsigned>(0);  // that are under way
    std::shared_ptr<unsigned> tests_ = std::make_shared<unsigned>(0);
};

}  // namespace vedette::hub::syslog
