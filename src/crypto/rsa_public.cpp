#include "crypto/rsa_public.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "crypto/openssl.hpp"

namespace vedette::crypto {

using namespace detail;

namespace {

constexpr int min_bits = 2048;
constexpr int max_bits = 4096;

using Bio = std::unique_ptr<BIO, Releaser<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Releaser<BN_free>>;

int no_passphrase(char*, int, int, void*) {
    return -1;
}

Number number_of(const EVP_PKEY* key, const char* name) {
    BIGNUM* number = nullptr;
    return Number(EVP_PKEY_get_bn_param(key, name, &number) == 1 ? number : nullptr);
}

}  // namespace

Result<RsaPublicKey> parse_rsa_public_key(std::string_view pem) {
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const PrivateOrPublicKey key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1)
        return fail(ErrorKind::invalid_input, "this is no RSA public key in PEM");
    const Number modulus = number_of(key.get(), OSSL_PKEY_PARAM_RSA_N);
    const Number exponent = number_of(key.get(), OSSL_PKEY_PARAM_RSA_E);
    constexpr int max_exponent_bits = 32;
    if (!modulus || !exponent || BN_num_bits(modulus.get()) < min_bits ||
        BN_num_bits(modulus.get()) > max_bits || BN_num_bits(exponent.get()) > max_exponent_bits)
        return fail(ErrorKind::invalid_input, "the RSA key has less than {} or more than {} bits", min_bits,
                    max_bits);
    RsaPublicKey result;
    result.modulus.resize(static_cast<std::size_t>(BN_num_bytes(modulus.get())));
    BN_bn2bin(modulus.get(), out(result.modulus));
    result.exponent = static_cast<std::uint32_t>(BN_get_word(exponent.get()));
    return result;
}

}  // namespace vedette::crypto
