#include "sandbox/sandbox.hpp"

#include <cerrno>
#include <csignal>

#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace vedette::sandbox {

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

Result<> drop_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno(errno, "no_new_privs");
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    if (::syscall(SYS_capset, &header, none) != 0) return fail_errno(errno, "Giving up capabilities");
    static_cast<void>(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
    const rlimit nothing{};
    ::setrlimit(RLIMIT_CORE, &nothing);
    ::setrlimit(RLIMIT_NPROC, &nothing);
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail_errno(errno, "Becoming untraceable");
    // After the change of capabilities, which would clear it. The thread that started us is meant.
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return fail_errno(errno, "Ending with the parent");
    return {};
}

Result<Report> enter() {
    Report report;
    report.empty_network = leave_network();
    VEDETTE_CHECK(drop_privileges());
    report.landlock_abi = deny_files();
    VEDETTE_CHECK(filter_system_calls());
    return report;
}

}  // namespace vedette::sandbox
