// The part of identity.hpp in which codes are sent by mail: the weakest second factor, where the rule has it.

#include "hub/identity/identity.hpp"
#include "hub/identity/mail_address_table.hpp"
#include "hub/identity/refusals.hpp"
#include "hub/worker/run_on.hpp"

namespace vedette::hub::identity {

namespace {

/// Under which codes that were sent are throttled; no user can have such a name.
constexpr std::string_view sent_code_account = "\x01 sent code of ";

Refusal wrong_sent_code() {
    return {Error{ErrorKind::forbidden,
                  "This is not the code that was sent last, or its ten minutes or five tries are over; have "
                  "another one sent"},
            "code"};
}

Refusal takes_none() {
    return {Error{ErrorKind::conflict, "No code is sent to this account"}};
}

}  // namespace

std::expected<void, Refusal> Identity::begin_sending(UserId user, std::string_view address) {
    const MonotonicTime now = clock_.monotonic_now();
    auto wait = sending_throttle_.begin(user.text(), now);
    if (!wait) wait = sending_throttle_.begin(address, now);
    if (!wait) wait = all_sending_throttle_.begin("all", now);
    if (wait) return std::unexpected(too_soon(*wait));
    return {};
}

Identity::Awaitable<Result<std::optional<std::string>>> Identity::mail_address_of(UserId user) {
    const auto self = shared_from_this();
    auto load = [directory = directory_, user] {
        return load_mail_address(directory->database(), directory->sealer(), user);
    };
    co_return co_await run_on(disk_, std::move(load));
}

Identity::Awaitable<std::expected<CodeToSend, Refusal>> Identity::code_to(UserId user, Secret code) {
    const auto self = shared_from_this();
    const auto mail = co_await mail_address_of(user);
    if (!mail) co_return std::unexpected(Refusal(mail.error()));
    const auto account = roster_->accounts.find(user);
    if (!*mail || account == roster_->accounts.end()) co_return std::unexpected(takes_none());
    co_return CodeToSend{.address = **mail, .user = account->second.name, .code = std::move(code)};
}

Identity::Awaitable<std::expected<CodeToSend, Refusal>> Identity::send_mail_code(std::string token,
                                                                                 std::string address) {
    const auto self = shared_from_this();
    const auto challenge = challenges_.find(digest_of(token));
    if (challenge == challenges_.end() || challenge->second.expires <= clock_.monotonic_now())
        co_return std::unexpected(too_late());
    const UserId user = challenge->second.user;
    const auto account = roster_->accounts.find(user);
    if (account == roster_->accounts.end() || !takes_mail_code(*roster_, account->second))
        co_return std::unexpected(takes_none());
    VEDETTE_CO_CHECK(begin_sending(user, address));
    NewCode made = make_sent_code(clock_.monotonic_now());
    challenge->second.sent = made.kept;
    challenge->second.expires = made.kept.expires;
    co_return co_await code_to(user, std::move(made.text));
}

Identity::Awaitable<std::expected<CodeToSend, Refusal>> Identity::send_mail_proof(UserId user,
                                                                                  std::string address) {
    const auto self = shared_from_this();
    const auto account = roster_->accounts.find(user);
    if (account == roster_->accounts.end() || !takes_mail_code(*roster_, account->second))
        co_return std::unexpected(takes_none());
    VEDETTE_CO_CHECK(begin_sending(user, address));
    NewCode made = make_sent_code(clock_.monotonic_now());
    proof_codes_.insert_or_assign(user, made.kept);
    co_return co_await code_to(user, std::move(made.text));
}

std::expected<void, Refusal> Identity::check_sent_code(UserId user, std::optional<SentCode>& sent,
                                                       std::string_view code, std::string_view address) {
    const MonotonicTime now = clock_.monotonic_now();
    const std::string account = std::string(sent_code_account) + user.text();
    if (const auto wait = throttle_.begin(account, address, now)) return std::unexpected(too_soon(*wait));
    if (!sent || !sent->take(code, now)) return std::unexpected(wrong_sent_code());
    sent.reset();
    throttle_.succeeded(account, address, now);
    return {};
}

std::expected<CodeToSend, Refusal> Identity::begin_mail_address(UserId user, std::string mail) {
    const auto account = roster_->accounts.find(user);
    if (account == roster_->accounts.end()) return std::unexpected(takes_none());
    const MonotonicTime now = clock_.monotonic_now();
    std::erase_if(new_addresses_, [&](const auto& entry) { return entry.second.code.expires <= now; });
    NewCode made = make_sent_code(now);
    new_addresses_.insert_or_assign(user, NewAddress{.address = mail, .code = made.kept});
    return CodeToSend{.address = std::move(mail), .user = account->second.name, .code = std::move(made.text)};
}

Identity::Awaitable<std::expected<std::optional<std::string>, Refusal>> Identity::confirm_mail_address(
    UserId user, std::string code, std::string address) {
    const auto self = shared_from_this();
    const auto found = new_addresses_.find(user);
    std::optional<SentCode> sent;
    if (found != new_addresses_.end()) sent = found->second.code;
    const auto fits = check_sent_code(user, sent, code, address);
    if (found != new_addresses_.end() && sent) found->second.code = *sent;  // its tries
    if (!fits) co_return std::unexpected(fits.error());
    std::string mail = std::move(found->second.address);
    new_addresses_.erase(found);
    const auto before = std::make_shared<std::optional<std::string>>();
    Change put = [directory = directory_, user, mail = std::move(mail), before](store::Database& database,
                                                                                const Roster&) -> Result<> {
        VEDETTE_TRY(*before, load_mail_address(database, directory->sealer(), user));
        return put_mail_address(database, directory->sealer(), user, mail);
    };
    if (auto done = co_await change(std::move(put)); !done) co_return std::unexpected(Refusal(done.error()));
    co_return std::move(*before);
}

}  // namespace vedette::hub::identity
