// Every refusal of add-checkpoint, by its status, and nothing else that is refused. First without a disk,
// then what is kept, by whom it is answered, and what a crash leaves.

#include "witness/decision.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "crypto/merkle_proof.hpp"

namespace vedette::witness {
namespace {

using crypto::Checkpoint;
using crypto::Growth;
using crypto::Sha256Digest;
using testing::HasSubstr;

constexpr std::string_view origin = "example.com/log";

/// A log of "0", "1", ... or, as another history, of "x0", "x1", ... from `fork` on.
class History {
  public:
    explicit History(std::uint64_t fork = ~0ull) {
        for (std::uint64_t i = 0; i < 40; ++i)
            leaves_.push_back(
                crypto::merkle_leaf_hash(as_bytes(i < fork ? std::to_string(i) : "x" + std::to_string(i))));
    }
    Sha256Digest root(std::uint64_t size) const {
        return crypto::merkle_root(std::span(leaves_).first(size));
    }
    std::vector<Sha256Digest> proof(std::uint64_t from, std::uint64_t to) const {
        if (from == 0 || from == to) return {};
        return crypto::consistency_proof(from, to,
                                         [&](unsigned height, std::uint64_t index) {
                                             return Result<Sha256Digest>(crypto::merkle_root(
                                                 std::span(leaves_).subspan(index << height, 1u << height)));
                                         })
            .value();
    }

  private:
    std::vector<Sha256Digest> leaves_;
};

class DecisionTest : public testing::Test {
  protected:
    Growth growth(std::uint64_t from, std::uint64_t to, const History& history) const {
        Growth growth{from, history.proof(from, to), "", {std::string(origin), to, history.root(to)}};
        growth.note = crypto::sign_note(growth.checkpoint.text(), origin, signer_);
        return growth;
    }
    std::optional<KnownLog> known(std::uint64_t size) const {
        return KnownLog{log_, Checkpoint{std::string(origin), size, history_.root(size)}};
    }
    static unsigned status(const std::optional<Refusal>& refusal) { return refusal ? refusal->status : 200; }

    const crypto::Ed25519Signer signer_ = crypto::Ed25519Signer::generate();
    const crypto::NoteVerifier log_{std::string(origin), signer_.public_key()};
    const History history_;
    const History other_{20};
};

TEST_F(DecisionTest, ALogThatGrowsIsCosigned) {
    EXPECT_EQ(refuse(growth(0, 0, history_), KnownLog{log_}), std::nullopt);
    EXPECT_EQ(refuse(growth(0, 7, history_), KnownLog{log_}), std::nullopt);
    EXPECT_EQ(refuse(growth(0, 7, history_), known(0)), std::nullopt);
    for (std::uint64_t from = 1; from <= 40; ++from)
        for (std::uint64_t to = from; to <= 40; ++to)
            EXPECT_EQ(refuse(growth(from, to, history_), known(from)), std::nullopt) << from << " " << to;
}

TEST_F(DecisionTest, WhoIsNotKnownIsNotFound) {
    EXPECT_EQ(status(refuse(growth(0, 7, history_), std::nullopt)), 404u);
}

TEST_F(DecisionTest, WhatItsKeyHasNotSignedIsForbidden) {
    Growth forged = growth(0, 7, history_);
    forged.note = crypto::sign_note(forged.checkpoint.text(), origin, crypto::Ed25519Signer::generate());
    EXPECT_EQ(status(refuse(forged, KnownLog{log_})), 403u);
    // A line with the right name and id, and a wrong signature, spoils the note.
    Growth spoiled = growth(0, 7, history_);
    spoiled.note += crypto::note_signature_line(origin, log_.key_id(), Bytes(64));
    EXPECT_EQ(status(refuse(spoiled, KnownLog{log_})), 403u);
    Growth with_others = growth(0, 7, history_);
    with_others.note += crypto::note_signature_line("another", 7, Bytes(64));
    EXPECT_EQ(refuse(with_others, KnownLog{log_}), std::nullopt) << "unknown keys are ignored";
}

TEST_F(DecisionTest, AnOldSizeBeyondTheCheckpointIsABadRequest) {
    Growth backwards = growth(7, 7, history_);
    backwards.old_size = 8;
    EXPECT_EQ(status(refuse(backwards, known(8))), 400u);
}

TEST_F(DecisionTest, AnotherOldSizeIsAConflictThatTellsTheRightOne) {
    for (const std::uint64_t from : {0u, 6u, 8u}) {
        const auto refusal = refuse(growth(from, 9, history_), known(7));
        ASSERT_TRUE(refusal);
        EXPECT_EQ(refusal->status, 409u);
        EXPECT_EQ(refusal->size, 7u);
    }
    EXPECT_EQ(refuse(growth(3, 9, history_), KnownLog{log_})->size, 0u);
}

TEST_F(DecisionTest, AnotherHistoryIsRefused) {
    const auto rewritten = refuse(growth(30, 35, other_), known(30));
    ASSERT_TRUE(rewritten);
    EXPECT_EQ(rewritten->status, 422u);
    EXPECT_EQ(rewritten->size, std::nullopt);
    EXPECT_THAT(rewritten->sentence, HasSubstr("the log was rewritten"));
    EXPECT_THAT(refuse(growth(30, 30, other_), known(30))->sentence,
                HasSubstr("another tree of 30 entries was cosigned"));
    EXPECT_EQ(refuse(growth(20, 35, other_), known(20)), std::nullopt) << "they part behind that";
}

TEST_F(DecisionTest, ProofsHaveToFit) {
    for (const auto& [from, to] : {std::pair{7u, 9u}, {8u, 9u}, {1u, 40u}, {39u, 40u}}) {
        Growth bad = growth(from, to, history_);
        ASSERT_FALSE(bad.proof.empty());
        bad.proof.back()[0] ^= std::byte{1};
        EXPECT_EQ(status(refuse(bad, known(from))), 422u);
        bad = growth(from, to, history_);
        bad.proof.pop_back();
        EXPECT_EQ(status(refuse(bad, known(from))), 422u);
        bad = growth(from, to, history_);
        bad.proof.push_back({});
        EXPECT_EQ(status(refuse(bad, known(from))), 422u);
    }
    Growth needless = growth(0, 7, history_);
    needless.proof.push_back({});
    EXPECT_EQ(status(refuse(needless, KnownLog{log_})), 422u);
    Growth same = growth(7, 7, history_);
    same.proof.push_back({});
    EXPECT_EQ(status(refuse(same, known(7))), 422u);
    Growth empty = growth(0, 0, history_);
    empty.checkpoint.root = history_.root(1);
    empty.note = crypto::sign_note(empty.checkpoint.text(), origin, signer_);
    EXPECT_EQ(status(refuse(empty, KnownLog{log_})), 422u);
}

// The requests that the tests of another witness (FiloSottile/torchwood, internal/witness) are made of.
TEST(Decision, RequestsOfAnotherLogAreUnderstood) {
    const std::string sigsum =
        "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
    KnownLog known{{sigsum, {}}};
    std::ranges::copy(*from_hex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f"),
                      known.log.key.begin());
    const auto request = [&](const std::string& head, int size, const std::string& root,
                             const std::string& signature) {
        return Growth::parse(fmt::format("{}\n{}\n{}\n{}\n\n\xe2\x80\x94 {} {}\n", head, sigsum, size, root,
                                         sigsum, signature))
            .value();
    };
    const Growth one = request(
        "old 0\n", 1, "KgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=");
    const Growth three = request(
        "old 1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nKgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        3, "RcCI1Nk56ZcSmIEfIn0SleqtV7uvrlXNccFx595Iwl0=",
        "UgIom2VbtIcdFbwFAy1n7s6IkAxIY6J/GQOTuZF2ORV39d75cbAj2aQYwyJre36kezNobZs4SUUdrcawfAB8WVrx6go=");
    const Growth five = request(
        "old 1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n+fUDV+k970B4I3uKrqJM4aP1lloPZP8mvr2Z4wRw2LI=\n"
        "KgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        5, "QrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=",
        "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=");
    EXPECT_EQ(refuse(one, known), std::nullopt);
    known.last = one.checkpoint;
    EXPECT_EQ(refuse(three, known), std::nullopt);
    EXPECT_EQ(refuse(five, known), std::nullopt);
    known.last = five.checkpoint;
    EXPECT_EQ(refuse(three, known)->size, 5u) << "a request that was overtaken rolls nothing back";
}

}  // namespace
}  // namespace vedette::witness
