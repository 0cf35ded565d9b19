#include "net/tls_context.hpp"

#include <boost/asio/ssl/context.hpp>

namespace vedette::net {

namespace ssl = boost::asio::ssl;

namespace {
int choose_http11(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                  unsigned in_size, void*) {
    static constexpr unsigned char protocols[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    const int status = SSL_select_next_proto(&chosen, out_size, protocols, sizeof protocols - 1, in, in_size);
    if (status != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}
}  // namespace

Result<std::shared_ptr<ssl::context>> make_server_tls(const crypto::ServerCertificate& certificate) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(native, tls12_ciphers);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_alpn_select_cb(native, choose_http11, nullptr);
    boost::system::error_code error;
    context->use_certificate_chain(boost::asio::buffer(certificate.chain_pem), error);
    if (error)
        return fail(ErrorKind::invalid_input, "The server certificate can't be read: {}", error.message());
    const ByteView key = certificate.private_key_pem.reveal();
    context->use_private_key(boost::asio::buffer(key.data(), key.size()), ssl::context::pem, error);
    if (error || SSL_CTX_check_private_key(native) != 1)
        return fail(ErrorKind::invalid_input,
                    "The private key can't be read or does not belong to the certificate");
    return context;
}

}  // namespace vedette::net
