#pragma once
// Sealed envelopes of break-glass accounts in the database: SHA-256 of a code each, good once. Blocking; each
// call belongs into a transaction that the caller ends.

#include <optional>

#include "base/id.hpp"
#include "base/time.hpp"
#include "crypto/digest.hpp"
#include "store/database.hpp"

namespace vedette::hub::identity {

/// The one of before, opened or not, is good for nothing any more.
Result<> put_envelope(store::Database& database, UserId user, const crypto::Sha256Digest& code, UtcTime made);
/// Whose sealed envelope has that code, which is used with this; nullopt: nobody's, or of somebody who is
/// suspended.
Result<std::optional<UserId>> open_envelope(store::Database& database, const crypto::Sha256Digest& code,
                                            UtcTime now);

}  // namespace vedette::hub::identity
