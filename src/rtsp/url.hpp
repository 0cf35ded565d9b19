#pragma once
// RTSP URLs as cameras and users write them, and how control attributes join them (RFC 2326 appendix C.1.1).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace vedette::rtsp {

constexpr std::uint16_t default_port = 554;
constexpr std::uint16_t default_secure_port = 322;  ///< rtsps://
constexpr std::size_t max_url_bytes = 4096;

/// Never printed, never part of a Url.
struct Credentials {
    std::string username;
    Secret password;

    bool empty() const { return username.empty() && password.empty(); }
    Credentials duplicate() const { return {username, password.duplicate()}; }
};

/// An rtsp:// or rtsps:// URL without user information.
struct Url {
    std::string host;  ///< a name or address; IPv6 without brackets, perhaps with a zone: fe80::1%eth0
    std::uint16_t port = default_port;
    std::string path;     ///< path and query, as they go onto the wire: empty, or begins with "/" or "?"
    bool secure = false;  ///< rtsps://: RTSP inside TLS

    /// host[:port], with brackets around IPv6 and its zone behind %25 (RFC 6874); the port only when it isn't
    /// the scheme's.
    std::string authority() const;
    /// rtsp[s]://authority/path
    std::string text() const;
    bool same_authority(const Url& other) const;
    /// As it goes to others: the zone of an address is this machine's own business (RFC 6874 section 4).
    Url without_zone() const;

    friend bool operator==(const Url&, const Url&) = default;
};

struct UrlWithCredentials {
    Url url;
    Credentials credentials;  ///< percent-decoded; empty when the URL has none
};

/// `invalid_input` with a sentence that never quotes the text, which may hold a password; `unsupported` for
/// other schemes. Repairs what cameras send: no scheme, the scheme twice, IPv6 without
/// brackets (quirks 1 to 3).
Result<UrlWithCredentials> parse_url(std::string_view text);

/// The base of control URLs: Content-Base, else Content-Location, else the request's URL (quirk 4). An
/// address that can't be read counts as absent; a relative one is taken on the request's authority.
std::string control_base(const Url& request, std::string_view content_base,
                         std::string_view content_location);

/// The URL of a media's (or the session's) control attribute (quirk 5): absolute ones are taken without user
/// information, empty and "*" mean the base, all others are appended with exactly one "/" between,
/// whatever the base holds: cameras expect it so, even behind a query.
std::string join_control(std::string_view base, std::string_view control);

}  // namespace vedette::rtsp
