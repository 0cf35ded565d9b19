#include "keystore/ask.hpp"

#include <array>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/credentials_directory.hpp"
#include "base/file.hpp"
#include "crypto/digest.hpp"

namespace vedette::keystore {

namespace {

// Without echo, and byte for byte: an interrupt comes as a byte, so that the terminal is always put back.
class QuietTerminal {
  public:
    static Result<QuietTerminal> open() {
        auto file = File::open("/dev/tty", O_RDWR | O_NOCTTY);
        termios before{};
        if (!file || ::tcgetattr(file->fd(), &before) != 0)
            return fail(ErrorKind::not_found, "there is no terminal to ask at");
        QuietTerminal terminal(std::move(*file), before);
        termios quiet = before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
        quiet.c_cc[VMIN] = 1;
        quiet.c_cc[VTIME] = 0;
        if (::tcsetattr(terminal.file_.fd(), TCSAFLUSH, &quiet) != 0)
            return fail_errno(errno, "the terminal");
        return terminal;
    }
    QuietTerminal(QuietTerminal&&) noexcept = default;
    QuietTerminal& operator=(QuietTerminal&&) = delete;
    ~QuietTerminal() {
        if (file_.is_open()) (void)::tcsetattr(file_.fd(), TCSAFLUSH, &before_);
    }

    void say(std::string_view text) { (void)!::write(file_.fd(), text.data(), text.size()); }

    Result<Secret> read_line(std::string_view prompt) {
        constexpr char interrupt = 3, end = 4, backspace = 8, clear = 21, del = 127;
        say(prompt);
        Secret line(max_passphrase_size);
        std::size_t size = 0;
        for (;;) {
            char c = 0;
            const ssize_t got = ::read(file_.fd(), &c, 1);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0 || c == interrupt || (c == end && size == 0)) {
                say("\n");
                return fail(ErrorKind::cancelled, "nothing was entered");
            }
            if (c == '\n' || c == '\r' || c == end) break;
            if (c == clear) {
                size = 0;
            } else if (c == backspace || c == del) {
                // a character of UTF-8 is taken back whole
                while (size > 0 && (std::to_integer<unsigned>(line.reveal()[--size]) & 0xc0) == 0x80) {
                }
            } else if (size == max_passphrase_size) {
                say("\n");
                return fail(ErrorKind::invalid_input, "more than {} bytes were entered", max_passphrase_size);
            } else {
                line.writable()[size++] = static_cast<std::byte>(c);
            }
        }
        say("\n");
        if (size == 0) return fail(ErrorKind::cancelled, "nothing was entered");
        return Secret(line.reveal().first(size));
    }

  private:
    QuietTerminal(File file, const termios& before) : file_(std::move(file)), before_(before) {}
    File file_;
    termios before_;
};

Result<Secret> read_credential(const std::filesystem::path& path) {
    auto bytes = read_file(path, max_passphrase_size + 1);
    if (!bytes && bytes.error().kind == ErrorKind::exhausted)
        return fail(ErrorKind::invalid_input, "the credential {} has more than {} bytes", path.string(),
                    max_passphrase_size);
    if (!bytes) return std::unexpected(bytes.error());
    std::size_t size = bytes->size();
    if (size > 0 && (*bytes)[size - 1] == std::byte{'\n'}) --size;
    Secret secret(ByteView(*bytes).first(size));
    wipe(*bytes);
    if (secret.empty()) return fail(ErrorKind::invalid_input, "the credential {} is empty", path.string());
    return secret;
}

}  // namespace

Result<Secret> SystemSecrets::ask(const Question& question) {
    const auto folder = credentials_directory();
    if (folder && question.attempt == 0) {
        for (const std::string& name : question.credentials) {
            auto secret = read_credential(*folder / name);
            if (secret || secret.error().kind != ErrorKind::not_found) return secret;
        }
    }
    if (question.unattended)
        return fail(ErrorKind::not_found, "{}: there is no credential {} of systemd", question.text,
                    question.credentials.empty() ? "" : question.credentials.front());
    auto terminal = QuietTerminal::open();
    if (!terminal)
        return fail(ErrorKind::not_found,
                    "{}: there is no terminal to ask at, and no credential {} of systemd", question.text,
                    question.credentials.empty() ? "" : question.credentials.front());
    VEDETTE_TRY(Secret first, terminal->read_line(question.text + ": "));
    if (!question.is_new) return first;
    VEDETTE_TRY(const Secret second, terminal->read_line("Once more: "));
    if (!crypto::equal_constant_time(first.reveal(), second.reveal()))
        return fail(ErrorKind::invalid_input, "the two were not the same; nothing was changed");
    return first;
}

}  // namespace vedette::keystore
