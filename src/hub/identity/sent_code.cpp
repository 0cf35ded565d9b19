#include "hub/identity/sent_code.hpp"

#include <array>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "hub/identity/types.hpp"

namespace vedette::hub::identity {

namespace {

constexpr std::uint64_t sent_codes = 100'000'000;  // of sent_code_digits

// Spaces are how people read digits, and no part of them.
std::string digits_of(std::string_view typed) {
    std::string digits(typed.substr(0, 32));
    std::erase_if(digits, [](char c) { return c == ' ' || c == '-'; });
    return digits;
}

}  // namespace

bool SentCode::take(std::string_view typed, MonotonicTime now) {
    if (now >= expires || tries >= sent_code_tries) return false;
    ++tries;
    return crypto::equal_constant_time(digest_of(digits_of(typed)), digest);
}

NewCode make_sent_code(MonotonicTime now) {
    std::array<std::byte, sizeof(std::uint64_t)> random{};
    crypto::random_bytes(random);
    std::uint64_t number = 0;
    std::memcpy(&number, random.data(), sizeof number);
    // The bias of the remainder is less than one in 10^11.
    const std::string text = fmt::format("{:08}", number % sent_codes);
    return {.text = Secret(std::string_view(text)),
            .kept = {.digest = digest_of(text), .expires = now + sent_code_lifetime}};
}

}  // namespace vedette::hub::identity
