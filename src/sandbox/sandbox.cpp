#include "sandbox/sandbox.hpp"

#include <cerrno>
#include <csignal>
#include <fstream>

#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace vedette::sandbox {

namespace {

/// proc(5), statm: the sixth figure is of data and stack, in pages.
rlim_t data_bytes() {
    std::ifstream statm("/proc/self/statm");
    rlim_t pages = 0;
    for (int i = 0; i < 6; ++i) statm >> pages;
    return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::string Report::text() const {
    std::string text = "seccomp";
    if (landlock_abi > 0) text += fmt::format(", Landlock {}", landlock_abi);
    if (empty_network) text += ", empty network namespace";
    return text;
}

bool leave_network() {
    constexpr int spaces = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
    if (::unshare(spaces) == 0) return true;
    // Without privilege a user namespace gives the right, where the system's policy lets it.
    return ::unshare(CLONE_NEWUSER | spaces) == 0;
}

Result<> drop_privileges(std::uint64_t further_bytes) {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno(errno, "no_new_privs");
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    if (::syscall(SYS_capset, &header, none) != 0) return fail_errno(errno, "Giving up capabilities");
    static_cast<void>(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    const rlimit nothing{};
    ::setrlimit(RLIMIT_CORE, &nothing);
    ::setrlimit(RLIMIT_NPROC, &nothing);
    const rlim_t most = data_bytes() + further_bytes;
    const rlimit memory{.rlim_cur = most, .rlim_max = most};
    if (::setrlimit(RLIMIT_DATA, &memory) != 0) return fail_errno(errno, "Limiting the memory");
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail_errno(errno, "Becoming untraceable");
    // After the change of capabilities, which would clear it. The thread that started us is meant.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return fail_errno(errno, "Ending with the parent");
    return {};
}

Result<Report> enter(std::uint64_t further_bytes) {
    Report report;
    report.empty_network = leave_network();
    VEDETTE_CHECK(drop_privileges(further_bytes));
    report.landlock_abi = deny_files();
    VEDETTE_CHECK(filter_system_calls());
    return report;
}

}  // namespace vedette::sandbox
