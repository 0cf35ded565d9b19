#pragma once
// What a camera's own signature says about its pictures.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vedette::media {

/// The numbers are stored (docs/ref/store-format.md).
enum class Authenticity : std::uint8_t {
    none = 0,                    ///< nothing was signed so far, or the codec has no signatures
    not_signed = 1,              ///< the camera signs, and these pictures are not signed
    authentic = 2,               ///< as the camera signed them
    authentic_with_missing = 3,  ///< what is there is as the camera signed it; pictures are missing
    not_authentic = 4,           ///< not as the camera signed them
    not_known = 5,               ///< signed, and it could not be found out
};
inline constexpr std::uint8_t authenticities = 6;

constexpr std::string_view to_string(Authenticity verdict) {
    switch (verdict) {
        case Authenticity::none:
            return "none";
        case Authenticity::not_signed:
            return "not_signed";
        case Authenticity::authentic:
            return "authentic";
        case Authenticity::authentic_with_missing:
            return "authentic_with_missing";
        case Authenticity::not_authentic:
            return "not_authentic";
        case Authenticity::not_known:
            break;
    }
    return "not_known";
}

/// The worse of two, for pictures of which both are said.
constexpr Authenticity worse(Authenticity a, Authenticity b) {
    constexpr std::array<std::uint8_t, authenticities> badness{0, 4, 1, 2, 5, 3};
    return badness[static_cast<std::size_t>(a)] >= badness[static_cast<std::size_t>(b)] ? a : b;
}

/// SHA-256 of a camera's public key (SubjectPublicKeyInfo in DER); zeros when none is known.
using SigningKeyFingerprint = std::array<std::byte, 32>;

/// About the pictures of one track from `first_time` to `last_time`, both included (AccessUnit::time).
struct SignatureVerdict {
    std::uint8_t track = 0;
    /// none: the camera signs, that is all that is said; the pictures before `first_time` stay unknown.
    Authenticity verdict = Authenticity::none;
    SigningKeyFingerprint key{};
    std::int64_t first_time = 0;
    std::int64_t last_time = 0;

    friend bool operator==(const SignatureVerdict&, const SignatureVerdict&) = default;
};

}  // namespace vedette::media
