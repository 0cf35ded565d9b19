#pragma once
// Test support: a small clip made by ffmpeg, once per test program, and running tools.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/test_folder.hpp"

namespace vedette::simulate::testing_support {

/// Output (standard output and error together) of a shell command, and its exit status.
struct ToolRun {
    int status = -1;
    std::string output;
};

inline ToolRun run_tool(const std::string& command) {
    ToolRun run;
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return run;
    std::array<char, 4096> buffer;
    while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe))
        run.output.append(buffer.data(), n);
    run.status = pclose(pipe);
    return run;
}

/// One second of 320x180 at 25 pictures per second with a key picture every 0.4 s, with mono AAC.
class TestClip {
  public:
    static const TestClip& get() {
        static const TestClip clip;
        return clip;
    }
    std::filesystem::path video() const { return folder_.path() / "clip.h264"; }
    /// The same picture as H.265, without sound.
    std::filesystem::path h265() const { return folder_.path() / "other.h265"; }
    const std::filesystem::path& folder() const { return folder_.path(); }

  private:
    TestClip() {
        const ToolRun run = run_tool(
            "ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=320x180:r=25:d=1 -f lavfi -i sine=d=1:r=48000 "
            "-map 0 -c:v libx264 -preset ultrafast -bf 0 -g 10 -f h264 " +
            video().string() + " -map 1 -c:a aac -f adts " + (folder_.path() / "clip.aac").string() +
            " -map 0 -c:v libx265 -preset ultrafast -x265-params "
            "log-level=none:bframes=0:keyint=10:scenecut=0 "
            "-f hevc " +
            h265().string());
        if (run.status != 0) {
            std::fprintf(stderr, "ffmpeg could not make the test clip: %s\n", run.output.c_str());
            std::abort();
        }
    }

    TestFolder folder_;
};

}  // namespace vedette::simulate::testing_support
