#include "crypto/totp.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "crypto/digest.hpp"

namespace vedette::crypto {

namespace {

constexpr std::uint64_t steps_either_side = 1;

}  // namespace

std::string hotp(ByteView secret, std::uint64_t counter, unsigned digits) {
    const Bytes message = std::move(ByteWriter().u64(counter)).finish();
    std::array<unsigned char, 20> mac{};
    unsigned size = mac.size();
    if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(), mac.data(),
             &size) == nullptr)
        throw std::runtime_error("OpenSSL has no HMAC-SHA-1");
    // Dynamic truncation (section 5.3).
    const std::size_t at = mac.back() & 0x0FU;
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < 4; ++i) code = code << 8U | mac[at + i];
    code &= 0x7FFFFFFFU;
    std::uint32_t modulus = 1;
    for (unsigned i = 0; i < digits; ++i) modulus *= 10;
    return fmt::format("{:0{}}", code % modulus, digits);
}

std::uint64_t totp_counter(UtcTime now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    return seconds.count() < 0 ? 0 : static_cast<std::uint64_t>(seconds / totp_step);
}

std::optional<std::uint64_t> accept_totp(ByteView secret, std::string_view typed, UtcTime now,
                                         std::uint64_t last_used) {
    std::string code(typed);
    std::erase(code, ' ');
    const std::uint64_t present = totp_counter(now);
    std::optional<std::uint64_t> accepted;
    for (std::uint64_t step = present - std::min(present, steps_either_side);
         step <= present + steps_either_side; ++step) {
        const bool equal = equal_constant_time(as_bytes(hotp(secret, step)), as_bytes(code));
        if (equal && step > last_used) accepted = step;
    }
    return accepted;
}

std::string to_base32(ByteView bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string out;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const std::byte byte : bytes) {
        bits = bits << 8U | static_cast<std::uint32_t>(byte);
        for (count += 8; count >= 5; count -= 5) out += alphabet[bits >> (count - 5) & 0x1FU];
    }
    if (count > 0) out += alphabet[bits << (5 - count) & 0x1FU];
    return out;
}

}  // namespace vedette::crypto
