// Cosignatures of witnesses, proofs that a log has grown, and what both find in a verification.

#include "crypto/cosignature.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/test_folder.hpp"
#include "crypto/growth.hpp"
#include "crypto/kept_checkpoints.hpp"
#include "crypto/merkle_proof.hpp"

namespace vedette::crypto {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view sofa =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
constexpr std::uint64_t sofa_time = 1'679'315'147;
constexpr std::string_view w1 = "witness.example.com/w1";

Ed25519Signer rfc8032_signer() {  // RFC 8032 section 7.1, test 1
    return Ed25519Signer::from_seed(
               *from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
        .value();
}

// The example of the specification, signed with the key of RFC 8032 by OpenSSL's own program.
TEST(Cosignature, IsWhatAnotherProgramMakes) {
    const Ed25519Signer signer = rfc8032_signer();
    const std::string line = cosign(sofa, sofa_time, w1, signer);
    EXPECT_EQ(
        line,
        "\xe2\x80\x94 witness.example.com/w1 "
        "fm9KqgAAAABkGFDL+TPmh4BYuAjsYRoqMJCWb/gWJaeRF/kmm5tlCr9sJ57DLErur7K0yDXc2ArN+TIuotuB/HbuL3AJsp3b"
        "v/aNCQ==\n");
    const WitnessVerifier verifier{std::string(w1), signer.public_key()};
    EXPECT_EQ(verifier.vkey(),
              "witness.example.com/w1+7e6f4aaa+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea");
    EXPECT_EQ(cosigned_at(std::string(sofa) + "\n" + line, verifier), sofa_time);
}

// A key that a witness of the public network publishes, as transparency-dev/formats tests with it.
TEST(Cosignature, KeysOfOtherWitnessesAreRead) {
    const auto remora =
        WitnessVerifier::parse("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2");
    ASSERT_TRUE(remora) << remora.error().message;
    EXPECT_EQ(remora->key_id(), 0xda77ade7u);
    for (const char* text :
         {"bananas.sigstore.dev+12344556", "rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!",
          "rekor.sigstore.dev+12345678+AwEB",
          "remora.n621.de+da77ade8+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
          // of a log, not of a witness
          "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"})
        EXPECT_EQ(WitnessVerifier::parse(text).error().kind, ErrorKind::invalid_input) << text;
    EXPECT_TRUE(NoteVerifier::parse("TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"));
    EXPECT_FALSE(NoteVerifier::parse(remora->vkey())) << "a witness's key signs no log";
}

TEST(Cosignature, NothingOfItCanBeChanged) {
    const Ed25519Signer signer = rfc8032_signer();
    const WitnessVerifier verifier{std::string(w1), signer.public_key()};
    const std::string note = std::string(sofa) + "\n" + cosign(sofa, sofa_time, w1, signer);
    for (std::size_t at = 0; at < note.size(); ++at) {
        std::string bad = note;
        bad[at] ^= 1;
        EXPECT_FALSE(cosigned_at(bad, verifier)) << at;
    }
    EXPECT_EQ(cosigned_at(note, {"witness.example.com/w2", signer.public_key()}).error().kind,
              ErrorKind::not_found);
    // A plain signature by the same key is none, whatever its key id says.
    const std::string plain =
        std::string(sofa) + "\n" + note_signature_line(w1, verifier.key_id(), signer.sign(as_bytes(sofa)));
    EXPECT_EQ(cosigned_at(plain, verifier).error().kind, ErrorKind::corrupt);
    // A time of zero says nothing.
    const std::string timeless = std::string(sofa) + "\n" + cosign(sofa, 0, w1, signer);
    EXPECT_EQ(cosigned_at(timeless, verifier).error().kind, ErrorKind::corrupt);
}

TEST(Cosignature, OfAnAnswerOnlyWhatCountsIsTaken) {
    const Ed25519Signer log = Ed25519Signer::generate();
    const Ed25519Signer other = Ed25519Signer::generate();
    const Ed25519Signer signer = rfc8032_signer();
    const WitnessVerifier verifier{std::string(w1), signer.public_key()};
    const std::string note = sign_note(sofa, "example.com/behind-the-sofa", log);
    const std::string line = cosign(sofa, sofa_time, w1, signer);
    EXPECT_EQ(add_cosignature(note, cosign(sofa, 5, "other", other) + line, verifier), note + line);
    EXPECT_EQ(cosigned_at(note + line + cosign(sofa, sofa_time + 9, w1, signer), verifier), sofa_time + 9);
    EXPECT_FALSE(add_cosignature(note, "", verifier));
    EXPECT_FALSE(add_cosignature(note, "<html>", verifier));
    EXPECT_FALSE(add_cosignature(note, cosign(sofa, 5, w1, other), verifier));
}

// ---- growth

TEST(Growth, TheExampleOfTheSpecificationIsRead) {
    const std::string body =
        "old 20852014\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
        "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\n" +
        std::string(sofa) +
        "\n\xe2\x80\x94 example.com/behind-the-sofa "
        "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    const auto growth = Growth::parse(body);
    ASSERT_TRUE(growth) << growth.error().message;
    EXPECT_EQ(growth->old_size, 20'852'014u);
    EXPECT_EQ(growth->proof.size(), 2u);
    EXPECT_EQ(growth->checkpoint.origin, "example.com/behind-the-sofa");
    EXPECT_EQ(growth->checkpoint.size, 20'852'163u);
    EXPECT_EQ(growth->text(), body);
    // Cut anywhere before its last byte it is none.
    for (std::size_t size = 0; size < body.size(); ++size)
        EXPECT_FALSE(Growth::parse(std::string_view(body).substr(0, size))) << size;
}

TEST(Growth, WhatIsWrittenInAnotherWayIsRefused) {
    const std::string note = sign_note(sofa, "example.com/behind-the-sofa", rfc8032_signer());
    const std::string hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
    EXPECT_TRUE(Growth::parse("old 0\n\n" + note));
    std::string most = "old 7\n";
    for (std::size_t i = 0; i < max_proof_lines; ++i) most += hash;
    EXPECT_TRUE(Growth::parse(most + "\n" + note));
    const std::string bodies[] = {"",
                                  "old 01\n\n" + note,
                                  "old -1\n\n" + note,
                                  "old \n\n" + note,
                                  "old 18446744073709551616\n\n" + note,
                                  "Old 1\n\n" + note,
                                  "old 1\r\n\r\n" + note,
                                  "\n" + note,
                                  "old 1\nAAAA\n\n" + note,
                                  "old 1\n" + note,
                                  most + hash + "\n" + note,
                                  "old 1\n\n" + std::string(sofa),
                                  "old 1\n\n" + note + "x",
                                  "old 1\n\na\nb\nc\n" + note.substr(note.find("\n\n")),
                                  std::string(max_growth_size + 1, 'x')};
    for (const std::string& body : bodies)
        EXPECT_EQ(Growth::parse(body).error().kind, ErrorKind::invalid_input) << body.substr(0, 80);
}

class GrowingLog : public testing::Test {
  protected:
    void grow(std::uint64_t size) {
        auto log = TileLog::open(folder_.path(), "example.com/log", signer_).value();
        while (log.size() < size) log.append(as_bytes(std::to_string(log.size())));
        ASSERT_TRUE(log.publish());
        frontier_ = {};
        for (std::uint64_t i = 0; i < size; ++i) frontier_.add(merkle_leaf_hash(as_bytes(std::to_string(i))));
        note_ = sign_note(Checkpoint{"example.com/log", size, frontier_.root()}.text(), "example.com/log",
                          signer_);
    }
    const NoteVerifier& verifier() const { return verifier_; }

    const TestFolder folder_{memory_place()};
    const Ed25519Signer signer_ = Ed25519Signer::generate();
    const NoteVerifier verifier_{"example.com/log", signer_.public_key()};
    MerkleFrontier frontier_;
    std::string note_;
};

TEST_F(GrowingLog, ProvesThatItGoesOn) {
    std::map<std::uint64_t, Sha256Digest> roots;
    for (const std::uint64_t size : {1u, 2u, 7u, 256u, 300u, 70'000u}) {
        grow(size);
        roots[size] = frontier_.root();
        for (const auto& [old_size, old_root] : roots) {
            const auto growth = prove_growth(TileLogReader(folder_.path()), old_size, note_, verifier_);
            ASSERT_TRUE(growth) << growth.error().message;
            EXPECT_TRUE(is_consistent(old_size, old_root, size, growth->checkpoint.root, growth->proof));
            EXPECT_EQ(Growth::parse(growth->text())->proof, growth->proof);
        }
        EXPECT_THAT(prove_growth(TileLogReader(folder_.path()), 0, note_, verifier_)->proof, IsEmpty());
        EXPECT_EQ(prove_growth(TileLogReader(folder_.path()), size + 1, note_, verifier_).error().kind,
                  ErrorKind::invalid_input);
    }
    const std::string other =
        sign_note(Checkpoint{"example.com/log", 70'000, sha256({})}.text(), "example.com/log", signer_);
    EXPECT_EQ(prove_growth(TileLogReader(folder_.path()), 300, other, verifier_).error().kind,
              ErrorKind::corrupt)
        << "what is on disk is not what was signed";
}

// ---- verification

TEST_F(GrowingLog, KeptCheckpointsTellWhatWasRewritten) {
    const Ed25519Signer witness_signer = rfc8032_signer();
    const WitnessVerifier witness{std::string(w1), witness_signer.public_key()};
    const auto cosigned = [&](std::uint64_t size, const Sha256Digest& root) {
        const std::string text = Checkpoint{"example.com/log", size, root}.text();
        return Witnessing{witness, sign_note(text, "example.com/log", signer_) +
                                       cosign(text, sofa_time, w1, witness_signer)};
    };
    const auto faults_of = [&](const Witnessing& witnessing, std::string& vouched) {
        KeptCheckpoints kept;
        EXPECT_TRUE(kept.add_witnessed(witnessing, verifier_));
        MerkleFrontier reading;
        kept.compare(reading);
        for (int i = 0; i < 10; ++i) {
            reading.add(merkle_leaf_hash(as_bytes(std::to_string(i))));
            kept.compare(reading);
        }
        vouched = kept.vouched();
        return kept.faults(10);
    };
    grow(7);
    std::string vouched;
    EXPECT_THAT(faults_of(cosigned(7, frontier_.root()), vouched), IsEmpty());
    EXPECT_EQ(vouched,
              "witness.example.com/w1 saw 7 entries at 2023-03-20T12:25:47.000Z, and the log goes on "
              "from them");
    EXPECT_THAT(faults_of(cosigned(7, sha256({})), vouched),
                ElementsAre(HasSubstr("rewritten, and signed anew with the key that signs")));
    EXPECT_EQ(vouched, "");
    EXPECT_THAT(faults_of(cosigned(11, frontier_.root()), vouched),
                ElementsAre(HasSubstr("saw 11 entries at 2023-03-20T12:25:47.000Z, and it has 10 now")));

    KeptCheckpoints kept;
    EXPECT_EQ(kept.add_witnessed({witness, ""}, verifier_).error().kind, ErrorKind::not_found);
    EXPECT_EQ(kept.add_witnessed({witness, note_}, verifier_).error().kind, ErrorKind::not_found);
    const NoteVerifier stranger{"example.com/log", rfc8032_signer().public_key()};
    EXPECT_EQ(kept.add_witnessed(cosigned(7, frontier_.root()), stranger).error().kind, ErrorKind::corrupt);
}

}  // namespace
}  // namespace vedette::crypto
