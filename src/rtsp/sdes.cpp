#include "rtsp/sdes.hpp"

#include <algorithm>
#include <array>

#include "crypto/base64.hpp"
#include "rtsp/text.hpp"

namespace vedette::rtsp {

namespace {

using crypto::SrtpSuite;

// RFC 4568 section 6.2, RFC 6188 section 5, RFC 7714 section 14.2. The last two are what some write.
constexpr std::array<std::pair<SrtpSuite, std::string_view>, 8> suites{{
    {SrtpSuite::aead_aes_256_gcm, "AEAD_AES_256_GCM"},
    {SrtpSuite::aead_aes_128_gcm, "AEAD_AES_128_GCM"},
    {SrtpSuite::aes_256_cm_hmac_sha1_80, "AES_256_CM_HMAC_SHA1_80"},
    {SrtpSuite::aes_cm_128_hmac_sha1_80, "AES_CM_128_HMAC_SHA1_80"},
    {SrtpSuite::aes_256_cm_hmac_sha1_32, "AES_256_CM_HMAC_SHA1_32"},
    {SrtpSuite::aes_cm_128_hmac_sha1_32, "AES_CM_128_HMAC_SHA1_32"},
    {SrtpSuite::aes_256_cm_hmac_sha1_80, "AES_CM_256_HMAC_SHA1_80"},
    {SrtpSuite::aes_256_cm_hmac_sha1_32, "AES_CM_256_HMAC_SHA1_32"},
}};

/// "1:4" (section 6.1): the value as so many bytes.
std::optional<Bytes> parse_mki(std::string_view text) {
    const auto value = parse_number<std::uint64_t>(split_off(text, ':'));
    const auto size = parse_number<std::uint8_t>(text);
    if (!value || !size || *size == 0 || *size > crypto::max_mki_bytes) return std::nullopt;
    if (*size < 8 && *value >> (8U * *size) != 0) return std::nullopt;
    Bytes mki(*size);
    std::uint64_t rest = *value;
    for (std::size_t i = mki.size(); i-- > 0 && rest != 0; rest >>= 8) mki[i] = static_cast<std::byte>(rest);
    return mki;
}

Result<> check_parameter(std::string_view parameter) {
    const std::string_view name = split_off(parameter, '=');
    const bool harmless = name == "WSH" || name == "FEC_ORDER" || name == "FEC_KEY" ||
                          name.starts_with('-') || (name == "KDR" && trim(parameter) == "0");
    if (harmless) return {};
    return fail(ErrorKind::unsupported, "the camera wants SRTP with a session parameter that is refused");
}

}  // namespace

std::optional<SrtpSuite> parse_srtp_suite(std::string_view name) {
    const auto found = std::ranges::find_if(
        suites, [&](const auto& known) { return equal_ignoring_case(known.second, name); });
    return found == suites.end() ? std::nullopt : std::optional(found->first);
}

Result<crypto::SrtpKey> parse_sdes(std::string_view value) {
    if (value.size() > max_sdes_bytes)
        return fail(ErrorKind::exhausted, "the camera's SRTP key line is longer than {} bytes",
                    max_sdes_bytes);
    const std::string_view tag = split_word(value);
    if (!parse_number<std::uint32_t>(tag))
        return fail(ErrorKind::corrupt, "the camera's SRTP key line has no tag");
    const std::string_view suite_name = split_word(value);
    const auto suite = parse_srtp_suite(suite_name);
    if (!suite)
        return fail(ErrorKind::unsupported, "the camera offers SRTP with a suite that is not known here");
    std::string_view keys = split_word(value);
    std::string_view key_text = split_off(keys, ';');
    if (!equal_ignoring_case(split_off(key_text, ':'), "inline"))
        return fail(ErrorKind::unsupported, "the camera's SRTP key line holds no key");
    crypto::SrtpKey key{.suite = *suite};
    std::string encoded(split_off(key_text, '|'));
    encoded.resize((encoded.size() + 3) / 4 * 4, '=');  // some leave the padding out
    auto bytes = crypto::from_base64(encoded);
    std::ranges::fill(encoded, '\0');
    if (!bytes || bytes->size() != crypto::srtp_key_bytes(key.suite) + crypto::srtp_salt_bytes(key.suite))
        return fail(ErrorKind::corrupt, "the camera's SRTP key has not the length of its suite");
    key.master = Secret(ByteView(*bytes));
    std::ranges::fill(*bytes, std::byte{0});
    // A lifetime, an MKI, or both in this order.
    while (!key_text.empty()) {
        const std::string_view part = split_off(key_text, '|');
        if (part.find(':') == std::string_view::npos) continue;
        const auto mki = parse_mki(part);
        if (!mki) return fail(ErrorKind::corrupt, "the camera's SRTP key has an MKI that can't be read");
        key.mki = *mki;
    }
    while (!value.empty()) VEDETTE_CHECK(check_parameter(split_word(value)));
    return key;
}

std::string print_sdes(const crypto::SrtpKey& key, unsigned tag) {
    const auto suite = std::ranges::find(suites, key.suite, &std::pair<SrtpSuite, std::string_view>::first);
    std::string out =
        fmt::format("{} {} inline:{}", tag, suite->second, crypto::to_base64(key.master.reveal()));
    if (key.mki.empty()) return out;
    std::uint64_t value = 0;
    for (const std::byte b : key.mki) value = value << 8 | std::to_integer<std::uint64_t>(b);
    return out + fmt::format("|{}:{}", value, key.mki.size());
}

}  // namespace vedette::rtsp
