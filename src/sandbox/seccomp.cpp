// The closed list of system calls.

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include <fcntl.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/sandbox.hpp"

namespace vedette::sandbox {

namespace {

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

// Reading, writing and waiting on what is there; memory; time; the end.
constexpr int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(shutdown),
    SCMP_SYS(close),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(getsockopt),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(eventfd2),
    SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(timerfd_gettime),
    // UBSan looks through a pipe whether memory is there.
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(membarrier),
    SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getppid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

// Whoever tries these has been taken over. Everything else that is not allowed fails with EPERM: libraries
// ask for this and that, and do without.
constexpr int fatal[] = {
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(clone),
    SCMP_SYS(clone3),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kill),
    SCMP_SYS(tkill),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(setresuid),
    SCMP_SYS(setresgid),
    SCMP_SYS(setgroups),
    SCMP_SYS(capset),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
};

// A condition on an argument. libseccomp's macros are compound literals of C.
constexpr scmp_arg_cmp equals(unsigned argument, scmp_datum_t value) {
    return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}
constexpr scmp_arg_cmp differs(unsigned argument, scmp_datum_t value) {
    return {.arg = argument, .op = SCMP_CMP_NE, .datum_a = value, .datum_b = 0};
}
constexpr scmp_arg_cmp lacks(unsigned argument, scmp_datum_t bits) {
    return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits, .datum_b = 0};
}

class Rules {
  public:
    explicit Rules(scmp_filter_ctx filter) : filter_(filter) {}
    void add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> conditions = {}) {
        if (status_ == 0)
            status_ = seccomp_rule_add_array(filter_, action, call, static_cast<unsigned>(conditions.size()),
                                             conditions.begin());
    }
    void allow(int call, std::initializer_list<scmp_arg_cmp> conditions = {}) {
        add(SCMP_ACT_ALLOW, call, conditions);
    }
    /// 0, or the first failure: a negative errno.
    int status() const { return status_; }

  private:
    scmp_filter_ctx filter_;
    int status_ = 0;
};

int fill(scmp_filter_ctx filter) {
    Rules rules(filter);
    for (const int call : allowed) rules.allow(call);
    for (const int call : fatal) rules.add(SCMP_ACT_KILL_PROCESS, call);
    // send() is sendto() without an address; with one an unconnected datagram socket would reach anybody.
    rules.allow(SCMP_SYS(sendto), {equals(4, 0)});
    rules.add(SCMP_ACT_KILL_PROCESS, SCMP_SYS(sendto), {differs(4, 0)});
    // Memory is either written or run.
    rules.allow(SCMP_SYS(mmap), {lacks(2, PROT_EXEC)});
    rules.allow(SCMP_SYS(mprotect), {lacks(2, PROT_EXEC)});
    rules.allow(SCMP_SYS(setsockopt), {equals(1, SOL_SOCKET), equals(2, SO_RCVLOWAT)});
    rules.allow(SCMP_SYS(ioctl), {equals(1, FIONBIO)});
    rules.allow(SCMP_SYS(fcntl), {equals(1, F_GETFL)});
    rules.allow(SCMP_SYS(fcntl), {equals(1, F_SETFL)});
    // abort() raises its signal in this very process.
    rules.allow(SCMP_SYS(tgkill), {equals(0, static_cast<scmp_datum_t>(::getpid()))});
    rules.allow(SCMP_SYS(prctl), {equals(0, PR_SET_NAME)});
    return rules.status();
}

}  // namespace

Result<> filter_system_calls() {
    const Filter filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
    if (!filter) return fail(ErrorKind::internal, "the filter of system calls can't be made");
    // Other architectures' numbers mean other calls.
    int status = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (status == 0) status = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (status == 0) status = fill(filter.get());
    if (status == 0) status = seccomp_load(filter.get());
    if (status != 0) return fail_errno(-status, "The filter of system calls can't be set");
    return {};
}

}  // namespace vedette::sandbox
