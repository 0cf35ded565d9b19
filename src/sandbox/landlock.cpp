// Landlock (Documentation/userspace-api/landlock.rst) by its system calls: C libraries have no functions for
// it, and the headers of a distribution are older than its kernels.

#include <cstdint>

#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/sandbox.hpp"

namespace vedette::sandbox {

namespace {

constexpr long create_ruleset = 444;  // the same numbers on every architecture
constexpr long restrict_self = 446;
constexpr unsigned want_version = 1;

struct RulesetAttributes {
    std::uint64_t handled_access_fs;
    std::uint64_t handled_access_net;  // from version 4 on
    std::uint64_t scoped;              // from version 6 on
};

// Rights that are handled and that no rule gives back are denied. A kernel refuses bits that it doesn't know.
constexpr std::uint64_t file_rights(long abi) {
    if (abi >= 5) return (1ULL << 16) - 1;  // ioctl on devices
    if (abi >= 3) return (1ULL << 15) - 1;  // truncate
    if (abi >= 2) return (1ULL << 14) - 1;  // refer
    return (1ULL << 13) - 1;
}

}  // namespace

int deny_files() {
    const long abi = ::syscall(create_ruleset, nullptr, 0, want_version);
    if (abi < 1) return 0;
    const RulesetAttributes all{.handled_access_fs = file_rights(abi),
                                .handled_access_net = abi >= 4 ? 3ULL : 0ULL,  // bind and connect of TCP
                                .scoped = abi >= 6 ? 3ULL : 0ULL};             // abstract sockets, signals
    const std::size_t size = abi >= 6 ? sizeof all : abi >= 4 ? 16 : 8;
    const long ruleset = ::syscall(create_ruleset, &all, size, 0);
    if (ruleset < 0) return 0;
    const long done = ::syscall(restrict_self, ruleset, 0);
    ::close(static_cast<int>(ruleset));
    return done == 0 ? static_cast<int>(abi) : 0;
}

}  // namespace vedette::sandbox
