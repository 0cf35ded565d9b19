#pragma once
// What a verification found to be wrong, and its words.

#include <filesystem>
#include <optional>
#include <string>

#include "gateway/vault/types.hpp"

namespace vedette::vault {

/// One thing that is wrong: what it is about, when that was recorded, and the reason. Records of one file
/// that follow each other and have the same reason are one fault.
struct Fault {
    std::optional<StreamKey> stream;      ///< none: it is about the log itself
    std::string camera_name;              ///< empty when it is not known
    std::optional<UtcInterval> interval;  ///< of the recordings that are concerned
    std::string subject;                  ///< "1 fragment (record 17)"
    std::filesystem::path file;           ///< may be empty
    std::string reason;                   ///< a sentence
};

/// For people: up to four lines, without the last newline; lines after the first are indented by `indent`.
std::string to_text(const Fault& fault, std::size_t indent);
/// 2026-11-21 02:35:06.120 to 02:35:08.120 UTC
std::string to_text(const UtcInterval& interval);
/// One line, for a banner and a log. Times as elsewhere in what the server says: the web client turns them
/// into the reader's.
std::string to_line(const Fault& fault);

}  // namespace vedette::vault
