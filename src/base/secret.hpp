#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace vedette {

/// Key material or a password: not copyable, not printable, wiped when it goes. Movable. Core dumps are
/// switched off for the whole process at start (app/main.cpp), since plaintext video is in memory as well.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::size_t size);
    explicit Secret(ByteView bytes);
    explicit Secret(std::string_view text) : Secret(as_bytes(text)) {}
    ~Secret();
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    /// A deliberate copy; the name makes it visible in a review.
    Secret duplicate() const { return Secret(reveal()); }
    ByteView reveal() const { return {data_, size_}; }
    std::string_view reveal_text() const { return as_text(reveal()); }
    std::span<std::byte> writable() { return {data_, size_}; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

  private:
    void release() noexcept;
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Overwrites bytes that were secret, so that no compiler leaves it out. They may be none.
void wipe(std::span<std::byte> bytes);

}  // namespace vedette
