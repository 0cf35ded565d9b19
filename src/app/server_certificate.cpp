#include "app/server_certificate.hpp"

#include <chrono>

#include <fmt/ranges.h>

#include "base/log.hpp"

namespace vedette::app {

namespace {

constexpr std::chrono::days soon_over{21};  // ACME clients renew a month before
constexpr std::chrono::days between_warnings{1};

Result<> use(const Servers& servers, const crypto::ServerCertificate& certificate) {
    for (net::HttpServer* server : servers) VEDETTE_CHECK(server->use_certificate(certificate));
    return {};
}

}  // namespace

void renew_certificate(crypto::CertificateAuthority& authority, const Servers& servers,
                       const std::vector<std::string>& names) {
    const auto certificate = authority.server_certificate(names);
    const auto used = certificate ? use(servers, *certificate) : std::unexpected(certificate.error());
    if (!used) log::error("the server certificate can't be renewed: {}", used.error().message);
}

CertificateFiles::CertificateFiles(std::filesystem::path certificate, std::filesystem::path key)
    : certificate_(std::move(certificate)), key_(key.empty() ? certificate_ : std::move(key)) {}

Result<crypto::ServerCertificate> CertificateFiles::load(UtcTime now, const std::vector<std::string>& names) {
    VEDETTE_TRY(crypto::ServerCertificate loaded, crypto::load_server_certificate(certificate_, key_, now));
    if (const auto missing = crypto::names_missing(loaded.chain_pem, names); !missing.empty())
        log::warn("the certificate in {} is not for {}: browsers that come by such a name will warn",
                  certificate_.string(), fmt::join(missing, ", "));
    take(loaded);
    warn_of_end(now);
    return loaded;
}

void CertificateFiles::refresh(const Servers& servers, UtcTime now) {
    const auto loaded = crypto::load_server_certificate(certificate_, key_, now);
    const bool is_new = loaded && loaded->chain_pem != chain_pem_;
    Result<> used;
    if (!loaded) used = std::unexpected(loaded.error());
    if (is_new) used = use(servers, *loaded);
    const std::string problem = used ? std::string() : used.error().message;
    if (!problem.empty() && problem != told_)
        log::error("the certificate that is in use goes on: {}", problem);
    told_ = problem;
    if (used && is_new) {
        take(*loaded);
        log::info("the certificate in {} is used from now on (SHA-256 {})", certificate_.string(),
                  info_.fingerprint);
    }
    warn_of_end(now);
}

void CertificateFiles::take(const crypto::ServerCertificate& loaded) {
    chain_pem_ = loaded.chain_pem;
    if (auto info = crypto::certificate_info(chain_pem_)) info_ = std::move(*info);
}

void CertificateFiles::warn_of_end(UtcTime now) {
    if (info_.not_after - now > soon_over || now - warned_of_end_ < between_warnings) return;
    warned_of_end_ = now;
    log::warn("the certificate in {} ends at {}; renew it, or browsers will refuse to come here",
              certificate_.string(), to_rfc3339(info_.not_after));
}

}  // namespace vedette::app
