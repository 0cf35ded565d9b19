#include "crypto/stretch.hpp"

#include <argon2.h>

namespace vedette::crypto {

Result<Secret> stretch_password(ByteView password, ByteView salt, const PasswordCost& cost) {
    constexpr std::size_t key_size = 32;
    Secret key(key_size);
    const int code =
        argon2id_hash_raw(cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(),
                          salt.data(), salt.size(), key.writable().data(), key.size());
    if (code == ARGON2_MEMORY_ALLOCATION_ERROR)
        return fail(ErrorKind::exhausted,
                    "there is not enough memory to check the passphrase: it takes {} MiB",
                    cost.memory_kib / 1024);
    if (code != ARGON2_OK)
        return fail(ErrorKind::internal, "Argon2id failed: {}", argon2_error_message(code));
    return key;
}

}  // namespace vedette::crypto
