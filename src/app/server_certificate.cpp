#include "app/server_certificate.hpp"

#include "base/log.hpp"

namespace vedette::app {

void renew_certificate(crypto::CertificateAuthority& authority, net::HttpServer& server,
                       const std::vector<std::string>& names) {
    const auto certificate = authority.server_certificate(names);
    const auto used =
        certificate ? server.use_certificate(*certificate) : std::unexpected(certificate.error());
    if (!used) log::error("the server certificate can't be renewed: {}", used.error().message);
}

}  // namespace vedette::app
