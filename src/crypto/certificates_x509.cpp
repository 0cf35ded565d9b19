#include "crypto/certificates_x509.hpp"

#include <array>
#include <memory>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/hex.hpp"
#include "crypto/certificates.hpp"
#include "crypto/digest.hpp"

namespace vedette::crypto {

namespace {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;

// A client whose clock is a little behind must still accept a certificate made just now.
constexpr std::chrono::hours backdate{1};

std::unexpected<Error> openssl_failure(std::string_view what) {
    ERR_clear_error();
    return fail(ErrorKind::internal, "Making a certificate failed at: {}", what);
}

Bio read_only(ByteView bytes) {
    return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

Certificate parse_certificate(std::string_view pem) {
    const Bio bio = read_only(as_bytes(pem));
    Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    return certificate;
}

// A key file that asks for a passphrase is not ours; without this OpenSSL would prompt on the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

Key parse_key(ByteView pem) {
    const Bio bio = read_only(pem);
    Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    return key;
}

Result<KeyAndCertificate> to_pem(X509* certificate, EVP_PKEY* key) {
    const Bio certificate_out(BIO_new(BIO_s_mem()));
    const Bio key_out(BIO_new(BIO_s_secmem()));
    if (PEM_write_bio_X509(certificate_out.get(), certificate) != 1 ||
        PEM_write_bio_PKCS8PrivateKey(key_out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return openssl_failure("writing PEM");
    char* data = nullptr;
    long size = BIO_get_mem_data(certificate_out.get(), &data);
    KeyAndCertificate made;
    made.certificate_pem.assign(data, static_cast<std::size_t>(size));
    size = BIO_get_mem_data(key_out.get(), &data);
    made.key_pem = Secret(std::string_view(data, static_cast<std::size_t>(size)));
    return made;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool add_name(GENERAL_NAMES* names, const std::string& text) {
    ASN1_OCTET_STRING* address = a2i_IPADDRESS(text.c_str());
    ERR_clear_error();
    GENERAL_NAME* name = GENERAL_NAME_new();
    if (address != nullptr) {
        GENERAL_NAME_set0_value(name, GEN_IPADD, address);
    } else {
        ASN1_IA5STRING* dns = ASN1_IA5STRING_new();
        ASN1_STRING_set(dns, text.data(), static_cast<int>(text.size()));
        GENERAL_NAME_set0_value(name, GEN_DNS, dns);
    }
    return sk_GENERAL_NAME_push(names, name) > 0;
}

bool add_names(X509* certificate, const std::vector<std::string>& texts) {
    const Names names(sk_GENERAL_NAME_new_null());
    for (const std::string& text : texts)
        if (!add_name(names.get(), text)) return false;
    return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

bool set_serial(X509* certificate) {  // 16 random bytes, positive (RFC 5280 section 4.1.2.2)
    std::array<std::byte, 16> bytes;
    random_bytes(bytes);
    bytes[0] = (bytes[0] & std::byte{0x7f}) | std::byte{0x40};
    BIGNUM* number = BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr);
    const bool good = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
    BN_free(number);
    return good;
}

/// Everything that an authority and a server have in common.
Certificate begin_certificate(EVP_PKEY* key, const std::string& common_name, UtcTime now,
                              std::chrono::days lifetime) {
    Certificate certificate(X509_new());
    X509* raw = certificate.get();
    std::time_t from = to_unix_seconds(now - backdate);
    std::time_t until = to_unix_seconds(now + lifetime);
    const auto* name = reinterpret_cast<const unsigned char*>(common_name.data());
    const bool good = X509_set_version(raw, X509_VERSION_3) == 1 && set_serial(raw) &&
                      X509_set_pubkey(raw, key) == 1 &&
                      X509_time_adj_ex(X509_getm_notBefore(raw), 0, 0, &from) != nullptr &&
                      X509_time_adj_ex(X509_getm_notAfter(raw), 0, 0, &until) != nullptr &&
                      X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8, name,
                                                 static_cast<int>(common_name.size()), -1, 0) == 1;
    if (!good) certificate.reset();
    return certificate;
}

UtcTime to_utc(const ASN1_TIME* time) {
    std::tm parts{};
    ASN1_TIME_to_tm(time, &parts);
    return from_unix_seconds(timegm(&parts));
}

}  // namespace

Result<KeyAndCertificate> make_authority(const std::string& common_name, UtcTime now,
                                         std::chrono::days lifetime) {
    const Key key(EVP_EC_gen("P-256"));
    if (!key) return openssl_failure("a key");
    const Certificate certificate = begin_certificate(key.get(), common_name, now, lifetime);
    X509* raw = certificate.get();
    const bool good = raw != nullptr && X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1 &&
                      add_extension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                      add_extension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                      add_extension(raw, raw, NID_subject_key_identifier, "hash") &&
                      X509_sign(raw, key.get(), EVP_sha256()) > 0;
    if (!good) return openssl_failure("the authority");
    return to_pem(raw, key.get());
}

Result<KeyAndCertificate> make_server_certificate(const KeyAndCertificate& issuer,
                                                  const std::vector<std::string>& names, UtcTime now,
                                                  std::chrono::days lifetime) {
    const Certificate authority = parse_certificate(issuer.certificate_pem);
    const Key authority_key = parse_key(issuer.key_pem.reveal());
    const Key key(EVP_EC_gen("P-256"));
    if (!authority || !authority_key || !key) return openssl_failure("the keys");
    const Certificate certificate = begin_certificate(key.get(), "Vedette server", now, lifetime);
    X509* raw = certificate.get();
    const bool good = raw != nullptr &&
                      X509_set_issuer_name(raw, X509_get_subject_name(authority.get())) == 1 &&
                      add_extension(raw, authority.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                      add_extension(raw, authority.get(), NID_key_usage, "critical,digitalSignature") &&
                      add_extension(raw, authority.get(), NID_ext_key_usage, "serverAuth") &&
                      add_extension(raw, authority.get(), NID_subject_key_identifier, "hash") &&
                      add_extension(raw, authority.get(), NID_authority_key_identifier, "keyid:always") &&
                      add_names(raw, names) && X509_sign(raw, authority_key.get(), EVP_sha256()) > 0;
    if (!good) return openssl_failure("the server's certificate");
    return to_pem(raw, key.get());
}

Result<> check_pair(std::string_view certificate_pem, ByteView key_pem) {
    const Certificate certificate = parse_certificate(certificate_pem);
    if (!certificate) return fail(ErrorKind::corrupt, "the certificate is damaged");
    const Key key = parse_key(key_pem);
    if (!key) return fail(ErrorKind::corrupt, "the key is damaged");
    const bool match = X509_check_private_key(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    if (!match) return fail(ErrorKind::corrupt, "the key does not belong to the certificate");
    return {};
}

bool covers(std::string_view certificate_pem, std::string_view authority_pem,
            const std::vector<std::string>& names) {
    const Certificate certificate = parse_certificate(certificate_pem);
    const Certificate authority = parse_certificate(authority_pem);
    if (!certificate || !authority) return false;
    const bool good = X509_verify(certificate.get(), X509_get0_pubkey(authority.get())) == 1;
    ERR_clear_error();
    return good && names_missing(certificate_pem, names).empty();
}

std::vector<std::string> names_missing(std::string_view pem, const std::vector<std::string>& names) {
    const Certificate certificate = parse_certificate(pem);
    std::vector<std::string> missing;
    for (const std::string& name : names) {
        if (certificate && (X509_check_ip_asc(certificate.get(), name.c_str(), 0) == 1 ||
                            X509_check_host(certificate.get(), name.data(), name.size(), 0, nullptr) == 1))
            continue;
        missing.push_back(name);
    }
    ERR_clear_error();
    return missing;
}

Result<CertificateInfo> certificate_info(std::string_view pem) {
    const Certificate certificate = parse_certificate(pem);
    if (!certificate) return fail(ErrorKind::corrupt, "The certificate is damaged");
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate.get(), &der);
    if (size <= 0) return fail(ErrorKind::corrupt, "The certificate is damaged");
    const auto digest = sha256(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
    OPENSSL_free(der);
    CertificateInfo info;
    for (const std::byte b : digest) {
        if (!info.fingerprint.empty()) info.fingerprint += ':';
        info.fingerprint += fmt::format("{:02X}", std::to_integer<unsigned>(b));
    }
    info.not_before = to_utc(X509_get0_notBefore(certificate.get()));
    info.not_after = to_utc(X509_get0_notAfter(certificate.get()));
    return info;
}

namespace {

// Times of somebody else's certificate: there need not be any in it. Within what fits 90 kHz ticks.
Result<UtcTime> foreign_time(const ASN1_TIME* time) {
    std::tm parts{};
    constexpr int last_year = 3000;
    if (!time || ASN1_TIME_to_tm(time, &parts) != 1 || parts.tm_year + 1900 > last_year) {
        // "99991231235959Z" says that it has no end (RFC 5280, 4.1.2.5).
        if (time && parts.tm_year + 1900 > last_year) return from_unix_seconds(32'503'680'000);
        return fail(ErrorKind::corrupt, "The certificate has no dates");
    }
    return from_unix_seconds(timegm(&parts));
}

Result<ClientCertificate> client_certificate_of(const X509* certificate, ByteView der) {
    ClientCertificate out{.sha256 = sha256(der)};
    VEDETTE_TRY(out.not_before, foreign_time(X509_get0_notBefore(certificate)));
    VEDETTE_TRY(out.not_after, foreign_time(X509_get0_notAfter(certificate)));
    return out;
}

}  // namespace

Result<ClientCertificate> client_certificate_of_der(ByteView der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    if (!certificate || at != reinterpret_cast<const unsigned char*>(der.data()) + der.size())
        return fail(ErrorKind::corrupt, "This is no certificate");
    return client_certificate_of(certificate.get(), der);
}

Result<ClientCertificate> client_certificate_of_pem(std::string_view pem) {
    const Certificate certificate = parse_certificate(pem);
    if (!certificate) return fail(ErrorKind::corrupt, "This is no certificate");
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate.get(), &der);
    if (size <= 0) return fail(ErrorKind::corrupt, "This is no certificate");
    auto out = client_certificate_of(certificate.get(),
                                     std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
    OPENSSL_free(der);
    return out;
}

}  // namespace vedette::crypto
