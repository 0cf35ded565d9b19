// With the real swtpm, a TPM 2.0 in software; PCRs are extended and signed by tools that are not ours.

#include "keystore/tpm2.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/test_folder.hpp"
#include "crypto/base64.hpp"
#include "keystore/pcr_signature.hpp"
#include "keystore/signing_key.hpp"
#include "keystore/test_tpm.hpp"

namespace vedette::keystore {
namespace {

namespace fs = std::filesystem;

class Tpm2Test : public testing::Test {
  protected:
    void SetUp() override { start(); }
    void TearDown() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }
    void start() { ASSERT_TRUE(tpm.start(path)); }
    void stop() { tpm.stop(); }
    void run(const std::string& command) const {
        ASSERT_EQ(std::system(("cd " + path.string() + " && " + command + " > /dev/null 2>&1").c_str()), 0)
            << command;
    }
    void extend(int pcr) const {
        run("tpm2_pcrextend -T " + tpm.tcti() + " " + std::to_string(pcr) +
            ":sha256=" + std::string(64, 'a'));
    }
    std::string content(const char* name) const {
        std::ifstream file(path / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    // As systemd-measure does, for the PCR as it is now.
    void sign_pcr(int pcr) const {
        run("tpm2_createpolicy -T " + tpm.tcti() + " --policy-pcr -l sha256:" + std::to_string(pcr) +
            " -L policy");
        run("tpm2_flushcontext -T " + tpm.tcti() + " -l");  // the tool leaves its session behind
        run("openssl dgst -sha256 -sign private.pem -out signature policy");
        std::ofstream(path / "tpm2-pcr-signature.json")
            << R"({"sha256":[{"pcrs":[)" << pcr << R"(],"pkfp":"","pol":")"
            << to_hex(as_bytes(content("policy"))) << R"(","sig":")"
            << crypto::to_base64(as_bytes(content("signature"))) << R"("}]})";
    }
    static Slot slot_of(const Enrolment& enrolment) {
        Slot slot{.number = 2, .kind = SlotKind::tpm2, .parameters = enrolment.parameters};
        slot.wrap(enrolment.key, Secret(std::string(32, 'r')));
        return slot;
    }
    std::string opens(const Slot& slot) const {
        const auto root = tpm2_provider().open(slot, environment);
        if (!root) return root.error().message;
        return root->reveal_text() == std::string(32, 'r') ? "" : "another key";
    }

    TestFolder test_folder;
    const fs::path path = test_folder.path();
    TestTpm tpm;
    Environment environment{KeyFolder("/nonexistent"), nullptr};
};

TEST_F(Tpm2Test, SignsWithAKeyThatStaysInIt) {
    auto made = make_tpm2_key("example.com/log");
    ASSERT_TRUE(made) << made.error().message;
    const auto key = crypto::NoteKey::parse(made->key.vkey);
    ASSERT_TRUE(key) << key.error().message;
    constexpr int signatures = 10;
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < signatures; ++i) {
        const std::string message = fmt::format("checkpoint {}", i);
        const auto signature = made->signer->sign(as_bytes(message));
        ASSERT_TRUE(signature) << signature.error().message;
        EXPECT_TRUE(key->verify(as_bytes(message), *signature));
        EXPECT_FALSE(key->verify(as_bytes("another"), *signature));
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    RecordProperty("ms_for_a_signature", fmt::format("{:.0f}", took.count() / signatures));
    fmt::print("{:.0f} ms for a signature\n", took.count() / signatures);
    const Environment nobody{KeyFolder("/nonexistent"), nullptr};
    const auto read = SigningKey::parse(made->key.print());
    ASSERT_TRUE(read) << read.error().message;
    const auto again = open_signer(*read, nobody);
    EXPECT_TRUE(again) << again.error().message;
    stop();
    EXPECT_EQ(open_signer(*read, nobody).error().kind, ErrorKind::unavailable);
    for (const auto& file : fs::directory_iterator(path)) fs::remove(file);  // another TPM
    start();
    const auto other = open_signer(*read, nobody);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::corrupt) << other.error().message;
}

TEST_F(Tpm2Test, OpensWhileThePcrsAreAsTheyWere) {
    const auto enrolment = enrol_tpm2(environment, *parse_pcrs("7+8"), "");
    ASSERT_TRUE(enrolment) << enrolment.error().message;
    const Slot slot = slot_of(*enrolment);
    EXPECT_EQ(tpm2_provider().describe(slot), "PCRs 7+8");
    EXPECT_EQ(opens(slot), "");
    const auto renewed = tpm2_provider().renew(slot, environment);
    ASSERT_TRUE(renewed) << renewed.error().message;
    EXPECT_EQ(opens(slot_of(*renewed)), "");
    extend(9);
    EXPECT_EQ(opens(slot), "") << "another PCR";
    extend(8);
    EXPECT_EQ(opens(slot), "the TPM refuses: its PCRs are not as the policy says");
    stop();
    start();  // as after power was off
    EXPECT_EQ(opens(slot), "");
}

TEST_F(Tpm2Test, ASignedPolicyFollowsUpdates) {
    run("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out short.pem");
    run("openssl pkey -in short.pem -pubout -out public.pem");
    for (const std::string& wrong : {content("public.pem"), content("short.pem"), std::string("nonsense")})
        EXPECT_EQ(enrol_tpm2(environment, 1, wrong).error().kind, ErrorKind::invalid_input) << wrong;
    run("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private.pem");
    run("openssl pkey -in private.pem -pubout -out public.pem");
    ::setenv("CREDENTIALS_DIRECTORY", path.c_str(), 1);
    const auto without = enrol_tpm2(environment, *parse_pcrs("11"), content("public.pem"));
    EXPECT_NE(without.error().message.find("tpm2-pcr-signature.json"), std::string::npos)
        << without.error().message;
    sign_pcr(11);
    const auto enrolment = enrol_tpm2(environment, *parse_pcrs("11"), content("public.pem"));
    ASSERT_TRUE(enrolment) << enrolment.error().message;
    const Slot slot = slot_of(*enrolment);
    EXPECT_EQ(tpm2_provider().describe(slot), "PCRs 11, signed");
    EXPECT_EQ(opens(slot), "");
    extend(11);  // the update that was not signed
    EXPECT_NE(opens(slot).find("no signature"), std::string::npos) << opens(slot);
    sign_pcr(11);  // and with its signature
    EXPECT_EQ(opens(slot), "");
    // Somebody else's signature of the same values.
    run("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private.pem");
    sign_pcr(11);
    EXPECT_EQ(opens(slot), "the TPM refuses: the signature of its PCRs is not good");
}

TEST_F(Tpm2Test, AnotherTpmOpensNothing) {
    const auto enrolment = enrol_tpm2(environment, *parse_pcrs("7"), "");
    ASSERT_TRUE(enrolment);
    const Slot slot = slot_of(*enrolment);
    stop();
    EXPECT_NE(opens(slot).find("there is no TPM 2.0"), std::string::npos) << opens(slot);
    for (const auto& file : fs::directory_iterator(path)) fs::remove(file);
    start();
    EXPECT_EQ(opens(slot), "another TPM sealed it, or this one was cleared");
}

TEST(Tpm2Parameters, AreReadWithinLimits) {
    const Tpm2Parameters parameters{
        .pcrs = 1 << 7, .public_part = Bytes(80), .private_part = Bytes(200), .policy_key = "x"};
    const Bytes bytes = parameters.print();
    EXPECT_EQ(Tpm2Parameters::parse(bytes)->policy_key, "x");
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(Tpm2Parameters::parse(ByteView(bytes).first(size)));
    EXPECT_FALSE(
        Tpm2Parameters::parse(Tpm2Parameters{.pcrs = 0, .public_part = {}, .private_part = {}}.print()));
    EXPECT_FALSE(Tpm2Parameters::parse(
        Tpm2Parameters{.pcrs = 1 << 24, .public_part = {}, .private_part = {}}.print()));
    EXPECT_FALSE(Tpm2Parameters::parse(
        Tpm2Parameters{.pcrs = 1, .public_part = Bytes(1025), .private_part = {}}.print()));
    // A slot that was tampered with reaches no TPM that could be confused by it.
    EXPECT_EQ(parse_pcrs("0"), 1U);
    EXPECT_EQ(parse_pcrs("7+11+23"), 1U << 7 | 1U << 11 | 1U << 23);
    EXPECT_EQ(print_pcrs(*parse_pcrs("11+7")), "7+11");
    for (const std::string_view wrong : {"", "24", "7+", "+7", "7,11", "x", "-1", "7++8"})
        EXPECT_FALSE(parse_pcrs(wrong)) << wrong;
}

TEST(PcrSignature, WhatIsNotUnderstoodIsPassedOver) {
    const std::string digest(64, 'a');
    const auto signatures = parse_pcr_signatures(
        R"({"sha1":[{}],"sha256":[7,{"pcrs":[11],"pol":"aa","sig":"AAAA"},{"pcrs":[24],"pol":")" + digest +
        R"(","sig":"AAAA"},{"pcrs":[11,7],"pol":")" + digest + R"(","sig":"AAAA"}]})");
    ASSERT_EQ(signatures->size(), 1U);
    EXPECT_EQ(signatures->front().pcrs, 1U << 11 | 1U << 7);
    EXPECT_TRUE(parse_pcr_signatures("{}")->empty());
    EXPECT_FALSE(parse_pcr_signatures(""));
    EXPECT_FALSE(parse_pcr_signatures("[]"));
    EXPECT_FALSE(parse_pcr_signatures(std::string(20, '[')));
    EXPECT_FALSE(parse_pcr_signatures("{}" + std::string(max_pcr_signatures_size, ' ')));
}

}  // namespace
}  // namespace vedette::keystore
