#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace vedette::crypto {

using Sha256Digest = std::array<std::byte, 32>;

/// SHA-256 over everything that was updated (FIPS 180-4).
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    void update(ByteView bytes);
    /// The digest of what came until now; more may come.
    Sha256Digest so_far() const;
    /// The digest; afterwards the object is as new.
    Sha256Digest finish();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

Sha256Digest sha256(ByteView bytes);

/// For RTSP digest authentication (RFC 7616) with cameras that know nothing else; never for integrity.
std::array<std::byte, 16> md5(ByteView bytes);

/// SHA-512/256 (FIPS 180-4 section 5.3.6.2), for RTSP digest authentication.
Sha256Digest sha512_256(ByteView bytes);

/// SHA-1, for the WebSocket handshake (RFC 6455 section 4.2.2) and the password digest that ONVIF prescribes
/// (WS-UsernameToken) alone.
std::array<std::byte, 20> sha1(ByteView bytes);

/// Compares in a time that depends on the lengths alone.
bool equal_constant_time(ByteView a, ByteView b);

/// `out` filled from the operating system's generator, through OpenSSL.
void random_bytes(std::span<std::byte> out);
/// So many of them, for a key.
Secret random_secret(std::size_t size);

}  // namespace vedette::crypto
