#pragma once
// The file `alive` of the data directory: whether a recorder runs, and until when one did. Not signed; the
// next start states what it says.

#include "gateway/vault/layout.hpp"

namespace vedette::vault {

struct SignOfLife {
    bool is_running = true;  ///< false: it was stopped in good order
    UtcTime at;
    friend bool operator==(const SignOfLife&, const SignOfLife&) = default;
};

std::string print_sign_of_life(const SignOfLife& sign);
/// What print_sign_of_life() gave. corrupt: anything else.
Result<SignOfLife> parse_sign_of_life(std::string_view text);

/// not_found: no recorder ran here, or a program that has no such file.
Result<SignOfLife> read_sign_of_life(const Layout& layout);
Result<> write_sign_of_life(const Layout& layout, const SignOfLife& sign);

}  // namespace vedette::vault
