#include "gateway/archive/s3_answers.hpp"

#include <charconv>

#include <pugixml.hpp>

namespace vedette::archive {

namespace {

constexpr std::size_t max_words = 200;
constexpr std::size_t max_key = 1024;

std::string visible(std::string_view text) {
    std::string out;
    for (const char c : text.substr(0, max_words)) out += c >= 0x20 && c < 0x7f ? c : ' ';
    return out;
}

// No entities are expanded but XML's own five, and no DTD is looked at.
bool load(pugi::xml_document& document, std::string_view xml) {
    return static_cast<bool>(
        document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8));
}

}  // namespace

Result<ObjectListing> parse_listing(std::string_view xml) {
    pugi::xml_document document;
    const bool is_xml = load(document, xml);
    const pugi::xml_node root = document.child("ListBucketResult");
    if (!is_xml || !root) return fail(ErrorKind::corrupt, "the answer is no list of objects");
    ObjectListing listing;
    for (const pugi::xml_node object : root.children("Contents")) {
        const std::string key = object.child_value("Key");
        if (key.empty() || key.size() > max_key || listing.objects.size() == max_listed)
            return fail(ErrorKind::corrupt, "the list of objects is not as it should be");
        const auto modified = parse_rfc3339(object.child_value("LastModified"));
        listing.objects.push_back({key, modified ? *modified : UtcTime::max()});
    }
    if (std::string_view(root.child_value("IsTruncated")) == "true") {
        listing.next = root.child_value("NextContinuationToken");
        if (listing.next.empty() || listing.objects.empty())
            return fail(ErrorKind::corrupt, "the list of objects does not say how it goes on");
    }
    return listing;
}

std::string error_code(std::string_view xml) {
    pugi::xml_document document;
    return load(document, xml) ? visible(document.child("Error").child_value("Code")) : "";
}

std::string error_words(std::string_view xml) {
    pugi::xml_document document;
    if (!load(document, xml)) return "";
    const pugi::xml_node error = document.child("Error");
    const std::string code = visible(error.child_value("Code"));
    const std::string message = visible(error.child_value("Message"));
    return message.empty() ? code : code + ": " + message;
}

Result<std::uint64_t> parse_content_range(std::string_view value) {
    const auto slash = value.rfind('/');
    std::uint64_t size = 0;
    if (value.starts_with("bytes ") && slash != std::string_view::npos) {
        const std::string_view digits = value.substr(slash + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
        if (error == std::errc() && !digits.empty() && end == digits.data() + digits.size()) return size;
    }
    return fail(ErrorKind::corrupt, "the answer does not say how large the object is");
}

}  // namespace vedette::archive
