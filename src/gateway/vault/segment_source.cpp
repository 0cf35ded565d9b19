#include "gateway/vault/segment_source.hpp"

#include <algorithm>

namespace vedette::vault {

namespace {
constexpr std::size_t read_ahead = 4u << 20;
}  // namespace

void SegmentSource::close() {
    file_.close();
    objects_ = nullptr;
    ahead_.clear();
}

Result<std::uint64_t> SegmentSource::size() const {
    return objects_ != nullptr ? objects_->size(key_) : file_.size();
}

Result<std::size_t> SegmentSource::read_at(std::uint64_t offset, std::span<std::byte> out) const {
    if (objects_ == nullptr) return file_.read_at(offset, out);
    const bool has_all = offset >= ahead_offset_ && offset + out.size() <= ahead_offset_ + ahead_.size();
    if (!has_all) {
        ahead_.resize(std::max(out.size(), read_ahead));
        const auto got = objects_->read(key_, offset, ahead_);
        ahead_offset_ = offset;
        ahead_.resize(got.value_or(0));
        if (!got) return got;
    }
    const ByteView there = ByteView(ahead_).subspan(static_cast<std::size_t>(offset - ahead_offset_));
    const std::size_t size = std::min(there.size(), out.size());
    std::copy_n(there.begin(), size, out.begin());
    return size;
}

}  // namespace vedette::vault
