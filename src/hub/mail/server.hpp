#pragma once
// The mail server that messages are given to, and how. Pure but for TlsClientContext.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "net/tls_client.hpp"

namespace vedette::hub::mail {

/// There is no way without TLS: the messages have codes that sign somebody in.
enum class Security : std::uint8_t {
    tls,       ///< from the first byte on (RFC 8314 section 3.3)
    starttls,  ///< after STARTTLS (RFC 3207), without which nothing is said
};
std::string_view to_string(Security security);
std::optional<Security> parse_security(std::string_view text);

inline constexpr std::uint16_t tls_port = 465;
inline constexpr std::uint16_t starttls_port = 587;

struct Server {
    std::string host;  ///< a name or an address without brackets
    std::uint16_t port = starttls_port;
    Security security = Security::starttls;
    std::string from;             ///< the address that messages come from
    std::string user;             ///< empty: we do not sign in there
    Secret password;              ///< of `user`
    std::string authorities_pem;  ///< that vouch for the server; empty: the system's

    Server duplicate() const;
    /// "mail.example.org:587"
    std::string where() const;
    /// Errors as check().
    Result<std::shared_ptr<const net::TlsClientContext>> trust() const;
};

/// `invalid_input`, beginning with the field of the REST API that is wrong and ": ".
Result<> check(const Server& server);

}  // namespace vedette::hub::mail
