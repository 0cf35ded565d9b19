// Proofs against trees that are hashed whole, and the vectors that Certificate Transparency's programs share.

#include "crypto/merkle_proof.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "crypto/base64.hpp"

namespace vedette::crypto {
namespace {

std::vector<Sha256Digest> leaves_of(std::size_t size) {
    std::vector<Sha256Digest> leaves;
    for (std::size_t i = 0; i < size; ++i) leaves.push_back(merkle_leaf_hash(as_bytes(std::to_string(i))));
    return leaves;
}

SubtreeHash subtrees_of(const std::vector<Sha256Digest>& leaves) {
    return [&leaves](unsigned height, std::uint64_t index) -> Result<Sha256Digest> {
        const std::size_t width = std::size_t{1} << height;
        if ((index + 1) * width > leaves.size()) return fail(ErrorKind::internal, "outside the tree");
        return merkle_root(std::span(leaves).subspan(index * width, width));
    };
}

TEST(MerkleProof, EveryEntryIsProvenInItsPlaceAndInNoOther) {
    for (std::size_t size = 1; size <= 66; ++size) {
        const auto leaves = leaves_of(size);
        const Sha256Digest root = merkle_root(leaves);
        for (std::size_t index = 0; index < size; ++index) {
            auto proof = inclusion_proof(index, size, subtrees_of(leaves)).value();
            EXPECT_EQ(root_of_inclusion(leaves[index], index, size, proof), root) << index << " of " << size;
            if (size == 1) continue;
            EXPECT_NE(root_of_inclusion(leaves[index], (index + 1) % size, size, proof), root);
            EXPECT_NE(root_of_inclusion(leaves[(index + 1) % size], index, size, proof), root);
            EXPECT_EQ(root_of_inclusion(leaves[index], index, size, std::span(proof).first(proof.size() - 1)),
                      std::nullopt);
            proof.push_back(root);
            EXPECT_EQ(root_of_inclusion(leaves[index], index, size, proof), std::nullopt);
            EXPECT_EQ(root_of_inclusion(leaves[index], size, size, proof), std::nullopt);
        }
    }
}

TEST(MerkleProof, ATreeGoesOnFromEveryOlderOne) {
    const auto leaves = leaves_of(66);
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        const Sha256Digest root = merkle_root(std::span(leaves).first(size));
        for (std::size_t old_size = 1; old_size <= size; ++old_size) {
            const Sha256Digest old_root = merkle_root(std::span(leaves).first(old_size));
            auto proof = consistency_proof(old_size, size, subtrees_of(leaves)).value();
            EXPECT_TRUE(is_consistent(old_size, old_root, size, root, proof)) << old_size << " to " << size;
            Sha256Digest wrong = old_root;
            wrong[5] ^= std::byte{1};
            EXPECT_FALSE(is_consistent(old_size, wrong, size, root, proof));
            EXPECT_FALSE(is_consistent(old_size, old_root, size, wrong, proof));
            if (proof.empty()) continue;
            proof.back()[0] ^= std::byte{1};
            EXPECT_FALSE(is_consistent(old_size, old_root, size, root, proof));
            proof.pop_back();
            EXPECT_FALSE(is_consistent(old_size, old_root, size, root, proof));
        }
    }
    EXPECT_FALSE(is_consistent(0, {}, 1, leaves[0], {}));
    EXPECT_FALSE(is_consistent(2, leaves[0], 1, leaves[0], {}));
}

TEST(MerkleProof, TheVectorsOfCertificateTransparency) {
    std::vector<Sha256Digest> leaves;
    for (const char* entry :
         {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"})
        leaves.push_back(merkle_leaf_hash(*from_hex(entry)));
    EXPECT_EQ(to_hex(merkle_root(leaves)),
              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    const auto proof = inclusion_proof(0, 8, subtrees_of(leaves)).value();
    ASSERT_EQ(proof.size(), 3u);
    EXPECT_EQ(to_hex(proof[0]), "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
    EXPECT_EQ(to_hex(proof[1]), "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
    EXPECT_EQ(to_hex(proof[2]), "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
}

// From 6 to 8 and from 2 to 5 leaves, as transparency-dev/merkle publishes them (testdata/consistency).
TEST(MerkleProof, PublishedProofsOfConsistency) {
    const auto hash = [](const char* text) {
        Sha256Digest digest{};
        std::ranges::copy(*from_base64(text), digest.begin());
        return digest;
    };
    const Sha256Digest root8 = hash("XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=");
    const Sha256Digest root6 = hash("duZ9rbzfHhDht03cYIq9L5jfsW+851J3tSMqEn8gh+8=");
    const std::vector from6{hash("DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o="),
                            hash("yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA="),
                            hash("037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=")};
    EXPECT_TRUE(is_consistent(6, root6, 8, root8, from6));
    EXPECT_FALSE(is_consistent(6, root8, 8, root6, from6));
    EXPECT_FALSE(is_consistent(4, root6, 8, root8, from6));
    EXPECT_FALSE(is_consistent(6, root6, 16, root8, from6));
    const std::vector from2{hash("Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4="),
                            hash("vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=")};
    EXPECT_TRUE(is_consistent(2, hash("+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU="), 5,
                              hash("Tju7H3tHjc/nH7YxYxUZo7yhLJrvyhYSv85ME6hiZNQ="), from2));
}

}  // namespace
}  // namespace vedette::crypto
