#include "hub/identity/ceremonies.hpp"

#include <algorithm>

namespace vedette::hub::identity {

// nullptr: of all.
void Ceremonies::end_oldest_of(const std::string* owner) {
    auto oldest = entries_.end();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry)
        if ((!owner || entry->second.owner == *owner) &&
            (oldest == entries_.end() || entry->second.expires < oldest->second.expires))
            oldest = entry;
    if (oldest != entries_.end()) entries_.erase(oldest);
}

Bytes Ceremonies::begin(Ceremony ceremony, std::string owner, MonotonicTime now) {
    std::erase_if(entries_, [&](const auto& entry) { return entry.second.expires <= now; });
    const auto of_owner =
        std::ranges::count_if(entries_, [&](const auto& entry) { return entry.second.owner == owner; });
    if (static_cast<std::size_t>(of_owner) >= limits_.each_owner)
        end_oldest_of(&owner);
    else if (entries_.size() >= limits_.total)
        end_oldest_of(nullptr);
    Bytes challenge(webauthn::challenge_bytes);
    crypto::random_bytes(challenge);
    entries_.emplace(challenge, Entry{.ceremony = std::move(ceremony),
                                      .owner = std::move(owner),
                                      .expires = now + ceremony_lifetime});
    return challenge;
}

std::optional<Ceremony> Ceremonies::take(ByteView challenge, MonotonicTime now) {
    auto entry = entries_.extract(Bytes(challenge.begin(), challenge.end()));
    if (entry.empty() || entry.mapped().expires <= now) return std::nullopt;
    return std::move(entry.mapped().ceremony);
}

}  // namespace vedette::hub::identity
