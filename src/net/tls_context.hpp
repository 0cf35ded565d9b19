#pragma once

#include <memory>

#include "base/result.hpp"
#include "crypto/certificates.hpp"

namespace boost::asio::ssl {
class context;
}

namespace vedette::net {

/// TLS 1.2 with forward secrecy and AEAD only, and TLS 1.3. `invalid_input` when certificate and key do not
/// parse or do not belong together.
Result<std::shared_ptr<boost::asio::ssl::context>> make_server_tls(
    const crypto::ServerCertificate& certificate);

}  // namespace vedette::net
