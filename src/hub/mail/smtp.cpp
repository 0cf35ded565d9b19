#include "hub/mail/smtp.hpp"

#include <algorithm>

#include "base/one_line.hpp"
#include "base/utf8.hpp"
#include "crypto/base64.hpp"

namespace vedette::hub::mail {

namespace {

constexpr std::size_t max_line_bytes = 2'048;  // 512 in RFC 5321 section 4.5.3.1.5, and servers write more
constexpr std::size_t max_lines = 100;
constexpr std::size_t max_told_bytes = 200;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

// What the server said, for people.
std::string told(const SmtpReply& reply) {
    std::string text;
    for (const std::string& line : reply.lines) text += (text.empty() ? "" : " ") + line;
    return fmt::format("{} {}", reply.code, cut_utf8(on_one_line(std::move(text)), max_told_bytes));
}

// A dot at the beginning of a line would end the message (RFC 5321 section 4.5.2).
std::string stuffed(std::string_view data) {
    std::string out;
    bool at_start = true;
    for (const char c : data) {
        if (at_start && c == '.') out += '.';
        out += c;
        at_start = c == '\n';
    }
    if (!out.ends_with("\r\n")) out += "\r\n";
    return out + ".\r\n";
}

}  // namespace

Result<std::optional<SmtpReply>> SmtpReader::next() {
    for (;;) {
        const std::size_t end = bytes_.find('\n');
        if (std::min(end, bytes_.size()) > max_line_bytes)
            return fail(ErrorKind::exhausted, "it says lines that are too long");
        if (end == std::string::npos) return std::nullopt;
        std::string line = bytes_.substr(0, end);
        bytes_.erase(0, end + 1);
        if (line.ends_with('\r')) line.pop_back();
        const bool is_reply = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) &&
                              is_digit(line[2]) && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
        if (!is_reply) return fail(ErrorKind::corrupt, "it does not speak SMTP");
        const auto code =
            static_cast<unsigned>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
        if (!reply_.lines.empty() && reply_.code != code)
            return fail(ErrorKind::corrupt, "it says two things in one reply");
        if (reply_.lines.size() >= max_lines) return fail(ErrorKind::exhausted, "it says too many lines");
        reply_.code = code;
        reply_.lines.push_back(line.size() > 4 ? line.substr(4) : std::string());
        const bool more = line.size() > 3 && line[3] == '-';
        if (!more) return std::exchange(reply_, {});
    }
}

SmtpDialogue::Action SmtpDialogue::say(Stage next, std::string line) {
    stage_ = next;
    line += "\r\n";
    Secret bytes{std::string_view(line)};
    wipe(std::as_writable_bytes(std::span(line)));
    return Say{.bytes = std::move(bytes)};
}

SmtpDialogue::Action SmtpDialogue::tls_begun() {
    secure_ = true;
    return say(Stage::ehlo, "EHLO " + job_.name);
}

std::string SmtpDialogue::refusal() const {
    switch (stage_) {
        case Stage::greeting:
        case Stage::ehlo:
            return "it does not talk to us";
        case Stage::starttls:
            return "it does not begin TLS";
        case Stage::auth_user:
        case Stage::auth_password:
        case Stage::auth:
            return "it refuses the user name or the password";
        case Stage::from:
            return fmt::format("it takes no mail from {}", job_.from);
        case Stage::to:
            return fmt::format("it takes no mail for {}", job_.to);
        case Stage::data:
        case Stage::sent:
            break;
    }
    return "it does not take the message";
}

Result<SmtpDialogue::Action> SmtpDialogue::take(const SmtpReply& reply) {
    if (!reply.is_positive()) {
        const ErrorKind kind = reply.code < 500 ? ErrorKind::unavailable : ErrorKind::forbidden;
        return fail(kind, "{}: {}", refusal(), told(reply));
    }
    switch (stage_) {
        case Stage::greeting:
            secure_ = !job_.starttls;
            return say(Stage::ehlo, "EHLO " + job_.name);
        case Stage::ehlo:
            return after_ehlo(reply);
        case Stage::starttls:
            return BeginTls{};
        case Stage::auth_user:
            return say(Stage::auth_password, crypto::to_base64(as_bytes(job_.user)));
        case Stage::auth_password:
            return say(Stage::auth, crypto::to_base64(job_.password.reveal()));
        case Stage::auth:
            return say(Stage::from, fmt::format("MAIL FROM:<{}>", job_.from));
        case Stage::from:
            return say(Stage::to, fmt::format("RCPT TO:<{}>", job_.to));
        case Stage::to:
            return say(Stage::data, "DATA");
        case Stage::data: {
            stage_ = Stage::sent;
            const std::string data = stuffed(job_.data);
            return Say{.bytes = Secret(std::string_view(data))};
        }
        case Stage::sent:
            break;
    }
    return Done{};
}

Result<SmtpDialogue::Action> SmtpDialogue::after_ehlo(const SmtpReply& reply) {
    has_starttls_ = has_plain_ = has_login_ = false;
    for (const std::string& line : reply.lines) {
        const std::string words = " " + upper(line) + " ";
        has_starttls_ = has_starttls_ || words == " STARTTLS ";
        if (!words.starts_with(" AUTH ")) continue;
        has_plain_ = has_plain_ || words.find(" PLAIN ") != std::string::npos;
        has_login_ = has_login_ || words.find(" LOGIN ") != std::string::npos;
    }
    if (secure_) return authenticate();
    if (!has_starttls_)
        return fail(
            ErrorKind::unsupported,
            "it offers no encryption on this port (no STARTTLS); choose TLS from the first byte on, or "
            "another port");
    return say(Stage::starttls, "STARTTLS");
}

Result<SmtpDialogue::Action> SmtpDialogue::authenticate() {
    if (job_.user.empty()) return say(Stage::from, fmt::format("MAIL FROM:<{}>", job_.from));
    if (has_plain_) {
        std::string response = fmt::format("{0}{1}{0}{2}", '\0', job_.user, job_.password.reveal_text());
        Action action = say(Stage::auth, "AUTH PLAIN " + crypto::to_base64(as_bytes(response)));
        wipe(std::as_writable_bytes(std::span(response)));
        return action;
    }
    if (has_login_) return say(Stage::auth_user, "AUTH LOGIN");
    return fail(ErrorKind::unsupported,
                "it takes no user name and password; leave both empty if it knows us by our address");
}

}  // namespace vedette::hub::mail
