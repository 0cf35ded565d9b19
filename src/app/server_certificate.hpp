#pragma once

#include <string>
#include <vector>

#include "crypto/certificates.hpp"
#include "net/http_server.hpp"

namespace vedette::app {

/// Has the server use the authority's certificate for `names`, which is a new one when it is time. That it
/// can't is told in the log: the one in use goes on.
void renew_certificate(crypto::CertificateAuthority& authority, net::HttpServer& server,
                       const std::vector<std::string>& names);

}  // namespace vedette::app
