#pragma once
// Carries out what a rule decided: signs, destroys keys, removes rows and files, in an order in which a crash
// at any point is made good by the next start.

#include <set>

#include "gateway/vault/retention_book.hpp"
#include "gateway/vault/thumbnail_cache.hpp"
#include "gateway/vault/writer.hpp"

namespace vedette::vault {

/// Blocking; one thread at a time.
class Expirer {
  public:
    struct Parts {
        const Clock* clock;
        const Layout* layout;
        KeyStore* keys;
        Index* index;
        const Catalogue* catalogue;
        const Places* places;
        Writer* writer;
        RetentionBook* book;
        ThumbnailCache* thumbnails;
    };
    explicit Expirer(Parts parts) : parts_(parts) {}

    /// Deletes segments, but for those that are held. All of them are in the index.
    Result<> expire(std::vector<SegmentBrief> segments, DeletionRule rule, std::uint64_t value);
    /// Carries out what was signed and not finished; forgets what never was signed.
    Result<> finish();
    /// Destroys the camera's day keys of before `day` under which nothing is recorded: a backup that was
    /// restored brings some back.
    Result<> destroy_unused_keys(CameraId camera, std::int32_t day);

  private:
    using Pending = RetentionBook::Pending;
    using Days = std::vector<std::pair<CameraId, std::int32_t>>;
    Result<> sign(const std::vector<SegmentBrief>& segments, DeletionRule rule, std::uint64_t value);
    Result<std::vector<Pending>> signed_deletions();
    Result<> destroy_keys(const Days& days);
    Result<> remove_files(const std::vector<Pending>& deletions, PlaceNumber place,
                          std::set<std::filesystem::path>& folders);
    Result<> remove_files(const Expiry& expiry, PlaceNumber place);

    Parts parts_;
};

}  // namespace vedette::vault
