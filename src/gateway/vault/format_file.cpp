#include "gateway/vault/format_file.hpp"

#include <charconv>

#include "base/file.hpp"

namespace vedette::vault {

namespace {

constexpr unsigned format_without_fetched = 1;  // what a store begins with
constexpr std::size_t max_format_size = 64;

std::string format_text(unsigned format) {
    return fmt::format("{}\n", format);
}

}  // namespace

Result<> check_format(const Layout& layout) {
    const std::string path = layout.format().string();
    const auto bytes = read_file(layout.format(), max_format_size);
    if (!bytes && bytes.error().kind == ErrorKind::not_found)
        return fail(ErrorKind::not_found, "the file {} is missing", path);
    if (!bytes && bytes.error().kind != ErrorKind::exhausted) return std::unexpected(bytes.error());
    const std::string_view text = bytes ? as_text(*bytes) : std::string_view();
    for (unsigned known = format_without_fetched; known <= newest_format; ++known)
        if (text == format_text(known)) return {};
    unsigned format = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), format);
    const bool is_number = error == std::errc() && (end == text.data() + text.size() || *end == '\n');
    if (is_number && format > newest_format)
        return fail(
            ErrorKind::unsupported,
            "the data directory {} has format {}, and this program knows {}: use the newer vedette that "
            "wrote it",
            layout.folder.string(), format, newest_format);
    return fail(ErrorKind::corrupt,
                "the file {} is damaged: it must hold the number of the format; if no newer vedette was used "
                "here, delete it and start again",
                path);
}

Result<> write_format(const Layout& layout) {
    return replace_file(layout.format(), as_bytes(format_text(format_without_fetched)), 0640);
}

Result<> raise_format(const Layout& layout, unsigned format) {
    if (read_format(layout) >= format) return {};
    return replace_file(layout.format(), as_bytes(format_text(format)), 0640);
}

unsigned read_format(const Layout& layout) {
    const auto bytes = read_file(layout.format(), max_format_size);
    for (unsigned known = format_without_fetched; bytes && known <= newest_format; ++known)
        if (as_text(*bytes) == format_text(known)) return known;
    return 0;
}

}  // namespace vedette::vault
