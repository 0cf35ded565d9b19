#pragma once
// For tests that go through very many cases.

#include <cstdlib>
#include <string_view>

namespace vedette {

/// True under ctest, which sets VEDETTE_TESTS=thorough: every case. A test program that is started alone
/// takes a sample, so that who changes a file has its tests' answer in seconds.
inline bool test_thoroughly() {
    const char* depth = std::getenv("VEDETTE_TESTS");
    return depth != nullptr && std::string_view(depth) == "thorough";
}

/// The step of a loop over cases: 1, or `otherwise` in a sample.
inline int test_step(int otherwise) {
    return test_thoroughly() ? 1 : otherwise;
}

/// The number in an environment variable, `otherwise` where it is not set: how many cases, or which is the
/// first.
inline int test_number(const char* variable, int otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::atoi(text);
}

}  // namespace vedette
