// With the real SoftHSM and swtpm. tests/system/signing_test.py has what the program says.

#include "gateway/vault/hardware_signing.hpp"

#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>

#include "base/test_depth.hpp"
#include "gateway/vault/sign_with.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/verify.hpp"
#include "keystore/test_tpm.hpp"

namespace vedette::vault {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const UtcTime signing_t0 = from_unix_seconds(1'790'000'000);

class Pin final : public keystore::Secrets {
  public:
    Result<Secret> ask(const keystore::Question&) override {
        ++asked;
        return Secret(digits);
    }
    std::string digits = "4711";
    int asked = 0;
};

class HardwareSigningTest : public testing::Test {
  protected:
    void SetUp() override { record(2); }
    void TearDown() override { ::unsetenv("SOFTHSM2_CONF"); }
    static void run(const std::string& command) {
        ASSERT_EQ(std::system((command + " > /dev/null 2>&1").c_str()), 0) << command;
    }
    // P-256: SoftHSM 2.6 loses some bytes for each Ed25519 key that it reads.
    void start_token() {
        fs::create_directory(place / "tokens");
        std::ofstream(place / "softhsm2.conf")
            << "directories.tokendir = " << (place / "tokens").string() << "\nlog.level = ERROR\n";
        ::setenv("SOFTHSM2_CONF", (place / "softhsm2.conf").c_str(), 1);
        run("softhsm2-util --init-token --free --label 'vedette test' --so-pin 12345678 --pin 4711");
        run("pkcs11-tool --module /usr/lib/softhsm/libsofthsm2.so --token-label 'vedette test' --login --pin "
            "4711 --keypairgen --key-type EC:prime256v1 --label signer --id 01");
    }
    void start_tpm() { ASSERT_TRUE(tpm.start(place)); }
    std::unique_ptr<Vault> open() {
        VaultOptions options;
        options.folder = folder.path;
        options.sync_interval = 20ms;
        options.checkpoint_interval = 50ms;
        options.secrets = &pin;
        options.on_notice = [this](const std::string& message) { notices.push_back(message); };
        return Vault::open(std::move(options)).value();
    }
    void record(Vault& vault, int count) {
        const auto run = vault.begin_run(stream, shared("init"), std::nullopt).value();
        for (int i = 0; i < count; ++i, ++number)
            ASSERT_TRUE(vault.append(make_fragment(stream, run, signing_t0 + seconds(2 * number), number)));
        ASSERT_TRUE(vault.flush());
    }
    void record(int count) {
        const auto vault = open();
        record(*vault, count);
    }
    bool reaches(SigningState state) const {
        for (int i = 0; i < 400; ++i) {
            if (SigningFiles({folder.path}).state() == state) return true;
            std::this_thread::sleep_for(25ms);
        }
        return false;
    }
    VerifyReport verified(const std::string& vkey = "") {
        faults.clear();
        VerifyOptions options;
        options.secrets = &pin;
        if (!vkey.empty()) options.vkey = vkey;
        return verify({folder.path}, options, [this](const Fault& fault) { faults += fault.reason + "\n"; })
            .value();
    }
    static std::vector<std::pair<SigningState, bool>> kinds(const VerifyReport& report) {
        std::vector<std::pair<SigningState, bool>> kinds;
        for (const SignedStretch& stretch : report.signed_by)
            kinds.emplace_back(stretch.state, !stretch.vkey.empty());
        return kinds;
    }

    VaultFolder folder;
    TestFolder around;
    const fs::path place = around.path();
    const StreamKey stream{CameraId::random(), 0};
    const SignWith token{keystore::SignerKind::pkcs11, "pkcs11:token=vedette%20test;object=signer", false};
    Pin pin;
    std::vector<std::string> notices;
    std::string faults;
    int number = 0;
    keystore::TestTpm tpm;
};

TEST_F(HardwareSigningTest, ATokenThatComesAndGoes) {
    start_token();
    const auto key = sign_with({folder.path}, token, pin);
    ASSERT_TRUE(key) << key.error().message;
    {
        const auto vault = open();
        EXPECT_TRUE(notices.empty()) << notices.front();
        record(*vault, 3);
        fs::rename(place / "tokens", place / "drawer");
        fs::create_directory(place / "tokens");
        record(*vault, 3);
        ASSERT_TRUE(reaches(SigningState::away));
        EXPECT_NE(vault->usage()->problem.find("recording goes on"), std::string::npos);
        record(*vault, 3);
        fs::remove(place / "tokens");
        fs::rename(place / "drawer", place / "tokens");
        ASSERT_TRUE(reaches(SigningState::pkcs11));
        EXPECT_EQ(vault->usage()->problem, "");
        record(*vault, 3);
    }
    const auto report = verified(key->vkey);
    EXPECT_EQ(faults, "");
    EXPECT_EQ(report.fragments, 14u);
    EXPECT_EQ(kinds(report), (std::vector<std::pair<SigningState, bool>>{{SigningState::own_key, false},
                                                                         {SigningState::pkcs11, true},
                                                                         {SigningState::away, false},
                                                                         {SigningState::pkcs11, true}}));
    EXPECT_EQ(report.signed_by.back().end, report.checkpoint->size);
}

TEST_F(HardwareSigningTest, AWrongPinIsTriedOnce) {
    start_token();
    ASSERT_TRUE(sign_with({folder.path}, token, pin));
    pin.digits = "0815";
    pin.asked = 0;
    const auto vault = open();
    ASSERT_EQ(notices.size(), 1u);
    EXPECT_NE(notices.front().find("the PIN is wrong"), std::string::npos) << notices.front();
    ASSERT_TRUE(reaches(SigningState::away));
    record(*vault, 2);
    std::this_thread::sleep_for(500ms);  // several attempts would have come
    EXPECT_EQ(pin.asked, 1);
}

TEST_F(HardwareSigningTest, ATpmThatHangsHoldsNothingUp) {
    if (!test_thoroughly()) GTEST_SKIP() << "waits for its time limit";
    start_tpm();
    const auto key = sign_with({folder.path}, {keystore::SignerKind::tpm2, "", false}, pin);
    ASSERT_TRUE(key) << key.error().message;
    auto vault = open();
    record(*vault, 2);
    ASSERT_EQ(::kill(tpm.process(), SIGSTOP), 0);
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) record(*vault, 1);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
    const auto stopped = std::chrono::steady_clock::now();
    vault.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - stopped, 10s);
    ASSERT_EQ(::kill(tpm.process(), SIGCONT), 0);
    std::this_thread::sleep_for(500ms);  // the thread that was left alone ends
    const auto report = verified(key->vkey);
    EXPECT_EQ(faults, "");
    EXPECT_EQ(report.fragments, 24u);
    record(1);
    EXPECT_EQ(verified().signed_by.back().vkey, key->vkey);
}

TEST_F(HardwareSigningTest, AChangeThatACrashCutOff) {
    start_token();
    const Layout layout{folder.path};
    const auto key = sign_with(layout, token, pin);
    ASSERT_TRUE(key) << key.error().message;
    // Behind the entry, in front of the key's file.
    fs::rename(layout.signing_key(), layout.keys() / "signing.next");
    fs::remove(layout.signing() / "checkpoint");
    fs::remove(layout.signing() / "state");
    record(1);
    EXPECT_TRUE(fs::exists(layout.signing_key()));
    EXPECT_EQ(verified(key->vkey).signed_by.back().vkey, key->vkey);
    EXPECT_EQ(faults, "");
    // In front of the entry.
    ASSERT_TRUE(write_next_signing_key(layout, {keystore::SignerKind::file, "", "", {}, {}}));
    ASSERT_TRUE(SigningFiles(layout).write_proof(999, {"", "not yet\n\n\xe2\x80\x94 a AAAAAAA=\n"}));
    record(1);
    EXPECT_FALSE(fs::exists(layout.keys() / "signing.next"));
    EXPECT_EQ(verified(key->vkey).signed_by.back().vkey, key->vkey);
    EXPECT_EQ(faults, "");
}

TEST_F(HardwareSigningTest, ALogFromWhichTheKeyWasTakenOut) {
    start_token();
    const Layout layout{folder.path};
    const fs::path earlier = place / "earlier";
    fs::copy(folder.path, earlier, fs::copy_options::recursive);
    ASSERT_TRUE(sign_with(layout, token, pin));
    fs::remove_all(layout.log());
    fs::copy(earlier / "tlog", layout.log(), fs::copy_options::recursive);
    EXPECT_GT(verified().faults, 0u);
    EXPECT_NE(faults.find("of which the log does not speak"), std::string::npos) << faults;
}

TEST_F(HardwareSigningTest, WhatTheTokenSignedCannotBeRewrittenWithoutIt) {
    start_token();
    const Layout layout{folder.path};
    const std::string vkey = sign_with(layout, token, pin).value().vkey;
    const fs::path earlier = place / "earlier";
    fs::copy(folder.path, earlier, fs::copy_options::recursive);
    record(2);
    EXPECT_EQ(verified(vkey).faults, 0u);
    // The thief's own history, from the day of the change on, under the token's newest signature.
    const fs::path kept = place / "checkpoint";
    fs::copy(layout.signing() / "checkpoint", kept);
    fs::remove_all(folder.path);
    fs::copy(earlier, folder.path, fs::copy_options::recursive);
    fs::rename(place / "tokens", place / "drawer");
    record(4);
    fs::copy(kept, layout.signing() / "checkpoint", fs::copy_options::overwrite_existing);
    EXPECT_GT(verified(vkey).faults, 0u);
    EXPECT_NE(faults.find("not those that it has signed"), std::string::npos) << faults;
    // Without that signature nothing of the stretch counts as the token's.
    fs::remove(layout.signing() / "checkpoint");
    const auto report = verified();
    EXPECT_NE(faults.find("can't be read"), std::string::npos) << faults;
    for (const SignedStretch& stretch : report.signed_by) EXPECT_EQ(stretch.vkey, "");
    fs::remove(SigningFiles(layout).proof(report.signed_by[1].first));
    EXPECT_GT(verified().faults, 0u);
    EXPECT_NE(faults.find("its public key is missing"), std::string::npos) << faults;
}

}  // namespace
}  // namespace vedette::vault
