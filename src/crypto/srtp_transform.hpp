#pragma once
// One packet of SRTP or SRTCP (RFC 3711, RFC 6188, RFC 7714), with its index given: no state between packets.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace vedette::crypto {

/// Strongest first.
enum class SrtpSuite : std::uint8_t {
    aead_aes_256_gcm,
    aead_aes_128_gcm,
    aes_256_cm_hmac_sha1_80,
    aes_cm_128_hmac_sha1_80,
    aes_256_cm_hmac_sha1_32,
    aes_cm_128_hmac_sha1_32,
};
bool is_aead(SrtpSuite suite);
std::size_t srtp_key_bytes(SrtpSuite suite);   ///< of the master key and the session's cipher key: 16 or 32
std::size_t srtp_salt_bytes(SrtpSuite suite);  ///< 14, or 12 for GCM
constexpr std::size_t max_mki_bytes = 128;     ///< RFC 4568 section 6.1

/// A master key with its salt, and the identifier that packets carry with it.
struct SrtpKey {
    SrtpSuite suite = SrtpSuite::aes_cm_128_hmac_sha1_80;
    Secret master{};  ///< srtp_key_bytes() and srtp_salt_bytes(), one behind the other
    Bytes mki{};      ///< empty: packets carry none

    SrtpKey duplicate() const { return {suite, master.duplicate(), mki}; }
};
/// A key from the operating system's generator, without MKI.
SrtpKey make_srtp_key(SrtpSuite suite);

enum class SrtpKind : std::uint8_t { rtp, rtcp };

/// RFC 3711 section 4.3.
struct SrtpSessionKeys {
    SrtpSuite suite = SrtpSuite::aes_cm_128_hmac_sha1_80;
    Secret cipher{};
    Secret salt{};
    Secret authentication{};  ///< 20 bytes; empty for GCM
};
/// Key derivation with a rate of zero (RFC 3711 section 4.3.1). `key.master` has the suite's size.
SrtpSessionKeys derive_srtp_keys(const SrtpKey& key, SrtpKind kind);

/// Seals or opens packets of one kind. Not thread-safe.
class SrtpTransform {
  public:
    SrtpTransform(const SrtpSessionKeys& keys, ByteView mki, SrtpKind kind);
    ~SrtpTransform();
    SrtpTransform(SrtpTransform&&) noexcept;
    SrtpTransform& operator=(SrtpTransform&&) noexcept;

    /// Replaces `out` by the protected packet. `packet` is a whole RTP or RTCP packet, `index` that of RFC
    /// 3711 section 3.3.1 (48 bits), or of SRTCP (31 bits).
    void protect(ByteView packet, std::uint64_t index, Bytes& out);
    /// Replaces `out` by the plain packet. False, and `out` means nothing, when the packet is not authentic
    /// with this index, has another MKI, or is not encrypted.
    bool unprotect(ByteView packet, std::uint64_t index, Bytes& out);
    /// The index that an SRTCP packet says it has, not authenticated yet; nullopt when it is too short.
    std::optional<std::uint32_t> srtcp_index(ByteView packet) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The length of the part that stays readable: the RTP header with contributing sources and extension, or the
/// first 8 bytes of RTCP. nullopt when the packet is shorter than that, or of another version.
std::optional<std::size_t> srtp_header_bytes(ByteView packet, SrtpKind kind);

}  // namespace vedette::crypto
