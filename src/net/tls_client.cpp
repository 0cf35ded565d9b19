#include "net/tls_client.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "net/system_authorities.hpp"
#include "net/tls_context.hpp"

namespace vedette::net {

namespace {

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;

// An encrypted key would have OpenSSL ask at the terminal.
int no_passphrase(char*, int, int, void*) {
    return 0;
}

// Calls `each` for every certificate of the text, in order; how many there were. `each` says whether it took
// it.
template <class Each>
Result<std::size_t> for_each_certificate(std::string_view pem, std::string_view field, Each each) {
    const std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    std::size_t count = 0;
    while (const Certificate one{PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)}) {
        if (!each(count, one.get())) return fail(ErrorKind::invalid_input, "{}: it can't be used", field);
        ++count;
    }
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    const bool at_end = ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
    if (count == 0 || !at_end)
        return fail(ErrorKind::invalid_input,
                    "{}: certificates in PEM are expected (-----BEGIN CERTIFICATE----- and so on)", field);
    return count;
}

Result<> trust(SSL_CTX* context, const std::string& authorities) {
    if (authorities.empty()) {
        X509_STORE* system = system_authorities();
        if (system == nullptr) return fail(ErrorKind::internal, "TLS can't be set up");
        SSL_CTX_set1_cert_store(context, system);
        return {};
    }
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    // What was given is trusted as it is, also when it is not the end of its own chain.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    VEDETTE_CHECK(for_each_certificate(authorities, "authorities", [&](std::size_t, X509* certificate) {
        return X509_STORE_add_cert(store, certificate) == 1;
    }));
    return {};
}

Result<> show(SSL_CTX* context, const TlsClientOptions& options) {
    if (options.certificate_pem.empty()) return {};
    VEDETTE_CHECK(for_each_certificate(
        options.certificate_pem, "certificate", [&](std::size_t number, X509* certificate) {
            return (number == 0 ? SSL_CTX_use_certificate(context, certificate)
                                : SSL_CTX_add1_chain_cert(context, certificate)) == 1;
        }));
    const ByteView pem = options.private_key_pem.reveal();
    const std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr);
    const bool fits = key != nullptr && SSL_CTX_use_PrivateKey(context, key) == 1 &&
                      SSL_CTX_check_private_key(context) == 1;
    EVP_PKEY_free(key);
    ERR_clear_error();
    if (fits) return {};
    return fail(ErrorKind::invalid_input, "{}",
                key == nullptr ? "key: a private key in PEM without a passphrase is expected"
                               : "key: it does not belong to the certificate");
}

}  // namespace

Result<std::shared_ptr<const TlsClientContext>> TlsClientContext::make(const TlsClientOptions& options) {
    SSL_CTX* native = SSL_CTX_new(TLS_client_method());
    if (native == nullptr) return fail(ErrorKind::internal, "TLS can't be set up");
    std::shared_ptr<const TlsClientContext> context(new TlsClientContext(native));
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(native, tls12_ciphers);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(native, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    VEDETTE_CHECK(trust(native, options.authorities_pem));
    VEDETTE_CHECK(show(native, options));
    return context;
}

TlsClientContext::~TlsClientContext() {
    SSL_CTX_free(context_);
}

}  // namespace vedette::net
