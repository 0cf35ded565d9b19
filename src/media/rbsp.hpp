#pragma once

#include "base/bytes.hpp"

namespace vedette::media {

/// The payload of a NAL unit without emulation prevention bytes (H.264 7.4.1, H.265 7.4.2): 00 00 03 becomes
/// 00 00.
inline Bytes unescape_rbsp(ByteView nal) {
    Bytes rbsp;
    rbsp.reserve(nal.size());
    unsigned zeros = 0;
    for (const std::byte b : nal) {
        if (zeros >= 2 && b == std::byte{3}) {
            zeros = 0;
            continue;
        }
        zeros = b == std::byte{0} ? zeros + 1 : 0;
        rbsp.push_back(b);
    }
    return rbsp;
}

}  // namespace vedette::media
