#include "hub/identity/own_passkeys.hpp"

#include <algorithm>

#include "hub/identity/authenticator_table.hpp"
#include "hub/identity/own_account.hpp"
#include "hub/identity/passkey_table.hpp"

namespace vedette::hub::identity {

namespace {

std::unexpected<Error> enough_passkeys() {
    return fail(ErrorKind::conflict, "You have {} passkeys already; remove one first", max_passkeys);
}

std::unexpected<Error> no_such_passkey() {
    return fail(ErrorKind::not_found, "There is no such passkey; it may have been removed");
}

}  // namespace

OwnPasskeys::Answer<OwnPasskeys::Wanted> OwnPasskeys::begin(policy::Authorised granted, Proof proof,
                                                            std::string host, std::string address) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    VEDETTE_CO_TRY(webauthn::Place place, identity_->place_of_page(host));
    auto checking = identity_->check_proof(user.id, std::move(proof), std::move(address));
    VEDETTE_CO_CHECK(co_await std::move(checking));
    const auto account = identity_->roster().accounts.find(user.id);
    if (account != identity_->roster().accounts.end() && account->second.passkeys >= max_passkeys)
        co_return std::unexpected(Refusal(enough_passkeys().error()));
    Ceremony ceremony{.purpose = Ceremony::Purpose::registration,
                      .place = std::move(place),
                      .user = user.id,
                      .password_challenge = {}};
    auto requesting = identity_->request_passkey(std::move(ceremony), user.id.text(), false);
    VEDETTE_CO_TRY(PasskeyRequest request, co_await std::move(requesting));
    co_return Wanted{.request = std::move(request), .user = user.id, .username = user.name};
}

OwnPasskeys::Answer<OwnPasskeys::Added> OwnPasskeys::add(policy::Authorised granted, std::string name,
                                                         webauthn::Registration registration) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    VEDETTE_CO_TRY(const Identity::Registered made,
                   identity_->take_registration(user.id, std::move(registration)));
    const Passkey passkey{.id = PasskeyId::random(),
                          .user = user.id,
                          .name = std::move(name),
                          .rp_id = made.rp_id,
                          .credential_id = made.credential.id,
                          .public_key = made.credential.public_key,
                          .sign_count = made.credential.sign_count,
                          .backup_eligible = made.credential.backup_eligible,
                          .backed_up = made.credential.backed_up,
                          .created = clock_->utc_now(),
                          .last_used = {}};
    Added added{.id = passkey.id, .recovery_codes = {}};
    RecoveryCodes codes = make_recovery_codes();
    const auto is_first = std::make_shared<bool>(false);
    Identity::Change put = [directory = identity_->directory(), passkey, digests = codes.digests, is_first](
                               store::Database& database, const Roster& before) -> Result<> {
        VEDETTE_TRY(const Account* account, find_account(before, passkey.user));
        if (account->passkeys >= max_passkeys) return enough_passkeys();
        VEDETTE_CHECK(insert_passkey(database, directory->sealer(), passkey));
        *is_first = !account->has_second_factor;
        return *is_first ? put_recovery_codes(database, passkey.user, digests) : Result<>();
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(put)));
    if (*is_first) added.recovery_codes = std::move(codes.codes);
    co_return added;
}

OwnPasskeys::Answer<PasskeyRequest> OwnPasskeys::begin_proof(policy::Authorised granted, std::string host,
                                                             std::string purpose) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    co_return co_await identity_->begin_passkey_proof(user.id, std::move(host), std::move(purpose));
}

OwnPasskeys::Answer<OwnPasskeys::Renamed> OwnPasskeys::rename(policy::Authorised granted, PasskeyId passkey,
                                                              std::string name) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    const auto before = std::make_shared<std::string>();
    Identity::Change write = [directory = identity_->directory(), id = user.id, passkey, name, before](
                                 store::Database& database, const Roster&) -> Result<> {
        VEDETTE_TRY(const auto all, load_passkeys(database, directory->sealer(), id));
        const auto found = std::ranges::find(all, passkey, &Passkey::id);
        if (found == all.end()) return no_such_passkey();
        *before = found->name;
        return rename_passkey(database, directory->sealer(), id, passkey, name);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(write)));
    co_return Renamed{.before = std::move(*before), .now = std::move(name)};
}

OwnPasskeys::Answer<std::string> OwnPasskeys::remove(policy::Authorised granted, PasskeyId passkey,
                                                     Proof proof, std::string address) {
    VEDETTE_CO_TRY(const policy::User user, owner_of(granted));
    auto checking = identity_->check_proof(user.id, std::move(proof), std::move(address));
    VEDETTE_CO_CHECK(co_await std::move(checking));
    const auto name = std::make_shared<std::string>();
    Identity::Change remove = [directory = identity_->directory(), id = user.id, passkey, name](
                                  store::Database& database, const Roster& before) -> Result<> {
        VEDETTE_TRY(const Account* account, find_account(before, id));
        VEDETTE_TRY(const auto all, load_passkeys(database, directory->sealer(), id));
        const auto found = std::ranges::find(all, passkey, &Passkey::id);
        if (found == all.end()) return no_such_passkey();
        *name = found->name;
        VEDETTE_CHECK(may_go_without(before, *account, account->has_authenticator || all.size() > 1));
        VEDETTE_CHECK(remove_passkey(database, id, passkey));
        return drop_useless_recovery_codes(database, id);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(remove)));
    co_return *name;
}

}  // namespace vedette::hub::identity
