#pragma once
// Users' mail addresses in the database, sealed. Blocking; calls that change something belong into a
// transaction that the caller ends.

#include <optional>
#include <string>

#include "base/id.hpp"
#include "hub/sealing/column_sealer.hpp"
#include "store/database.hpp"

namespace vedette::hub::identity {

/// nullopt: the user has none. Errors: corrupt when it does not open.
Result<std::optional<std::string>> load_mail_address(store::Database& database,
                                                     const sealing::ColumnSealer& sealer, UserId user);
Result<> put_mail_address(store::Database& database, const sealing::ColumnSealer& sealer, UserId user,
                          const std::string& address);
Result<> remove_mail_address(store::Database& database, UserId user);

}  // namespace vedette::hub::identity
