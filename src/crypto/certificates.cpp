#include "crypto/certificates.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/certificates_x509.hpp"

namespace vedette::crypto {

namespace {

constexpr std::chrono::days authority_lifetime{3653};  // ten years
constexpr std::chrono::days server_lifetime{397};      // what browsers accept at most is 398
constexpr std::size_t max_pem_file = 64 * 1024;

struct File {  // closes itself
    int fd = -1;
    explicit File(int descriptor) : fd(descriptor) {}
    ~File() {
        if (fd >= 0) ::close(fd);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
};

Result<Secret> read_file(const std::filesystem::path& path) {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.fd < 0) return fail_errno(errno, fmt::format("{} can't be read", path.string()));
    struct stat status{};
    if (::fstat(file.fd, &status) != 0)
        return fail_errno(errno, fmt::format("{} can't be read", path.string()));
    if (static_cast<std::size_t>(status.st_size) > max_pem_file)
        return fail(ErrorKind::corrupt, "{} is too large for a certificate or key", path.string());
    Secret bytes(static_cast<std::size_t>(status.st_size));
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::read(file.fd, bytes.writable().data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_errno(errno, fmt::format("{} can't be read", path.string()));
        if (got == 0) return fail(ErrorKind::corrupt, "{} became shorter while it was read", path.string());
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

Result<> write_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail_errno(errno, "write");
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

// Old or new, never half: written beside it, synced, renamed over it, and the rename synced.
Result<> replace_file(const std::filesystem::path& path, ByteView bytes, mode_t mode) {
    const std::filesystem::path beside = path.string() + ".new";
    const std::string what = fmt::format("{} can't be written", path.string());
    ::unlink(beside.c_str());  // what a crash may have left
    {
        const File file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
        if (file.fd < 0) return fail_errno(errno, what);
        const auto written = write_all(file.fd, bytes);
        if (!written || ::fsync(file.fd) != 0) {
            const int error = errno;
            ::unlink(beside.c_str());
            return fail_errno(error, what);
        }
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) return fail_errno(errno, what);
    const File directory(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.fd < 0 || ::fsync(directory.fd) != 0) return fail_errno(errno, what);
    return {};
}

std::string address_text(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
        return inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size()) != nullptr ? text.data() : "";
    }
    if (address->sa_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
        if (IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) return "";  // means nothing without an interface
        return inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size()) != nullptr ? text.data() : "";
    }
    return "";
}

}  // namespace

std::vector<std::string> local_names() {
    std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
    const auto add = [&](std::string name) {
        if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    };
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0) add(host.data());
    std::vector<std::string> addresses;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) == 0) {
        for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next)
            if (entry->ifa_addr != nullptr) addresses.push_back(address_text(entry->ifa_addr));
        ::freeifaddrs(list);
    }
    std::ranges::sort(addresses);
    for (std::string& address : addresses) add(std::move(address));
    return names;
}

Result<ServerCertificate> load_server_certificate(const std::filesystem::path& chain,
                                                  const std::filesystem::path& key, UtcTime now) {
    VEDETTE_TRY(const Secret certificate, read_file(chain));
    VEDETTE_TRY(Secret key_pem, read_file(key));
    std::string pem(certificate.reveal_text());
    const auto info = certificate_info(pem);
    if (!info)
        return fail(
            ErrorKind::invalid_input,
            "{} holds no certificate that can be read; it must be PEM, the server's certificate first "
            "and then its issuers",
            chain.string());
    if (const auto pair = check_pair(pem, key_pem.reveal()); !pair)
        return fail(ErrorKind::invalid_input,
                    "the private key in {} can't be used with {}: {}; it must be PEM, without a passphrase",
                    key.string(), chain.string(), pair.error().message);
    if (now >= info->not_after)
        return fail(ErrorKind::unavailable, "the certificate in {} was valid until {}; renew it",
                    chain.string(), to_rfc3339(info->not_after));
    if (now < info->not_before)
        return fail(ErrorKind::unavailable,
                    "the certificate in {} is valid from {} on; wait, or set this machine's clock",
                    chain.string(), to_rfc3339(info->not_before));
    return ServerCertificate{std::move(pem), std::move(key_pem)};
}

Result<CertificateAuthority> CertificateAuthority::open(std::filesystem::path directory, const Clock& clock) {
    CertificateAuthority authority(std::move(directory), clock);
    std::error_code error;
    std::filesystem::create_directories(authority.directory_, error);
    if (error)
        return fail_errno(error.value(), fmt::format("{} can't be made", authority.directory_.string()));
    const bool exists = std::filesystem::exists(authority.directory_ / "ca.pem", error);
    if (error)
        return fail_errno(error.value(), fmt::format("{} can't be read", authority.directory_.string()));
    VEDETTE_CHECK(exists ? authority.load() : authority.create());
    return authority;
}

Result<> CertificateAuthority::load() {
    VEDETTE_TRY(const Secret certificate, read_file(directory_ / "ca.pem"));
    VEDETTE_TRY(key_pem_, read_file(directory_ / "ca.key"));
    certificate_pem_ = std::string(certificate.reveal_text());
    if (const auto pair = check_pair(certificate_pem_, key_pem_.reveal()); !pair)
        return fail(
            ErrorKind::corrupt,
            "The certificate authority in {} can't be used: {}; restore ca.pem and ca.key from a backup, "
            "or move both away to begin with a new authority",
            directory_.string(), pair.error().message);
    return {};
}

Result<> CertificateAuthority::create() {
    VEDETTE_TRY(KeyAndCertificate made,
                make_authority("Vedette certificate authority", clock_->utc_now(), authority_lifetime));
    // ca.pem last: its presence says that the pair is complete.
    VEDETTE_CHECK(replace_file(directory_ / "ca.key", made.key_pem.reveal(), 0600));
    VEDETTE_CHECK(replace_file(directory_ / "ca.pem", as_bytes(made.certificate_pem), 0644));
    certificate_pem_ = std::move(made.certificate_pem);
    key_pem_ = std::move(made.key_pem);
    return {};
}

Result<ServerCertificate> CertificateAuthority::issue(const std::vector<std::string>& names) {
    VEDETTE_TRY(const CertificateInfo own, info());
    const UtcTime now = clock_->utc_now();
    if (own.not_after <= now)
        return fail(ErrorKind::unavailable,
                    "The certificate authority in {} has expired, or this machine's clock is wrong",
                    directory_.string());
    const auto left = std::chrono::floor<std::chrono::days>(own.not_after - now);
    const KeyAndCertificate issuer{certificate_pem_, key_pem_.duplicate()};
    VEDETTE_TRY(KeyAndCertificate made,
                make_server_certificate(issuer, names, now, std::min(server_lifetime, left)));
    // A crash between the two leaves a pair that does not match, which is then issued anew.
    VEDETTE_CHECK(replace_file(directory_ / "server.key", made.key_pem.reveal(), 0600));
    VEDETTE_CHECK(replace_file(directory_ / "server.pem", as_bytes(made.certificate_pem), 0644));
    return ServerCertificate{made.certificate_pem + certificate_pem_, std::move(made.key_pem)};
}

Result<ServerCertificate> CertificateAuthority::server_certificate(const std::vector<std::string>& names) {
    const auto certificate = read_file(directory_ / "server.pem");
    auto key = read_file(directory_ / "server.key");
    for (const auto* file : {&certificate, static_cast<const Result<Secret>*>(&key)})
        if (!*file && file->error().kind == ErrorKind::forbidden) return std::unexpected(file->error());
    if (!certificate || !key) return issue(names);
    const std::string pem(certificate->reveal_text());
    const auto dates = certificate_info(pem);
    if (!dates || !check_pair(pem, key->reveal()) || !covers(pem, certificate_pem_, names))
        return issue(names);
    const UtcTime now = clock_->utc_now();
    if (now < dates->not_before || dates->not_after - now < (dates->not_after - dates->not_before) / 3)
        return issue(names);
    return ServerCertificate{pem + certificate_pem_, std::move(*key)};
}

}  // namespace vedette::crypto
