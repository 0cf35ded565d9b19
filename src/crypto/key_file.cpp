#include "crypto/key_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/hex.hpp"
#include "crypto/digest.hpp"

namespace vedette::crypto {

Result<Secret> load_key(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return fail_errno(errno, path.string());
    if ((status.st_mode & 077) != 0)
        return fail(ErrorKind::forbidden, "{} may be read by others; give it the mode 0600", path.string());
    VEDETTE_TRY(Bytes line, vedette::read_file(path, 2 * stored_key_size + 2));
    std::string_view text = as_text(line);
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto bytes = from_hex(text);
    wipe(line);
    if (!bytes || bytes->size() != stored_key_size)
        return fail(ErrorKind::corrupt, "{} holds no key; restore it from a backup", path.string());
    Secret key{ByteView(*bytes)};
    wipe(*bytes);
    return key;
}

Result<Secret> load_or_make_key(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::exists(path, error) || error) return load_key(path);
    Secret key = random_secret(stored_key_size);
    std::string line = to_hex(key.reveal()) + "\n";
    const auto written = replace_file(path, as_bytes(line), 0600);
    wipe(std::as_writable_bytes(std::span(line)));
    if (!written) return std::unexpected(written.error());
    return key;
}

Result<NoteVerifier> load_verifier(const std::filesystem::path& path) {
    VEDETTE_TRY(const Bytes line, vedette::read_file(path, 4096));
    return NoteVerifier::parse_line(as_text(line));
}

}  // namespace vedette::crypto
