#pragma once
// The web client's files, compiled into the binary (cmake/web_assets.cmake).

#include <span>
#include <string_view>

#include "base/bytes.hpp"

namespace vedette::hub::api {

struct WebAsset {
    std::string_view path;  ///< "/index.html", "/assets/index-abc123.js"
    std::string_view content_type;
    std::string_view etag;   ///< of `content`, with its quotes
    bool immutable = false;  ///< the name changes with the content
    ByteView content;
    ByteView gzip = {};               ///< the same in the content coding gzip; empty when that gains little
    std::string_view gzip_etag = {};  ///< of `gzip`: other bytes, so another tag (RFC 9110 section 8.8.3)
};

/// Sorted by path; all bytes are part of the program. Defined by the generated library vedette_web_assets,
/// which only programs link.
std::span<const WebAsset> compiled_web_assets();

}  // namespace vedette::hub::api
