#pragma once
// For tests.

#include <cstdlib>
#include <filesystem>
#include <string>

namespace vedette {

/// Memory that is a file system, where there is enough: what syncs all the time does not wait for a disk.
inline std::filesystem::path memory_place() {
    constexpr std::uintmax_t enough = 256 << 20;
    const std::filesystem::path memory = "/dev/shm";
    std::error_code error;
    const auto space = std::filesystem::space(memory, error);
    return !error && space.available >= enough ? memory : std::filesystem::temp_directory_path();
}

/// A new folder, which goes with the object.
class TestFolder {
  public:
    explicit TestFolder(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string pattern = (parent / "vedette-test-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    ~TestFolder() {
        std::error_code error;
        std::filesystem::remove_all(path_, error);
    }

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace vedette
