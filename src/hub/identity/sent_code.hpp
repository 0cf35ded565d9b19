#pragma once
// Codes that are sent to somebody: eight digits, good once, for ten minutes and five tries.

#include <string_view>

#include "base/secret.hpp"
#include "base/time.hpp"
#include "crypto/digest.hpp"

namespace vedette::hub::identity {

constexpr std::chrono::minutes sent_code_lifetime{10};
constexpr unsigned sent_code_tries = 5;
constexpr std::size_t sent_code_digits = 8;

/// One that is under way.
struct SentCode {
    crypto::Sha256Digest digest{};
    MonotonicTime expires{};
    unsigned tries = 0;

    /// Whether `typed` is it; each call is a try. The caller throws away what fits.
    bool take(std::string_view typed, MonotonicTime now);
};

/// The code, for the message alone, and what is kept of it.
struct NewCode {
    Secret text;
    SentCode kept;
};
NewCode make_sent_code(MonotonicTime now);

}  // namespace vedette::hub::identity
