#pragma once
// The server that audit entries are sent to, and how. Pure but for TlsClientContext.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "net/tls_client.hpp"

namespace vedette::hub::syslog {

enum class Transport : std::uint8_t {
    tls,  ///< RFC 5425
    tcp,  ///< RFC 6587 with octet counting: readable on its way
};
std::string_view to_string(Transport transport);
std::optional<Transport> parse_transport(std::string_view text);

/// What the free text of a message is. Its structured data is the same.
enum class Wording : std::uint8_t { sentence, cef };
std::string_view to_string(Wording wording);
std::optional<Wording> parse_wording(std::string_view text);

/// The ports that IANA gives for TLS, and the one that is usual without it.
inline constexpr std::uint16_t tls_port = 6514;
inline constexpr std::uint16_t tcp_port = 601;

struct Target {
    std::string host;  ///< a name or an address without brackets
    std::uint16_t port = tls_port;
    Transport transport = Transport::tls;
    bool allow_in_clear = false;  ///< Transport::tcp also to other machines
    Wording wording = Wording::sentence;
    std::string authorities_pem;  ///< that vouch for the server; empty: the system's
    std::string certificate_pem;  ///< that we show; empty: none
    Secret private_key_pem;       ///< of certificate_pem

    Target duplicate() const;
    /// "logs.example.org:6514"
    std::string where() const;
    /// nullptr for Transport::tcp. Errors as check().
    Result<std::shared_ptr<const net::TlsClientContext>> trust() const;
};

/// `invalid_input`, beginning with the field of the REST API that is wrong and ": ".
Result<> check(const Target& target);

}  // namespace vedette::hub::syslog
