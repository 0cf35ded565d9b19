#include "crypto/verifying_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "crypto/openssl.hpp"

namespace vedette::crypto {

using namespace detail;

namespace {

constexpr int least_rsa_bits = 2048;
constexpr int most_rsa_bits = 4096;
constexpr int most_exponent_bits = 32;

using BigNumber = std::unique_ptr<BIGNUM, Releaser<BN_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Releaser<EVP_PKEY_CTX_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Releaser<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Releaser<OSSL_PARAM_free>>;

BigNumber big_number(ByteView bytes) {
    BigNumber number(BN_bin2bn(in(bytes), static_cast<int>(bytes.size()), nullptr));
    require(number != nullptr);
    return number;
}

// nullptr when the numbers make no key.
PrivateOrPublicKey public_key_of(const char* type, const ParamBuilder& builder) {
    const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    require(params != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1);
    EVP_PKEY* made = nullptr;
    const bool good = EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
    PrivateOrPublicKey key(made);
    if (good) {
        const KeyContext checking(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
        if (checking && EVP_PKEY_public_check(checking.get()) == 1) return key;
    }
    ERR_clear_error();
    return nullptr;
}

}  // namespace

struct VerifyingKey::Impl {
    PrivateOrPublicKey key;
    const EVP_MD* digest;  ///< nullptr: the algorithm brings its own
};

VerifyingKey::VerifyingKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VerifyingKey::~VerifyingKey() = default;
VerifyingKey::VerifyingKey(VerifyingKey&&) noexcept = default;
VerifyingKey& VerifyingKey::operator=(VerifyingKey&&) noexcept = default;

Result<VerifyingKey> VerifyingKey::ec(Curve curve, ByteView x, ByteView y) {
    const bool small = curve == Curve::p256;
    const std::size_t field = small ? 32 : 48;
    if (x.size() != field || y.size() != field)
        return fail(ErrorKind::corrupt, "coordinates of this curve have {} bytes", field);
    ByteWriter point;  // SEC 1 section 2.3.3, uncompressed
    point.u8(4).bytes(x).bytes(y);
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    require(builder &&
            OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                            small ? "P-256" : "P-384", 0) == 1 &&
            OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.view().data(),
                                             point.size()) == 1);
    PrivateOrPublicKey key = public_key_of("EC", builder);
    if (!key) return fail(ErrorKind::corrupt, "this is no point of the curve");
    return VerifyingKey(std::make_unique<Impl>(Impl{std::move(key), small ? EVP_sha256() : EVP_sha384()}));
}

Result<VerifyingKey> VerifyingKey::rsa(ByteView modulus, ByteView exponent) {
    if (modulus.size() > most_rsa_bits / 8 || exponent.size() > most_exponent_bits / 8)
        return fail(ErrorKind::corrupt, "the RSA key is too long");
    const BigNumber n = big_number(modulus);
    const BigNumber e = big_number(exponent);
    if (BN_num_bits(n.get()) < least_rsa_bits || BN_is_odd(e.get()) != 1 || BN_is_one(e.get()) == 1)
        return fail(ErrorKind::corrupt, "the RSA key is too short, or its exponent serves for nothing");
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    require(builder && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
            OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
    PrivateOrPublicKey key = public_key_of("RSA", builder);
    if (!key) return fail(ErrorKind::corrupt, "this is no RSA key");
    return VerifyingKey(std::make_unique<Impl>(Impl{std::move(key), EVP_sha256()}));
}

Result<VerifyingKey> VerifyingKey::ed25519(ByteView bytes) {
    if (bytes.size() != 32)
        return fail(ErrorKind::corrupt, "an Ed25519 key has 32 bytes, not {}", bytes.size());
    PrivateOrPublicKey key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, in(bytes), bytes.size()));
    require(key != nullptr);
    return VerifyingKey(std::make_unique<Impl>(Impl{std::move(key), nullptr}));
}

bool VerifyingKey::verify(ByteView message, ByteView signature) const {
    const DigestContext context(EVP_MD_CTX_new());
    const bool good =
        context != nullptr &&
        EVP_DigestVerifyInit(context.get(), nullptr, impl_->digest, nullptr, impl_->key.get()) == 1 &&
        EVP_DigestVerify(context.get(), in(signature), signature.size(), in(message), message.size()) == 1;
    if (!good) ERR_clear_error();
    return good;
}

}  // namespace vedette::crypto
