#pragma once
// Passwords that guessers try first, however long they are. Pure.

#include <cstddef>
#include <string_view>

namespace vedette::hub::identity {

/// Whether a password, in small letters, is one of the words of cmake/common_passwords.cmake, one of them
/// again and again, or two of them: with digits and signs before, between and behind, and with letters that
/// look like digits or signs written as those ("p4ssw0rd").
bool is_made_of_common_passwords(std::string_view lower_case);

/// How many words there are.
std::size_t common_password_count();

}  // namespace vedette::hub::identity
