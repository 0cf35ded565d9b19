#include "crypto/merkle.hpp"

#include <bit>

namespace vedette::crypto {

Sha256Digest merkle_leaf_hash(ByteView entry) {
    thread_local Sha256 hash;
    const std::byte prefix{0x00};
    hash.update({&prefix, 1});
    hash.update(entry);
    return hash.finish();
}

Sha256Digest merkle_node_hash(const Sha256Digest& left, const Sha256Digest& right) {
    std::array<std::byte, 65> node;
    node[0] = std::byte{0x01};
    std::ranges::copy(left, node.begin() + 1);
    std::ranges::copy(right, node.begin() + 33);
    return sha256(node);
}

Sha256Digest merkle_root(std::span<const Sha256Digest> hashes) {
    MerkleFrontier frontier;
    for (const Sha256Digest& hash : hashes) frontier.add(hash);
    return frontier.root();
}

void MerkleFrontier::add(const Sha256Digest& hash) {
    add_subtree(hash, 0);
}

void MerkleFrontier::add_subtree(const Sha256Digest& hash, unsigned height) {
    Sha256Digest node = hash;
    // Each set bit from `height` upwards is a left sibling that is now complete.
    for (std::uint64_t bits = size_ >> height; (bits & 1) != 0; bits >>= 1) {
        node = merkle_node_hash(peaks_.back(), node);
        peaks_.pop_back();
    }
    peaks_.push_back(node);
    size_ += std::uint64_t{1} << height;
}

Sha256Digest MerkleFrontier::root() const {
    if (peaks_.empty()) return sha256({});
    Sha256Digest node = peaks_.back();
    for (std::size_t i = peaks_.size() - 1; i-- > 0;) node = merkle_node_hash(peaks_[i], node);
    return node;
}

}  // namespace vedette::crypto
