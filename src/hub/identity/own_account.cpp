#include "hub/identity/own_account.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "crypto/totp.hpp"
#include "hub/identity/authenticator_table.hpp"
#include "hub/identity/mail_address_table.hpp"
#include "hub/identity/roster_table.hpp"
#include "hub/identity/rules.hpp"

namespace vedette::hub::identity {

std::expected<policy::User, Refusal> owner_of(const policy::Authorised& granted) {
    const auto* user = std::get_if<policy::User>(&granted.principal());
    if (granted.action() != policy::Action::manage_own_account || !user)
        return std::unexpected(Refusal({ErrorKind::forbidden, "This was not decided about"}));
    return *user;
}

RecoveryCodes make_recovery_codes() {
    RecoveryCodes made;
    for (std::size_t i = 0; i < recovery_code_count; ++i) {
        made.codes.push_back(make_recovery_code());
        made.digests.push_back(digest_of(normalise_claim_code(made.codes.back().reveal_text())));
    }
    return made;
}

Result<> may_go_without(const Roster& roster, const Account& account, bool has_another) {
    Account without = account;
    without.has_second_factor = has_another;
    if (must_set_up_second_factor(roster, without))
        return fail(ErrorKind::conflict, "Your organisation asks for a second factor; it can't be removed");
    return {};
}

namespace {

// RFC 3986 section 2.1.
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text)
        if (plain.find(c) != std::string_view::npos)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return out;
}

}  // namespace

OwnAccount::Answer<OwnAccount::NewAuthenticator> OwnAccount::begin_authenticator(policy::Authorised granted,
                                                                                 Proof proof,
                                                                                 std::string address) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    auto checking = identity_->check_proof(user.id, std::move(proof), std::move(address));
    VEDETTE_CO_CHECK(co_await std::move(checking));
    auto secret = std::make_shared<Secret>(crypto::random_secret(crypto::totp_secret_size));
    Identity::Change put = [directory = identity_->directory(), id = user.id, secret](
                               store::Database& database, const Roster& before) -> Result<> {
        const auto account = before.accounts.find(id);
        if (account != before.accounts.end() && account->second.has_authenticator)
            return fail(ErrorKind::conflict, "There is an authenticator already; remove it first");
        return put_authenticator(database, directory->sealer(), id, *secret);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(put)));
    const std::string text = crypto::to_base32(secret->reveal());
    const std::string uri =
        fmt::format("otpauth://totp/Vedette:{}?secret={}&issuer=Vedette", percent_encoded(user.name), text);
    co_return NewAuthenticator{.secret = Secret(std::string_view(text)),
                               .uri = Secret(std::string_view(uri))};
}

OwnAccount::Answer<std::vector<Secret>> OwnAccount::confirm_authenticator(policy::Authorised granted,
                                                                          std::string code) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    RecoveryCodes recovery = make_recovery_codes();
    const auto fits = std::make_shared<bool>(false);
    Identity::Change confirm = [directory = identity_->directory(), id = user.id, code,
                                digests = recovery.digests, fits, now = clock_->utc_now()](
                                   store::Database& database, const Roster&) -> Result<> {
        VEDETTE_TRY(const auto authenticator, load_authenticator(database, directory->sealer(), id));
        if (!authenticator || authenticator->confirmed)
            return fail(ErrorKind::conflict, "There is no authenticator that waits for its first code");
        const auto step = crypto::accept_totp(authenticator->secret.reveal(), code, now, 0);
        if (!step) return {};
        *fits = true;
        VEDETTE_CHECK(identity::confirm_authenticator(database, id, *step));
        return put_recovery_codes(database, id, digests);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(confirm)));
    if (!*fits)
        co_return std::unexpected(Refusal({ErrorKind::forbidden,
                                           "This is not the code that the app should show now; check that "
                                           "its clock and the server's are right"},
                                          "code"));
    co_return std::move(recovery.codes);
}

OwnAccount::Answer<void> OwnAccount::remove_authenticator(policy::Authorised granted, Proof proof,
                                                          std::string address) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    auto checking = identity_->check_proof(user.id, std::move(proof), std::move(address));
    VEDETTE_CO_CHECK(co_await std::move(checking));
    Identity::Change remove = [id = user.id](store::Database& database, const Roster& before) -> Result<> {
        VEDETTE_TRY(const Account* account, find_account(before, id));
        if (!account->has_authenticator)
            return fail(ErrorKind::conflict, "There is no authenticator app to remove");
        VEDETTE_CHECK(may_go_without(before, *account, account->passkeys > 0));
        VEDETTE_CHECK(identity::remove_authenticator(database, id));
        return drop_useless_recovery_codes(database, id);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(remove)));
    co_return std::expected<void, Refusal>();
}

OwnAccount::Answer<CodeToSend> OwnAccount::begin_mail_address(policy::Authorised granted, std::string mail,
                                                              Proof proof, std::string address) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    // First: a code that proves it is good once, and not to be lost to a pause.
    VEDETTE_CO_CHECK(identity_->begin_sending(user.id, address));
    auto checking = identity_->check_proof(user.id, std::move(proof), std::move(address));
    VEDETTE_CO_CHECK(co_await std::move(checking));
    co_return identity_->begin_mail_address(user.id, std::move(mail));
}

OwnAccount::Answer<std::string> OwnAccount::remove_mail_address(policy::Authorised granted, Proof proof,
                                                                std::string address) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    auto checking = identity_->check_proof(user.id, std::move(proof), std::move(address));
    VEDETTE_CO_CHECK(co_await std::move(checking));
    const auto former = std::make_shared<std::string>();
    Identity::Change remove = [directory = identity_->directory(), id = user.id, former](
                                  store::Database& database, const Roster& before) -> Result<> {
        VEDETTE_TRY(const Account* account, find_account(before, id));
        VEDETTE_TRY(const auto mail, load_mail_address(database, directory->sealer(), id));
        if (!mail) return fail(ErrorKind::conflict, "There is no mail address to remove");
        Account without = *account;
        without.has_mail = false;
        if (must_set_up_second_factor(before, without))
            return fail(ErrorKind::conflict,
                        "Your organisation asks for a second factor; set up another one first");
        *former = *mail;
        return identity::remove_mail_address(database, id);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(remove)));
    co_return std::move(*former);
}

namespace {

std::expected<bool, Refusal> has_second_factor(const Identity& identity, UserId user) {
    const auto account = identity.roster().accounts.find(user);
    if (account == identity.roster().accounts.end()) return std::unexpected(Refusal(no_such_user().error()));
    return account->second.has_second_factor;
}

}  // namespace

OwnAccount::Answer<void> OwnAccount::change_password(policy::Authorised granted, SessionDigest session,
                                                     Proof proof, Secret new_password, std::string address) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    if (auto fault = password_fault(new_password.reveal_text(), user.name))
        co_return std::unexpected(Refusal({ErrorKind::invalid_input, std::move(*fault)}, "new_password"));
    auto checking = identity_->check_password(user.id, std::move(proof.password), address);
    VEDETTE_CO_CHECK(co_await std::move(checking));
    VEDETTE_CO_TRY(const bool has_more, has_second_factor(*identity_, user.id));
    if (has_more) {
        auto showing = identity_->check_step_up(user.id, std::move(proof), std::move(address));
        VEDETTE_CO_CHECK(co_await std::move(showing));
    }
    auto hashing = identity_->hash_password(std::move(new_password));
    auto phc = co_await std::move(hashing);
    if (!phc) co_return std::unexpected(phc.error());
    Identity::Change write = [id = user.id, phc = *phc](store::Database& database, const Roster&) {
        return write_password(database, id, phc);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(write)));
    identity_->end_sessions(user.id, session);
    co_return std::expected<void, Refusal>();
}

OwnAccount::Answer<void> OwnAccount::end_session(policy::Authorised granted, SessionDigest session,
                                                 std::string id) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    if (id.empty()) {
        identity_->end_sessions(user.id, session);
        co_return std::expected<void, Refusal>();
    }
    const std::vector<Session> sessions = identity_->sessions_of(user.id);
    const auto found =
        std::ranges::find(sessions, id, [](const Session& one) { return public_id(one.digest); });
    if (found == sessions.end())
        co_return std::unexpected(
            Refusal({ErrorKind::not_found, "There is no such session; it may have ended"}));
    VEDETTE_CO_CHECK(co_await identity_->sign_out(found->digest));
    co_return std::expected<void, Refusal>();
}

}  // namespace vedette::hub::identity
