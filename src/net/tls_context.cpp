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

constexpr int max_certificate_list_bytes = 16 * 1024;

// No authority is asked: devices bring certificates that they made themselves. The handshake still proves
// that they have the private key, and fails without it.
int take_any_certificate(int, X509_STORE_CTX*) {
    return 1;
}

void ask_for_certificates(SSL_CTX* native) {
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, take_any_certificate);
    SSL_CTX_set_max_cert_list(native, max_certificate_list_bytes);
    // Without it OpenSSL refuses to resume sessions of clients that it asks. A ticket carries the certificate
    // on, and whether that is good is asked at each request.
    static constexpr unsigned char context[] = "vedette devices";
    SSL_CTX_set_session_id_context(native, context, sizeof context - 1);
}
}  // namespace

Result<std::shared_ptr<ssl::context>> make_server_tls(const crypto::ServerCertificate& certificate,
                                                      ClientCertificates clients) {
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
    if (clients == ClientCertificates::asked) ask_for_certificates(native);
    return context;
}

}  // namespace vedette::net
