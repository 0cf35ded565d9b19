#include "gateway/archive/sigv4.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "crypto/digest.hpp"
#include "crypto/hmac.hpp"

namespace vedette::archive {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
std::string query_text(const SignedRequest& request) {
    std::vector<std::pair<std::string, std::string>> encoded;
    for (const auto& [name, value] : request.query)
        encoded.emplace_back(encode_uri(name, false), encode_uri(value, false));
    std::ranges::sort(encoded);
    std::string text;
    for (const auto& [name, value] : encoded)
        text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
    return text;
}

// All of a request's headers that are signed, by their name.
std::vector<std::pair<std::string, std::string>> signed_headers(const SignedRequest& request) {
    auto headers = request.headers;
    headers.emplace_back("host", request.host);
    std::ranges::sort(headers);
    return headers;
}

std::string names_of(const std::vector<std::pair<std::string, std::string>>& headers) {
    std::string names;
    for (const auto& [name, value] : headers) names += (names.empty() ? "" : ";") + name;
    return names;
}

std::string hex_sha256(std::string_view text) {
    return to_hex(crypto::sha256(as_bytes(text)));
}

}  // namespace

std::string encode_uri(std::string_view text, bool is_path) {
    std::string out;
    for (const char c : text) {
        const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                              c == '-' || c == '.' || c == '_' || c == '~' || (is_path && c == '/');
        if (is_plain)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string target_of(const SignedRequest& request) {
    const std::string query = query_text(request);
    return encode_uri(request.path, true) + (query.empty() ? "" : "?" + query);
}

std::string amazon_date(UtcTime now) {
    std::string text = to_rfc3339(now).substr(0, 19);  // 2013-05-24T00:00:00
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text + "Z";
}

std::string authorization(const SignedRequest& request, const SigningKey& key, UtcTime now) {
    const auto headers = signed_headers(request);
    std::string canonical =
        fmt::format("{}\n{}\n{}\n", request.method, encode_uri(request.path, true), query_text(request));
    for (const auto& [name, value] : headers) canonical += fmt::format("{}:{}\n", name, value);
    canonical += fmt::format("\n{}\n{}", names_of(headers), request.payload_sha256);

    const std::string time = amazon_date(now);
    const std::string day = time.substr(0, 8);
    const std::string scope = fmt::format("{}/{}/s3/aws4_request", day, key.region);
    const std::string to_sign = fmt::format("{}\n{}\n{}\n{}", algorithm, time, scope, hex_sha256(canonical));

    const Secret first(fmt::format("AWS4{}", key.secret_key.reveal_text()));
    ByteView parent = first.reveal();
    std::array<std::byte, 32> mac{};
    for (const std::string_view part :
         {std::string_view(day), std::string_view(key.region), std::string_view("s3"),
          std::string_view("aws4_request"), std::string_view(to_sign)}) {
        mac = crypto::hmac_sha256(parent, as_bytes(part));
        parent = mac;
    }
    return fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", algorithm, key.access_key, scope,
                       names_of(headers), to_hex(mac));
}

}  // namespace vedette::archive
