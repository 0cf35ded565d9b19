#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"

namespace vedette::hub::mail {

struct Message {
    std::string to;       ///< is_address(), or is_phone_number(), which gets `brief` alone
    std::string subject;  ///< one line of UTF-8
    std::string text;     ///< UTF-8, lines end with '\n'
    std::string brief{};  ///< the same in one sentence
};

/// The message as RFC 5322 has it, plain text, lines of at most 76 characters that end with CRLF; the text in
/// base 64, so that no server on the way has to understand it. `from` is an address, `id` a word that no
/// other message has. Pure.
std::string compose(const Message& message, std::string_view from, UtcTime now, std::string_view id);

}  // namespace vedette::hub::mail
