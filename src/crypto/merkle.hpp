#pragma once
// The Merkle tree of RFC 6962 section 2.1, hashed with SHA-256.

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/digest.hpp"

namespace vedette::crypto {

/// SHA-256(0x00 || entry).
Sha256Digest merkle_leaf_hash(ByteView entry);
/// SHA-256(0x01 || left || right).
Sha256Digest merkle_node_hash(const Sha256Digest& left, const Sha256Digest& right);
/// MTH over leaf (or subtree) hashes; of none: SHA-256 of nothing.
Sha256Digest merkle_root(std::span<const Sha256Digest> hashes);

/// The right edge of a growing tree: enough to add leaves and to know the root, in log(n) memory.
class MerkleFrontier {
  public:
    /// Adds one leaf hash, or, in a tree of equal perfect subtrees, one subtree hash.
    void add(const Sha256Digest& hash);
    /// Adds a perfect subtree of 2^height leaves. The size must be a multiple of that.
    void add_subtree(const Sha256Digest& hash, unsigned height);
    std::uint64_t size() const { return size_; }
    Sha256Digest root() const;

  private:
    std::uint64_t size_ = 0;
    std::vector<Sha256Digest> peaks_;  // one for each set bit of size_, largest first
};

}  // namespace vedette::crypto
