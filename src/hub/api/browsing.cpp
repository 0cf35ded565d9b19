#include "hub/api/browsing.hpp"

#include <algorithm>
#include <utility>

#include "hub/api/json_output.hpp"

namespace vedette::hub::api {

namespace {

// Of all cameras.
BrowsingKey session_of(BrowsingKey key) {
    key.camera = {};
    return key;
}

}  // namespace

Ending Browsing::ending() const {
    Ending ending{.status = 200, .reason = {}, .signed_in = {}, .details = {{"pictures", pictures}}};
    if (pictures > 0) {
        ending.details["start_90k"] = ticks(earliest);
        ending.details["end_90k"] = ticks(latest);
    }
    return ending;
}

bool Browsings::is_over(const Browsing& browsing, MonotonicTime now) const {
    return now - browsing.last >= limits_.pause || now - browsing.began >= limits_.longest;
}

bool Browsings::goes_on(const BrowsingKey& key, MonotonicTime now) {
    const auto found = entries_.find(key);
    if (found == entries_.end() || is_over(found->second, now)) return false;
    found->second.last = now;
    return true;
}

std::vector<Browsing> Browsings::begin(const BrowsingKey& key, Decided decided, std::uint64_t entry,
                                       MonotonicTime now) {
    std::vector<Browsing> over;
    const auto end = [&](auto one) {
        over.push_back(std::move(one->second));
        entries_.erase(one);
    };
    // Two requests that came at once have an entry each: the pictures count for the later one.
    if (const auto other = entries_.find(key); other != entries_.end()) end(other);
    if (entries_.size() >= limits_.total)
        end(std::ranges::min_element(entries_, {}, [](const auto& one) { return one.second.last; }));
    entries_.emplace(key, Browsing{.decided = std::move(decided), .entry = entry, .began = now, .last = now});
    return over;
}

void Browsings::shown(const BrowsingKey& key, UtcTime time) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    Browsing& browsing = found->second;
    if (browsing.pictures++ == 0) browsing.earliest = browsing.latest = time;
    browsing.earliest = std::min(browsing.earliest, time);
    browsing.latest = std::max(browsing.latest, time);
}

std::vector<Browsing> Browsings::sweep(MonotonicTime now) {
    std::vector<Browsing> over;
    for (auto one = entries_.begin(); one != entries_.end();) {
        // What waits for its picture is not over: it would be missing in the count.
        if (!is_over(one->second, now) || turns_->contains(session_of(one->first))) {
            ++one;
            continue;
        }
        over.push_back(std::move(one->second));
        one = entries_.erase(one);
    }
    return over;
}

std::vector<Browsing> Browsings::end_all() {
    std::vector<Browsing> over;
    for (auto& [key, browsing] : std::exchange(entries_, {})) over.push_back(std::move(browsing));
    return over;
}

std::shared_ptr<void> Browsings::take_turn(const BrowsingKey& browsing) {
    const BrowsingKey key = session_of(browsing);
    std::size_t& taken = (*turns_)[key];
    if (taken >= limits_.at_once) return nullptr;
    ++taken;
    return {turns_.get(), [turns = turns_, key](void*) {
                if (--turns->at(key) == 0) turns->erase(key);
            }};
}

}  // namespace vedette::hub::api
