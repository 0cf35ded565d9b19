#pragma once
// Recordings to tamper with: for this folder's tests alone.

#include <fstream>

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "gateway/vault/record.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {

namespace fs = std::filesystem;
struct Verified {
    Result<VerifyReport> report;
    std::vector<std::string> faults;
};

inline Verified check(const fs::path& folder, const VerifyOptions& options = {}) {
    Verified verified{fail(ErrorKind::internal, "not run"), {}};
    verified.report = verify(Layout{folder}, options,
                             [&](const Fault& fault) { verified.faults.push_back(to_text(fault, 4)); });
    return verified;
}

inline Bytes slurp(const fs::path& path) {
    return read_file(path, 1u << 30).value();
}
inline void spill(const fs::path& path, ByteView bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

class TamperTest : public testing::Test {
  protected:
    static constexpr int fragment_total = 45;

    // Written once for all tests of a program; each has a copy.
    static void SetUpTestSuite() {
        if (recorded) return;
        recorded = std::make_unique<VaultFolder>();
        auto vault = open_vault(recorded->path);
        ASSERT_TRUE(vault) << vault.error().message;
        for (const StreamKey key : {stream, other}) {
            const std::uint64_t run = (*vault)->begin_run(key, shared("init")).value();
            for (int i = 0; i < fragment_total; ++i)
                ASSERT_TRUE((*vault)->append(make_fragment(key, run, t0 + seconds(2 * i), i)));
            ASSERT_TRUE((*vault)->append(
                Gap{key, {t0 + seconds(90), t0 + seconds(100)}, GapReason::camera_silent, "x"}));
        }
    }
    void SetUp() override {
        fs::copy(recorded->path, folder.path, fs::copy_options::recursive);
        for (const auto& file : fs::recursive_directory_iterator(folder.path / "media"))
            if (file.is_regular_file() &&
                file.path().string().find(stream.camera.text()) != std::string::npos)
                files.push_back(file.path());
        std::ranges::sort(files);
        ASSERT_GE(files.size(), 2u);
    }

    inline static std::unique_ptr<VaultFolder> recorded;
    inline static const StreamKey stream{CameraId::random(), 0};
    inline static const StreamKey other{CameraId::random(), 1};
    inline static const UtcTime t0 = from_unix_seconds(1'795'228'500);
    VaultFolder folder;
    std::vector<fs::path> files;
};

}  // namespace vedette::vault
