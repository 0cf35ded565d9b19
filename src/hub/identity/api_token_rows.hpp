#pragma once
// API tokens in the database. Blocking; calls that change something belong into a transaction that the caller
// ends. A user's tokens go with the user (ON DELETE CASCADE).

#include <vector>

#include "hub/identity/api_token_table.hpp"
#include "hub/sealing/column_sealer.hpp"
#include "store/database.hpp"

namespace vedette::hub::identity {

/// How long tokens that have expired are still listed, so that their users see why a program stopped.
constexpr Ticks90k keep_expired_tokens = std::chrono::days(30);

/// All; those that expired long before `now` are deleted.
Result<std::vector<ApiToken>> load_api_tokens(store::Database& database, const sealing::ColumnSealer& sealer,
                                              UtcTime now);
/// Error: conflict when the user has `most` already, or one of that name.
Result<> insert_api_token(store::Database& database, const sealing::ColumnSealer& sealer,
                          const ApiToken& token, std::int64_t most);
/// Its last use, and from where.
Result<> touch_api_token(store::Database& database, const sealing::ColumnSealer& sealer,
                         const ApiToken& token);
/// Error: not_found.
Result<> delete_api_token(store::Database& database, UserId user, ApiTokenId token);
Result<> delete_api_tokens_of(store::Database& database, UserId user);

}  // namespace vedette::hub::identity
