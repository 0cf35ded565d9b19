#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "net/tls_client.hpp"

namespace vedette::hub::mail {

/// Whom to believe that he is a server: who is vouched for by `authorities_pem`; empty: the system's.
/// `invalid_input`, beginning with the field of the REST API ("ca_pem: "). Any thread.
Result<std::shared_ptr<const net::TlsClientContext>> trust_in(const std::string& authorities_pem);

}  // namespace vedette::hub::mail
