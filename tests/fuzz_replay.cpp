// Runs a fuzz target over the files of a folder: the seeds and every input that once failed. A target without
// a seed is a mistake.
#include "fuzz_replay.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

int main(int argc, char** argv) {
    const auto target = argc == 3 ? fuzz_targets.find(argv[1]) : fuzz_targets.end();
    if (target == fuzz_targets.end()) {
        std::fprintf(stderr, "usage: %s TARGET FOLDER\nTargets:", argv[0]);
        for (const auto& [name, function] : fuzz_targets) std::fprintf(stderr, " %s", name.data());
        std::fputc('\n', stderr);
        return 2;
    }
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(argv[2])) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
        target->second(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        ++count;
    }
    std::printf("%zu inputs replayed\n", count);
    return count > 0 ? 0 : 1;
}
