#pragma once

#include <string_view>

#include "base/bytes.hpp"

namespace vedette::media {

/// An open ISO 14496-12 box: writes its header, and its size when it goes out of scope.
class Box {
  public:
    Box(ByteWriter& out, std::string_view type) : out_(out), start_(out.size()) { out.u32(0).text(type); }
    /// A FullBox, with version and flags.
    Box(ByteWriter& out, std::string_view type, std::uint8_t version, std::uint32_t flags) : Box(out, type) {
        out.u8(version).u24(flags);
    }
    ~Box() { out_.patch_u32(start_, static_cast<std::uint32_t>(out_.size() - start_)); }
    Box(const Box&) = delete;
    Box& operator=(const Box&) = delete;

  private:
    ByteWriter& out_;
    std::size_t start_;
};

}  // namespace vedette::media
