#include "base/secret.hpp"

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero is not in <cstring>

namespace vedette {

Secret::Secret(std::size_t size) : size_(size) {
    if (size == 0) return;
    data_ = static_cast<std::byte*>(std::calloc(size, 1));
    if (data_ == nullptr) throw std::bad_alloc();
}

Secret::Secret(ByteView bytes) : Secret(bytes.size()) {
    if (data_ != nullptr) std::memcpy(data_, bytes.data(), bytes.size());
}

Secret::~Secret() {
    release();
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        release();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

void Secret::release() noexcept {
    if (data_ == nullptr) return;
    explicit_bzero(data_, size_);
    std::free(data_);
    data_ = nullptr;
    size_ = 0;
}

void wipe(std::span<std::byte> bytes) {
    if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

}  // namespace vedette
