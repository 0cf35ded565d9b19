#pragma once
// Whom a TLS client trusts, and who it says it is: for servers that an administrator has named.

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"

struct ssl_ctx_st;

namespace vedette::net {

struct TlsClientOptions {
    std::string authorities_pem;  ///< certificates of the authorities; empty: the system's
    std::string certificate_pem;  ///< our own, then its issuers; empty: none is shown
    Secret private_key_pem;       ///< belongs to certificate_pem
};

/// TLS 1.2 with forward secrecy and AEAD, or TLS 1.3 (RFC 9325). The peer is judged within the handshake, so
/// that nothing of ours is shown to whom is not trusted. Immutable, thread-safe.
class TlsClientContext {
  public:
    /// `invalid_input`, with a sentence that begins with the field that is wrong (`authorities: `,
    /// `certificate: `, `key: `).
    static Result<std::shared_ptr<const TlsClientContext>> make(const TlsClientOptions& options);
    ~TlsClientContext();
    TlsClientContext(const TlsClientContext&) = delete;
    TlsClientContext& operator=(const TlsClientContext&) = delete;

    ssl_ctx_st* native() const { return context_; }

  private:
    explicit TlsClientContext(ssl_ctx_st* context) : context_(context) {}
    ssl_ctx_st* context_;
};

}  // namespace vedette::net
