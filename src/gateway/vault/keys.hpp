#pragma once
// The keys of the store: root key (a file) -> organisation key -> epoch key (a file) -> day keys.

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "crypto/ed25519.hpp"
#include "gateway/vault/layout.hpp"
#include "store/database.hpp"

namespace vedette::vault {

/// A deletion that was signed and may still have to be carried out: records of `stream` before
/// `before_sequence` are gone.
struct Deletion {
    StreamKey stream;
    std::uint64_t before_sequence = 0;
};

/// Thread-safe. Blocking.
class KeyStore {
  public:
    using Key = std::shared_ptr<const Secret>;

    /// Opens keys/, or creates it with new random keys. forbidden when others may read the root key.
    static Result<std::unique_ptr<KeyStore>> open(const Layout& layout);
    /// For looking: changes and creates nothing. not_found when there is no root key or no database.
    static Result<std::unique_ptr<KeyStore>> open_read_only(const Layout& layout);

    OrganisationId organisation() const { return organisation_; }
    /// The log's name: origin of its checkpoints and name of its key.
    const std::string& origin() const { return origin_; }
    const crypto::Ed25519Signer& signer() const { return *signer_; }

    /// A key of the organisation's for another purpose than recordings.
    Secret derive(std::string_view purpose) const;

    /// The key of (camera, UTC day); made at the first call for a day.
    Result<Key> day_key_for_writing(CameraId camera, std::int32_t day);
    /// not_found when it was destroyed.
    Result<Key> day_key(CameraId camera, std::int32_t day);

    /// Notes that the camera's recordings are to go; remembered until forget_deletions().
    Result<> note_deletions(const std::vector<Deletion>& deletions);
    Result<std::vector<Deletion>> deletions() const;
    /// Destroys all day keys of the camera: they are removed, and the rest are wrapped anew under a new epoch
    /// key, so that an older copy of keys.db can't bring them back.
    Result<> destroy(CameraId camera);
    /// The same for days of cameras.
    Result<> destroy(const std::vector<std::pair<CameraId, std::int32_t>>& days);

  private:
    Result<> destroy_where(const std::function<Result<>()>& delete_rows);
    KeyStore(const Layout& layout, store::Database database, store::Access access);
    Result<> load();
    Result<> load_root();
    Result<> load_identity();
    Result<> load_epoch();
    Result<> write_epoch(std::uint64_t number, const Secret& epoch, const std::filesystem::path& path) const;
    Result<std::optional<Key>> find(CameraId camera, std::int32_t day);

    Layout layout_;
    mutable std::mutex mutex_;
    mutable store::Database database_;
    store::Access access_;
    Secret root_;
    Secret organisation_key_;
    Secret epoch_;
    std::uint64_t epoch_number_ = 0;
    OrganisationId organisation_;
    std::string origin_;
    std::unique_ptr<crypto::Ed25519Signer> signer_;
    std::map<std::pair<CameraId, std::int32_t>, Key> cache_;
};

}  // namespace vedette::vault
