// The part of identity.hpp in which somebody comes in.

#include <algorithm>

#include "base/log.hpp"
#include "crypto/totp.hpp"
#include "hub/identity/authenticator_table.hpp"
#include "hub/identity/identity.hpp"
#include "hub/identity/refusals.hpp"
#include "hub/identity/roster_table.hpp"
#include "hub/identity/rules.hpp"
#include "hub/identity/token_file.hpp"
#include "hub/worker/run_on.hpp"

namespace vedette::hub::identity {

namespace {

/// Accounts under which attempts are throttled; no user can have such a name.
constexpr std::string_view claim_account = "\x01 claim";
constexpr std::string_view second_factor_account = "\x01 second factor of ";
constexpr std::chrono::seconds hashing_retry{3};
constexpr std::chrono::minutes challenge_lifetime{5};
constexpr unsigned challenge_tries = 5;
constexpr std::size_t max_challenges = 1'000;

Refusal too_busy() {
    return {Error{ErrorKind::exhausted, "Too many people are signing in at this moment; try again shortly"},
            {},
            hashing_retry};
}

}  // namespace

std::string printable_client(std::string_view text) {
    std::string out(text.substr(0, max_client_bytes));
    std::erase_if(out, [](char c) { return c < ' ' || c > '~'; });
    return out;
}

Identity::Awaitable<std::expected<SignedIn, Refusal>> Identity::claim(std::string code, std::string username,
                                                                      Secret password, Peer peer) {
    const auto self = shared_from_this();
    const Error claimed_already{ErrorKind::conflict,
                                "This installation has its administrator; sign in instead"};
    if (!claim_digest_) co_return std::unexpected(Refusal(claimed_already));
    if (const auto wait = throttle_.begin(claim_account, peer.address, clock_.monotonic_now()))
        co_return std::unexpected(too_soon(*wait));
    const auto typed = digest_of(normalise_claim_code(code));
    if (!crypto::equal_constant_time(typed, *claim_digest_))
        co_return std::unexpected(Refusal(
            {ErrorKind::forbidden, "This is not the claim code; it is printed when Vedette starts"}, "code"));
    throttle_.succeeded(claim_account, peer.address, clock_.monotonic_now());

    const auto name = clean_username(username);
    if (!name)
        co_return std::unexpected(Refusal(
            {ErrorKind::invalid_input, "The user name needs 1 to 64 visible characters"}, "username"));
    if (auto fault = password_fault(password.reveal_text(), *name))
        co_return std::unexpected(Refusal({ErrorKind::invalid_input, std::move(*fault)}, "password"));

    auto hashing = hash_password(std::move(password));
    auto phc = co_await std::move(hashing);
    if (!phc) co_return std::unexpected(phc.error());

    const Account first{.id = UserId::random(),
                        .name = *name,
                        .created = clock_.utc_now(),
                        .assignments = {{.role = administrator_role().id, .scope = WholeOrganisation{}}}};
    Change create = [directory = directory_, organisation = organisation_, first, phc = *phc,
                     claimed_already](store::Database& database, const Roster& before) -> Result<> {
        if (!before.accounts.empty()) return std::unexpected(claimed_already);
        VEDETTE_CHECK(
            insert_user(database, directory->sealer(), organisation, first, username_key(first.name), phc));
        return database.run("DELETE FROM claim_code");
    };
    if (auto created = co_await change(std::move(create)); !created)
        co_return std::unexpected(Refusal(created.error()));
    claim_digest_.reset();
    claim_code_ = Secret();
    log::info("the installation has its first administrator");
    co_return co_await begin_session(first.id, std::move(peer));
}

Identity::Awaitable<std::expected<std::string, Refusal>> Identity::hash_password(Secret password) {
    if (!enter_hashing()) co_return std::unexpected(too_busy());
    auto hash = [password = std::make_shared<Secret>(std::move(password)), cost = options_.cost] {
        return crypto::hash_password(password->reveal_text(), cost);
    };
    auto phc = co_await run_on(hashers_, std::move(hash));
    --hashing_;
    if (!phc) co_return std::unexpected(Refusal(phc.error()));
    co_return std::move(*phc);
}

Identity::Awaitable<std::expected<SignInStep, Refusal>> Identity::accept_invitation(std::string username,
                                                                                    std::string code,
                                                                                    Secret password,
                                                                                    Peer peer) {
    const auto self = shared_from_this();
    const std::string name = clean_username(username).value_or("");
    const std::string key = username_key(name);
    if (const auto wait = throttle_.begin(key, peer.address, clock_.monotonic_now()))
        co_return std::unexpected(too_soon(*wait));
    auto find = [directory = directory_, key] { return directory->credentials(key); };
    const auto found = co_await run_on(disk_, std::move(find));
    if (!found) co_return std::unexpected(Refusal(found.error()));
    const auto typed = digest_of(normalise_claim_code(code));
    const bool fits = *found && !(*found)->suspended && (*found)->invitation &&
                      crypto::equal_constant_time(typed, (*found)->invitation->code) &&
                      clock_.utc_now() < (*found)->invitation->expires;
    if (!fits)
        co_return std::unexpected(
            Refusal({ErrorKind::forbidden,
                     "There is no such invitation, or it has ended; ask your administrator for another"},
                    "code"));
    throttle_.succeeded(key, peer.address, clock_.monotonic_now());
    if (auto fault = password_fault(password.reveal_text(), name))
        co_return std::unexpected(Refusal({ErrorKind::invalid_input, std::move(*fault)}, "password"));
    auto hashing = hash_password(std::move(password));
    auto phc = co_await std::move(hashing);
    if (!phc) co_return std::unexpected(phc.error());

    const UserId user = (*found)->user;
    // Of two that take the same invitation at once one is refused.
    Change accept = [directory = directory_, key, user, typed, phc = *phc](store::Database& database,
                                                                           const Roster&) -> Result<> {
        VEDETTE_TRY(const auto now, directory->credentials(key));
        if (!now || !now->invitation || !crypto::equal_constant_time(typed, now->invitation->code))
            return fail(ErrorKind::conflict, "This invitation was just used; sign in instead");
        return write_password(database, user, phc);
    };
    if (auto changed = co_await change(std::move(accept)); !changed)
        co_return std::unexpected(Refusal(changed.error()));
    end_sessions(user);
    co_return co_await admit(user, std::move(peer));
}

Identity::Awaitable<std::expected<Identity::Verified, Refusal>> Identity::verify(std::string phc,
                                                                                 Secret password) {
    if (!enter_hashing()) co_return std::unexpected(too_busy());
    auto check = [phc = std::move(phc), password = std::make_shared<Secret>(std::move(password)),
                  cost = options_.cost] {
        Verified result{.matches = crypto::verify_password(phc, password->reveal_text()), .new_phc = {}};
        if (result.matches && crypto::needs_rehash(phc, cost))
            if (auto fresh = crypto::hash_password(password->reveal_text(), cost))
                result.new_phc = std::move(*fresh);
        return result;
    };
    Verified verified = co_await run_on(hashers_, std::move(check));
    --hashing_;
    co_return verified;
}

Identity::Awaitable<std::expected<SignInStep, Refusal>> Identity::sign_in(std::string username,
                                                                          Secret password, Peer peer) {
    const auto self = shared_from_this();
    const std::string key = username_key(clean_username(username).value_or(""));
    if (hashing_ >= options_.hashing_threads + options_.hashing_queue) co_return std::unexpected(too_busy());
    if (const auto wait = throttle_.begin(key, peer.address, clock_.monotonic_now()))
        co_return std::unexpected(too_soon(*wait));
    auto find = [directory = directory_, key] { return directory->credentials(key); };
    auto record = co_await run_on(disk_, std::move(find));
    if (!record) co_return std::unexpected(Refusal(record.error()));
    // An unknown user costs what a known one costs.
    const bool has_password = *record && !(*record)->password_phc.empty();
    auto verifying = verify(has_password ? (*record)->password_phc : unusable_phc_, std::move(password));
    const auto verified = co_await std::move(verifying);
    if (!verified) co_return std::unexpected(verified.error());
    if (!*record || !verified->matches) co_return std::unexpected(wrong_password());
    throttle_.succeeded(key, peer.address, clock_.monotonic_now());
    if ((*record)->suspended)  // told to who knows the password, and to nobody else
        co_return std::unexpected(suspended());

    const UserId user = (*record)->user;
    if (verified->new_phc) {
        auto renew = [directory = directory_, user, phc = *verified->new_phc] {
            return directory->set_password(user, phc);
        };
        const auto renewed = co_await run_on(disk_, std::move(renew));
        if (!renewed)
            log::warn("the password hash of {} was not renewed: {}", user.text(), renewed.error().message);
    }
    const auto account = roster_->accounts.find(user);
    if (account != roster_->accounts.end() &&
        (account->second.has_second_factor || takes_mail_code(*roster_, account->second)))
        co_return SignInStep(begin_challenge(user));
    co_return co_await admit(user, std::move(peer));
}

SecondFactorNeeded Identity::begin_challenge(UserId user) {
    const MonotonicTime now = clock_.monotonic_now();
    std::erase_if(challenges_, [&](const auto& entry) { return entry.second.expires <= now; });
    if (challenges_.size() >= max_challenges) {  // whoever waits longest begins again
        const auto oldest =
            std::ranges::min_element(challenges_, {}, [](const auto& entry) { return entry.second.expires; });
        challenges_.erase(oldest);
    }
    SecondFactorNeeded needed{.token = make_sign_in_token()};
    if (const auto account = roster_->accounts.find(user); account != roster_->accounts.end()) {
        needed.takes_code = account->second.has_authenticator || account->second.recovery_codes_left > 0;
        needed.takes_passkey = account->second.passkeys > 0;
        needed.takes_mail_code = takes_mail_code(*roster_, account->second);
    }
    challenges_.emplace(digest_of(needed.token.reveal_text()),
                        Challenge{.user = user, .expires = now + challenge_lifetime});
    return needed;
}

std::string Identity::challenged(std::string_view token) const {
    const auto challenge = challenges_.find(digest_of(token));
    if (challenge == challenges_.end()) return {};
    const auto account = roster_->accounts.find(challenge->second.user);
    return account == roster_->accounts.end() ? std::string() : account->second.name;
}

Identity::Awaitable<std::expected<SignInStep, Refusal>> Identity::give_second_factor(std::string token,
                                                                                     std::string code,
                                                                                     Peer peer) {
    const auto self = shared_from_this();
    const auto digest = digest_of(token);
    const auto challenge = challenges_.find(digest);
    if (challenge == challenges_.end() || challenge->second.expires <= clock_.monotonic_now())
        co_return std::unexpected(too_late());
    const UserId user = challenge->second.user;
    const auto account = roster_->accounts.find(user);
    std::expected<void, Refusal> fits;
    if (account != roster_->accounts.end() && takes_mail_code(*roster_, account->second))
        fits = check_sent_code(user, challenge->second.sent, code, peer.address);
    if (++challenge->second.tries >= challenge_tries) challenges_.erase(challenge);
    if (account == roster_->accounts.end() || !takes_mail_code(*roster_, account->second)) {
        auto checking = check_second_factor(user, std::move(code), peer.address);
        fits = co_await std::move(checking);
    }
    if (!fits) co_return std::unexpected(fits.error());
    challenges_.erase(digest);
    co_return co_await admit(user, std::move(peer));
}

Identity::Awaitable<std::expected<void, Refusal>> Identity::check_second_factor(UserId user, std::string code,
                                                                                std::string address) {
    const auto self = shared_from_this();
    const std::string account = std::string(second_factor_account) + user.text();
    if (const auto wait = throttle_.begin(account, address, clock_.monotonic_now()))
        co_return std::unexpected(too_soon(*wait));
    const auto fits = std::make_shared<bool>(false);
    // On the disk's thread all at once, so that no code is taken twice.
    Change take = [directory = directory_, user, code, now = clock_.utc_now(), fits](
                      store::Database& database, const Roster&) -> Result<> {
        VEDETTE_TRY(const auto authenticator, load_authenticator(database, directory->sealer(), user));
        if (authenticator && authenticator->confirmed) {
            const auto step =
                crypto::accept_totp(authenticator->secret.reveal(), code, now, authenticator->last_step);
            if (step) {
                *fits = true;
                return note_step(database, user, *step);
            }
        }
        VEDETTE_TRY(*fits, take_recovery_code(database, user, digest_of(normalise_claim_code(code))));
        return {};
    };
    if (auto taken = co_await change(std::move(take)); !taken)
        co_return std::unexpected(Refusal(taken.error()));
    if (!*fits)
        co_return std::unexpected(
            Refusal({ErrorKind::forbidden,
                     "This code is wrong, or was used already; the app shows the next one "
                     "within 30 seconds"},
                    "code"));
    throttle_.succeeded(account, address, clock_.monotonic_now());
    co_return std::expected<void, Refusal>();
}

Identity::Awaitable<std::expected<void, Refusal>> Identity::check_password(UserId user, Secret password,
                                                                           std::string address) {
    const auto self = shared_from_this();
    const auto account = roster_->accounts.find(user);
    if (account == roster_->accounts.end()) co_return std::unexpected(wrong_password());
    const std::string key = username_key(account->second.name);
    if (const auto wait = throttle_.begin(key, address, clock_.monotonic_now()))
        co_return std::unexpected(too_soon(*wait));
    auto find = [directory = directory_, key] { return directory->credentials(key); };
    const auto record = co_await run_on(disk_, std::move(find));
    if (!record) co_return std::unexpected(Refusal(record.error()));
    const bool known = *record && (*record)->user == user && !(*record)->password_phc.empty();
    auto verifying = verify(known ? (*record)->password_phc : unusable_phc_, std::move(password));
    const auto verified = co_await std::move(verifying);
    if (!verified) co_return std::unexpected(verified.error());
    if (!known || !verified->matches)
        co_return std::unexpected(Refusal({ErrorKind::forbidden, "The password is wrong"}, "password"));
    throttle_.succeeded(key, address, clock_.monotonic_now());
    co_return std::expected<void, Refusal>();
}

Identity::Awaitable<std::expected<SignedIn, Refusal>> Identity::begin_session(UserId id, Peer peer) {
    auto user = this->user(id);
    if (!user)  // since the password was looked at
        co_return std::unexpected(wrong_password());
    SignedIn signed_in;
    signed_in.token = make_sign_in_token();
    const UtcTime now = clock_.utc_now();
    signed_in.session = {.digest = digest_of(signed_in.token.reveal_text()),
                         .user = *user,
                         .created = now,
                         .last_used = now,
                         .expires = {},
                         .address = std::move(peer.address),
                         .client = printable_client(peer.client)};
    auto add = [directory = directory_, session = signed_in.session] {
        return directory->add_session(session);
    };
    const auto added = co_await run_on(disk_, std::move(add));
    if (!added) co_return std::unexpected(Refusal(added.error()));
    user = this->user(id);  // suspended meanwhile, or with other rights
    if (!user) {
        forget_on_disk({signed_in.session.digest});
        co_return std::unexpected(wrong_password());
    }
    signed_in.session.user = std::move(*user);
    forget_on_disk(sessions_.sweep(now));
    forget_on_disk(sessions_.add(signed_in.session));
    if (const Session* stored = sessions_.find(signed_in.session.digest, now)) signed_in.session = *stored;
    co_return signed_in;
}

}  // namespace vedette::hub::identity
