#pragma once
// How a camera's recordings are encrypted, as it is set and as it was done.

#include <cstdint>
#include <optional>
#include <string_view>

namespace vedette::wire {

enum class Encryption : std::uint8_t {
    full,
    light,  ///< partial: parts of the picture data lie unencrypted on disk
};

constexpr std::string_view to_string(Encryption encryption) {
    return encryption == Encryption::light ? "light" : "full";
}
constexpr std::optional<Encryption> parse_encryption(std::string_view text) {
    if (text == "full") return Encryption::full;
    if (text == "light") return Encryption::light;
    return std::nullopt;
}

}  // namespace vedette::wire
