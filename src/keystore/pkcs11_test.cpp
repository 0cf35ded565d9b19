// With the real SoftHSM, through p11-kit as in use. Its tokens lie in a folder of the test's.

#include "keystore/pkcs11.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/test_folder.hpp"

namespace vedette::keystore {
namespace {

namespace fs = std::filesystem;

class Pin final : public Secrets {
  public:
    Result<Secret> ask(const Question& question) override {
        ++asked;
        EXPECT_NE(question.text.find("vedette test"), std::string::npos) << question.text;
        if (digits.empty()) return fail(ErrorKind::not_found, "nobody is there");
        return Secret(digits);
    }
    std::string digits = "4711";
    int asked = 0;
};

class Pkcs11Test : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directory(path / "tokens");
        std::ofstream(path / "softhsm2.conf")
            << "directories.tokendir = " << (path / "tokens").string() << "\nlog.level = ERROR\n";
        ::setenv("SOFTHSM2_CONF", (path / "softhsm2.conf").c_str(), 1);
        run("softhsm2-util --init-token --free --label 'vedette test' --so-pin 12345678 --pin 4711");
        make_key("store", "01", 2048);
    }
    void TearDown() override { ::unsetenv("SOFTHSM2_CONF"); }
    static void run(const std::string& command) {
        ASSERT_EQ(std::system((command + " > /dev/null 2>&1").c_str()), 0) << command;
    }
    static void make_key(const std::string& label, const std::string& id, int bits) {
        run("pkcs11-tool --module /usr/lib/softhsm/libsofthsm2.so --token-label 'vedette test' --login --pin "
            "4711 "
            "--keypairgen --key-type rsa:" +
            std::to_string(bits) + " --label " + label + " --id " + id);
    }
    Slot slot_of(const Enrolment& enrolment) const {
        Slot slot{.number = 2, .kind = SlotKind::pkcs11, .parameters = enrolment.parameters};
        slot.wrap(enrolment.key, Secret(std::string(32, 'r')));
        return slot;
    }

    TestFolder test_folder;
    const fs::path path = test_folder.path();
    Pin pin;
    Environment environment{KeyFolder("/nonexistent"), &pin};
    const std::string uri = "pkcs11:token=vedette%20test;object=store";
};

TEST_F(Pkcs11Test, TheTokenOpensItsSlot) {
    const auto enrolment = enrol_pkcs11(environment, uri);
    ASSERT_TRUE(enrolment) << enrolment.error().message;
    const Slot slot = slot_of(*enrolment);
    EXPECT_EQ(pkcs11_provider().describe(slot), uri);
    const auto root = pkcs11_provider().open(slot, environment);
    ASSERT_TRUE(root) << root.error().message;
    EXPECT_EQ(root->reveal_text(), std::string(32, 'r'));
    const auto renewed = pkcs11_provider().renew(slot, environment);
    ASSERT_TRUE(renewed) << renewed.error().message;
    EXPECT_NE(renewed->parameters, enrolment->parameters);
    EXPECT_EQ(pkcs11_provider().open(slot_of(*renewed), environment)->reveal_text(), std::string(32, 'r'));
}

TEST_F(Pkcs11Test, AWrongPinIsTriedOnce) {
    const auto enrolment = enrol_pkcs11(environment, uri);
    ASSERT_TRUE(enrolment);
    const Slot slot = slot_of(*enrolment);
    pin.digits = "0815";
    pin.asked = 0;
    EXPECT_EQ(pkcs11_provider().open(slot, environment).error().kind, ErrorKind::unauthenticated);
    EXPECT_EQ(pin.asked, 1);
    pin.digits = "";
    EXPECT_EQ(pkcs11_provider().open(slot, environment).error().kind, ErrorKind::not_found);
    fs::remove_all(path / "tokens");
    fs::create_directory(path / "tokens");
    pin.asked = 0;
    const auto gone = pkcs11_provider().open(slot, environment);
    EXPECT_EQ(gone.error().kind, ErrorKind::not_found);
    EXPECT_NE(gone.error().message.find("there is no PKCS#11 token"), std::string::npos)
        << gone.error().message;
    EXPECT_EQ(pin.asked, 0) << "nobody is asked for the PIN of a token that is not there";
}

TEST_F(Pkcs11Test, AnotherKeyOpensNothing) {
    const auto enrolment = enrol_pkcs11(environment, uri);
    ASSERT_TRUE(enrolment);
    make_key("other", "02", 2048);
    auto parameters = *Pkcs11Parameters::parse(enrolment->parameters);
    parameters.uri = "pkcs11:token=vedette%20test;object=other";
    EXPECT_FALSE(
        pkcs11_provider().open(slot_of({parameters.print(), enrolment->key.duplicate()}), environment));
}

TEST_F(Pkcs11Test, WhatDoesNotNameOneGoodKeyIsRefused) {
    make_key("store2", "02", 1024);
    for (const std::string wrong :
         {"", "store", "pkcs11:token=vedette%20test;object=nothing", "pkcs11:token=other;object=store",
          "pkcs11:token=vedette%20test", "pkcs11:token=vedette%20test;object=store2",
          "pkcs11:token=vedette%20test;object=store?pin-value=4711",
          "pkcs11:token=vedette%20test;object=store?module-path=/tmp/evil.so"}) {
        const auto enrolment = enrol_pkcs11(environment, wrong);
        ASSERT_FALSE(enrolment) << wrong;
        EXPECT_EQ(enrolment.error().message.find('\n'), std::string::npos);
    }
}

TEST(Pkcs11Parameters, AreReadWithinLimits) {
    const Pkcs11Parameters parameters{.uri = "pkcs11:token=a;object=b", .encrypted = Bytes(256)};
    const Bytes bytes = parameters.print();
    EXPECT_EQ(Pkcs11Parameters::parse(bytes)->uri, parameters.uri);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_FALSE(Pkcs11Parameters::parse(ByteView(bytes).first(size)));
    Bytes other = bytes;
    other[0] = std::byte{3};
    EXPECT_FALSE(Pkcs11Parameters::parse(other));
    EXPECT_FALSE(
        Pkcs11Parameters::parse(Pkcs11Parameters{.uri = std::string(513, 'x'), .encrypted = {}}.print()));
    EXPECT_FALSE(Pkcs11Parameters::parse(Pkcs11Parameters{.uri = "a\nb", .encrypted = {}}.print()));
    EXPECT_FALSE(Pkcs11Parameters::parse(Pkcs11Parameters{.uri = "x", .encrypted = Bytes(1025)}.print()));
}

}  // namespace
}  // namespace vedette::keystore
