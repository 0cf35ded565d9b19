#pragma once

#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "crypto/certificates.hpp"

namespace boost::asio::ssl {
class context;  // NOLINT(readability-identifier-naming): Asio's name
}

namespace vedette::net {

/// The AEAD suites with ephemeral keys of RFC 9325 section 4.2, the strongest first as in TLS 1.3, which has
/// no others to begin with.
inline constexpr const char* tls12_ciphers =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";

/// Whether a server asks its clients for a certificate (RFC 8446, 4.3.2). They need not show one, and any is
/// taken whose private key they have: whom it is of is for the caller to know, by the certificate itself.
enum class ClientCertificates : std::uint8_t { unasked, asked };

/// TLS 1.2 with forward secrecy and AEAD only, and TLS 1.3. `invalid_input` when certificate and key do not
/// parse or do not belong together.
Result<std::shared_ptr<boost::asio::ssl::context>> make_server_tls(
    const crypto::ServerCertificate& certificate, ClientCertificates clients = ClientCertificates::unasked);

}  // namespace vedette::net
