#pragma once
// One TLS connection over a socket that somebody else waits on. Towards cameras the handshake tells who is
// there, and the caller decides whether that is trusted.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"

namespace boost::asio::ssl {
class context;  // NOLINT(readability-identifier-naming): Asio's name
}
struct ssl_st;

namespace vedette::net {

class TlsClientContext;

/// Who answered the handshake. `authorised` and `key_sha256` are what a decision may rest on; the rest is for
/// people.
struct TlsPeer {
    crypto::Sha256Digest key_sha256{};  ///< SHA-256 of the certificate's SubjectPublicKeyInfo (RFC 7469 2.4)
    bool authorised = false;  ///< the system's certificate authorities vouch for it, for this host and today
    std::string problem;      ///< why not, in OpenSSL's words; empty when authorised
    std::string subject;      ///< the certificate's common name: printable ASCII, at most 64 characters
    std::string protocol;     ///< "TLSv1.3"
};

/// Reads what clients need from the system (certificate authorities, OpenSSL's configuration), all of it, so
/// that a process which can't open files afterwards can still judge certificates. Takes tens of milliseconds.
void prepare_tls_clients();

/// What is agreed to with a camera.
enum class TlsFloor : std::uint8_t {
    modern,  ///< TLS 1.2 with forward secrecy and AEAD, or TLS 1.3 (RFC 9325)
    legacy   ///< from TLS 1.0 on, with suites and keys that can be broken with effort; never without
             ///< encryption
};

/// One side of a TLS connection over a non-blocking socket that the caller owns: TLS 1.2 with forward
/// secrecy and AEAD only, or TLS 1.3 (RFC 9325). It never waits; each call says what to wait for. As a client
/// it looks at certificates and never judges: until the caller has judged peer(), nothing confidential may be
/// written.
class TlsSession {
  public:
    enum class Wants : std::uint8_t { nothing, read, write };

    /// As a client of `host`, a name or an address without brackets. Error `internal` when TLS can't be set
    /// up.
    static Result<TlsSession> connect(int socket, const std::string& host, TlsFloor floor = TlsFloor::modern);
    /// As a client that judges within the handshake: `forbidden`, in words, when `trust` does not vouch for
    /// the peer, or not for `host`.
    static Result<TlsSession> connect(int socket, const std::string& host, const TlsClientContext& trust);
    /// As a server; for simulated cameras. The context of make_server_tls() outlives the session.
    static Result<TlsSession> accept(int socket, boost::asio::ssl::context& context);
    ~TlsSession();
    TlsSession(TlsSession&&) noexcept;
    TlsSession& operator=(TlsSession&&) noexcept;

    /// Goes on with the handshake; `nothing` when it is done. `unsupported`, in words, when the other side
    /// does not speak TLS or nothing that is safe; `unavailable` when the connection broke.
    Result<Wants> handshake();
    /// After the handshake, as a client.
    TlsPeer peer() const;

    /// Bytes taken; 0 when nothing is there. `unavailable` when the peer has closed.
    Result<std::size_t> read(std::span<std::byte> buffer);
    struct Written {
        std::size_t bytes = 0;
        Wants wants = Wants::nothing;
    };
    Result<Written> write(ByteView data);
    /// Bytes may be waiting inside, so that the socket need not become readable first.
    bool may_hold_bytes() const;

  private:
    static Result<TlsSession> over(int socket, ssl_st* ssl);
    static Result<TlsSession> connect_with(int socket, const std::string& host, ssl_st* ssl);
    explicit TlsSession(ssl_st* ssl) : ssl_(ssl) {}
    ssl_st* ssl_ = nullptr;
    bool drained_ = false;
};

}  // namespace vedette::net
