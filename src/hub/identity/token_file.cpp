#include "hub/identity/token_file.hpp"

#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.hpp"
#include "crypto/digest.hpp"

namespace vedette::hub::identity {

Result<> make_private_directory(const std::filesystem::path& path) {
    std::error_code error;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return fail_errno(errno, fmt::format("create the folder {}", path.string()));
    return {};
}

Result<std::string> load_or_make_token(const std::filesystem::path& path, std::size_t random_bytes) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
        Bytes random(random_bytes);
        crypto::random_bytes(random);
        std::string token = to_hex(random);
        const std::string line = token + "\n";
        const ssize_t written = ::write(fd, line.data(), line.size());
        const int write_errno = errno;
        ::close(fd);
        if (written == static_cast<ssize_t>(line.size())) return token;
        ::unlink(path.c_str());
        return fail_errno(written < 0 ? write_errno : ENOSPC, fmt::format("write {}", path.string()));
    }
    if (errno != EEXIST) return fail_errno(errno, fmt::format("create {}", path.string()));
    std::ifstream file(path);
    std::string token;
    if (!std::getline(file, token) || token.empty())
        return fail(ErrorKind::corrupt, "{} holds no token; delete it and a new one is made", path.string());
    return token;
}

}  // namespace vedette::hub::identity
