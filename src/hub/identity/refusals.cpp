#include "hub/identity/refusals.hpp"

#include <fmt/format.h>

namespace vedette::hub::identity {

Refusal too_soon(std::chrono::seconds wait) {
    return {Error{ErrorKind::exhausted, fmt::format("Too many attempts; try again in {} s", wait.count())},
            {},
            wait};
}

Refusal wrong_password() {
    return {Error{ErrorKind::unauthenticated, "The user name or the password is wrong"}};
}

Refusal suspended() {
    return {
        Error{ErrorKind::unauthenticated, "This account is suspended; an administrator can open it again"}};
}

Refusal too_late() {
    return {Error{ErrorKind::unauthenticated, "This sign-in took too long; begin again"}};
}

}  // namespace vedette::hub::identity
