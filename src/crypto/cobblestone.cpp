#include "crypto/cobblestone.hpp"

#include "crypto/kdf.hpp"
#include "crypto/openssl.hpp"

namespace vedette::crypto {

using namespace detail;

namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t commitment_size = 32;
constexpr std::size_t sealed_chunk_size = cobblestone_chunk_size + cobblestone_tag_size;

using Nonce = std::array<std::byte, nonce_size>;

// Key, base nonce and commitment of one message.
class MessageKeys {
  public:
    MessageKeys(const Secret& key, ByteView salt, ByteView context) {
        require(key.size() == key_size);
        ByteWriter info;
        info.text("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM").u8(0).bytes(salt).bytes(context);
        derived_ = hkdf_expand_sha512(key.reveal(), info.view(), key_size + nonce_size + commitment_size);
        std::ranges::copy(derived_.reveal().subspan(key_size, nonce_size), base_nonce_.begin());
    }
    ByteView key() const { return derived_.reveal().first(key_size); }
    ByteView commitment() const { return derived_.reveal().last(commitment_size); }
    Nonce nonce(std::uint64_t chunk) const {
        Nonce nonce = base_nonce_;
        for (std::size_t i = 0; i < 8; ++i)
            nonce[nonce_size - 1 - i] ^= static_cast<std::byte>(chunk >> (8 * i));
        return nonce;
    }

  private:
    Secret derived_;
    Nonce base_nonce_{};
};

// Walks over the pieces as if they were one run of bytes.
class Gather {
  public:
    explicit Gather(std::span<const ByteView> pieces) : pieces_(pieces) {}
    /// The next bytes that lie together, at most `limit` of them; empty only at the end.
    ByteView next(std::size_t limit) {
        while (!pieces_.empty() && offset_ == pieces_.front().size()) {
            pieces_ = pieces_.subspan(1);
            offset_ = 0;
        }
        if (pieces_.empty()) return {};
        const ByteView rest = pieces_.front().subspan(offset_);
        const ByteView view = rest.first(std::min(limit, rest.size()));
        offset_ += view.size();
        return view;
    }

  private:
    std::span<const ByteView> pieces_;
    std::size_t offset_ = 0;
};

}  // namespace

struct CobblestoneSealer::Impl {
    CipherContext cipher{EVP_CIPHER_CTX_new()};
};

CobblestoneSealer::CobblestoneSealer() : impl_(std::make_unique<Impl>()) {
    require(impl_->cipher != nullptr);
}
CobblestoneSealer::~CobblestoneSealer() = default;
CobblestoneSealer::CobblestoneSealer(CobblestoneSealer&&) noexcept = default;
CobblestoneSealer& CobblestoneSealer::operator=(CobblestoneSealer&&) noexcept = default;

void CobblestoneSealer::seal(const Secret& key, ByteView context, std::span<const ByteView> pieces,
                             std::span<std::byte> out, Sha256* digest) {
    std::array<std::byte, cobblestone_salt_size> salt;
    random_bytes(salt);
    seal_with_salt(key, salt, context, pieces, out, digest);
}

void CobblestoneSealer::seal_with_salt(const Secret& key,
                                       std::span<const std::byte, cobblestone_salt_size> salt,
                                       ByteView context, std::span<const ByteView> pieces,
                                       std::span<std::byte> sealed, Sha256* digest) {
    std::size_t left = 0;
    for (const ByteView piece : pieces) left += piece.size();
    require(sealed.size() == cobblestone_sealed_size(left));

    const MessageKeys keys(key, salt, context);
    std::ranges::copy(salt, sealed.begin());
    std::ranges::copy(keys.commitment(), sealed.begin() + cobblestone_salt_size);
    if (digest != nullptr) digest->update(sealed.first(cobblestone_prefix_size));
    sealed = sealed.subspan(cobblestone_prefix_size);

    EVP_CIPHER_CTX* cipher = impl_->cipher.get();
    require(EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), nullptr, in(keys.key()), nullptr) == 1);
    Gather gather(pieces);
    for (std::uint64_t number = 0;; ++number) {
        const std::size_t size = std::min(left, cobblestone_chunk_size);
        const Nonce nonce = keys.nonce(number);
        require(EVP_EncryptInit_ex(cipher, nullptr, nullptr, nullptr, in(nonce)) == 1);
        int written = 0;
        for (std::size_t done = 0; done < size;) {
            const ByteView piece = gather.next(size - done);
            require(EVP_EncryptUpdate(cipher, out(sealed.subspan(done)), &written, in(piece),
                                      static_cast<int>(piece.size())) == 1);
            done += piece.size();
        }
        const auto tag = sealed.subspan(size, cobblestone_tag_size);
        require(EVP_EncryptFinal_ex(cipher, out(tag), &written) == 1 &&
                EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, cobblestone_tag_size, out(tag)) == 1);
        if (digest != nullptr) digest->update(sealed.first(size + cobblestone_tag_size));
        sealed = sealed.subspan(size + cobblestone_tag_size);
        left -= size;
        if (size < cobblestone_chunk_size) return;  // the short chunk is the end of the message
    }
}

struct CobblestoneOpener::Impl {
    MessageKeys keys;
    CipherContext cipher{EVP_CIPHER_CTX_new()};
};

CobblestoneOpener::CobblestoneOpener(std::unique_ptr<Impl> impl, ByteView chunks, std::size_t plain_size)
    : impl_(std::move(impl)), chunks_(chunks), plain_size_(plain_size) {}
CobblestoneOpener::~CobblestoneOpener() = default;
CobblestoneOpener::CobblestoneOpener(CobblestoneOpener&&) noexcept = default;
CobblestoneOpener& CobblestoneOpener::operator=(CobblestoneOpener&&) noexcept = default;

Result<CobblestoneOpener> CobblestoneOpener::start(const Secret& key, ByteView context, ByteView sealed) {
    if (sealed.size() < cobblestone_prefix_size + cobblestone_tag_size)
        return fail(ErrorKind::corrupt, "sealed message of {} bytes is too short", sealed.size());
    const ByteView chunks = sealed.subspan(cobblestone_prefix_size);
    // A last chunk that is full, or shorter than its tag, means that the end is missing.
    const std::size_t last = chunks.size() % sealed_chunk_size;
    if (last < cobblestone_tag_size)
        return fail(ErrorKind::corrupt, "sealed message of {} bytes is truncated", sealed.size());

    auto impl = std::make_unique<Impl>(MessageKeys(key, sealed.first(cobblestone_salt_size), context));
    require(impl->cipher != nullptr);
    if (!equal_constant_time(impl->keys.commitment(), sealed.subspan(cobblestone_salt_size, commitment_size)))
        return fail(ErrorKind::corrupt, "message was sealed with another key or for another place");
    require(EVP_DecryptInit_ex(impl->cipher.get(), EVP_aes_256_gcm(), nullptr, in(impl->keys.key()),
                               nullptr) == 1);
    const std::size_t plain_size =
        chunks.size() / sealed_chunk_size * cobblestone_chunk_size + last - cobblestone_tag_size;
    return CobblestoneOpener(std::move(impl), chunks, plain_size);
}

Result<> CobblestoneOpener::open_chunk(std::size_t number, std::span<std::byte> plain) {
    const ByteView chunk = chunks_.subspan(number * sealed_chunk_size, plain.size() + cobblestone_tag_size);
    const ByteView tag = chunk.last(cobblestone_tag_size);
    const Nonce nonce = impl_->keys.nonce(number);
    EVP_CIPHER_CTX* cipher = impl_->cipher.get();
    // An empty chunk has no bytes for EVP_DecryptUpdate, and its tag counts all the same.
    std::byte none{};
    unsigned char* to = plain.empty() ? reinterpret_cast<unsigned char*>(&none) : out(plain);
    int written = 0;
    const bool ok = EVP_DecryptInit_ex(cipher, nullptr, nullptr, nullptr, in(nonce)) == 1 &&
                    (plain.empty() || EVP_DecryptUpdate(cipher, to, &written, in(chunk),
                                                        static_cast<int>(plain.size())) == 1) &&
                    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, cobblestone_tag_size,
                                        const_cast<std::byte*>(tag.data())) == 1 &&
                    EVP_DecryptFinal_ex(cipher, to, &written) == 1;
    if (!ok) return fail(ErrorKind::corrupt, "chunk {} of the sealed message was altered", number);
    return {};
}

Result<Bytes> CobblestoneOpener::read(std::size_t offset, std::size_t size) {
    if (offset > plain_size_ || size > plain_size_ - offset)
        return fail(ErrorKind::invalid_input, "bytes {} to {} are not in a message of {} bytes", offset,
                    offset + size, plain_size_);
    if (size == 0) return Bytes();
    const std::size_t first = offset / cobblestone_chunk_size;
    const std::size_t last = (offset + size - 1) / cobblestone_chunk_size;
    const std::size_t begin = first * cobblestone_chunk_size;
    Bytes plain(std::min((last + 1) * cobblestone_chunk_size, plain_size_) - begin);
    for (std::size_t number = first; number <= last; ++number) {
        const std::size_t at = number * cobblestone_chunk_size - begin;
        VEDETTE_CHECK(open_chunk(
            number, std::span(plain).subspan(at, std::min(cobblestone_chunk_size, plain.size() - at))));
    }
    plain.resize(offset - begin + size);
    plain.erase(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(offset - begin));
    return plain;
}

Result<Bytes> CobblestoneOpener::read_all() {
    if (plain_size_ % cobblestone_chunk_size == 0)
        VEDETTE_CHECK(open_chunk(plain_size_ / cobblestone_chunk_size, {}));
    return read(0, plain_size_);
}

}  // namespace vedette::crypto
