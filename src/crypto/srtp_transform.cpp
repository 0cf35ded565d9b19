#include "crypto/srtp_transform.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"

namespace vedette::crypto {

using detail::in;
using detail::out;
using detail::require;

namespace {

constexpr std::size_t block_bytes = 16;
constexpr std::size_t cm_salt_bytes = 14;
constexpr std::size_t gcm_salt_bytes = 12;
constexpr std::size_t gcm_tag_bytes = 16;
constexpr std::size_t authentication_key_bytes = 20;
constexpr std::size_t srtcp_word_bytes = 4;
constexpr std::uint32_t srtcp_encrypted = 0x8000'0000;
constexpr std::size_t rtp_header_bytes = 12;
constexpr std::size_t rtcp_header_bytes = 8;

const EVP_CIPHER* counter_mode(std::size_t key_bytes) {
    return key_bytes == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
}

std::size_t tag_bytes(SrtpSuite suite, SrtpKind kind) {
    if (is_aead(suite)) return gcm_tag_bytes;
    const bool is_short =
        suite == SrtpSuite::aes_cm_128_hmac_sha1_32 || suite == SrtpSuite::aes_256_cm_hmac_sha1_32;
    return is_short && kind == SrtpKind::rtp ? 4 : 10;  // SRTCP always has the long one
}

std::uint32_t read_u32(ByteView bytes) {
    return ByteReader(bytes).u32();
}

std::array<std::byte, srtcp_word_bytes> word(std::uint32_t value) {
    return {std::byte(value >> 24), std::byte(value >> 16), std::byte(value >> 8), std::byte(value)};
}

/// RFC 3711 section 4.3.3: AES in counter mode, keyed by the master key.
Secret derive(const SrtpKey& key, std::uint8_t label, std::size_t size) {
    const std::size_t key_bytes = srtp_key_bytes(key.suite);
    const ByteView salt = key.master.reveal().subspan(key_bytes);
    std::array<std::byte, block_bytes> iv{};  // a salt of 96 bits has zeros behind it (RFC 7714 section 11)
    std::ranges::copy(salt.first(std::min(salt.size(), cm_salt_bytes)), iv.begin());
    iv[7] ^= std::byte{label};
    const detail::CipherContext context(EVP_CIPHER_CTX_new());
    require(context != nullptr);
    require(EVP_EncryptInit_ex(context.get(), counter_mode(key_bytes), nullptr, in(key.master.reveal()),
                               in(iv)) == 1);
    const Secret zeros(size);
    Secret derived(size);
    int written = 0;
    require(EVP_EncryptUpdate(context.get(), out(derived.writable()), &written, in(zeros.reveal()),
                              static_cast<int>(size)) == 1);
    return derived;
}

}  // namespace

bool is_aead(SrtpSuite suite) {
    return suite == SrtpSuite::aead_aes_128_gcm || suite == SrtpSuite::aead_aes_256_gcm;
}

std::size_t srtp_key_bytes(SrtpSuite suite) {
    switch (suite) {
        case SrtpSuite::aead_aes_256_gcm:
        case SrtpSuite::aes_256_cm_hmac_sha1_80:
        case SrtpSuite::aes_256_cm_hmac_sha1_32:
            return 32;
        default:
            return 16;
    }
}

std::size_t srtp_salt_bytes(SrtpSuite suite) {
    return is_aead(suite) ? gcm_salt_bytes : cm_salt_bytes;
}

SrtpKey make_srtp_key(SrtpSuite suite) {
    return {.suite = suite, .master = random_secret(srtp_key_bytes(suite) + srtp_salt_bytes(suite))};
}

SrtpSessionKeys derive_srtp_keys(const SrtpKey& key, SrtpKind kind) {
    require(key.master.size() == srtp_key_bytes(key.suite) + srtp_salt_bytes(key.suite));
    const std::uint8_t first = kind == SrtpKind::rtp ? 0 : 3;
    SrtpSessionKeys keys{.suite = key.suite};
    keys.cipher = derive(key, first, srtp_key_bytes(key.suite));
    if (!is_aead(key.suite))
        keys.authentication = derive(key, static_cast<std::uint8_t>(first + 1), authentication_key_bytes);
    keys.salt = derive(key, static_cast<std::uint8_t>(first + 2), srtp_salt_bytes(key.suite));
    return keys;
}

std::optional<std::size_t> srtp_header_bytes(ByteView packet, SrtpKind kind) {
    if (packet.empty() || std::to_integer<unsigned>(packet[0]) >> 6 != 2) return std::nullopt;
    if (kind == SrtpKind::rtcp)
        return packet.size() < rtcp_header_bytes ? std::nullopt : std::optional(rtcp_header_bytes);
    const auto first = std::to_integer<std::size_t>(packet[0]);
    std::size_t size = rtp_header_bytes + (first & 0x0F) * 4;
    if ((first & 0x10) != 0) {
        if (packet.size() < size + 4) return std::nullopt;
        ByteReader extension(packet.subspan(size + 2));
        size += 4 + std::size_t{extension.u16()} * 4;
    }
    return packet.size() < size ? std::nullopt : std::optional(size);
}

struct SrtpTransform::Impl {
    Impl(const SrtpSessionKeys& keys, ByteView identifier, SrtpKind packet_kind)
        : kind(packet_kind),
          aead(is_aead(keys.suite)),
          tag(tag_bytes(keys.suite, packet_kind)),
          mki(identifier.begin(), identifier.end()),
          sealing(EVP_CIPHER_CTX_new()),
          opening(EVP_CIPHER_CTX_new()) {
        require(sealing != nullptr && opening != nullptr);
        const std::size_t key_bytes = srtp_key_bytes(keys.suite);
        const EVP_CIPHER* cipher = counter_mode(key_bytes);
        if (aead) cipher = key_bytes == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
        const unsigned char* key = in(keys.cipher.reveal());
        require(EVP_EncryptInit_ex(sealing.get(), cipher, nullptr, key, nullptr) == 1);
        require(EVP_DecryptInit_ex(opening.get(), cipher, nullptr, key, nullptr) == 1);
        std::ranges::copy(keys.salt.reveal(), salt.begin());
        if (aead) return;
        const std::unique_ptr<EVP_MAC, detail::Releaser<EVP_MAC_free>> hmac(
            EVP_MAC_fetch(nullptr, "HMAC", nullptr));
        require(hmac != nullptr);
        mac.reset(EVP_MAC_CTX_new(hmac.get()));
        require(mac != nullptr);
        char digest[] = "SHA1";
        const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                         OSSL_PARAM_construct_end()};
        require(EVP_MAC_init(mac.get(), in(keys.authentication.reveal()), keys.authentication.size(),
                             parameters) == 1);
    }

    /// RFC 3711 section 4.1.1; RFC 7714 sections 8.1 and 9.1.
    std::array<std::byte, block_bytes> iv(std::uint32_t ssrc, std::uint64_t index) const {
        std::array<std::byte, block_bytes> iv = salt;
        const std::size_t ssrc_at = aead ? 2 : 4;
        for (std::size_t i = 0; i < 4; ++i) iv[ssrc_at + i] ^= std::byte(ssrc >> (24 - 8 * i));
        for (std::size_t i = 0; i < 6; ++i) iv[ssrc_at + 4 + i] ^= std::byte(index >> (40 - 8 * i));
        return iv;
    }
    std::uint32_t ssrc_of(ByteView packet) const {
        return read_u32(packet.subspan(kind == SrtpKind::rtp ? 8 : 4));
    }
    /// The authentication tag of `authenticated`, and for RTP of the rollover counter behind it.
    std::array<std::byte, authentication_key_bytes> hmac(ByteView authenticated, std::uint64_t index) {
        require(EVP_MAC_init(mac.get(), nullptr, 0, nullptr) == 1);
        require(EVP_MAC_update(mac.get(), in(authenticated), authenticated.size()) == 1);
        if (kind == SrtpKind::rtp) {
            const auto rollovers = word(static_cast<std::uint32_t>(index >> 16));
            require(EVP_MAC_update(mac.get(), in(rollovers), rollovers.size()) == 1);
        }
        std::array<std::byte, authentication_key_bytes> full{};
        std::size_t size = 0;
        require(EVP_MAC_final(mac.get(), out(full), &size, full.size()) == 1);
        return full;
    }
    std::size_t trailer() const { return kind == SrtpKind::rtcp ? srtcp_word_bytes : 0; }
    /// Where the word with the SRTCP index begins.
    std::size_t word_at(std::size_t packet_bytes) const {
        return packet_bytes - mki.size() - srtcp_word_bytes - (aead ? 0 : tag);
    }
    std::size_t overhead() const { return tag + mki.size() + trailer(); }

    SrtpKind kind;
    bool aead;
    std::size_t tag;
    Bytes mki;
    std::array<std::byte, block_bytes> salt{};
    detail::CipherContext sealing;
    detail::CipherContext opening;
    std::unique_ptr<EVP_MAC_CTX, detail::Releaser<EVP_MAC_CTX_free>> mac;
};

SrtpTransform::SrtpTransform(const SrtpSessionKeys& keys, ByteView mki, SrtpKind kind)
    : impl_(std::make_unique<Impl>(keys, mki, kind)) {}
SrtpTransform::~SrtpTransform() = default;
SrtpTransform::SrtpTransform(SrtpTransform&&) noexcept = default;
SrtpTransform& SrtpTransform::operator=(SrtpTransform&&) noexcept = default;

// The order of what follows the ciphertext: counter mode has [index] [MKI] tag, GCM has tag [index] [MKI].
void SrtpTransform::protect(ByteView packet, std::uint64_t index, Bytes& protected_packet) {
    Impl& impl = *impl_;
    const auto header = srtp_header_bytes(packet, impl.kind);
    require(header.has_value());
    const ByteView plain = packet.subspan(*header);
    protected_packet.resize(packet.size() + impl.overhead());
    std::ranges::copy(packet.first(*header), protected_packet.begin());
    const auto iv = impl.iv(impl.ssrc_of(packet), index);
    const auto index_word = word(srtcp_encrypted | static_cast<std::uint32_t>(index));
    EVP_CIPHER_CTX* context = impl.sealing.get();
    require(EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, in(iv)) == 1);
    int size = 0;
    if (impl.aead) {
        require(EVP_EncryptUpdate(context, nullptr, &size, in(packet), static_cast<int>(*header)) == 1);
        if (impl.kind == SrtpKind::rtcp)
            require(EVP_EncryptUpdate(context, nullptr, &size, in(index_word), srtcp_word_bytes) == 1);
    }
    const std::span<std::byte> target(protected_packet);
    if (!plain.empty())
        require(EVP_EncryptUpdate(context, out(target.subspan(*header)), &size, in(plain),
                                  static_cast<int>(plain.size())) == 1);
    std::size_t at = packet.size();
    if (impl.aead) {
        require(EVP_EncryptFinal_ex(context, out(target.subspan(at)), &size) == 1);
        require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(impl.tag),
                                    target.data() + at) == 1);
        at += impl.tag;
    }
    if (impl.kind == SrtpKind::rtcp) {
        std::ranges::copy(index_word, target.begin() + static_cast<std::ptrdiff_t>(at));
        at += index_word.size();
    }
    const std::size_t authenticated = at;
    std::ranges::copy(impl.mki, target.begin() + static_cast<std::ptrdiff_t>(at));
    at += impl.mki.size();
    if (impl.aead) return;
    const auto full = impl.hmac(target.first(authenticated), index);
    std::ranges::copy(ByteView(full).first(impl.tag), target.begin() + static_cast<std::ptrdiff_t>(at));
}

bool SrtpTransform::unprotect(ByteView packet, std::uint64_t index, Bytes& plain_packet) {
    Impl& impl = *impl_;
    const auto header = srtp_header_bytes(packet, impl.kind);
    if (!header || packet.size() < *header + impl.overhead()) return false;
    const std::size_t behind = packet.size() - impl.overhead();  // of header and ciphertext
    const std::size_t mki_at = packet.size() - impl.mki.size() - (impl.aead ? 0 : impl.tag);
    if (!std::ranges::equal(packet.subspan(mki_at, impl.mki.size()), impl.mki)) return false;
    ByteView index_word;
    if (impl.kind == SrtpKind::rtcp) {
        index_word = packet.subspan(impl.word_at(packet.size()), srtcp_word_bytes);
        if (read_u32(index_word) != (srtcp_encrypted | static_cast<std::uint32_t>(index))) return false;
    }
    if (!impl.aead) {
        const auto full = impl.hmac(packet.first(behind + impl.trailer()), index);
        if (!equal_constant_time(packet.subspan(packet.size() - impl.tag), ByteView(full).first(impl.tag)))
            return false;
    }
    plain_packet.resize(behind);
    std::ranges::copy(packet.first(*header), plain_packet.begin());
    const auto iv = impl.iv(impl.ssrc_of(packet), index);
    EVP_CIPHER_CTX* context = impl.opening.get();
    require(EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, in(iv)) == 1);
    int size = 0;
    if (impl.aead) {
        std::array<std::byte, gcm_tag_bytes> tag{};
        std::ranges::copy(packet.subspan(behind, impl.tag), tag.begin());
        require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                                    tag.data()) == 1);
        require(EVP_DecryptUpdate(context, nullptr, &size, in(packet), static_cast<int>(*header)) == 1);
        if (!index_word.empty())
            require(EVP_DecryptUpdate(context, nullptr, &size, in(index_word), srtcp_word_bytes) == 1);
    }
    const std::span<std::byte> target(plain_packet);
    if (behind > *header)
        require(EVP_DecryptUpdate(context, out(target.subspan(*header)), &size, in(packet.subspan(*header)),
                                  static_cast<int>(behind - *header)) == 1);
    std::array<std::byte, block_bytes> nothing{};
    return !impl.aead || EVP_DecryptFinal_ex(context, out(nothing), &size) == 1;
}

std::optional<std::uint32_t> SrtpTransform::srtcp_index(ByteView packet) const {
    const Impl& impl = *impl_;
    if (packet.size() < rtcp_header_bytes + impl.overhead()) return std::nullopt;
    return read_u32(packet.subspan(impl.word_at(packet.size()))) & ~srtcp_encrypted;
}

}  // namespace vedette::crypto
