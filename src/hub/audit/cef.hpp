#pragma once
// Audit entries in the words of other systems. Pure.

#include <string>
#include <string_view>

#include "hub/audit/book.hpp"

namespace vedette::hub::audit {

/// One line of ArcSight Common Event Format, version 0, with its line feed.
std::string to_cef(const Listed& entry, std::string_view version);

}  // namespace vedette::hub::audit
