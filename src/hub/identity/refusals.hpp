#pragma once
// Refusals that several parts of identity give, worded once.

#include "hub/identity/types.hpp"

namespace vedette::hub::identity {

Refusal too_soon(std::chrono::seconds wait);
Refusal wrong_password();
/// For whoever has shown who he is, and nobody else.
Refusal suspended();
/// A sign-in that was begun too long ago.
Refusal too_late();

}  // namespace vedette::hub::identity
