#include "gateway/camera_process/child.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <spawn.h>
#include <sys/wait.h>

#include "gateway/camera_process/worker.hpp"

extern char** environ;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): the C library's

namespace vedette::gateway::camera_process {

namespace {

// Nothing else of our environment is the camera process's business.
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

Result<pid_t> start_worker(const File& channel) {
    SpawnSettings settings;
    posix_spawn_file_actions_adddup2(&settings.actions, channel.fd(), worker_channel);
    posix_spawn_file_actions_addclosefrom_np(&settings.actions, worker_channel + 1);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&settings.attributes, &none);
    // A group of its own: Ctrl-C is for the main process, which ends the other in good order.
    posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    std::string name = "vedette";
    std::string word = worker_word;
    char* const arguments[] = {name.data(), word.data(), nullptr};
    const std::vector<char*> variables = environment();
    pid_t pid = -1;
    const int failed = posix_spawn(&pid, "/proc/self/exe", &settings.actions, &settings.attributes, arguments,
                                   variables.data());
    if (failed != 0) return fail_errno(failed, "The process that reads cameras can't be started");
    return pid;
}

std::string describe_end(int status) {
    if (!WIFSIGNALED(status)) return fmt::format("ended with code {}", WEXITSTATUS(status));
    const int signal = WTERMSIG(status);
    if (signal == SIGSYS) return "was ended by the kernel: it tried a forbidden system call";
    return fmt::format("was ended by signal {}", signal);
}

}  // namespace vedette::gateway::camera_process
