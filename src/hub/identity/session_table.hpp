#pragma once
// The sessions that are alive, in memory, so that a request is authenticated without touching the disk.

#include <optional>
#include <unordered_map>
#include <vector>

#include "hub/identity/roster.hpp"
#include "hub/identity/types.hpp"

namespace vedette::hub::identity {

/// The longest unused ends when there are more.
constexpr std::size_t max_sessions_of_user = 100;

/// Use from one thread.
class SessionTable {
  public:
    /// They hold for sessions that are there, too.
    void set_limits(SessionLimits limits);

    /// Adds a session and returns those of the same user that had to end for it.
    std::vector<SessionDigest> add(Session session);

    /// The session with that digest if it is alive; it counts as used now. nullptr otherwise.
    const Session* use(const SessionDigest& digest, UtcTime now);
    /// The same without counting as use.
    const Session* find(const SessionDigest& digest, UtcTime now) const;
    bool remove(const SessionDigest& digest) { return sessions_.erase(digest) > 0; }
    /// Gives each session its user anew: `user_of(id)` is a std::optional<policy::User>, and nullopt ends the
    /// user's sessions. Returns those that ended.
    template <class UserOf>
    std::vector<SessionDigest> renew_users(UserOf user_of) {
        std::vector<SessionDigest> ended;
        for (auto& [digest, session] : sessions_) {
            if (auto user = user_of(session.user.id))
                session.user = std::move(*user);
            else
                ended.push_back(digest);
        }
        for (const SessionDigest& digest : ended) sessions_.erase(digest);
        return ended;
    }
    /// Ends and returns those sessions of a user that `which` (a predicate of Session) says.
    template <class Which>
    std::vector<SessionDigest> end_of_user(UserId user, Which which) {
        std::vector<SessionDigest> ended;
        for (const auto& [digest, session] : sessions_)
            if (session.user.id == user && which(session)) ended.push_back(digest);
        for (const SessionDigest& digest : ended) sessions_.erase(digest);
        return ended;
    }
    /// Those of one user that are alive, the latest used first.
    std::vector<Session> of_user(UserId user, UtcTime now) const;
    /// How many are alive, by user.
    std::unordered_map<UserId, std::size_t> count_by_user(UtcTime now) const;
    /// Ends and returns the sessions that are past a limit.
    std::vector<SessionDigest> sweep(UtcTime now);

    std::size_t size() const { return sessions_.size(); }
    const SessionLimits& limits() const { return limits_; }

  private:
    UtcTime expiry(const Session& session) const;

    SessionLimits limits_;
    std::unordered_map<SessionDigest, Session, DigestHash> sessions_;
};

}  // namespace vedette::hub::identity
