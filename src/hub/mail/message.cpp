#include "hub/mail/message.hpp"

#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "crypto/base64.hpp"

namespace vedette::hub::mail {

namespace {

constexpr std::size_t line_characters = 76;
constexpr std::size_t encoded_word_bytes =
    42;  // 75 characters of RFC 2047 section 2, with what stands around

// RFC 5322 section 3.3: names of days and months are English, and the zone is a number.
std::string date_text(UtcTime now) {
    constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    using namespace std::chrono;
    const sys_seconds at(floor<seconds>(now.time_since_epoch()));
    const auto day = floor<std::chrono::days>(at);
    const year_month_day date(day);
    const hh_mm_ss<seconds> clock(at - day);
    return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000", days[weekday(day).c_encoding()],
                       static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                       clock.seconds().count());
}

// RFC 2047: words of base 64, which no character stands across.
std::string header_text(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::string_view piece = cut_utf8(text, encoded_word_bytes);
        if (piece.empty()) break;
        out +=
            fmt::format("{}=?utf-8?B?{}?=", out.empty() ? "" : "\r\n ", crypto::to_base64(as_bytes(piece)));
        text.remove_prefix(piece.size());
    }
    return out;
}

std::string body_text(std::string_view text) {
    std::string with_crlf;
    for (const char c : text) {
        if (c == '\n') with_crlf += '\r';
        with_crlf += c;
    }
    std::string_view encoded;
    const std::string all = crypto::to_base64(as_bytes(with_crlf));
    std::string out;
    for (encoded = all; !encoded.empty();) {
        const std::string_view line = encoded.substr(0, line_characters);
        out += line;
        out += "\r\n";
        encoded.remove_prefix(line.size());
    }
    return out;
}

}  // namespace

std::string compose(const Message& message, std::string_view from, UtcTime now, std::string_view id) {
    return fmt::format(
        "Date: {}\r\nFrom: Vedette <{}>\r\nTo: <{}>\r\nMessage-ID: <{}@{}>\r\nSubject: {}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
        "base64\r\n"
        "Auto-Submitted: auto-generated\r\n\r\n{}",
        date_text(now), from, message.to, id, from.substr(from.rfind('@') + 1), header_text(message.subject),
        body_text(message.text));
}

}  // namespace vedette::hub::mail
