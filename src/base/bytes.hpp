#pragma once
// Checked big-endian reading and writing. No struct is ever cast onto received bytes.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace vedette {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

/// Immutable bytes with shared ownership: how media travels without copies.
using SharedBytes = std::shared_ptr<const Bytes>;

inline ByteView as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads big-endian fields and remembers where it is. After a read past the end it is `failed()`, every
/// further read gives zero or an empty view, and the first failing offset is kept: parse all, then check
/// once.
class ByteReader {
  public:
    explicit ByteReader(ByteView bytes) : bytes_(bytes) {}

    template <std::unsigned_integral T>
    T read() {
        T value = 0;
        for (const std::byte b : take(sizeof(T)))
            value = static_cast<T>((value << 7 << 1) | std::to_integer<T>(b));
        return value;
    }
    std::uint8_t u8() { return read<std::uint8_t>(); }
    std::uint16_t u16() { return read<std::uint16_t>(); }
    std::uint32_t u24() { return static_cast<std::uint32_t>(u8()) << 16 | u16(); }
    std::uint32_t u32() { return read<std::uint32_t>(); }
    std::uint64_t u64() { return read<std::uint64_t>(); }
    std::int64_t i64() { return static_cast<std::int64_t>(u64()); }

    /// The next `size` bytes; an empty view and failed() when there are fewer.
    ByteView take(std::size_t size) {
        if (failed_ || size > remaining()) {
            failed_ = true;
            return {};
        }
        const ByteView view = bytes_.subspan(offset_, size);
        offset_ += size;
        return view;
    }
    ByteView rest() { return take(remaining()); }
    bool copy_to(std::span<std::byte> out) {
        const ByteView view = take(out.size());
        if (view.size() != out.size()) return false;
        std::ranges::copy(view, out.begin());
        return true;
    }
    void skip(std::size_t size) { take(size); }

    std::size_t offset() const { return offset_; }
    std::size_t remaining() const { return bytes_.size() - offset_; }
    bool failed() const { return failed_; }
    bool at_end() const { return remaining() == 0; }

    /// An error of kind `corrupt` that names `what` and the offset, if any read failed.
    Result<> check(std::string_view what) const {
        if (failed_) return fail(ErrorKind::corrupt, "{} ends too early, at byte {}", what, offset_);
        return {};
    }

  private:
    ByteView bytes_;
    std::size_t offset_ = 0;
    bool failed_ = false;
};

/// Appends big-endian fields to bytes that it owns.
class ByteWriter {
  public:
    template <std::unsigned_integral T>
    ByteWriter& write(T value) {
        for (std::size_t i = sizeof(T); i-- > 0;) bytes_.push_back(static_cast<std::byte>(value >> (i * 8)));
        return *this;
    }
    ByteWriter& u8(std::uint8_t v) { return write(v); }
    ByteWriter& u16(std::uint16_t v) { return write(v); }
    ByteWriter& u24(std::uint32_t v) {
        return u8(static_cast<std::uint8_t>(v >> 16)).u16(static_cast<std::uint16_t>(v));
    }
    ByteWriter& u32(std::uint32_t v) { return write(v); }
    ByteWriter& u64(std::uint64_t v) { return write(v); }
    ByteWriter& i64(std::int64_t v) { return write(static_cast<std::uint64_t>(v)); }
    ByteWriter& bytes(ByteView view) {
        bytes_.insert(bytes_.end(), view.begin(), view.end());
        return *this;
    }
    ByteWriter& text(std::string_view view) { return bytes(as_bytes(view)); }
    ByteWriter& zeros(std::size_t count) {
        bytes_.resize(bytes_.size() + count);
        return *this;
    }
    /// Overwrites 4 bytes written before, for lengths that are known late. `at` + 4 <= size().
    void patch_u32(std::size_t at, std::uint32_t value) {
        for (std::size_t i = 0; i < 4; ++i) bytes_.at(at + i) = static_cast<std::byte>(value >> (24 - 8 * i));
    }
    std::size_t size() const { return bytes_.size(); }
    void reserve(std::size_t size) { bytes_.reserve(size); }
    const Bytes& view() const { return bytes_; }
    Bytes finish() && { return std::move(bytes_); }

  private:
    Bytes bytes_;
};

}  // namespace vedette
