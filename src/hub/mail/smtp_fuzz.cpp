// A mail server that says anything at all: the reply reader and the dialogue stay within their bounds, and
// nothing confidential is said before TLS has begun.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "hub/mail/smtp.hpp"

using namespace vedette;
using namespace vedette::hub;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const bool starttls = (data[0] & 1) != 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    mail::SmtpReader reader;
    mail::SmtpDialogue dialogue({.starttls = starttls,
                                 .name = "[192.0.2.1]",
                                 .user = "user",
                                 .password = Secret(std::string_view("password")),
                                 .from = "a@example.org",
                                 .to = "b@example.org",
                                 .data = ".dot\r\n"});
    bool secure = !starttls;
    bool done = false;
    // In two pieces, so that replies are cut anywhere.
    for (const std::string_view piece : {bytes.substr(0, bytes.size() / 2), bytes.substr(bytes.size() / 2)}) {
        reader.feed(piece);
        for (;;) {
            const auto reply = reader.next();
            if (!reply || done) return 0;
            if (!*reply) break;
            if ((*reply)->lines.empty() || (*reply)->code < 200 || (*reply)->code > 599) std::abort();
            auto action = dialogue.take(**reply);
            if (!action) return 0;
            if (std::holds_alternative<mail::SmtpDialogue::BeginTls>(*action)) {
                if (secure) std::abort();
                secure = true;
                action = dialogue.tls_begun();
            }
            done = std::holds_alternative<mail::SmtpDialogue::Done>(*action);
            if (const auto* say = std::get_if<mail::SmtpDialogue::Say>(&*action)) {
                const std::string_view said = say->bytes.reveal_text();
                if (!said.ends_with("\r\n")) std::abort();
                if (!secure && !said.starts_with("EHLO ") && !said.starts_with("STARTTLS")) std::abort();
            }
        }
    }
    return 0;
}
