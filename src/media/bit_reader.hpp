#pragma once

#include <bit>
#include <cstdint>

#include "base/bytes.hpp"

namespace vedette::media {

/// Reads bit fields, most significant bit first, and the Exp-Golomb codes of H.264 (ITU-T H.264, 9.1).
/// After a read past the end it is `failed()` and everything reads as zero: parse all, then check once.
class BitReader {
  public:
    explicit BitReader(ByteView bytes) : bytes_(bytes) {}

    /// The next `count` bits, 0 to 32.
    std::uint32_t bits(unsigned count) {
        if (failed_ || count > bits_left()) {
            failed_ = true;
            return 0;
        }
        std::uint64_t value = 0;
        for (unsigned i = 0; i < count; ++i, ++position_) {
            const auto byte = std::to_integer<unsigned>(bytes_[position_ / 8]);
            value = value << 1 | ((byte >> (7 - position_ % 8)) & 1U);
        }
        return static_cast<std::uint32_t>(value);
    }
    bool flag() { return bits(1) != 0; }
    void skip(std::size_t count) {
        if (failed_ || count > bits_left())
            failed_ = true;
        else
            position_ += count;
    }

    /// ue(v). A code of more than 32 bits fails.
    std::uint32_t ue() {
        unsigned zeros = 0;
        while (!failed_ && !flag()) ++zeros;
        if (failed_ || zeros > 31) {
            failed_ = true;
            return 0;
        }
        return (std::uint32_t{1} << zeros) - 1 + bits(zeros);
    }
    /// se(v)
    std::int32_t se() {
        const std::uint32_t code = ue();
        const auto half = static_cast<std::int32_t>(code / 2);
        return code % 2 == 1 ? half + 1 : -half;
    }

    std::size_t position() const { return position_; }
    std::size_t bits_left() const { return bytes_.size() * 8 - position_; }
    bool failed() const { return failed_; }

  private:
    ByteView bytes_;
    std::size_t position_ = 0;
    bool failed_ = false;
};

}  // namespace vedette::media
