#pragma once
// Cobblestone-256: c2sp.org/chunked-encryption with SHA-512 and AES-256-GCM. A message is
// salt (24) || commitment (32) || chunks, each 16 KiB of plaintext and a 16-byte tag, the last always
// shorter.

#include <array>
#include <memory>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/digest.hpp"

namespace vedette::crypto {

inline constexpr std::size_t cobblestone_salt_size = 24;
inline constexpr std::size_t cobblestone_prefix_size = cobblestone_salt_size + 32;
inline constexpr std::size_t cobblestone_chunk_size = 16 * 1024;
inline constexpr std::size_t cobblestone_tag_size = 16;

/// Size of the sealed message for a plaintext of `plain_size` bytes.
constexpr std::size_t cobblestone_sealed_size(std::size_t plain_size) {
    return cobblestone_prefix_size + plain_size +
           (plain_size / cobblestone_chunk_size + 1) * cobblestone_tag_size;
}

/// Seals messages, one after another; keeps its cipher context between them. Not thread-safe.
class CobblestoneSealer {
  public:
    CobblestoneSealer();
    ~CobblestoneSealer();
    CobblestoneSealer(CobblestoneSealer&&) noexcept;
    CobblestoneSealer& operator=(CobblestoneSealer&&) noexcept;

    /// Seals the pieces, in their order and without joining them, as one message into `out`, whose size must
    /// be cobblestone_sealed_size(sum of the pieces). `key` has 32 uniformly random bytes. When `digest` is
    /// given, it takes in each part of the output while that is still in the cache.
    void seal(const Secret& key, ByteView context, std::span<const ByteView> pieces, std::span<std::byte> out,
              Sha256* digest = nullptr);

    /// For test vectors. The same salt twice under one key would break the encryption.
    void seal_with_salt(const Secret& key, std::span<const std::byte, cobblestone_salt_size> salt,
                        ByteView context, std::span<const ByteView> pieces, std::span<std::byte> out,
                        Sha256* digest = nullptr);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// A sealed message whose commitment and length have been checked. Views the bytes it was made from, which
/// must outlive it. Not thread-safe.
class CobblestoneOpener {
  public:
    /// corrupt: too short, truncated at a chunk border, or sealed under another key or context.
    static Result<CobblestoneOpener> start(const Secret& key, ByteView context, ByteView sealed);
    ~CobblestoneOpener();
    CobblestoneOpener(CobblestoneOpener&&) noexcept;
    CobblestoneOpener& operator=(CobblestoneOpener&&) noexcept;

    std::size_t plain_size() const { return plain_size_; }
    /// Bytes [offset, offset + size) of the plaintext; decrypts only the chunks that hold them. invalid_input
    /// when the range leaves the message, corrupt when a chunk fails authentication.
    Result<Bytes> read(std::size_t offset, std::size_t size);
    /// The whole message, including the last chunk, even when it is empty.
    Result<Bytes> read_all();

  private:
    struct Impl;
    CobblestoneOpener(std::unique_ptr<Impl> impl, ByteView chunks, std::size_t plain_size);
    Result<> open_chunk(std::size_t number, std::span<std::byte> out);

    std::unique_ptr<Impl> impl_;
    ByteView chunks_;
    std::size_t plain_size_ = 0;
};

}  // namespace vedette::crypto
