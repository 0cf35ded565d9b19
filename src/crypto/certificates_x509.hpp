#pragma once
// Inside of certificates: making and reading X.509, without files.

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace vedette::crypto {

struct KeyAndCertificate {
    std::string certificate_pem;
    Secret key_pem;
};

/// A self-signed authority, P-256, valid for `lifetime` from `now`.
Result<KeyAndCertificate> make_authority(const std::string& common_name, UtcTime now,
                                         std::chrono::days lifetime);

/// A server's key and certificate, signed by `issuer`. `names`: host names and IP addresses.
Result<KeyAndCertificate> make_server_certificate(const KeyAndCertificate& issuer,
                                                  const std::vector<std::string>& names, UtcTime now,
                                                  std::chrono::days lifetime);

/// `corrupt` unless both parse and the key belongs to the certificate.
Result<> check_pair(std::string_view certificate_pem, ByteView key_pem);

/// Whether the certificate is signed by `authority_pem` and names each of `names`.
bool covers(std::string_view certificate_pem, std::string_view authority_pem,
            const std::vector<std::string>& names);

}  // namespace vedette::crypto
