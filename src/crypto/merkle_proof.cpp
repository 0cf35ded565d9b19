#include "crypto/merkle_proof.hpp"

#include <bit>

namespace vedette::crypto {

namespace {

using Proof = std::vector<Sha256Digest>;

// The largest power of two below n, which is above 1.
std::uint64_t split(std::uint64_t n) {
    return std::bit_floor(n - 1);
}

// MTH over leaves [start, start + n); start is a multiple of the power of two that n begins with.
Result<Sha256Digest> range_root(std::uint64_t start, std::uint64_t n, const SubtreeHash& subtree) {
    if (std::has_single_bit(n)) {
        const auto height = static_cast<unsigned>(std::countr_zero(n));
        return subtree(height, start >> height);
    }
    const std::uint64_t k = split(n);
    VEDETTE_TRY(const Sha256Digest left, range_root(start, k, subtree));
    VEDETTE_TRY(const Sha256Digest right, range_root(start + k, n - k, subtree));
    return merkle_node_hash(left, right);
}

Result<> add_root(Proof& proof, std::uint64_t start, std::uint64_t n, const SubtreeHash& subtree) {
    VEDETTE_TRY(const Sha256Digest root, range_root(start, n, subtree));
    proof.push_back(root);
    return {};
}

// From the leaves up a proof goes on with the sibling of what it has; both walk down and turn it over.
struct Step {
    std::uint64_t start;
    std::uint64_t n;
};

Result<Proof> roots_of(std::span<const Step> siblings, const SubtreeHash& subtree, Proof proof) {
    for (auto sibling = siblings.rbegin(); sibling != siblings.rend(); ++sibling)
        VEDETTE_CHECK(add_root(proof, sibling->start, sibling->n, subtree));
    return proof;
}

bool is_odd(std::uint64_t number) {
    return (number & 1) != 0;
}

// The way from a node to the root: `fn` and `sn` of the RFC, the node's and the last one's place in their
// level.
class Ascent {
  public:
    Ascent(std::uint64_t index, std::uint64_t size) : fn_(index), sn_(size - 1) {}
    /// Up as long as the node is its parent's right child.
    void skip_right_children() {
        for (; is_odd(fn_); fn_ >>= 1) sn_ >>= 1;
    }
    bool is_at_root() const { return sn_ == 0; }
    /// To the next node that has a sibling's hash in the proof; true when the sibling is on the left.
    bool climb() {
        const bool sibling_is_left = is_odd(fn_) || fn_ == sn_;
        if (sibling_is_left)
            for (; !is_odd(fn_) && fn_ != 0; fn_ >>= 1) sn_ >>= 1;
        fn_ >>= 1;
        sn_ >>= 1;
        return sibling_is_left;
    }

  private:
    std::uint64_t fn_;
    std::uint64_t sn_;
};

}  // namespace

Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, const SubtreeHash& subtree) {
    std::vector<Step> siblings;
    for (std::uint64_t start = 0, n = size; n > 1;) {
        const std::uint64_t k = split(n);
        if (index - start < k) {
            siblings.push_back({start + k, n - k});
            n = k;
        } else {
            siblings.push_back({start, k});
            start += k;
            n -= k;
        }
    }
    return roots_of(siblings, subtree, {});
}

Result<Proof> consistency_proof(std::uint64_t old_size, std::uint64_t size, const SubtreeHash& subtree) {
    std::vector<Step> siblings;
    std::uint64_t start = 0;
    std::uint64_t n = size;
    bool is_whole_old_tree = true;
    while (old_size - start != n) {
        const std::uint64_t k = split(n);
        if (old_size - start <= k) {
            siblings.push_back({start + k, n - k});
            n = k;
        } else {
            siblings.push_back({start, k});
            start += k;
            n -= k;
            is_whole_old_tree = false;
        }
    }
    Proof proof;
    if (!is_whole_old_tree) VEDETTE_CHECK(add_root(proof, start, n, subtree));
    return roots_of(siblings, subtree, std::move(proof));
}

std::optional<Sha256Digest> root_of_inclusion(const Sha256Digest& leaf, std::uint64_t index,
                                              std::uint64_t size, std::span<const Sha256Digest> proof) {
    if (index >= size) return std::nullopt;
    Ascent ascent(index, size);
    Sha256Digest root = leaf;
    for (const Sha256Digest& hash : proof) {
        if (ascent.is_at_root()) return std::nullopt;
        root = ascent.climb() ? merkle_node_hash(hash, root) : merkle_node_hash(root, hash);
    }
    return ascent.is_at_root() ? std::optional(root) : std::nullopt;
}

bool is_consistent(std::uint64_t old_size, const Sha256Digest& old_root, std::uint64_t size,
                   const Sha256Digest& root, std::span<const Sha256Digest> proof) {
    if (old_size == 0 || old_size > size) return false;
    if (old_size == size) return proof.empty() && old_root == root;
    const bool begins_with_old_root = std::has_single_bit(old_size);
    if (!begins_with_old_root && proof.empty()) return false;
    Ascent ascent(old_size - 1, size);
    ascent.skip_right_children();
    Sha256Digest old_tree = begins_with_old_root ? old_root : proof.front();
    Sha256Digest tree = old_tree;
    for (const Sha256Digest& hash : begins_with_old_root ? proof : proof.subspan(1)) {
        if (ascent.is_at_root()) return false;
        if (ascent.climb()) {
            old_tree = merkle_node_hash(hash, old_tree);
            tree = merkle_node_hash(hash, tree);
        } else {
            tree = merkle_node_hash(tree, hash);
        }
    }
    return ascent.is_at_root() && old_tree == old_root && tree == root;
}

}  // namespace vedette::crypto
