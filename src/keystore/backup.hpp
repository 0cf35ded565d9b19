#pragma once
// A backup of the organisation key under a passphrase (docs/ref/store-format.md, "Key backup"): text that can
// be printed and typed in again. No I/O.

#include "keystore/passphrase.hpp"

namespace vedette::keystore {

inline constexpr std::size_t max_backup_size = 4096;

struct Backup {
    std::array<std::byte, 16> organisation{};
    UtcTime made_at;
    Stretching stretching;
    Bytes wrapped;

    static Result<Backup> make(std::array<std::byte, 16> organisation, UtcTime made_at,
                               const Secret& organisation_key, const Secret& passphrase,
                               const crypto::PasswordCost& cost = new_passphrase_cost);
    /// corrupt, or unsupported for a newer version.
    static Result<Backup> parse(std::string_view text);
    std::string print() const;
    /// The organisation key; unauthenticated when the passphrase is another.
    Result<Secret> open(const Secret& passphrase) const;

  private:
    Bytes head() const;
    Bytes purpose() const;
};

}  // namespace vedette::keystore
