#include "gateway/archive/s3_address.hpp"

#include <algorithm>
#include <charconv>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/credentials_directory.hpp"
#include "base/file.hpp"

namespace vedette::archive {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view scheme = "s3://";
constexpr std::size_t max_address = 1024;
constexpr std::size_t max_settings = 16 << 10;
constexpr std::size_t max_value = 1024;

bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_bucket(std::string_view name) {
    return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
           });
}

bool is_host(std::string_view host) {
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.';
    });
}

bool is_prefix(std::string_view prefix) {
    return prefix.empty() || (!prefix.starts_with('/') && !prefix.ends_with('/') && !prefix.contains("//") &&
                              !prefix.contains("..") && std::ranges::all_of(prefix, [](char c) {
                                  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                         (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                                         c == '/';
                              }));
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

Result<S3Address> parse_s3_address(std::string_view text) {
    const auto wrong =
        fail(ErrorKind::invalid_input, "{} is no address of an archive: s3://HOST[:PORT]/BUCKET[/PREFIX]",
             is_visible(text) ? text.substr(0, 100) : "that");
    if (!text.starts_with(scheme) || text.size() > max_address) return wrong;
    std::string_view rest = text.substr(scheme.size());
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) return wrong;
    std::string_view authority = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
    S3Address address;
    if (const auto colon = authority.rfind(':'); colon != std::string_view::npos) {
        const std::string_view port = authority.substr(colon + 1);
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
        if (error != std::errc() || end != port.data() + port.size() || address.port == 0) return wrong;
        authority = authority.substr(0, colon);
    }
    const auto end_of_bucket = rest.find('/');
    address.host = authority;
    address.bucket = rest.substr(0, end_of_bucket);
    if (end_of_bucket != std::string_view::npos) address.prefix = rest.substr(end_of_bucket + 1);
    if (!is_host(address.host) || !is_bucket(address.bucket) || !is_prefix(address.prefix) ||
        (end_of_bucket != std::string_view::npos && address.prefix.empty()))
        return wrong;
    return address;
}

Result<S3Settings> parse_s3_settings(std::string_view text) {
    S3Settings settings;
    settings.key.region = "us-east-1";
    bool has_secret = false;
    for (int number = 1; !text.empty(); ++number) {
        const std::string_view whole = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), whole.size() + 1));
        const std::string_view line = trim(whole);
        if (line.empty() || line.starts_with('#')) continue;
        const auto equals = line.find('=');
        const std::string_view name = trim(line.substr(0, equals));
        const std::string_view value = equals == std::string_view::npos ? "" : trim(line.substr(equals + 1));
        const bool is_good =
            !value.empty() && value.size() <= max_value && (name == "authorities" || is_visible(value));
        if (is_good && name == "access_key") {
            settings.key.access_key = value;
        } else if (is_good && name == "secret_key") {
            settings.key.secret_key = Secret(value);
            has_secret = true;
        } else if (is_good && name == "region") {
            settings.key.region = value;
        } else if (is_good && name == "authorities") {
            settings.authorities = value;
        } else {
            return fail(ErrorKind::invalid_input,
                        "line {} is none of access_key, secret_key, region and authorities with a value",
                        number);
        }
    }
    if (settings.key.access_key.empty() || !has_secret)
        return fail(ErrorKind::invalid_input, "access_key and secret_key are needed");
    return settings;
}

Result<S3Settings> load_s3_settings(const fs::path& data) {
    fs::path path = data / "archive.key";
    if (const auto credentials = credentials_directory()) {
        const fs::path credential = *credentials / "vedette.archive";
        std::error_code error;
        if (fs::exists(credential, error)) path = credential;
    }
    VEDETTE_TRY(const File file, File::open(path, O_RDONLY));
    struct stat status{};
    if (::fstat(file.fd(), &status) != 0) return fail_errno(errno, path.string());
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail(ErrorKind::forbidden, "{} can be read by others: chmod 600 it", path.string());
    VEDETTE_TRY(const Bytes bytes, read_file(path, max_settings));
    auto settings = parse_s3_settings(as_text(bytes));
    if (!settings) return fail(settings.error().kind, "{}: {}", path.string(), settings.error().message);
    return settings;
}

}  // namespace vedette::archive
