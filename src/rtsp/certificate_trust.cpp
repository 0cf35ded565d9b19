#include "rtsp/certificate_trust.hpp"

#include <fmt/format.h>

namespace vedette::rtsp {

CertificateVerdict judge_certificate(const std::optional<CertificateTrust>& remembered,
                                     const CertificateTrust& seen, bool only_trusted) {
    const bool needs_acceptance = only_trusted && !seen.by_authority;
    if (!remembered) return needs_acceptance ? CertificateVerdict::untrusted : CertificateVerdict::first;
    const bool same =
        remembered->by_authority ? seen.by_authority : seen.fingerprint == remembered->fingerprint;
    if (!same) return CertificateVerdict::changed;
    return needs_acceptance && !remembered->accepted ? CertificateVerdict::untrusted
                                                     : CertificateVerdict::known;
}

std::string describe_untrusted(const CertificateTrust& seen) {
    return fmt::format(
        "certificate not trusted: no authority vouches for the key {}, and only trusted certificates are "
        "allowed "
        "here; nothing was sent to it. Accept it if it is the one that the camera's own page shows",
        short_fingerprint(seen.fingerprint));
}

std::string describe_change(const CertificateTrust& remembered, const CertificateTrust& seen) {
    const std::string was = remembered.by_authority ? "one that a certificate authority vouches for"
                                                    : short_fingerprint(remembered.fingerprint);
    return fmt::format(
        "certificate changed: was {}, is {}{}; nothing was sent to it. Accept it if the camera was replaced "
        "or "
        "reset; else somebody may be posing as the camera",
        was, short_fingerprint(seen.fingerprint), seen.by_authority ? " (an authority vouches for it)" : "");
}

std::string short_fingerprint(const std::string& fingerprint) {
    std::string out;
    for (std::size_t at = 0; at < 16 && at < fingerprint.size(); at += 4)
        out += (at > 0 ? " " : "") + fingerprint.substr(at, 4);
    return out;
}

}  // namespace vedette::rtsp
