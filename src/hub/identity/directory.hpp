#pragma once
// Users, roles, sessions and codes on disk. Blocking; belongs to one thread at a time.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/identity/roster.hpp"
#include "hub/identity/types.hpp"
#include "hub/sealing/column_sealer.hpp"
#include "store/database.hpp"

namespace vedette::hub::identity {

/// What it takes to let somebody in.
struct Credentials {
    UserId user;
    bool suspended = false;
    std::string password_phc;  ///< empty: there is no password yet
    struct Invitation {
        crypto::Sha256Digest code{};
        UtcTime expires{};
    };
    std::optional<Invitation> invitation;
};

class Directory {
  public:
    /// Opens or creates the database, and the one organisation of an installation with it; and data.key
    /// beside it. Errors as store::Database::open and sealing::ColumnSealer::open.
    static Result<Directory> open(const std::filesystem::path& path, UtcTime now);

    OrganisationId organisation() const { return organisation_; }
    Result<bool> has_users();
    Result<Roster> roster();
    /// Runs `body` with the roster as it is in a transaction, and keeps what it did if check() finds nothing
    /// wrong with the roster that comes of it, which is returned. Errors: those of `body` and of check().
    Result<Roster> change(const std::function<Result<>(store::Database&, const Roster&)>& body);

    /// By username_key(); nullopt when there is none.
    Result<std::optional<Credentials>> credentials(const std::string& key);
    /// Also ends an invitation.
    Result<> set_password(UserId user, const std::string& phc);

    /// Replaces the claim code by one with this SHA-256.
    Result<> set_claim_code(const crypto::Sha256Digest& digest, UtcTime now);

    /// For authenticator_table.hpp and api_token_rows.hpp.
    store::Database& database() { return database_; }
    const sealing::ColumnSealer& sealer() const { return sealer_; }

    Result<> add_session(const Session& session);
    Result<> touch_session(const SessionDigest& digest, UtcTime last_used);
    Result<> remove_session(const SessionDigest& digest);
    /// Sessions used after `idle_since` and created after `created_since`; the others are deleted. `expires`
    /// and all of the user but the id are left to the caller.
    Result<std::vector<Session>> load_sessions(UtcTime idle_since, UtcTime created_since);

  private:
    Directory(store::Database database, sealing::ColumnSealer sealer)
        : database_(std::move(database)), sealer_(std::move(sealer)) {}

    store::Database database_;
    sealing::ColumnSealer sealer_;
    OrganisationId organisation_;
};

}  // namespace vedette::hub::identity
