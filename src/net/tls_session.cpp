#include "net/tls_session.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <arpa/inet.h>
#include <boost/asio/ssl/context.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "net/system_authorities.hpp"
#include "net/tls_client.hpp"
#include "net/tls_context.hpp"

namespace vedette::net {

namespace {

constexpr std::size_t max_subject = 64;

// OpenSSL's own socket BIO writes with write(), which raises SIGPIPE in programs that don't ignore it.
int socket_of(BIO* bio) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool passes(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

int read_socket(BIO* bio, char* buffer, int size) {
    BIO_clear_retry_flags(bio);
    const ssize_t got = ::recv(socket_of(bio), buffer, static_cast<std::size_t>(size), MSG_DONTWAIT);
    if (got < 0 && passes(errno)) BIO_set_retry_read(bio);
    return static_cast<int>(got);
}

int write_socket(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    const ssize_t sent =
        ::send(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && passes(errno)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

long control_socket(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* socket_method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "camera socket");
        BIO_meth_set_read(made, read_socket);
        BIO_meth_set_write(made, write_socket);
        BIO_meth_set_ctrl(made, control_socket);
        return made;
    }();
    return method;
}

// What old cameras know: CBC, RSA key exchange, SHA-1, short keys. Not anonymous, not export, not without
// encryption.
constexpr const char* legacy_ciphers = "ALL:!aNULL:!eNULL:!EXPORT:!LOW:!RC4:@SECLEVEL=0";

void lower(SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_cipher_list(context, legacy_ciphers);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
}

// One of each for the process: loading the system's authorities takes tens of milliseconds. OpenSSL reads
// hashed directories anew at each look-up; a bundle that was replaced counts from the next start on.
SSL_CTX* client_context(TlsFloor floor) {
    const auto make = [](TlsFloor wanted) {
        SSL_CTX* made = SSL_CTX_new(TLS_client_method());
        if (made == nullptr) return made;
        SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
        SSL_CTX_set_cipher_list(made, tls12_ciphers);
        SSL_CTX_set_options(made, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
        SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        SSL_CTX_set_read_ahead(made, 1);  // one system call for many records
        SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_default_verify_paths(made);
        SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);  // the result is read by peer()
        if (wanted == TlsFloor::legacy) lower(made);
        return made;
    };
    static SSL_CTX* const modern = make(TlsFloor::modern);
    if (floor == TlsFloor::modern) return modern;
    static SSL_CTX* const legacy = make(TlsFloor::legacy);
    return legacy;
}

// The names that OpenSSL looks for in a directory of authorities: a hash and a number.
bool is_hashed_name(const std::string& name) {
    return name.size() > 9 && name[8] == '.' && name.find_first_not_of("0123456789abcdef") == 8 &&
           name.find_first_not_of("0123456789", 9) == std::string::npos;
}

bool is_address(const std::string& host) {
    in6_addr ignored{};
    return inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
           inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

std::string common_name(X509* certificate) {
    std::string out;
    X509_NAME* name = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
    if (at < 0) return out;
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    for (int i = 0; i < size && out.size() < max_subject; ++i)
        out += text[i] >= 0x20 && text[i] < 0x7f ? static_cast<char>(text[i]) : '?';
    if (size >= 0) OPENSSL_free(text);
    return out;
}

// A client that judges: why it did not trust, for the person who can do something about it.
std::unexpected<Error> not_trusted(long verdict) {
    switch (verdict) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return fail(ErrorKind::forbidden, "its certificate is for another name");
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return fail(ErrorKind::forbidden, "its certificate, or that of its authority, has expired");
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return fail(ErrorKind::forbidden, "its certificate is not valid yet: is a clock wrong?");
        default:
            return fail(ErrorKind::forbidden, "its certificate is not from an authority that is trusted ({})",
                        X509_verify_cert_error_string(verdict));
    }
}

bool is_alert(unsigned long code) {
    return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET;
}

std::unexpected<Error> handshake_failure(const SSL* ssl) {
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    // Towards cameras nothing is judged here; a client that judges talks to a server.
    const bool judges = SSL_is_server(ssl) == 0 && SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE;
    if (const long verdict = SSL_get_verify_result(ssl); judges && verdict != X509_V_OK)
        return not_trusted(verdict);
    if (code == 0 || ERR_SYSTEM_ERROR(code))
        return fail(ErrorKind::unavailable, "the connection was closed during the TLS handshake");
    const int reason = ERR_GET_REASON(code);
    if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_BAD_RECORD_TYPE ||
        reason == SSL_R_UNEXPECTED_MESSAGE || reason == SSL_R_HTTP_REQUEST)
        return fail(ErrorKind::unsupported, "what answers at this port does not speak TLS{}",
                    judges ? "" : ": is it the RTSPS port (usually 322)?");
    if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return fail(ErrorKind::unavailable, "the connection was closed during the TLS handshake");
    const char* text = ERR_reason_error_string(code);
    return fail(ErrorKind::unsupported,
                "no safe TLS connection could be agreed upon ({}): TLS 1.2 with AES-GCM is the least{}",
                text != nullptr ? text : "unknown reason",
                judges ? "" : ". Update the camera, or allow old TLS in its settings");
}

}  // namespace

x509_store_st* system_authorities() {
    SSL_CTX* context = client_context(TlsFloor::modern);
    return context != nullptr ? SSL_CTX_get_cert_store(context) : nullptr;
}

void prepare_tls_clients() {
    SSL_CTX* modern = client_context(TlsFloor::modern);
    SSL_CTX* legacy = client_context(TlsFloor::legacy);
    if (modern == nullptr || legacy == nullptr) return;
    X509_STORE* authorities = SSL_CTX_get_cert_store(modern);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): at start, nothing sets the environment
    const char* named = std::getenv(X509_get_default_cert_dir_env());
    std::error_code ignored;
    std::filesystem::directory_iterator entries(named != nullptr ? named : X509_get_default_cert_dir(),
                                                ignored);
    for (; !ignored && entries != std::filesystem::directory_iterator(); entries.increment(ignored))
        if (is_hashed_name(entries->path().filename().string()))
            X509_STORE_load_file(authorities, entries->path().c_str());
    SSL_CTX_set1_cert_store(legacy, authorities);
    for (SSL_CTX* context : {modern, legacy}) SSL_free(SSL_new(context));  // what OpenSSL loads at first use
    ERR_clear_error();
}

Result<TlsSession> TlsSession::over(int socket, SSL* ssl) {
    if (ssl == nullptr) return fail(ErrorKind::internal, "TLS can't be set up");
    TlsSession client(ssl);
    BIO* bio = BIO_new(socket_method());
    if (bio == nullptr) return fail(ErrorKind::internal, "TLS can't be set up");
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the socket's number is all that the BIO needs
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    return client;
}

Result<TlsSession> TlsSession::accept(int socket, boost::asio::ssl::context& context) {
    VEDETTE_TRY(TlsSession session, over(socket, SSL_new(context.native_handle())));
    SSL_set_mode(session.ssl_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_accept_state(session.ssl_);
    return session;
}

Result<TlsSession> TlsSession::connect(int socket, const std::string& host, TlsFloor floor) {
    SSL_CTX* context = client_context(floor);
    return connect_with(socket, host, context != nullptr ? SSL_new(context) : nullptr);
}

Result<TlsSession> TlsSession::connect(int socket, const std::string& host, const TlsClientContext& trust) {
    return connect_with(socket, host, SSL_new(trust.native()));
}

Result<TlsSession> TlsSession::connect_with(int socket, const std::string& host, SSL* ssl) {
    VEDETTE_TRY(TlsSession client, over(socket, ssl));
    X509_VERIFY_PARAM* expected = SSL_get0_param(ssl);
    const std::string name = host.substr(0, host.find('%'));  // without an IPv6 zone
    const bool address = is_address(name);
    const int set = address ? X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str())
                            : X509_VERIFY_PARAM_set1_host(expected, name.c_str(), name.size());
    if (set != 1 || (!address && SSL_set_tlsext_host_name(ssl, name.c_str()) != 1))
        return fail(ErrorKind::internal, "TLS can't be set up for this host name");
    SSL_set_connect_state(ssl);
    return client;
}

TlsSession::~TlsSession() {
    SSL_free(ssl_);
}
TlsSession::TlsSession(TlsSession&& other) noexcept
    : ssl_(std::exchange(other.ssl_, nullptr)), drained_(other.drained_) {}
TlsSession& TlsSession::operator=(TlsSession&& other) noexcept {
    std::swap(ssl_, other.ssl_);
    drained_ = other.drained_;
    return *this;
}

Result<TlsSession::Wants> TlsSession::handshake() {
    ERR_clear_error();
    const int status = SSL_do_handshake(ssl_);
    if (status == 1) return Wants::nothing;
    switch (SSL_get_error(ssl_, status)) {
        case SSL_ERROR_WANT_READ:
            return Wants::read;
        case SSL_ERROR_WANT_WRITE:
            return Wants::write;
        default:
            return handshake_failure(ssl_);
    }
}

TlsPeer TlsSession::peer() const {
    TlsPeer peer{.key_sha256 = {}, .authorised = false, .problem = {}, .subject = {}, .protocol = {}};
    peer.protocol = SSL_get_version(ssl_);
    X509* certificate = SSL_get0_peer_certificate(ssl_);
    if (certificate == nullptr) {
        peer.problem = "no certificate";
        return peer;
    }
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (size > 0)
        peer.key_sha256 = crypto::sha256({reinterpret_cast<std::byte*>(der), static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    peer.subject = common_name(certificate);
    const long verdict = SSL_get_verify_result(ssl_);
    peer.authorised = verdict == X509_V_OK && size > 0;
    if (!peer.authorised) peer.problem = X509_verify_cert_error_string(verdict);
    return peer;
}

Result<std::size_t> TlsSession::read(std::span<std::byte> buffer) {
    std::size_t total = 0;
    ERR_clear_error();
    while (total < buffer.size()) {
        std::size_t got = 0;
        const int status = SSL_read_ex(ssl_, buffer.data() + total, buffer.size() - total, &got);
        if (status == 1) {
            total += got;
            continue;
        }
        const int reason = SSL_get_error(ssl_, status);
        drained_ = true;
        if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE || total > 0) return total;
        const unsigned long code = ERR_peek_last_error();
        ERR_clear_error();
        // With TLS 1.3 a server says only here that it wanted another certificate of ours.
        if (const char* text = is_alert(code) ? ERR_reason_error_string(code) : nullptr)
            return fail(ErrorKind::unavailable, "The peer ended the TLS connection ({})", text);
        return fail(ErrorKind::unavailable, "The peer closed the connection");
    }
    drained_ = false;
    return total;
}

Result<TlsSession::Written> TlsSession::write(ByteView data) {
    ERR_clear_error();
    Written out;
    const int status = SSL_write_ex(ssl_, data.data(), data.size(), &out.bytes);
    if (status == 1) return out;
    switch (SSL_get_error(ssl_, status)) {
        case SSL_ERROR_WANT_READ:
            out.wants = Wants::read;
            return out;
        case SSL_ERROR_WANT_WRITE:
            out.wants = Wants::write;
            return out;
        default:
            ERR_clear_error();
            return fail(ErrorKind::unavailable, "The connection broke while it was written to");
    }
}

bool TlsSession::may_hold_bytes() const {
    return !drained_;
}

}  // namespace vedette::net
