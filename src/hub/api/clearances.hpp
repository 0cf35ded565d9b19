#pragma once
// Requests that were refused since a second factor or a second person was missing, until both are there or
// the time is up: which request exactly, by whom, what was given for it by now. docs/design/access.md.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/digest.hpp"
#include "hub/api/recorder.hpp"
#include "hub/identity/types.hpp"
#include "net/http.hpp"

namespace vedette::hub::api {

using ClearanceId = Id<struct ClearanceTag>;

constexpr std::chrono::minutes clearance_lifetime{15};
constexpr std::chrono::minutes sign_in_lifetime{10};

struct ClearanceLimits {
    std::size_t total = 1'024;
    std::size_t each_user = 16;
};

struct Clearance {
    enum class State : std::uint8_t {
        open,      ///< no second person was asked for yet
        waiting,   ///< for a second person
        approved,  ///< by `approver`
        refused,   ///< by `approver`, for good
    };

    ClearanceId id;
    crypto::Sha256Digest digest{};  ///< of the exact request, who asked, in which session, and until when
    Decided decided;                ///< as it was refused; its principal is a user
    identity::SessionDigest session{};
    policy::Assurance asked;
    UtcTime created{};
    UtcTime expires{};
    Recorder::Number entry;  ///< of the refusal in the audit log

    bool stepped_up = false;
    State state = State::open;
    std::string reason;  ///< why it is wanted, as the requester wrote
    std::optional<policy::User> approver;
    std::string answer;  ///< what the approver wrote

    bool is_sign_in() const { return decided.action == policy::Action::sign_in; }
    const policy::User& requester() const { return *policy::account_of(decided.principal); }
    policy::Assurance given() const {
        return {.step_up = stepped_up, .second_person = state == State::approved};
    }
    /// The decision that an approver needs.
    policy::Action approval() const {
        return decided.object.camera ? policy::Action::approve_over_camera
                                     : policy::Action::approve_over_organisation;
    }
    Bytes salt;  ///< that nobody sees: a password in a request can't be guessed by the digest
};
std::string_view to_string(Clearance::State state);

/// The clearance that a request says to have: header Vedette-Clearance, or where a browser can set none, the
/// parameter `clearance` of a GET. It is no part of what is digested.
std::optional<ClearanceId> clearance_named(const net::Request& request);

/// SHA-256 of a JSON array of the request's method, path, parameters and body's SHA-256, of the user, the
/// session, the moment of expiry, and the salt. GET and HEAD are one. Pure.
crypto::Sha256Digest digest_of_action(const net::Request& request, const Clearance& clearance);

/// In memory: a restart forgets them, and they have to be begun again. Use from one thread.
class Clearances {
  public:
    explicit Clearances(ClearanceLimits limits = {}) : limits_(limits) {}

    /// Begins one for a request that was refused to a user. Where there are too many of him, or in all, the
    /// oldest ends, first of those for which nobody was asked.
    Clearance& open(const net::Request& request, Decided decided, const identity::SessionDigest& session,
                    policy::Assurance asked, UtcTime now);
    /// The one of exactly this request, by that session; nullptr: there is none.
    Clearance* of_request(const net::Request& request, const identity::SessionDigest& session, UtcTime now);
    /// One for a sign-in, whose factors were all right, and which waits for a second person; `waiting` is the
    /// SHA-256 of the token of who waits, and stands in for the session.
    Clearance& open_sign_in(Decided decided, const crypto::Sha256Digest& waiting, UtcTime now);
    /// nullptr: there is none (any more).
    Clearance* of_sign_in(const crypto::Sha256Digest& waiting, UtcTime now);
    /// One's own; nullptr: there is none (any more).
    Clearance* own(ClearanceId id, const identity::SessionDigest& session, UtcTime now);
    Clearance* find(ClearanceId id, UtcTime now);
    /// Those that a session has asked for.
    std::vector<const Clearance*> of_session(const identity::SessionDigest& session, UtcTime now) const;
    /// Those that wait for a second person, the oldest first.
    std::vector<const Clearance*> waiting(UtcTime now) const;
    /// It is used, or withdrawn.
    void end(ClearanceId id) { entries_.erase(id); }
    /// It was used for what was refused for another reason, and nothing was done: it is good again. Not past
    /// its time.
    void put_back(Clearance clearance, UtcTime now);
    /// Takes away and returns those whose time is up.
    std::vector<Clearance> sweep(UtcTime now);

    std::size_t size() const { return entries_.size(); }

  private:
    void end_oldest_of(const UserId* user);
    Clearance& add(const net::Request& request, Clearance clearance);

    ClearanceLimits limits_;
    std::map<ClearanceId, Clearance> entries_;
};

/// Demands a decision about Clearance::approval() of that clearance's object. Refusals: forbidden for
/// another decision, for whoever asked for it himself and for the session that did; conflict when it does not
/// wait (any more), or `digest` is not its.
std::expected<void, identity::Refusal> answer_clearance(Clearance& clearance,
                                                        const policy::Authorised& granted,
                                                        const identity::SessionDigest& session,
                                                        std::string_view digest, bool approve,
                                                        std::string answer);

}  // namespace vedette::hub::api
