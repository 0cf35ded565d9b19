#include "gateway/vault/sign_of_life.hpp"

#include <charconv>

#include "base/file.hpp"

namespace vedette::vault {

namespace {

constexpr std::string_view head = "vedette alive 1\n";
constexpr std::string_view running = "running ";
constexpr std::string_view stopped = "stopped ";
constexpr std::size_t max_sign_size = 64;

}  // namespace

std::string print_sign_of_life(const SignOfLife& sign) {
    return fmt::format("{}{}{}\n", head, sign.is_running ? running : stopped, ticks(sign.at));
}

Result<SignOfLife> parse_sign_of_life(std::string_view text) {
    const std::string_view whole = text;
    const auto malformed = fail(ErrorKind::corrupt, "no sign of life");
    if (text.size() > max_sign_size || !text.starts_with(head)) return malformed;
    text.remove_prefix(head.size());
    SignOfLife sign{.is_running = text.starts_with(running), .at = {}};
    if (!sign.is_running && !text.starts_with(stopped)) return malformed;
    text.remove_prefix(running.size());
    std::int64_t at = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), at);
    if (error != std::errc() || at < 0 || at > std::int64_t{1} << 61) return malformed;
    sign.at = from_ticks(at);
    // One form for each.
    if (print_sign_of_life(sign) != whole) return malformed;
    return sign;
}

Result<SignOfLife> read_sign_of_life(const Layout& layout) {
    VEDETTE_TRY(const Bytes bytes, read_file(layout.alive(), max_sign_size));
    return parse_sign_of_life(as_text(bytes));
}

Result<> write_sign_of_life(const Layout& layout, const SignOfLife& sign) {
    return replace_file(layout.alive(), as_bytes(print_sign_of_life(sign)), 0640);
}

}  // namespace vedette::vault
