#pragma once
// The sessions that are alive, in memory, so that a request is authenticated without touching the disk.

#include <cstring>
#include <optional>
#include <unordered_map>
#include <vector>

#include "hub/identity/types.hpp"

namespace vedette::hub::identity {

struct SessionLimits {
    Ticks90k idle = std::chrono::hours(12);
    Ticks90k absolute = std::chrono::hours(24 * 7);
    std::size_t per_user = 100;  ///< the longest unused ends when there are more
};

/// Use from one thread.
class SessionTable {
  public:
    explicit SessionTable(SessionLimits limits) : limits_(limits) {}

    /// Adds a session and returns those of the same user that had to end for it.
    std::vector<SessionDigest> add(Session session);

    /// The session with that digest if it is alive; it counts as used now. nullptr otherwise.
    const Session* use(const SessionDigest& digest, UtcTime now);
    /// The same without counting as use.
    const Session* find(const SessionDigest& digest, UtcTime now) const;
    bool remove(const SessionDigest& digest) { return sessions_.erase(digest) > 0; }
    /// Ends and returns the sessions that are past a limit.
    std::vector<SessionDigest> sweep(UtcTime now);

    std::size_t size() const { return sessions_.size(); }
    const SessionLimits& limits() const { return limits_; }

  private:
    // A digest is uniformly distributed, and a guess at a bucket needs the token.
    struct Hash {
        std::size_t operator()(const SessionDigest& digest) const {
            std::size_t value = 0;
            std::memcpy(&value, digest.data(), sizeof value);
            return value;
        }
    };
    UtcTime expiry(const Session& session) const;

    SessionLimits limits_;
    std::unordered_map<SessionDigest, Session, Hash> sessions_;
};

}  // namespace vedette::hub::identity
