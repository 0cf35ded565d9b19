// Keys and signatures by the program openssl, so that both sides are not ours.

#include "crypto/note_key.hpp"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/test_folder.hpp"
#include "crypto/base64.hpp"

namespace vedette::crypto {
namespace {

constexpr std::string_view log_name = "example.com/log";

class NoteKeyTest : public testing::Test {
  protected:
    void run(const std::string& command) const {
        ASSERT_EQ(std::system(("cd " + folder.path().string() + " && " + command).c_str()), 0) << command;
    }
    Bytes file(const char* name) const { return read_file(folder.path() / name, 4096).value(); }
    std::string vkey_of(std::uint8_t type, ByteView encoded, ByteView hashed) const {
        ByteWriter typed;
        typed.u8(type).bytes(encoded);
        return fmt::format("{}+{:08x}+{}", log_name, ByteReader(sha256(hashed)).u32(),
                           to_base64(typed.view()));
    }
    TestFolder folder;
};

TEST_F(NoteKeyTest, EcdsaAsOpensslHasIt) {
    const std::string text = Checkpoint{std::string(log_name), 7, sha256(as_bytes("root"))}.text();
    ASSERT_TRUE(write_file_synced(folder.path() / "text", as_bytes(text), 0600));
    run("openssl ecparam -name prime256v1 -genkey -noout -out key.pem && openssl pkey -in key.pem -pubout "
        "-outform DER -out spki && openssl dgst -sha256 -sign key.pem -out signature text");
    const Bytes spki = file("spki");
    const auto key = NoteKey::parse(vkey_of(2, spki, spki));
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(key->vkey(), vkey_of(2, spki, spki));
    EXPECT_EQ(key->algorithm(), "ECDSA P-256");
    const std::string note = text + "\n" + note_signature_line(log_name, key->id(), file("signature"));
    ASSERT_TRUE(open_checkpoint(note, *key)) << open_checkpoint(note, *key).error().message;
    EXPECT_EQ(open_checkpoint(note, *key)->size, 7u);
    std::string altered = note;
    altered.replace(altered.find("\n7\n"), 3, "\n8\n");
    EXPECT_EQ(open_note(altered, *key).error().kind, ErrorKind::corrupt);
    // A second signature, of a key that nobody asks for, does no harm.
    const Ed25519Signer other = Ed25519Signer::generate();
    EXPECT_TRUE(open_note(note + note_signature_line(log_name, 1, other.sign(as_bytes(text))), *key));
    EXPECT_FALSE(open_note(sign_note(text, log_name, other), *key));
}

TEST_F(NoteKeyTest, Ed25519AsTheLogHasIt) {
    const Ed25519Signer signer = Ed25519Signer::generate();
    const NoteVerifier verifier{std::string(log_name), signer.public_key()};
    const auto key = NoteKey::parse(verifier.vkey());
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(key->vkey(), verifier.vkey());
    EXPECT_EQ(key->algorithm(), "Ed25519");
    EXPECT_TRUE(open_note(sign_note("something\n", log_name, signer), *key));
}

TEST_F(NoteKeyTest, WhatIsNoKeyIsRefused) {
    run("openssl ecparam -name secp384r1 -genkey -noout | openssl pkey -pubout -outform DER -out other");
    run("openssl ecparam -name prime256v1 -genkey -noout | openssl pkey -pubout -outform DER -out spki");
    const Bytes other = file("other");
    Bytes spki = file("spki");
    EXPECT_TRUE(NoteKey::parse(vkey_of(2, spki, spki)));
    EXPECT_FALSE(NoteKey::parse(vkey_of(2, other, other))) << "another curve";
    EXPECT_FALSE(NoteKey::parse(vkey_of(2, spki, other))) << "another id";
    EXPECT_FALSE(NoteKey::parse(vkey_of(4, spki, spki))) << "a cosignature's type";
    spki.back() ^= std::byte{1};
    EXPECT_FALSE(NoteKey::parse(vkey_of(2, spki, spki))) << "no point of the curve";
    for (const std::string_view wrong : {"", "a", "a+b", "a+00000000+", "a+00000000+AQ==", "+00000000+AQ=="})
        EXPECT_FALSE(NoteKey::parse(wrong)) << wrong;
}

TEST(EcdsaSignature, IsWrittenWithoutLeadingZeroes) {
    const Bytes r = {std::byte{0}, std::byte{0}, std::byte{0x80}, std::byte{1}};
    const Bytes s = {std::byte{0x7f}};
    const Bytes expected = {std::byte{0x30}, std::byte{8}, std::byte{2}, std::byte{3}, std::byte{0},
                            std::byte{0x80}, std::byte{1}, std::byte{2}, std::byte{1}, std::byte{0x7f}};
    EXPECT_EQ(ecdsa_signature(r, s), expected);
}

}  // namespace
}  // namespace vedette::crypto
