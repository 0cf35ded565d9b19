#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette {

/// Lower-case hexadecimal.
std::string to_hex(std::span<const std::byte> bytes);

/// Either case; nullopt at an odd length or any other character.
std::optional<std::vector<std::byte>> from_hex(std::string_view text);

}  // namespace vedette
