#pragma once
// Signs video as cameras do, for simulated cameras and tests: each group of pictures, with the list of its
// hashes, in an SEI that comes with the second picture of the next group. No I/O.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "crypto/digest_signature.hpp"
#include "media/signing_sei.hpp"
#include "media/types.hpp"

namespace vedette::media_signing {

/// Whom a camera says it is.
struct SigningIdentity {
    crypto::DigestSigner key;
    std::string pem;  ///< ONVIF: its certificate and the authority's; Axis: the public key
};
/// A new one, P-256.
Result<SigningIdentity> make_signing_identity(media::SigningScheme scheme, UtcTime now);

/// One stream of one camera. One thread.
class Signer {
  public:
    /// `identity` outlives it. `codec`: H.264 or H.265.
    Signer(media::SigningScheme scheme, media::Codec codec, const SigningIdentity& identity)
        : scheme_(scheme), codec_(codec), identity_(identity) {}

    /// The next picture's NAL units. Gives the SEI that belongs in front of its first slice, when one is due.
    std::optional<Bytes> picture(std::span<const ByteView> units);

  private:
    Bytes make_sei();

    media::SigningScheme scheme_;
    media::Codec codec_;
    const SigningIdentity& identity_;
    std::uint32_t counter_ = 0;
    std::vector<media::SigningHash> hashes_;  ///< of the group under way
    media::SigningHash reference_{};
    media::SigningHash linked_{};  ///< first unit of the group before
    std::optional<Bytes> due_;
};

}  // namespace vedette::media_signing
