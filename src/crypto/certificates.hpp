#pragma once
// The hub's own certificate authority and its server certificate.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "crypto/digest.hpp"

namespace vedette::crypto {

/// What a TLS server needs.
struct ServerCertificate {
    std::string chain_pem;   ///< the server's certificate first, then its issuer
    Secret private_key_pem;  ///< PKCS #8
};

struct CertificateInfo {
    std::string fingerprint;  ///< SHA-256 of the DER form: "AB:CD:..."
    UtcTime not_before;
    UtcTime not_after;
};

/// Of the first certificate in `pem`; `corrupt` when there is none.
Result<CertificateInfo> certificate_info(std::string_view pem);

/// What is known of a TLS client's certificate, whose private key it has (RFC 8446, 4.4.3). It is known by
/// itself: who made it does not matter.
struct ClientCertificate {
    Sha256Digest sha256{};  ///< of its DER form: `x5t#S256` of RFC 8705
    UtcTime not_before{};
    UtcTime not_after{};
};
/// `corrupt` when it is none, or its times are none. Pure; fuzzed.
Result<ClientCertificate> client_certificate_of_der(ByteView der);
/// Of the first certificate in `pem`.
Result<ClientCertificate> client_certificate_of_pem(std::string_view pem);

/// A certificate that another authority has made, from PEM files: `chain`, the server's certificate and
/// behind it its issuers, and `key`, which may be the same file. Blocks on the disk. Errors, each with the
/// file and what to do: `forbidden` and others as the file system says; `invalid_input` when there is no
/// certificate or key in them, the key has a passphrase or belongs to another certificate; `unavailable` when
/// it is not valid at `now`.
Result<ServerCertificate> load_server_certificate(const std::filesystem::path& chain,
                                                  const std::filesystem::path& key, UtcTime now);

/// Those of `names` (host names, IPv4 and IPv6 addresses) that the first certificate in `pem` is not for
/// (RFC 6125); all of them when there is none.
std::vector<std::string> names_missing(std::string_view pem, const std::vector<std::string>& names);

/// "localhost", this machine's host name and the addresses of its interfaces, in a stable order.
std::vector<std::string> local_names();

/// A P-256 authority and one server certificate under it, in four PEM files of one directory: ca.pem, ca.key,
/// server.pem, server.key. The keys have mode 0600 and lie unsealed: whoever reads the data directory can
/// pose as the hub. Files are replaced atomically. Not thread-safe; blocks on the disk.
class CertificateAuthority {
  public:
    /// Opens the authority in `directory`, or makes one, directory included, where there is no ca.pem. Errors
    /// name the file: unreadable (forbidden), damaged, or not a pair (corrupt).
    static Result<CertificateAuthority> open(std::filesystem::path directory, const Clock& clock);

    /// The certificate for `names` (host names, IPv4 and IPv6 addresses). The one on disk when it covers
    /// them all and is not in the last third of its life, otherwise a new one with a new key. Call daily.
    Result<ServerCertificate> server_certificate(const std::vector<std::string>& names);

    const std::string& certificate_pem() const { return certificate_pem_; }
    Result<CertificateInfo> info() const { return certificate_info(certificate_pem_); }

  private:
    CertificateAuthority(std::filesystem::path directory, const Clock& clock)
        : directory_(std::move(directory)), clock_(&clock) {}
    Result<> load();
    Result<> create();
    Result<ServerCertificate> issue(const std::vector<std::string>& names);

    std::filesystem::path directory_;
    const Clock* clock_;
    std::string certificate_pem_;
    Secret key_pem_;
};

}  // namespace vedette::crypto
