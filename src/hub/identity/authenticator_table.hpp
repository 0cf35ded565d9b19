#pragma once
// Authenticator apps and recovery codes in the database. Blocking; calls that change something belong into a
// transaction that the caller ends.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/id.hpp"
#include "base/secret.hpp"
#include "crypto/digest.hpp"
#include "hub/sealing/column_sealer.hpp"
#include "store/database.hpp"

namespace vedette::hub::identity {

struct Authenticator {
    Secret secret;
    bool confirmed = false;       ///< its user has typed a code of it
    std::uint64_t last_step = 0;  ///< of which a code was taken (crypto::accept_totp)
};

/// Errors: corrupt when the secret does not open.
Result<std::optional<Authenticator>> load_authenticator(store::Database& database,
                                                        const sealing::ColumnSealer& sealer, UserId user);
/// One that is to be confirmed, instead of any that was there.
Result<> put_authenticator(store::Database& database, const sealing::ColumnSealer& sealer, UserId user,
                           const Secret& secret);
/// From here on it is asked for.
Result<> confirm_authenticator(store::Database& database, UserId user, std::uint64_t step);
/// The recovery codes of before are gone.
Result<> put_recovery_codes(store::Database& database, UserId user,
                            const std::vector<crypto::Sha256Digest>& recovery_codes);
Result<> note_step(store::Database& database, UserId user, std::uint64_t step);
Result<> remove_authenticator(store::Database& database, UserId user);
/// Recovery codes stand in for an authenticator or a passkey: without any they go.
Result<> drop_useless_recovery_codes(store::Database& database, UserId user);
/// True when it was one of the user's, which it is not any more.
Result<bool> take_recovery_code(store::Database& database, UserId user, const crypto::Sha256Digest& code);

}  // namespace vedette::hub::identity
