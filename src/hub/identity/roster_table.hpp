#pragma once
// The roster in the database. Blocking; each call belongs into a transaction that the caller ends. Names are
// cleaned by the caller (rules.hpp).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "hub/identity/roster.hpp"
#include "hub/sealing/column_sealer.hpp"
#include "store/database.hpp"

namespace vedette::hub::identity {

/// As columns have them: names, separated by spaces. A right that this program does not know is one that it
/// does not give.
std::string rights_text(policy::RightSet rights);
policy::RightSet parse_rights(std::string_view text);

/// All of the organisation's. Errors: corrupt, as the database says; forbidden when a name does not open.
Result<Roster> load_roster(store::Database& database, const sealing::ColumnSealer& sealer,
                           OrganisationId organisation);

/// As users are found by their username_key(): a keyed hash of it, in hexadecimal digits.
std::string user_name_key(const sealing::ColumnSealer& sealer, std::string_view key);
/// Errors: conflict when there is a user of that name (`key` is username_key() of it).
Result<> insert_user(store::Database& database, const sealing::ColumnSealer& sealer,
                     OrganisationId organisation, const Account& account, const std::string& key,
                     const std::string& phc);
/// nullopt leaves as it is.
struct UserChange {
    std::optional<bool> suspended;
    std::optional<std::vector<Assignment>> assignments;
    std::optional<bool> second_person;
};
/// Who is suspended loses all API tokens. Errors: not_found.
Result<> update_user(store::Database& database, OrganisationId organisation, UserId user,
                     const UserChange& change);
Result<> delete_user(store::Database& database, OrganisationId organisation, UserId user);
/// Also ends an invitation.
Result<> write_password(store::Database& database, UserId user, const std::string& phc);
/// Takes the user's password, authenticator, passkeys and API tokens away, and replaces the invitation by one
/// with this SHA-256.
Result<> set_invitation(store::Database& database, UserId user, const crypto::Sha256Digest& code,
                        UtcTime expires);

/// Inserts or replaces. Errors: conflict when another has that name.
Result<> put_role(store::Database& database, OrganisationId organisation, const Role& role);
/// Errors: not_found; conflict while users have it.
Result<> delete_role(store::Database& database, OrganisationId organisation, RoleId role);
Result<> put_group(store::Database& database, OrganisationId organisation, const CameraGroup& group);
/// Errors: not_found; conflict while roles are given over it.
Result<> delete_group(store::Database& database, OrganisationId organisation, CameraGroupId group);

}  // namespace vedette::hub::identity
