#pragma once
// Personal data in the hub's databases: sealed value by value, so that a stolen database file shows none.

#include <filesystem>
#include <string_view>

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "crypto/digest.hpp"

namespace vedette::hub::sealing {

/// Where a value lies. A sealed value opens in no other place.
struct Place {
    std::string_view table;
    std::string_view column;
    ByteView row;  ///< what names the row for good: its key
};

/// Thread-safe.
class ColumnSealer {
  public:
    /// With the key of `path` (DATA/hub/data.key), which is made when it is missing. Errors as
    /// load_or_make_key().
    static Result<ColumnSealer> open(const std::filesystem::path& path);
    /// For looking: makes none. not_found when there is none.
    static Result<ColumnSealer> open_existing(const std::filesystem::path& path);
    /// `key` has 32 uniformly random bytes.
    explicit ColumnSealer(Secret key) : key_(std::move(key)) {}

    /// A sealer under a key of its own, HKDF-Expand-SHA512 of this one's with purpose || 0x00 || input.
    ColumnSealer derive(std::string_view purpose, ByteView input) const;

    /// For looking up what is sealed: HMAC-SHA-256 of `value` under a key of its own, HKDF-Expand-SHA512 of
    /// this one's with purpose || 0x00. Whoever has the database alone can't try out values.
    crypto::Sha256Digest keyed_hash(std::string_view purpose, ByteView value) const;

    /// Cobblestone-256 under the key, bound to the place. docs/ref/audit-format.md has the bytes.
    Bytes seal(const Place& place, ByteView value) const;
    /// corrupt when it was altered, belongs to another place, or was sealed under another key.
    Result<Bytes> unseal(const Place& place, ByteView sealed) const;

  private:
    Secret key_;
};

}  // namespace vedette::hub::sealing
