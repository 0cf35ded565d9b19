#pragma once
// Users, sessions and the claim code on disk. Blocking; belongs to one thread at a time.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/identity/types.hpp"
#include "store/database.hpp"

namespace vedette::hub::identity {

struct UserRecord {
    policy::User user;
    std::string password_phc;
};

class Directory {
  public:
    /// Opens or creates the database, and the one organisation of an installation with it. Errors as
    /// store::Database::open.
    static Result<Directory> open(const std::filesystem::path& path, UtcTime now);

    OrganisationId organisation() const { return organisation_; }
    Result<bool> has_users();
    /// By username_key(); nullopt when there is none.
    Result<std::optional<UserRecord>> find_user(const std::string& key);
    Result<> set_password(UserId user, const std::string& phc);

    /// Replaces the claim code by one with this SHA-256.
    Result<> set_claim_code(const crypto::Sha256Digest& digest, UtcTime now);
    /// Creates the first user and deletes the code, both or neither. Conflict when there is a user already.
    Result<policy::User> create_first_user(const std::string& name, const std::string& key,
                                           const std::string& phc, UtcTime now);

    Result<> add_session(const Session& session);
    Result<> touch_session(const SessionDigest& digest, UtcTime last_used);
    Result<> remove_session(const SessionDigest& digest);
    /// Sessions used after `idle_since` and created after `created_since`; the others are deleted. `expires`
    /// is left to the caller.
    Result<std::vector<Session>> load_sessions(UtcTime idle_since, UtcTime created_since);

  private:
    explicit Directory(store::Database database) : database_(std::move(database)) {}

    store::Database database_;
    OrganisationId organisation_;
};

}  // namespace vedette::hub::identity
