#include "hub/identity/session_table.hpp"

#include <algorithm>

namespace vedette::hub::identity {

UtcTime SessionTable::expiry(const Session& session) const {
    return std::min(session.last_used + limits_.idle, session.created + limits_.absolute);
}

void SessionTable::set_limits(SessionLimits limits) {
    limits_ = limits;
    for (auto& [digest, session] : sessions_) session.expires = expiry(session);
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
        if (count <= max_sessions_of_user) return ended;
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

std::vector<Session> SessionTable::of_user(UserId user, UtcTime now) const {
    std::vector<Session> sessions;
    for (const auto& [digest, session] : sessions_)
        if (session.user.id == user && now < session.expires) sessions.push_back(session);
    std::ranges::sort(sessions, std::ranges::greater(), &Session::last_used);
    return sessions;
}

std::unordered_map<UserId, std::size_t> SessionTable::count_by_user(UtcTime now) const {
    std::unordered_map<UserId, std::size_t> counts;
    for (const auto& [digest, session] : sessions_)
        if (now < session.expires) ++counts[session.user.id];
    return counts;
}

std::vector<SessionDigest> SessionTable::sweep(UtcTime now) {
    std::vector<SessionDigest> ended;
    for (const auto& [digest, session] : sessions_)
        if (now >= session.expires) ended.push_back(digest);
    for (const SessionDigest& digest : ended) sessions_.erase(digest);
    return ended;
}

}  // namespace vedette::hub::identity
