#pragma once
// The rows of what holds for everybody in an organisation. On the thread of the database.

#include "hub/identity/roster.hpp"
#include "store/database.hpp"

namespace vedette::hub::identity {

Result<AccessRules> load_access_rules(store::Database& database, OrganisationId organisation);

/// In the caller's transaction.
Result<> put_access_rules(store::Database& database, OrganisationId organisation, const AccessRules& rules);

}  // namespace vedette::hub::identity
