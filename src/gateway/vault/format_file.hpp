#pragma once
// The file `format` of the data directory: which program may work on it.

#include "gateway/vault/layout.hpp"

namespace vedette::vault {

/// Reads `format`. not_found: there is none; unsupported: a newer program made the directory; corrupt: it
/// says no number that ever was one; forbidden: this user may not read it. Each with a sentence for the
/// operator.
Result<> check_format(const Layout& layout);

/// Writes the format of this program.
Result<> write_format(const Layout& layout);

}  // namespace vedette::vault
