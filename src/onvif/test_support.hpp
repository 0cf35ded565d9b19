#pragma once
// For tests: the answers of cameras, from testdata/.

#include <fstream>
#include <iterator>
#include <string>

#include "base/time.hpp"

namespace vedette::onvif::testing {

inline std::string read_test_file(const std::string& name) {
    std::ifstream in(std::string(VEDETTE_SOURCE_DIR "/src/onvif/testdata/") + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
inline std::string answer(const std::string& name) {
    return read_test_file("answers/" + name + ".xml");
}

/// 2027-01-15T08:00:00Z, the moment at which the answers were given.
inline const UtcTime now = from_unix_seconds(1'800'000'000);

}  // namespace vedette::onvif::testing
