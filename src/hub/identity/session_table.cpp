#include "hub/identity/session_table.hpp"

#include <algorithm>

namespace vedette::hub::identity {

UtcTime SessionTable::expiry(const Session& session) const {
    return std::min(session.last_used + limits_.idle, session.created + limits_.absolute);
}

std::vector<SessionDigest> SessionTable::add(Session session) {
    std::vector<SessionDigest> ended;
    const UserId user = session.user.id;
    session.expires = expiry(session);
    sessions_.insert_or_assign(session.digest, std::move(session));
    for (;;) {
        std::size_t count = 0;
        const Session* oldest = nullptr;
        for (const auto& [digest, other] : sessions_) {
            if (other.user.id != user) continue;
            ++count;
            if (!oldest || other.last_used < oldest->last_used) oldest = &other;
        }
        if (count <= limits_.per_user) return ended;
        ended.push_back(oldest->digest);
        sessions_.erase(ended.back());
    }
}

const Session* SessionTable::find(const SessionDigest& digest, UtcTime now) const {
    const auto found = sessions_.find(digest);
    return found != sessions_.end() && now < found->second.expires ? &found->second : nullptr;
}

const Session* SessionTable::use(const SessionDigest& digest, UtcTime now) {
    const auto found = sessions_.find(digest);
    if (found == sessions_.end() || now >= found->second.expires) return nullptr;
    Session& session = found->second;
    session.last_used = std::max(session.last_used, now);  // a clock that is set back ends nothing early
    session.expires = expiry(session);
    return &session;
}

std::vector<SessionDigest> SessionTable::sweep(UtcTime now) {
    std::vector<SessionDigest> ended;
    for (const auto& [digest, session] : sessions_)
        if (now >= session.expires) ended.push_back(digest);
    for (const SessionDigest& digest : ended) sessions_.erase(digest);
    return ended;
}

}  // namespace vedette::hub::identity
