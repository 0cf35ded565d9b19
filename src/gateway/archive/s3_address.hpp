#pragma once
// Where an archive is, and what opens it.

#include <filesystem>
#include <string>

#include "gateway/archive/sigv4.hpp"

namespace vedette::archive {

/// `s3://HOST[:PORT]/BUCKET[/PREFIX]`: always by HTTPS, the bucket in the path.
struct S3Address {
    std::string host;
    std::uint16_t port = 443;
    std::string bucket;
    std::string prefix;  ///< empty, or without '/' at its ends
    friend bool operator==(const S3Address&, const S3Address&) = default;
};
/// invalid_input, with a sentence.
Result<S3Address> parse_s3_address(std::string_view text);

/// What the file with the key says: lines `access_key = ...`, `secret_key = ...`, and perhaps `region = ...`
/// and `authorities = FILE`; empty lines, and those that begin with `#`, count for nothing.
struct S3Settings {
    SigningKey key;
    std::filesystem::path authorities;  ///< PEM; empty: the system's
    std::size_t page = 1000;            ///< objects in one answer; for tests
};
/// invalid_input, with a sentence that does not tell what is secret.
Result<S3Settings> parse_s3_settings(std::string_view text);

/// From the credential `vedette.archive` of systemd, or `archive.key` of the data directory, which must be
/// readable by its owner alone. Blocking.
Result<S3Settings> load_s3_settings(const std::filesystem::path& data);

}  // namespace vedette::archive
