// The part of identity.hpp in which somebody opens a sealed envelope.

#include "base/log.hpp"
#include "hub/identity/break_glass_table.hpp"
#include "hub/identity/identity.hpp"
#include "hub/identity/refusals.hpp"
#include "hub/identity/rules.hpp"

namespace vedette::hub::identity {

Identity::Awaitable<std::expected<SignedIn, Refusal>> Identity::break_glass(std::string code, Peer peer) {
    const auto self = shared_from_this();
    // By the address alone: nobody guesses 120 bits, and guesses of others must not keep the envelope's
    // holder waiting.
    if (const auto wait = throttle_.begin(peer.address, clock_.monotonic_now()))
        co_return std::unexpected(too_soon(*wait));
    const auto opened = std::make_shared<std::optional<UserId>>();
    Change open = [opened, typed = digest_of(normalise_claim_code(code)), now = clock_.utc_now()](
                      store::Database& database, const Roster&) -> Result<> {
        VEDETTE_TRY(*opened, open_envelope(database, typed, now));
        return {};
    };
    if (auto done = co_await change(std::move(open)); !done) co_return std::unexpected(Refusal(done.error()));
    if (!*opened)
        co_return std::unexpected(Refusal(
            {ErrorKind::forbidden, "This is not the code of a sealed envelope, or it was used already"},
            "code"));
    if (const auto account = roster_->accounts.find(**opened); account != roster_->accounts.end())
        log::warn("the break-glass account {} was opened from {}: find out why, then seal a new envelope",
                  account->second.name, peer.address);
    co_return co_await begin_session(**opened, std::move(peer));
}

bool Identity::is_break_glass(UserId user) const {
    const auto account = roster_->accounts.find(user);
    return account != roster_->accounts.end() && account->second.envelope.has_value();
}

}  // namespace vedette::hub::identity
