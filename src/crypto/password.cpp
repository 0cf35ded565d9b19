#include "crypto/password.hpp"

#include <array>

#include <argon2.h>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"

namespace vedette::crypto {

namespace {

constexpr std::size_t salt_bytes = 16;
constexpr std::size_t argon2_tag_bytes = 32;

std::string parameters(const PasswordCost& cost) {
    return fmt::format("$argon2id$v=19$m={},t={},p={}$", cost.memory_kib, cost.passes, cost.lanes);
}

template <std::size_t n>
std::string random_base64_without_padding() {
    std::array<std::byte, n> bytes{};
    random_bytes(bytes);
    std::string text = to_base64(bytes);
    text.erase(text.find_last_not_of('=') + 1);
    return text;
}

}  // namespace

Result<std::string> hash_password(std::string_view password, const PasswordCost& cost) {
    std::array<std::byte, salt_bytes> salt{};
    random_bytes(salt);
    std::string phc(
        argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes, salt_bytes, argon2_tag_bytes, Argon2_id),
        '\0');
    const int code =
        argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(),
                              salt.data(), salt.size(), argon2_tag_bytes, phc.data(), phc.size());
    if (code == ARGON2_MEMORY_ALLOCATION_ERROR)
        return fail(ErrorKind::exhausted, "There is not enough memory to check a password; free some");
    if (code != ARGON2_OK)
        return fail(ErrorKind::internal, "Argon2id failed: {}", argon2_error_message(code));
    phc.resize(phc.find('\0'));
    return phc;
}

bool verify_password(std::string_view phc, std::string_view password) {
    const std::string terminated(phc);
    return argon2id_verify(terminated.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool needs_rehash(std::string_view phc, const PasswordCost& cost) {
    return !phc.starts_with(parameters(cost));
}

std::string unusable_password_hash(const PasswordCost& cost) {
    return parameters(cost) + random_base64_without_padding<salt_bytes>() + "$" +
           random_base64_without_padding<argon2_tag_bytes>();
}

}  // namespace vedette::crypto
