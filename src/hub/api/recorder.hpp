#pragma once
// Decisions and what came of them, as entries of the audit log. What can't be recorded does not happen.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "hub/api/problem.hpp"
#include "hub/audit/audit_log.hpp"
#include "hub/policy/policy.hpp"

namespace vedette::hub::api {

/// Who asked for what, from where, and what policy said.
struct Decided {
    policy::Principal principal;
    policy::Action action = policy::Action::load_web_client;
    policy::Object object;
    policy::Decision decision;
    std::string operation;    ///< operationId, or live.start and its kin
    std::string address;      ///< of the network
    std::string camera_name;  ///< at that time; empty: not known
    boost::json::object details;
};

/// How an action ended.
struct Ending {
    unsigned status = 0;
    std::string reason;                     ///< kind of the problem, or empty
    std::optional<policy::User> signed_in;  ///< who somebody turned out to be
    boost::json::object details;
    std::string who_tried{};  ///< of a sign-in that failed, where the request does not name it
};

/// Denials and failed sign-ins cost whoever sends them nothing, so they are bounded: for each user, and for
/// all that are nobody together, `burst` at once and one more each `refill`. The rest is counted, and the
/// count is an entry.
struct DenialLimits {
    double burst = 100;
    std::chrono::seconds refill{10};
    std::chrono::seconds count_for{60};  ///< before the count is written
    std::size_t keys = 1000;             ///< users that are watched at once
};

/// Use from one thread, that of the hub's loop.
class Recorder {
  public:
    /// `organisation` is that of entries about the service. `clock` outlives it.
    Recorder(std::shared_ptr<audit::AuditLog> log, OrganisationId organisation, const Clock& clock,
             DenialLimits limits = {})
        : log_(std::move(log)), organisation_(organisation), clock_(&clock), limits_(limits) {}

    using Number = std::optional<std::uint64_t>;  ///< of an entry; nullopt: none was due
    using Done = std::function<void(Outcome<Number>)>;

    // What is passed by reference lives until the answer is there.

    /// Writes the decision, when its obligations say so, before it is acted upon. Error: 503, nothing may be
    /// done.
    net::Awaitable<Outcome<Number>> decided(const Decided& decided);
    /// The same; `done` is called on `executor`.
    void decided(const Decided& decided, const boost::asio::any_io_executor& executor, Done done);
    /// Writes how the action went on whose entry is `number`. Error: 503.
    net::Awaitable<Outcome<void>> ended(const Decided& decided, std::uint64_t number, Ending ending);
    /// The same for what nobody waits for.
    void note_end(const Decided& decided, std::uint64_t number, const Ending& ending);

    /// A sign-in or claim, in one entry once it is known who it was and how it went. Error: 503, the sign-in
    /// does not count.
    net::Awaitable<Outcome<Number>> signed_in(const Decided& decided, Ending ending);
    /// Whether one more refusal of nobody in particular may be listed; takes it from the bound.
    bool admit_nobody();

    const std::shared_ptr<audit::AuditLog>& log() const { return log_; }

  private:
    struct Bucket {
        double tokens = 0;
        MonotonicTime at{};
        std::uint64_t counted = 0;
        UtcTime first{};
        UtcTime last{};
        std::optional<policy::User> user;
    };
    /// The number of the entry. Error: 503.
    net::Awaitable<Outcome<std::uint64_t>> write(audit::Entry entry);
    audit::Entry entry_of(const Decided& decided) const;
    audit::Entry end_of(const Decided& decided, std::uint64_t number, const Ending& ending) const;
    /// Whether the refusal is listed; else it is counted.
    bool admit(const policy::Principal& principal);
    void write_counts();
    audit::Entry count_of(const Bucket& bucket) const;

    std::shared_ptr<audit::AuditLog> log_;
    OrganisationId organisation_;
    const Clock* clock_;
    DenialLimits limits_;
    std::map<UserId, Bucket> buckets_;  // nil: nobody
};

}  // namespace vedette::hub::api
