#include "sandbox/sandbox.hpp"

#include <cerrno>
#include <csignal>
#include <functional>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.hpp"

namespace vedette::sandbox {
namespace {

constexpr int not_refused = 0;

// How a process in the sandbox fares with `attempt`: an errno, minus the signal that killed it, or
// not_refused.
int inside(const std::function<long()>& attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (!enter()) ::_exit(255);
        errno = 0;
        const long status = attempt();
        ::_exit(status < 0 ? errno : not_refused);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(Sandbox, NoFileCanBeOpened) {
    EXPECT_EQ(inside([] { return ::open("/etc/passwd", O_RDONLY | O_CLOEXEC); }), EPERM);
    EXPECT_EQ(
        inside([] { return ::open("/tmp/vedette-sandbox-test", O_CREAT | O_WRONLY | O_CLOEXEC, 0600); }),
        EPERM);
    EXPECT_EQ(inside([] { return ::syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", nullptr, 0); }), EPERM);
    EXPECT_EQ(inside([] { return ::unlink("/tmp/vedette-sandbox-test"); }), EPERM);
    EXPECT_EQ(inside([] { return ::mkdir("/tmp/vedette-sandbox-test", 0700); }), EPERM);
}

TEST(Sandbox, NoSocketCanBeMadeOrAimed) {
    const File datagrams(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {}, .sin_zero = {}};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* address = reinterpret_cast<const sockaddr*>(&to);
    EXPECT_EQ(inside([] { return ::socket(AF_INET, SOCK_STREAM, 0); }), -SIGSYS);
    EXPECT_EQ(inside([] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }), -SIGSYS);
    EXPECT_EQ(inside([&] { return ::connect(datagrams.fd(), address, sizeof to); }), -SIGSYS);
    EXPECT_EQ(inside([&] { return ::bind(datagrams.fd(), address, sizeof to); }), -SIGSYS);
    EXPECT_EQ(inside([&] { return ::listen(datagrams.fd(), 1); }), -SIGSYS);
    EXPECT_EQ(inside([&] { return ::sendto(datagrams.fd(), "x", 1, 0, address, sizeof to); }), -SIGSYS);
    EXPECT_EQ(inside([&] {
                  iovec text{.iov_base = const_cast<char*>("x"), .iov_len = 1};
                  msghdr message{};
                  message.msg_name = &to;
                  message.msg_namelen = sizeof to;
                  message.msg_iov = &text;
                  message.msg_iovlen = 1;
                  return ::sendmsg(datagrams.fd(), &message, 0);
              }),
              -SIGSYS);
    EXPECT_EQ(inside([&] { return ::send(datagrams.fd(), "x", 1, 0); }), EDESTADDRREQ);
    EXPECT_EQ(inside([&] {
                  const int on = 1;
                  return ::setsockopt(datagrams.fd(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
              }),
              EPERM);
}

TEST(Sandbox, NoProgramCanBeStartedAndNoProcessTouched) {
    char* const nothing[] = {nullptr};
    EXPECT_EQ(inside([&] { return ::execve("/bin/true", nothing, nothing); }), -SIGSYS);
    EXPECT_EQ(inside([] { return ::syscall(SYS_fork); }), -SIGSYS);
    EXPECT_EQ(inside([] { return ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr); }), -SIGSYS);
    EXPECT_EQ(inside([] { return ::kill(::getppid(), 0); }), -SIGSYS);
    EXPECT_EQ(inside([] { return ::syscall(SYS_tgkill, ::getppid(), ::getppid(), SIGTERM); }), EPERM);
    EXPECT_EQ(inside([] { return ::syscall(SYS_io_uring_setup, 1, nullptr); }), -SIGSYS);
}

TEST(Sandbox, MemoryIsNotMadeExecutable) {
    const auto map = [](int protection) {
        void* got = ::mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return got == MAP_FAILED ? -1L : ::mprotect(got, 4096, PROT_READ | PROT_EXEC);
    };
    EXPECT_EQ(inside([&] { return map(PROT_READ | PROT_EXEC); }), EPERM);
    EXPECT_EQ(inside([&] { return map(PROT_READ | PROT_WRITE); }), EPERM);  // by its mprotect()
}

TEST(Sandbox, DescriptorsThatAreThereWork) {
    int pair[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    const File ours(pair[0]);
    const File theirs(pair[1]);
    EXPECT_EQ(inside([&] {
                  char byte = 0;
                  if (::send(theirs.fd(), "x", 1, MSG_NOSIGNAL) != 1) return -1L;
                  if (::recv(theirs.fd(), &byte, 1, MSG_DONTWAIT) == 1 || errno != EAGAIN) return -1L;
                  const auto memory = std::make_unique<char[]>(8 << 20);  // from the kernel
                  return memory[1 << 20] == 0 ? 0L : -1L;
              }),
              not_refused);
    char got = 0;
    EXPECT_EQ(::recv(ours.fd(), &got, 1, MSG_DONTWAIT), 1);
    EXPECT_EQ(inside([] { return ::raise(SIGUSR1); }), -SIGUSR1);
}

// A process that hangs, and so looks at nothing, still goes with the one that started it.
TEST(Sandbox, EndsWithItsParent) {
    int alive[2];
    ASSERT_EQ(::pipe2(alive, O_CLOEXEC), 0);
    const File reading(alive[0]);
    File writing(alive[1]);
    const pid_t parent = ::fork();
    if (parent == 0) {
        if (::fork() == 0) {
            if (!enter()) ::_exit(255);
            static_cast<void>(::write(writing.fd(), "x", 1));
            for (;;) ::pause();  // not allowed, and so a loop
        }
        char byte = 0;
        static_cast<void>(::read(reading.fd(), &byte, 1));
        ::_exit(0);
    }
    ::waitpid(parent, nullptr, 0);
    writing.close();
    pollfd wait{.fd = reading.fd(), .events = POLLIN, .revents = 0};
    char byte = 0;
    ASSERT_EQ(::poll(&wait, 1, 5000), 1) << "somebody still holds the other end";
    EXPECT_EQ(::read(reading.fd(), &byte, 1), 0);
}

// Each layer alone keeps what it is there for, so that a hole in one is not a hole.
TEST(Sandbox, LandlockAloneKeepsFilesAway) {
    int abi = 0;
    const pid_t child = ::fork();
    if (child == 0) {
        if (!drop_privileges()) ::_exit(255);
        if (deny_files() == 0) ::_exit(254);
        const int file = ::open("/etc/passwd", O_RDONLY | O_CLOEXEC);
        ::_exit(file < 0 ? errno : not_refused);
    }
    ::waitpid(child, &abi, 0);
    if (WEXITSTATUS(abi) == 254) GTEST_SKIP() << "this kernel has no Landlock";
    EXPECT_EQ(WEXITSTATUS(abi), EACCES);
}

TEST(Sandbox, AnEmptyNetworkLeadsNowhere) {
    int status = 0;
    const pid_t child = ::fork();
    if (child == 0) {
        if (!leave_network()) ::_exit(254);
        const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {}, .sin_zero = {}};
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::_exit(::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0 ? errno : not_refused);
    }
    ::waitpid(child, &status, 0);
    if (WEXITSTATUS(status) == 254) GTEST_SKIP() << "no namespaces for this user";
    EXPECT_EQ(WEXITSTATUS(status), ENETUNREACH);
}

}  // namespace
}  // namespace vedette::sandbox
