#include "witness/ledger.hpp"

#include <cerrno>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file_fault.hpp"
#include "base/hex.hpp"
#include "base/test_folder.hpp"
#include "crypto/merkle_proof.hpp"

namespace vedette::witness {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view log_name = "example.com/log";
const UtcTime noon = from_unix_seconds(1'700'000'000);

/// Fails the operation of that number, counted from 0.
class FailNth final : public FileFaults {
  public:
    explicit FailNth(int nth) : left_(nth) { set_file_faults(this); }
    ~FailNth() override { set_file_faults(nullptr); }
    std::optional<FileFault> before(FileOperation) override {
        if (left_-- == 0) return FileFault{EIO};
        return std::nullopt;
    }
    bool has_failed() const { return left_ < 0; }

  private:
    int left_;
};

class LedgerTest : public testing::Test {
  protected:
    Ledger open() const { return Ledger::open(folder_.path() / "witness").value(); }
    /// A log of `size` entries, whose history is another one from `fork` on.
    crypto::Growth growth(std::uint64_t from, std::uint64_t size, std::uint64_t fork = 100) const {
        std::vector<crypto::Sha256Digest> leaves;
        for (std::uint64_t i = 0; i < size; ++i)
            leaves.push_back(crypto::merkle_leaf_hash(as_bytes((i < fork ? "" : "x") + std::to_string(i))));
        crypto::Growth growth{from, {}, "", {std::string(log_name), size, crypto::merkle_root(leaves)}};
        growth.note = crypto::sign_note(growth.checkpoint.text(), log_name, signer_);
        if (from > 0 && from < size)
            growth.proof = crypto::consistency_proof(from, size, [&](unsigned height, std::uint64_t index) {
                               return Result<crypto::Sha256Digest>(crypto::merkle_root(
                                   std::span(leaves).subspan(index << height, 1u << height)));
                           }).value();
        return growth;
    }
    static unsigned status(const Result<std::variant<std::string, Refusal>>& answer) {
        if (!answer) return 503;
        const auto* refusal = std::get_if<Refusal>(&*answer);
        return refusal ? refusal->status : 200;
    }
    std::string kept(const Ledger& ledger) const {
        return ledger.checkpoint(to_hex(crypto::sha256(as_bytes(log_name)))).value_or("");
    }

    const TestFolder folder_{memory_place()};
    const crypto::Ed25519Signer signer_ = crypto::Ed25519Signer::generate();
    const crypto::NoteVerifier log_{std::string(log_name), signer_.public_key()};
};

TEST_F(LedgerTest, TheKeyIsItsOwnersAloneAndStays) {
    const std::string vkey = open().verifier().vkey();
    EXPECT_EQ(open().verifier().vkey(), vkey);
    struct stat status{};
    ASSERT_EQ(::stat((folder_.path() / "witness/witness.key").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0600u);
    EXPECT_EQ(as_text(read_file(folder_.path() / "witness/witness.vkey", 4096).value()), vkey + "\n");
    fs::permissions(folder_.path() / "witness/witness.key", fs::perms(0644));
    EXPECT_EQ(Ledger::open(folder_.path() / "witness").error().kind, ErrorKind::forbidden);
}

TEST_F(LedgerTest, TwoWitnessesDoNotShareAFolder) {
    const Ledger one = open();
    const auto lock = one.lock();
    ASSERT_TRUE(lock);
    EXPECT_EQ(open().lock().error().kind, ErrorKind::conflict);
}

TEST_F(LedgerTest, WhatIsCosignedIsKeptWithBothSignatures) {
    Ledger ledger = open();
    EXPECT_EQ(status(ledger.add_checkpoint(growth(0, 5), noon)), 404u);
    ASSERT_TRUE(ledger.trust(log_));
    ASSERT_TRUE(ledger.trust(log_)) << "again";
    EXPECT_EQ(
        ledger.trust({std::string(log_name), crypto::Ed25519Signer::generate().public_key()}).error().kind,
        ErrorKind::conflict);
    EXPECT_EQ(kept(ledger), "");
    crypto::Growth first = growth(0, 5);
    const std::string own_lines = first.note;
    first.note += crypto::note_signature_line("another", 7, Bytes(64));
    const auto answer = ledger.add_checkpoint(first, noon);
    ASSERT_EQ(status(answer), 200u);
    EXPECT_EQ(kept(ledger), own_lines + std::get<std::string>(*answer));
    EXPECT_EQ(crypto::open_checkpoint(kept(ledger), log_), first.checkpoint);
    EXPECT_EQ(crypto::cosigned_at(kept(ledger), ledger.verifier()), 1'700'000'000u);
    // By another object, as after a restart. The clock went back meanwhile.
    Ledger again = open();
    ASSERT_EQ(status(again.add_checkpoint(growth(5, 9), noon - std::chrono::hours(1))), 200u);
    EXPECT_EQ(crypto::cosigned_at(kept(again), again.verifier()), 1'700'000'000u);
    const auto logs = again.logs().value();
    ASSERT_EQ(logs.size(), 1u);
    EXPECT_EQ(logs[0].known.last->size, 9u);
    EXPECT_EQ(again.checkpoint("../logs").error().kind, ErrorKind::not_found);
    EXPECT_EQ(again.checkpoint(std::string(64, 'A')).error().kind, ErrorKind::not_found);
}

TEST_F(LedgerTest, AForkIsRefusedAndKeptAsEvidence) {
    Ledger ledger = open();
    ASSERT_TRUE(ledger.trust(log_));
    ASSERT_EQ(status(ledger.add_checkpoint(growth(0, 8), noon)), 200u);
    const crypto::Growth fork = growth(8, 12, 5);
    EXPECT_EQ(status(ledger.add_checkpoint(fork, noon)), 422u);
    const fs::path folder = folder_.path() / "witness/logs" / to_hex(crypto::sha256(as_bytes(log_name)));
    EXPECT_EQ(as_text(read_file(folder / "refused", crypto::max_growth_size).value()), fork.text());
    EXPECT_EQ(status(ledger.add_checkpoint(growth(8, 12), noon)), 200u) << "the true one still may go on";
    // Whoever looks after the witness may let the log begin anew; what was cosigned stays there.
    EXPECT_EQ(ledger.begin_anew("example.com/other", noon).error().kind, ErrorKind::not_found);
    ASSERT_TRUE(ledger.begin_anew(std::string(log_name), noon));
    EXPECT_TRUE(fs::exists(folder / "checkpoint.until-2023-11-14T22:13:20.000Z"));
    EXPECT_EQ(status(ledger.add_checkpoint(growth(0, 3, 1), noon)), 200u);
}

TEST_F(LedgerTest, WhatWasAlteredOnDiskIsNoReasonToSign) {
    Ledger ledger = open();
    ASSERT_TRUE(ledger.trust(log_));
    ASSERT_EQ(status(ledger.add_checkpoint(growth(0, 8), noon)), 200u);
    const fs::path path =
        folder_.path() / "witness/logs" / to_hex(crypto::sha256(as_bytes(log_name))) / "checkpoint";
    Bytes note = read_file(path, crypto::max_note_size).value();
    note[note.size() / 2] ^= std::byte{1};
    ASSERT_TRUE(write_file_synced(path, note));
    EXPECT_EQ(status(ledger.add_checkpoint(growth(0, 3), noon)), 503u);
    EXPECT_EQ(status(ledger.add_checkpoint(growth(8, 9), noon)), 503u);
}

// Operation n fails, for every n: no cosignature leaves that is not on disk, and whatever left before holds
// all that comes later to it.
TEST_F(LedgerTest, NoFailureOfTheDiskLetsItSignAFork) {
    Ledger ledger = open();
    ASSERT_TRUE(ledger.trust(log_));
    ASSERT_EQ(status(ledger.add_checkpoint(growth(0, 8), noon)), 200u);
    for (int nth = 0;; ++nth) {
        bool failed = false;
        unsigned answered = 0;
        {
            FailNth faults(nth);
            answered = status(ledger.add_checkpoint(growth(8, 12), noon));
            failed = faults.has_failed();
        }
        if (!failed) {
            EXPECT_EQ(answered, 200u);
            break;
        }
        EXPECT_EQ(answered, 503u) << nth;
        Ledger again = open();
        for (const std::uint64_t from : {8u, 12u})
            EXPECT_THAT(status(again.add_checkpoint(growth(from, 20, 5), noon)), testing::AnyOf(409u, 422u));
        EXPECT_EQ(status(again.add_checkpoint(growth(0, 12, 5), noon)), 409u) << nth;
        // For the next round.
        ASSERT_TRUE(again.begin_anew(std::string(log_name), noon + std::chrono::seconds(nth + 1)));
        ASSERT_EQ(status(again.add_checkpoint(growth(0, 8), noon)), 200u);
    }
}

}  // namespace
}  // namespace vedette::witness
