#pragma once
// Proofs about the Merkle tree of RFC 6962: that it holds an entry, and that it goes on from an older one.
// Numbers of sections are those of RFC 9162.

#include <functional>
#include <optional>

#include "base/result.hpp"
#include "crypto/merkle.hpp"

namespace vedette::crypto {

/// The root of the perfect subtree of 2^height leaves that begins at leaf `index` << height.
using SubtreeHash = std::function<Result<Sha256Digest>(unsigned height, std::uint64_t index)>;

/// Section 2.1.3.1. `index` is below `size`. Errors are those of `subtree`.
Result<std::vector<Sha256Digest>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                  const SubtreeHash& subtree);
/// Section 2.1.4.1. `old_size` is above 0 and at most `size`.
Result<std::vector<Sha256Digest>> consistency_proof(std::uint64_t old_size, std::uint64_t size,
                                                    const SubtreeHash& subtree);

/// Section 2.1.3.2: the root of the tree that the proof speaks of; nullopt when it is none for this place.
std::optional<Sha256Digest> root_of_inclusion(const Sha256Digest& leaf, std::uint64_t index,
                                              std::uint64_t size, std::span<const Sha256Digest> proof);
/// Section 2.1.4.2.
bool is_consistent(std::uint64_t old_size, const Sha256Digest& old_root, std::uint64_t size,
                   const Sha256Digest& root, std::span<const Sha256Digest> proof);

}  // namespace vedette::crypto
