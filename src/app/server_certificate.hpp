#pragma once
// The certificate that browsers are shown: of Vedette's own authority, or of one that the house has.

#include <filesystem>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "crypto/certificates.hpp"
#include "net/http_server.hpp"

namespace vedette::app {

/// All that show the same certificate.
using Servers = std::vector<net::HttpServer*>;

/// Has the servers use the authority's certificate for `names`, which is a new one when it is time. That it
/// can't is told in the log: the one in use goes on.
void renew_certificate(crypto::CertificateAuthority& authority, const Servers& servers,
                       const std::vector<std::string>& names);

/// A certificate in files that somebody else renews, as ACME clients do. Blocks on the disk. One thread.
class CertificateFiles {
  public:
    /// `key` may be empty: then it is in `certificate`, too.
    CertificateFiles(std::filesystem::path certificate, std::filesystem::path key);

    /// At the start. Errors as crypto::load_server_certificate(). Warns in the log of `names` that it is not
    /// for.
    Result<crypto::ServerCertificate> load(UtcTime now, const std::vector<std::string>& names);

    /// Has the servers use what the files hold now, where that is another certificate. What can't be used is
    /// told in the log, once, and the one in use goes on, as it does while only one of two files has been
    /// written. Tells daily of one that ends in less than three weeks.
    void refresh(const Servers& servers, UtcTime now);

    const std::filesystem::path& certificate() const { return certificate_; }
    /// Of the certificate in use.
    const crypto::CertificateInfo& info() const { return info_; }

  private:
    void take(const crypto::ServerCertificate& loaded);
    void warn_of_end(UtcTime now);

    std::filesystem::path certificate_;
    std::filesystem::path key_;
    std::string chain_pem_;
    crypto::CertificateInfo info_;
    std::string told_;  ///< the last error that was told
    UtcTime warned_of_end_{};
};

}  // namespace vedette::app
