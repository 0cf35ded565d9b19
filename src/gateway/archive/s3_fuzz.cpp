// What an S3 server answers, and what stands in the file with its key.

#include <cstdlib>

#include "gateway/archive/s3_address.hpp"
#include "gateway/archive/s3_answers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace vedette::archive;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto listing = parse_listing(text))
        if (listing->objects.size() > max_listed) std::abort();
    if (error_words(text).size() > 402) std::abort();
    (void)parse_content_range(text);
    (void)parse_s3_settings(text);
    if (const auto address = parse_s3_address(text))
        if (address->host.empty() || address->bucket.empty()) std::abort();
    return 0;
}
