#pragma once
// The SEI with which cameras sign their own video: ONVIF Media Signing, and the Signed Video Framework of
// Axis. Both put tag-length-value fields into an SEI of type user_data_unregistered (H.264 and H.265 annex
// D). Pure functions on bytes that a camera sent: hard limits, no I/O. What the fields are worth is decided
// elsewhere.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "media/types.hpp"

namespace vedette::media {

enum class SigningScheme : std::uint8_t { onvif = 1, axis = 2 };

using SigningUuid = std::array<std::uint8_t, 16>;
/// 005bc93f-2d71-5e95-ada4-796f90877a6f (ONVIF Media Signing Specification).
inline constexpr SigningUuid onvif_signing_uuid{0x00, 0x5b, 0xc9, 0x3f, 0x2d, 0x71, 0x5e, 0x95,
                                                0xad, 0xa4, 0x79, 0x6f, 0x90, 0x87, 0x7a, 0x6f};
/// "Signed Video...0"
inline constexpr SigningUuid axis_signing_uuid{0x53, 0x69, 0x67, 0x6e, 0x65, 0x64, 0x20, 0x56,
                                               0x69, 0x64, 0x65, 0x6f, 0x2e, 0x2e, 0x2e, 0x30};

/// SHA-256.
using SigningHash = std::array<std::byte, 32>;

/// The largest NAL unit that is read as one. Its fields can't be larger than that, whatever they say.
inline constexpr std::size_t max_signing_sei_bytes = 256 * 1024;
/// The most hashes in one: what a length of 16 bit holds.
inline constexpr std::size_t max_signed_hashes = 0xFFFF / 32;

/// Which pictures one SEI speaks of: a group of pictures, or a part of one.
struct SignedGroup {
    std::uint32_t counter = 0;  ///< of the (partial) groups of the camera's stream, without holes; wraps
    std::uint16_t units = 0;    ///< how many NAL units it has
    bool partial = false;       ///< it ends before the next group begins
    /// False: of the framework's older versions, which hash in another way.
    bool has_hashes = false;
    SigningHash group{};   ///< of the hashes of its units
    SigningHash linked{};  ///< the hash of the first unit of the group before; zeros when it was the first
};

struct SigningSei {
    SigningScheme scheme = SigningScheme::onvif;
    std::optional<SignedGroup> group;  ///< unset: it brings the key alone
    std::vector<SigningHash> hashes;   ///< of each unit of the group; may be left out
    std::string key_pem;        ///< certificate chain, leaf first (ONVIF), or public key; may be left out
    Bytes signature;            ///< empty: a later SEI signs this one
    bool foreign_hash = false;  ///< another hash than SHA-256 was used
    Bytes hashed;               ///< what the signature is over
};

/// Whether the NAL unit is such an SEI, by its header, type and UUID. `codec` other than H.264 and H.265: no.
std::optional<SigningScheme> signing_scheme(Codec codec, ByteView nal);

/// Reads one. invalid_input: it is none; corrupt: its fields can't be so.
Result<SigningSei> parse_signing_sei(Codec codec, ByteView nal);

/// What of a NAL unit is signed.
enum class SignedUnit : std::uint8_t {
    none,         ///< parameter sets, delimiters, other SEI: not covered by either scheme
    slice,        ///< of a picture
    first_slice,  ///< the first of a key frame: a group begins
    uncovered,    ///< of a picture, and yet not covered: H.264 data partitions, H.265 temporal and leading
                  ///< pictures
};
SignedUnit signed_unit(Codec codec, ByteView nal);

/// Without zeros behind the last byte that says something: they come and go with containers.
ByteView without_trailing_zeros(ByteView nal);

}  // namespace vedette::media
