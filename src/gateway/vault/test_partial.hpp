#pragma once
// Fragments that are opened in part: for this folder's tests alone.

#include <fcntl.h>
#include <unistd.h>

#include "base/file.hpp"
#include "gateway/vault/partial_fragment.hpp"
#include "gateway/vault/test_retention.hpp"

namespace vedette::vault {

class PartialTest : public RetentionTest {
  protected:
    std::shared_ptr<PartialFragment> fragment_at(UtcTime at) const {
        auto cursor = vault->read(stream, at, {.depth = ReadDepth::head});
        const Played played = play_all(*cursor);
        EXPECT_FALSE(played.fragments.empty());
        return played.fragments.empty() ? nullptr : played.fragments.front().partial;
    }
    std::filesystem::path segment_of(const PartialFragment& fragment) const {
        return MediaFolder{folder.path}.segment(fragment.segment(), fragment.header().day);
    }
    /// Of the fragment's record.
    static std::uint64_t place_of_payload(const PartialFragment& fragment) {
        return std::uint64_t{fragment.header().block} * block_size + record_header_size;
    }
    static void flip(const std::filesystem::path& path, std::uint64_t place) {
        const File file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
        char byte = 0;
        ASSERT_EQ(::pread(file.fd(), &byte, 1, static_cast<off_t>(place)), 1);
        byte = static_cast<char>(byte ^ 1);
        ASSERT_EQ(::pwrite(file.fd(), &byte, 1, static_cast<off_t>(place)), 1);
    }
};

}  // namespace vedette::vault
