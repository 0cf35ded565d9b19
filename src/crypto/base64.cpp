#include "crypto/base64.hpp"

#include <algorithm>

#include <openssl/evp.h>

namespace vedette::crypto {

std::string to_base64(ByteView bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
    // EVP_DecodeBlock trims white space and takes '=' anywhere, so look first.
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.size() - std::min(text.find_last_not_of('=') + 1, text.size());
    if (padding > 2) return std::nullopt;
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (text.substr(0, text.size() - padding).find_first_not_of(alphabet) != std::string_view::npos)
        return std::nullopt;
    Bytes bytes(text.size() / 4 * 3);
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    // Bits that no byte holds must be zero (RFC 4648 section 3.5), or one signature would have several texts.
    if (to_base64(bytes) != text) return std::nullopt;
    return bytes;
}

std::string to_base64url(ByteView bytes) {
    std::string text = to_base64(bytes);
    text.resize(std::min(text.size(), text.find('=')));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
    if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
    std::string standard(text);
    std::ranges::replace(standard, '-', '+');
    std::ranges::replace(standard, '_', '/');
    standard.append((4 - standard.size() % 4) % 4, '=');
    return from_base64(standard);
}

}  // namespace vedette::crypto
