#pragma once
// A clip that the simulated camera signs, with what can be wrong about it.

#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "media/signing_sei.hpp"
#include "simulate/clip.hpp"

namespace vedette::simulate {

struct ClipSigning {
    enum class Fault : std::uint8_t {
        none,
        changed,    ///< a slice of the clip's last group of pictures is another one than was signed
        dropped,    ///< a picture of that group is missing
        wrong_key,  ///< the key that comes with the signatures is not the one that they were made with
    };
    media::SigningScheme scheme = media::SigningScheme::onvif;
    Fault fault = Fault::none;
};

/// "onvif" or "axis"; "", "changed", "dropped" or "wrong-key".
Result<ClipSigning> parse_clip_signing(std::string_view scheme, std::string_view fault);

/// Puts the signatures into the clip's pictures, made with a new key. The clip is played in a loop: its first
/// group follows its last one, and only the counter of the groups begins anew.
Result<> sign_clip(Clip& clip, const ClipSigning& signing);

}  // namespace vedette::simulate
