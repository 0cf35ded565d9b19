#pragma once
// The keys of the store: root key (keystore/) -> organisation key -> epoch key (a file) -> day keys.

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "crypto/ed25519.hpp"
#include "gateway/vault/layout.hpp"
#include "keystore/slot_table.hpp"
#include "store/database.hpp"

namespace vedette::keystore {
class Secrets;
struct Environment;
}  // namespace vedette::keystore

namespace vedette::vault {

/// A deletion that was signed and may still have to be carried out: records of `stream` before
/// `before_sequence` are gone.
struct Deletion {
    StreamKey stream;
    std::uint64_t before_sequence = 0;
};

inline constexpr std::string_view organisation_key_purpose = "organisation key";
inline constexpr std::string_view signing_key_purpose = "signing key";
inline constexpr std::string_view derivation_key_purpose = "derivation key";

/// keys.db, as KeyStore has it.
Result<store::Database> open_key_database(const Layout& layout, store::Access access);
/// Once there are slots, the wrapped organisation key lies with them: what keys.db has of it is overwritten.
Result<> forget_wrapped_organisation_key(store::Database& database);
/// When the organisation key was changed last; none: never.
Result<std::optional<UtcTime>> organisation_key_changed_at(store::Database& database);

/// Thread-safe. Blocking.
class KeyStore {
  public:
    using Key = std::shared_ptr<const Secret>;

    /// Opens keys/, or creates it with new random keys. forbidden when others may read the root key.
    /// `secrets` is asked for what a key slot takes; null: nobody is.
    static Result<std::unique_ptr<KeyStore>> open(const Layout& layout, keystore::Secrets* secrets = nullptr);
    /// For looking: changes and creates nothing. not_found when there is no root key or no database.
    static Result<std::unique_ptr<KeyStore>> open_read_only(const Layout& layout,
                                                            keystore::Secrets* secrets = nullptr);
    /// For who has opened the table of slots, and holds the lock of its folder.
    static Result<std::unique_ptr<KeyStore>> open_with(const Layout& layout, const Secret& root,
                                                       const keystore::SlotTable& table);
    /// Reads anew what a recorder beside this reader has changed. Asks nobody.
    Result<> refresh();

    OrganisationId organisation() const { return organisation_; }
    /// The log's name: origin of its checkpoints and name of its key.
    const std::string& origin() const { return origin_; }
    const crypto::Ed25519Signer& signer() const { return *signer_; }

    /// A key of the organisation's for another purpose than recordings.
    Secret derive(std::string_view purpose) const;
    /// What derive() gave before the organisation key was changed, the newest first.
    std::vector<Secret> derive_replaced(std::string_view purpose) const;
    /// Wraps all that the organisation key wraps by another one, under a new epoch key, and derives from a
    /// new key from then on. One transaction: a kill leaves the one or the other. The caller has both
    /// organisation keys on disk meanwhile, and no recorder runs.
    Result<> change_organisation_key(const Secret& next, UtcTime now);

    /// The key of (camera, UTC day); made at the first call for a day.
    Result<Key> day_key_for_writing(CameraId camera, std::int32_t day);
    /// not_found when it was destroyed.
    Result<Key> day_key(CameraId camera, std::int32_t day);

    /// The days of which the camera has keys.
    Result<std::vector<std::int32_t>> days(CameraId camera) const;

    /// Notes that the camera's recordings are to go; remembered until forget_deletions().
    Result<> note_deletions(const std::vector<Deletion>& deletions);
    Result<std::vector<Deletion>> deletions() const;
    /// Destroys all day keys of the camera: they are removed, and the rest are wrapped anew under a new epoch
    /// key, so that an older copy of keys.db can't bring them back.
    Result<> destroy(CameraId camera);
    /// The same for days of cameras.
    Result<> destroy(const std::vector<std::pair<CameraId, std::int32_t>>& days);

  private:
    Result<> renew_epoch(const Secret& organisation_key, const std::function<Result<>()>& within);
    Result<> load_derivation();
    KeyStore(const Layout& layout, store::Database database, store::Access access);
    Result<> load(keystore::Secrets* secrets);
    Result<std::optional<keystore::SlotTable>> load_root(const keystore::Environment& environment);
    Result<> load_identity();
    Result<> open_organisation_key(ByteView in_database, ByteView signing_key_wrapped);
    Result<> settle_organisation_key(keystore::SlotTable& table, const keystore::Environment& environment);
    std::string does_not_fit() const;
    Result<> load_epoch();
    Result<> write_epoch(const Secret& organisation_key, std::uint64_t number, const Secret& epoch,
                         const std::filesystem::path& path) const;
    Result<std::optional<Key>> find(CameraId camera, std::int32_t day);

    Layout layout_;
    mutable std::mutex mutex_;
    mutable store::Database database_;
    store::Access access_;
    Secret root_;
    Bytes organisation_key_wrapped_;  ///< of the slots; empty: it lies in the database
    Bytes next_organisation_key_wrapped_;
    Secret organisation_key_;
    Secret derivation_key_;                         ///< empty: the organisation key
    std::vector<Secret> replaced_derivation_keys_;  ///< the newest first
    Secret epoch_;
    std::uint64_t epoch_number_ = 0;
    OrganisationId organisation_;
    std::string origin_;
    std::unique_ptr<crypto::Ed25519Signer> signer_;
    std::map<std::pair<CameraId, std::int32_t>, Key> cache_;
};

}  // namespace vedette::vault
