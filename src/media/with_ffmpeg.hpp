#pragma once
// For tests alone: what other programs make of our files.

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/test_folder.hpp"

namespace vedette::media::testing_support {

/// What a shell command prints, and its exit status when it is not 0.
inline std::string run(const std::string& command) {
    std::string output;
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return "popen failed";
    std::array<char, 4096> buffer;
    while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe))
        output.append(buffer.data(), n);
    const int status = pclose(pipe);
    return status == 0 ? output : output + " (exit status " + std::to_string(status) + ")";
}

class WithFfmpeg : public testing::Test {
  protected:
    std::string path(std::string_view name) const { return (folder_.path() / name).string(); }
    Bytes load(std::string_view name) const {
        std::ifstream file(path(name), std::ios::binary);
        const std::vector<char> chars{std::istreambuf_iterator<char>(file), {}};
        const ByteView view = std::as_bytes(std::span(chars));
        return {view.begin(), view.end()};
    }

  private:
    TestFolder folder_;
};

}  // namespace vedette::media::testing_support
