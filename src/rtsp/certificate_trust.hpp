#pragma once
// Whether the TLS certificate that a camera shows is to be believed. Pure.

#include <cstdint>
#include <optional>
#include <string>

namespace vedette::rtsp {

/// A camera's identity at one address, as it was seen.
struct CertificateTrust {
    std::string authority;      ///< host:port that was dialled
    bool by_authority = false;  ///< the system's certificate authorities vouch for it, for this host
    std::string fingerprint;    ///< SHA-256 of its public key (SubjectPublicKeyInfo), 64 hexadecimal digits
    bool accepted = false;      ///< an administrator has looked at this key and accepted it

    friend bool operator==(const CertificateTrust&, const CertificateTrust&) = default;
};

enum class CertificateVerdict : std::uint8_t {
    known,      ///< go on
    first,      ///< go on, and remember what was seen
    untrusted,  ///< stop as at a change: nobody vouches for it, and only trusted certificates are allowed
    changed,    ///< stop before anything is said: an administrator has to look
};

/// A camera that the authorities vouch for may change its key as often as it likes, and never comes back
/// without them. One that they don't know is pinned to the key of its first use; any other key is a change,
/// also one that an authority vouches for: the administrator may have wanted that, or may be watching an
/// attack. `only_trusted`: there is no trust on first use; a key that no authority vouches for has to be
/// accepted.
CertificateVerdict judge_certificate(const std::optional<CertificateTrust>& remembered,
                                     const CertificateTrust& seen, bool only_trusted = false);

/// "certificate changed: was .., is ..", and what to do.
std::string describe_change(const CertificateTrust& remembered, const CertificateTrust& seen);

/// "certificate not trusted: ..", and what to do.
std::string describe_untrusted(const CertificateTrust& seen);

/// The start of a fingerprint, for people: "1a2b 3c4d 5e6f 7a8b".
std::string short_fingerprint(const std::string& fingerprint);

}  // namespace vedette::rtsp
