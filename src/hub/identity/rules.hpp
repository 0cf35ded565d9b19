#pragma once
// What user names, passwords and claim codes have to look like. Pure.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace vedette::hub::identity {

constexpr std::size_t max_username_characters = 64;
/// Without a second factor (NIST SP 800-63B-4 section 3.1.1.2).
constexpr std::size_t min_password_characters = 15;
constexpr std::size_t max_password_characters = 256;

/// Unicode code points in `text`, which is UTF-8.
std::size_t count_characters(std::string_view text);

/// The name as it is shown: without white space around it. nullopt when it is empty, too long, or has control
/// characters.
std::optional<std::string> clean_username(std::string_view text);

/// The name as it is looked up: ASCII letters in lower case. Takes a cleaned name.
std::string username_key(std::string_view cleaned);

/// What is wrong with a new password, in one sentence; nullopt when nothing is. No rule about the kinds of
/// characters: length and not being guessed first are what count.
std::optional<std::string> password_fault(std::string_view password, std::string_view username);

/// 80 random bits in four groups of four that can be read aloud (Crockford's base 32): 7H3K-Q2ZN-....
Secret make_claim_code();
/// 120 bits in six such groups: it is kept for as long as its account, and a plain hash of it as well.
Secret make_recovery_code();

/// 256 random bits in hexadecimal digits: for a session, or a step on the way to it.
Secret make_sign_in_token();

/// What was meant by what was typed: groups and case do not matter, O is 0, I and L are 1.
std::string normalise_claim_code(std::string_view typed);

}  // namespace vedette::hub::identity
