#pragma once
// Ceremonies with passkeys that are under way: which challenge was given out for what. In memory; a restart
// forgets them.

#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "crypto/digest.hpp"
#include "hub/identity/types.hpp"

namespace vedette::hub::identity {

constexpr std::chrono::minutes ceremony_lifetime{5};

struct Ceremony {
    enum class Purpose : std::uint8_t {
        registration,
        sign_in,
        second_factor,  ///< after the password
        proof,          ///< that it is still the same person
    };
    Purpose purpose = Purpose::sign_in;
    webauthn::Place place;       ///< where the page was opened
    std::optional<UserId> user;  ///< nullopt: whoever's the passkey is. Nil: nobody's will do
    std::optional<crypto::Sha256Digest> password_challenge;  ///< of second_factor
    std::string bound_to{};  ///< of a proof: the one thing that it is for; empty: the own account
};

struct CeremonyLimits {
    std::size_t total = 4'096;
    std::size_t each_owner = 64;
};

/// Use from one thread.
class Ceremonies {
  public:
    explicit Ceremonies(CeremonyLimits limits) : limits_(limits) {}

    /// Returns its challenge: webauthn::challenge_bytes random bytes. Where `owner` (a network or a user) has
    /// as many as are allowed, or all together have, the oldest one ends.
    Bytes begin(Ceremony ceremony, std::string owner, MonotonicTime now);
    /// The ceremony of that challenge, which is over now; nullopt when there is none (any more).
    std::optional<Ceremony> take(ByteView challenge, MonotonicTime now);

    std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        Ceremony ceremony;
        std::string owner;
        MonotonicTime expires;
    };
    void end_oldest_of(const std::string* owner);

    CeremonyLimits limits_;
    std::map<Bytes, Entry> entries_;  // by challenge
};

}  // namespace vedette::hub::identity
