#pragma once
// Text that comes from others, by its characters (RFC 3629).

#include <cstddef>
#include <string_view>

namespace vedette {

/// Bytes of the character that begins `text`, which is not empty; 0 when it is none of UTF-8. Any thread.
std::size_t utf8_length(std::string_view text);

/// The first bytes of `text`, at most `limit`, without half a character at the end. Any thread.
std::string_view cut_utf8(std::string_view text, std::size_t limit);

}  // namespace vedette
