#include "crypto/certificates.hpp"

#include <cstdio>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test_folder.hpp"

namespace vedette::crypto {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class CertificatesTest : public testing::Test {
  protected:
    CertificateAuthority authority() {
        auto opened = CertificateAuthority::open(directory_, clock_);
        if (!opened) throw std::runtime_error(opened.error().message);
        return std::move(*opened);
    }
    std::string read(const std::string& name) {
        std::ifstream file(directory_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void write(const std::string& name, std::string_view text) { std::ofstream(directory_ / name) << text; }
    std::string run(const std::string& command) {
        FILE* pipe = ::popen(("cd " + directory_.string() + " && " + command + " 2>&1").c_str(), "r");
        std::string output;
        char buffer[1024];
        for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
            output.append(buffer, got);
        ::pclose(pipe);
        return output;
    }

    SimulatedClock clock_{SystemClock().utc_now()};
    TestFolder folder_;
    std::filesystem::path directory_ = folder_.path() / "tls";
    const std::vector<std::string> names_ = {"localhost", "hub.example", "127.0.0.1", "::1"};
};

TEST_F(CertificatesTest, SatisfiesOpenssl) {
    ASSERT_TRUE(authority().server_certificate(names_).has_value());
    for (const char* check : {"-verify_hostname localhost", "-verify_hostname hub.example",
                              "-verify_ip 127.0.0.1", "-verify_ip ::1"}) {
        const std::string command =
            std::string("openssl verify -x509_strict -purpose sslserver -CAfile ca.pem ");
        EXPECT_EQ(run(command + check + " server.pem"), "server.pem: OK\n");
    }
    EXPECT_THAT(run("openssl verify -CAfile ca.pem -verify_hostname other server.pem"),
                HasSubstr("mismatch"));
    const auto info = authority().info();
    ASSERT_TRUE(info.has_value());
    EXPECT_THAT(run("openssl x509 -in ca.pem -noout -fingerprint -sha256"),
                HasSubstr("=" + info->fingerprint + "\n"));
}

TEST_F(CertificatesTest, KeepsKeysPrivate) {
    ASSERT_TRUE(authority().server_certificate(names_).has_value());
    for (const char* name : {"ca.key", "server.key"}) {
        struct stat status{};
        ASSERT_EQ(::stat((directory_ / name).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777, 0600U) << name;
    }
}

TEST_F(CertificatesTest, RenewsInTimeAndForNewNames) {
    ASSERT_TRUE(authority().server_certificate(names_).has_value());
    const std::string ca = read("ca.pem");
    const std::string first = read("server.pem");
    ASSERT_TRUE(authority().server_certificate({"localhost"}).has_value());
    EXPECT_EQ(read("server.pem"), first);
    ASSERT_TRUE(authority().server_certificate({"localhost", "192.0.2.7"}).has_value());
    const std::string second = read("server.pem");
    EXPECT_NE(second, first);
    clock_.advance(std::chrono::days(200));
    ASSERT_TRUE(authority().server_certificate({"localhost"}).has_value());
    EXPECT_EQ(read("server.pem"), second);
    clock_.advance(std::chrono::days(70));
    ASSERT_TRUE(authority().server_certificate({"localhost"}).has_value());
    EXPECT_NE(read("server.pem"), second);
    EXPECT_EQ(read("ca.pem"), ca);
}

TEST_F(CertificatesTest, ReplacesADamagedServerPair) {
    ASSERT_TRUE(authority().server_certificate(names_).has_value());
    write("server.key", "no key");
    ASSERT_TRUE(authority().server_certificate(names_).has_value());
    EXPECT_EQ(run("openssl verify -CAfile ca.pem server.pem"), "server.pem: OK\n");
    EXPECT_THAT(read("server.key"), HasSubstr("BEGIN PRIVATE KEY"));
}

TEST_F(CertificatesTest, NamesADamagedAuthority) {
    authority();
    const std::string key = read("ca.key");
    write("ca.key", "no key");
    auto damaged = CertificateAuthority::open(directory_, clock_);
    ASSERT_FALSE(damaged.has_value());
    EXPECT_EQ(damaged.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(damaged.error().message, HasSubstr("the key is damaged"));
    std::filesystem::remove(directory_ / "ca.key");
    auto missing = CertificateAuthority::open(directory_, clock_);
    ASSERT_FALSE(missing.has_value());
    EXPECT_THAT(missing.error().message, HasSubstr("ca.key can't be read"));
    write("ca.key", key);
    EXPECT_TRUE(CertificateAuthority::open(directory_, clock_).has_value());
}

TEST(LocalNames, HoldLoopback) {
    EXPECT_THAT(local_names(), testing::IsSupersetOf({"localhost", "127.0.0.1", "::1"}));
}

}  // namespace
}  // namespace vedette::crypto
