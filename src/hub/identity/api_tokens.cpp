#include "hub/identity/api_tokens.hpp"

#include "base/field.hpp"
#include "hub/identity/api_token_rows.hpp"
#include "hub/identity/api_token_text.hpp"
#include "hub/identity/own_account.hpp"
#include "hub/identity/rules.hpp"

namespace vedette::hub::identity {

Result<> check_new_token(const Roster& roster, UserId user, const policy::TokenScope& scope) {
    VEDETTE_TRY(const Account* account, find_account(roster, user));
    if (account->suspended) return no_such_user();
    if (must_set_up_second_factor(roster, *account))
        return fail(ErrorKind::forbidden,
                    "The account has to set up its second factor first; until then a token may nothing");
    if (!rights_given(roster, account->assignments).contains(scope.rights))
        return fail(ErrorKind::invalid_input,
                    "rights: A token can't have a right that its account does not have");
    return {};
}

Result<> check_scope(const policy::TokenScope& scope) {
    if (scope.cameras && !policy::RightSet::about_cameras().contains(scope.rights))
        return fail(ErrorKind::invalid_input,
                    "rights: A token for some cameras can have rights over cameras alone");
    return {};
}

namespace {

Refusal with_field(Error error) {
    const std::string field(take_field(error.message, {"name", "rights"}));
    return {std::move(error), field};
}

}  // namespace

policy::RightSet ApiTokens::may_have(UserId user) const {
    const auto account = find_account(identity_->roster(), user);
    if (!account || must_set_up_second_factor(identity_->roster(), **account)) return {};
    return rights_given(identity_->roster(), (*account)->assignments);
}

ApiTokens::Answer<ApiTokens::Made> ApiTokens::make(policy::Authorised granted, NewApiToken wanted,
                                                   Proof proof, std::string address) {
    VEDETTE_CO_TRY(const policy::User owner, owner_of(granted));
    const UserId user = owner.id;
    const auto name = clean_username(wanted.name);
    if (!name)
        co_return std::unexpected(
            Refusal({ErrorKind::invalid_input, "The name needs 1 to 64 visible characters"}, "name"));
    if (const auto checked = check_scope(wanted.scope); !checked)
        co_return std::unexpected(with_field(checked.error()));
    // A token outlives the session that made it: whoever found that open must not make one.
    auto checking = identity_->check_proof(user, std::move(proof), std::move(address));
    VEDETTE_CO_CHECK(co_await std::move(checking));
    const UtcTime now = clock_->utc_now();
    Made made{.text = make_api_token(), .token = {}};
    made.token = {.id = ApiTokenId::random(),
                  .digest = digest_of(made.text.reveal_text()),
                  .user = user,
                  .name = *name,
                  .scope = std::make_shared<const policy::TokenScope>(std::move(wanted.scope)),
                  .kind = wanted.kind,
                  .certificate = wanted.certificate,
                  .created = now,
                  .expires = now + std::clamp(wanted.lifetime, shortest_api_token, longest_api_token)};
    Identity::Change insert = [directory = identity_->directory(), token = made.token](
                                  store::Database& database, const Roster& before) -> Result<> {
        VEDETTE_CHECK(check_new_token(before, token.user, *token.scope));
        return insert_api_token(database, directory->sealer(), token, max_api_tokens);
    };
    if (const auto inserted = co_await identity_->change(std::move(insert)); !inserted)
        co_return std::unexpected(with_field(inserted.error()));
    identity_->keep_api_token(made.token);
    co_return made;
}

ApiTokens::Answer<void> ApiTokens::revoke(policy::Authorised granted, ApiTokenId token) {
    VEDETTE_CO_TRY(const policy::User owner, owner_of(granted));
    const UserId user = owner.id;
    Identity::Change remove = [user, token](store::Database& database, const Roster&) {
        return delete_api_token(database, user, token);
    };
    VEDETTE_CO_CHECK(co_await identity_->change(std::move(remove)));
    identity_->forget_api_token(token);
    co_return std::expected<void, Refusal>();
}

}  // namespace vedette::hub::identity
