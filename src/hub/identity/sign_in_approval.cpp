// The part of identity.hpp in which sign-ins wait for a second person. In memory: a restart forgets them, and
// whoever waited begins again.

#include <algorithm>

#include "hub/identity/identity.hpp"
#include "hub/identity/refusals.hpp"
#include "hub/identity/rules.hpp"

namespace vedette::hub::identity {

namespace {

constexpr std::chrono::minutes waiting_lifetime{10};
constexpr std::size_t max_waiting = 256;
constexpr std::size_t max_waiting_of_user = 4;

}  // namespace

Identity::Awaitable<std::expected<SignInStep, Refusal>> Identity::admit(UserId id, Peer peer) {
    const auto self = shared_from_this();
    const auto account = roster_->accounts.find(id);
    auto user = this->user(id);
    if (user && account != roster_->accounts.end() && sign_in_takes_second_person(*roster_, account->second))
        co_return SignInStep(begin_waiting(std::move(*user), std::move(peer)));
    auto beginning = begin_session(id, std::move(peer));
    auto signed_in = co_await std::move(beginning);
    if (!signed_in) co_return std::unexpected(std::move(signed_in.error()));
    co_return SignInStep(std::move(*signed_in));
}

SecondPersonNeeded Identity::begin_waiting(policy::User user, Peer peer) {
    const MonotonicTime now = clock_.monotonic_now();
    std::erase_if(waiting_, [&](const auto& entry) { return entry.second.expires <= now; });
    const auto is_own = [&](const auto& entry) { return entry.second.user == user.id; };
    const bool too_many_own =
        std::ranges::count_if(waiting_, is_own) >= static_cast<std::ptrdiff_t>(max_waiting_of_user);
    if (too_many_own || waiting_.size() >= max_waiting) {  // whoever waits longest begins again
        auto oldest = waiting_.end();
        for (auto entry = waiting_.begin(); entry != waiting_.end(); ++entry)
            if ((!too_many_own || is_own(*entry)) &&
                (oldest == waiting_.end() || entry->second.expires < oldest->second.expires))
                oldest = entry;
        waiting_.erase(oldest);
    }
    SecondPersonNeeded needed{.token = make_sign_in_token(),
                              .user = std::move(user),
                              .expires = clock_.utc_now() + Ticks90k(waiting_lifetime)};
    waiting_.emplace(digest_of(needed.token.reveal_text()), Waiting{.user = needed.user.id,
                                                                    .peer = std::move(peer),
                                                                    .expires = now + waiting_lifetime,
                                                                    .let_in_by = {}});
    return needed;
}

Identity::Waiting* Identity::find_waiting(const crypto::Sha256Digest& waiting) {
    const auto found = waiting_.find(waiting);
    return found != waiting_.end() && clock_.monotonic_now() < found->second.expires ? &found->second
                                                                                     : nullptr;
}

bool Identity::waits(const crypto::Sha256Digest& waiting) const {
    const auto found = waiting_.find(waiting);
    return found != waiting_.end() && clock_.monotonic_now() < found->second.expires;
}

Result<Identity::Waiting*> Identity::answerable(const crypto::Sha256Digest& waiting,
                                                const policy::Authorised& granted) {
    const auto* approver = std::get_if<policy::User>(&granted.principal());
    if (granted.action() != policy::Action::approve_over_organisation || !approver ||
        granted.object().organisation != organisation_)
        return fail(ErrorKind::forbidden, "This was not decided about");
    Waiting* found = find_waiting(waiting);
    if (!found || found->let_in_by) return fail(ErrorKind::not_found, "This sign-in does not wait any more");
    if (found->user == approver->id)
        return fail(ErrorKind::forbidden, "Nobody lets himself in; ask somebody else");
    return found;
}

Result<> Identity::let_in(const crypto::Sha256Digest& waiting, const policy::Authorised& granted) {
    VEDETTE_TRY(Waiting * found, answerable(waiting, granted));
    found->let_in_by = policy::account_of(granted.principal())->id;
    return {};
}

Result<> Identity::turn_away(const crypto::Sha256Digest& waiting, const policy::Authorised& granted) {
    VEDETTE_CHECK(answerable(waiting, granted));
    waiting_.erase(waiting);
    return {};
}

Identity::Awaitable<std::expected<SignedIn, Refusal>> Identity::finish_sign_in(std::string token) {
    const auto self = shared_from_this();
    const auto digest = digest_of(token);
    Waiting* found = find_waiting(digest);
    if (!found) co_return std::unexpected(too_late());
    // An approver who was suspended meanwhile does not count.
    if (!found->let_in_by || !user(*found->let_in_by))
        co_return std::unexpected(
            Refusal({ErrorKind::conflict, "Nobody has let you in yet; ask somebody who may approve"}));
    const UserId user = found->user;
    Peer peer = std::move(found->peer);
    waiting_.erase(digest);
    co_return co_await begin_session(user, std::move(peer));
}

}  // namespace vedette::hub::identity
