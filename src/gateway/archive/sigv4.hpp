#pragma once
// AWS Signature Version 4, as S3 asks for it: each request is signed with a key that is derived from a
// secret.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"

namespace vedette::archive {

struct SigningKey {
    std::string access_key;
    Secret secret_key;
    std::string region;  ///< "us-east-1"
};

struct SignedRequest {
    std::string method;                                      ///< "GET"
    std::string host;                                        ///< with the port, as in the header
    std::string path;                                        ///< begins with '/', not percent-encoded yet
    std::vector<std::pair<std::string, std::string>> query;  ///< not percent-encoded yet
    std::vector<std::pair<std::string, std::string>>
        headers;                 ///< to be signed besides Host; lower-case names
    std::string payload_sha256;  ///< in hexadecimal
};

/// Percent-encodes all but letters, digits, `-`, `.`, `_`, `~` and, in a path, `/`.
std::string encode_uri(std::string_view text, bool is_path);
/// Path and query as they stand in the request, in the order that is signed.
std::string target_of(const SignedRequest& request);
/// "20130524T000000Z", for the header x-amz-date, which has to be among `headers`.
std::string amazon_date(UtcTime now);
/// The value of the header Authorization.
std::string authorization(const SignedRequest& request, const SigningKey& key, UtcTime now);

}  // namespace vedette::archive
