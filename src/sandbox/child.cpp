#include "sandbox/child.hpp"

#include <csignal>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): the C library's

namespace vedette::sandbox {

namespace {

// Nothing else of our environment is the child's business.
constexpr std::string_view passed_on[] = {
    "SSL_CERT_FILE=", "SSL_CERT_DIR=", "OPENSSL_CONF=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "TSAN_OPTIONS="};

std::vector<char*> environment() {
    std::vector<char*> out;
    for (char** at = environ; *at != nullptr; ++at)
        for (const std::string_view name : passed_on)
            if (std::string_view(*at).starts_with(name)) out.push_back(*at);
    out.push_back(nullptr);
    return out;
}

struct SpawnSettings {
    SpawnSettings() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
};

}  // namespace

Result<pid_t> start_child(const File& channel, const char* word, std::string_view what) {
    SpawnSettings settings;
    posix_spawn_file_actions_adddup2(&settings.actions, channel.fd(), child_channel);
    posix_spawn_file_actions_addclosefrom_np(&settings.actions, child_channel + 1);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&settings.attributes, &none);
    // A group of its own: Ctrl-C is for the main process, which ends the other in good order.
    posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    std::string name = "vedette";
    std::string argument = word;
    char* const arguments[] = {name.data(), argument.data(), nullptr};
    const std::vector<char*> variables = environment();
    pid_t pid = -1;
    const int failed = posix_spawn(&pid, "/proc/self/exe", &settings.actions, &settings.attributes, arguments,
                                   variables.data());
    if (failed != 0) return fail_errno(failed, fmt::format("{} can't be started", what));
    return pid;
}

std::string describe_end(int status) {
    if (!WIFSIGNALED(status)) return fmt::format("ended with code {}", WEXITSTATUS(status));
    const int signal = WTERMSIG(status);
    if (signal == SIGSYS) return "was ended by the kernel: it tried a forbidden system call";
    return fmt::format("was ended by signal {}", signal);
}

// Standard output belongs to the main process. What ends the process is still told, where a sanitizer or an
// assertion does it.
void leave_terminal() {
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) return;
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(nothing, STDOUT_FILENO);
#ifdef NDEBUG
    ::dup2(nothing, STDERR_FILENO);  // nothing that a camera sends reaches the log by this way
#endif
    ::close(nothing);
}

}  // namespace vedette::sandbox
