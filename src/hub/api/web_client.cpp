#include <algorithm>
#include <array>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "hub/api/handlers.hpp"
#include "net/http_negotiation.hpp"

namespace vedette::hub::api {

namespace {

constexpr std::string_view start_page = "/index.html";
/// Stands in index.html where the nonce of this response goes.
constexpr std::string_view nonce_token = "__CSP_NONCE__";

const WebAsset* find_asset(std::span<const WebAsset> assets, std::string_view path) {
    const auto found = std::ranges::find(assets, path, &WebAsset::path);
    return found == assets.end() ? nullptr : &*found;
}

// Scripts come from our own files alone. The component library writes style elements, which carry the nonce.
std::string content_security_policy(std::string_view nonce) {
    return fmt::format(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{}'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
        nonce);
}

net::Response page(const WebAsset& asset) {
    std::array<std::byte, 16> random{};
    crypto::random_bytes(random);
    const std::string nonce = crypto::to_base64(random);
    std::string html(as_text(asset.content));
    for (std::size_t at = 0; (at = html.find(nonce_token, at)) != std::string::npos; at += nonce.size())
        html.replace(at, nonce_token.size(), nonce);
    return {.status = 200,
            .headers = {{"Content-Type", std::string(asset.content_type)},
                        {"Content-Security-Policy", content_security_policy(nonce)}},
            .body = std::move(html),
            .upgrade = {}};
}

net::Response file(const WebAsset& asset, const net::Request& request) {
    const bool compressed =
        !asset.gzip.empty() && net::accepts_coding(request.header("Accept-Encoding"), "gzip");
    const std::string_view etag = compressed ? asset.gzip_etag : asset.etag;
    net::Response response{.status = 200, .headers = {}, .body = std::string(), .upgrade = {}};
    response.headers = {
        {"ETag", std::string(etag)},
        {"Cache-Control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache"}};
    if (!asset.gzip.empty()) response.headers.push_back({"Vary", "Accept-Encoding"});
    if (net::matches_etag(request.header("If-None-Match"), etag)) {
        response.status = 304;
        return response;
    }
    response.headers.push_back({"Content-Type", std::string(asset.content_type)});
    if (compressed) response.headers.push_back({"Content-Encoding", "gzip"});
    response.body = compressed ? asset.gzip : asset.content;
    return response;
}

}  // namespace

net::Awaitable<Outcome<>> get_web_client(ServicesPtr services, Call call) {
    const std::string& path = call.request.path;
    const WebAsset* asset = find_asset(services->web_assets, path);
    if (asset && path != start_page) co_return file(*asset, call.request);
    // Addresses inside the client are the client's business; a file that is missing is missing.
    const bool looks_like_file = path.rfind('.') != std::string::npos && path != start_page;
    const WebAsset* start = find_asset(services->web_assets, start_page);
    if (looks_like_file || !start)
        co_return std::unexpected(Problem(404, "not_found", "There is nothing at this address"));
    co_return page(*start);
}

}  // namespace vedette::hub::api
