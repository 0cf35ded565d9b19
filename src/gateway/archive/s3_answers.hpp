#pragma once
// What an S3 server says in XML. Pure.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "gateway/vault/object_store.hpp"

namespace vedette::archive {

inline constexpr std::size_t max_listed = 1000;  ///< names in one answer

struct ObjectListing {
    std::vector<vault::StoredObject> objects;  ///< modified: UtcTime::max() where it does not say
    std::string next;                          ///< continuation token; empty: that was all
};
/// ListBucketResult of ListObjectsV2. corrupt: it is none.
Result<ObjectListing> parse_listing(std::string_view xml);

/// Code and message of an error, in one line of at most 200 visible characters; empty when it is no such XML.
std::string error_words(std::string_view xml);
/// The Code alone.
std::string error_code(std::string_view xml);

/// "bytes 0-0/1234": the whole size. corrupt otherwise.
Result<std::uint64_t> parse_content_range(std::string_view value);

}  // namespace vedette::archive
