#pragma once
// How an API token is written: vdt_ and 43 random characters of 62 (256 bits), then 6 that are the CRC-32 of
// what stands before them. By the prefix and the checksum a program that looks for leaked secrets knows it
// without asking anybody, and a person who has copied half of it is told so. Pure, but for random bits.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/secret.hpp"

namespace vedette::hub::identity {

inline constexpr std::string_view api_token_prefix = "vdt_";
constexpr std::size_t api_token_random_characters = 43;  // 62^43 > 2^256
constexpr std::size_t api_token_checksum_characters = 6;
constexpr std::size_t api_token_characters =
    api_token_prefix.size() + api_token_random_characters + api_token_checksum_characters;

Secret make_api_token();

enum class ApiTokenForm : std::uint8_t {
    whole,
    damaged,    ///< it begins like one: copied in part, or mistyped
    something,  ///< it is no API token at all
};
/// Whether `text` is what make_api_token() writes. For text from outside.
ApiTokenForm form_of_api_token(std::string_view text);

}  // namespace vedette::hub::identity
