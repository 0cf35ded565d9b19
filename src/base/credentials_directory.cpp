#include "base/credentials_directory.hpp"

#include <cstdlib>

namespace vedette {

std::optional<std::filesystem::path> credentials_directory() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in the program sets the environment
    const char* const named = std::getenv("CREDENTIALS_DIRECTORY");
    if (named == nullptr) return std::nullopt;
    return named;
}

}  // namespace vedette
