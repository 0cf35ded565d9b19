#pragma once
// For tests: swtpm, a TPM 2.0 in software, as the machine's TPM while the object lives.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vedette::keystore {

class TestTpm {
  public:
    TestTpm() = default;
    TestTpm(const TestTpm&) = delete;
    TestTpm& operator=(const TestTpm&) = delete;
    ~TestTpm() {
        stop();
        ::unsetenv("VEDETTE_TPM2");
    }

    /// Its state lies in `place`, and is the same one at the next start. False: it could not be started.
    bool start(const std::filesystem::path& place) {
        stop();
        socket_ = place / "tpm";
        const std::string state = "dir=" + place.string();
        const std::string server = "type=unixio,path=" + socket_.string();
        const std::string control = "type=unixio,path=" + socket_.string() + ".ctrl";
        process_ = ::fork();
        if (process_ < 0) return false;
        if (process_ == 0) {
            ::execlp("swtpm", "swtpm", "socket", "--tpm2", "--log", "level=0", "--tpmstate", state.c_str(),
                     "--server", server.c_str(), "--ctrl", control.c_str(), "--flags",
                     "not-need-init,startup-clear", static_cast<char*>(nullptr));
            ::_exit(127);
        }
        ::setenv("VEDETTE_TPM2", tcti().c_str(), 1);
        for (int i = 0; i < 200; ++i) {
            if (std::filesystem::exists(socket_.string() + ".ctrl")) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return false;
    }
    void stop() {
        if (process_ <= 0) return;
        ::kill(process_, SIGCONT);  // it may have been halted
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
        process_ = 0;
        std::filesystem::remove(socket_);
        std::filesystem::remove(socket_.string() + ".ctrl");
    }

    pid_t process() const { return process_; }
    /// For the tools of tpm2-tools, and what VEDETTE_TPM2 is.
    std::string tcti() const { return "swtpm:path=" + socket_.string(); }

  private:
    pid_t process_ = 0;
    std::filesystem::path socket_;
};

}  // namespace vedette::keystore
