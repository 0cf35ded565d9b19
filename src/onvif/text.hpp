#pragma once
// Text from cameras and from the network, and text that is written into XML.

#include <cstddef>
#include <string>
#include <string_view>

namespace vedette::onvif {

constexpr std::size_t max_text_bytes = 1024;  ///< of one value that we keep

/// What a foreign text becomes before it is stored or shown: valid UTF-8 without control characters, without
/// blanks around it, at most `max_bytes` long. What does not fit is left out. Done twice, it changes nothing.
std::string clean_text(std::string_view text, std::size_t max_bytes = max_text_bytes);

/// For text and attribute values that we write.
std::string escape(std::string_view text);

}  // namespace vedette::onvif
