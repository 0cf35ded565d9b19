#include "base/ip_network.hpp"

#include <gtest/gtest.h>

namespace vedette {
namespace {

IpAddress address(std::string_view text) {
    return IpAddress::parse(text).value();
}
bool contains(std::string_view network, std::string_view one) {
    return IpNetwork::parse(network).value().contains(address(one));
}

TEST(IpAddress, IsTheSameWhicheverWayItCame) {
    EXPECT_EQ(address("192.0.2.1"), address("::ffff:192.0.2.1"));
    EXPECT_EQ(address("fe80::1%eth0"), address("FE80:0::1"));
    EXPECT_TRUE(address("192.0.2.1").is_v4());
    EXPECT_FALSE(address("2001:db8::1").is_v4());
    for (const char* text :
         {"", "192.0.2", "192.0.2.256", "192.0.2.1%eth0", "192.0.2.1 ", "::g", "localhost", "192.0.2.1/24"})
        EXPECT_FALSE(IpAddress::parse(text)) << text;
    EXPECT_FALSE(IpAddress::parse(std::string_view("192.0.2.1\0", 10)));
}

TEST(IpNetwork, ContainsWhatBeginsAlike) {
    EXPECT_TRUE(contains("192.0.2.0/24", "192.0.2.255"));
    EXPECT_FALSE(contains("192.0.2.0/24", "192.0.3.0"));
    EXPECT_TRUE(contains("192.0.2.0/24", "::ffff:192.0.2.9"));
    EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.200"));
    EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
    EXPECT_TRUE(contains("192.0.2.7", "192.0.2.7"));
    EXPECT_FALSE(contains("192.0.2.7", "192.0.2.6"));
    EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.1"));
    EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
    EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
    EXPECT_TRUE(contains("::/0", "2001:db8::1"));
}

TEST(IpNetwork, ContainsSmallerNetworks) {
    const IpNetwork network = IpNetwork::parse("10.1.0.0/16").value();
    EXPECT_TRUE(network.contains(network));
    EXPECT_TRUE(network.contains(IpNetwork::parse("10.1.2.0/24").value()));
    EXPECT_FALSE(network.contains(IpNetwork::parse("10.0.0.0/8").value()));
    EXPECT_FALSE(network.contains(IpNetwork::parse("10.2.0.0/24").value()));
}

TEST(IpNetwork, TextLeadsBack) {
    for (const char* text :
         {"192.0.2.0/24", "192.0.2.7", "0.0.0.0/0", "2001:db8::/32", "2001:db8::1", "::/0", "10.0.0.0/8"})
        EXPECT_EQ(IpNetwork::parse(text).value().text(), text);
    EXPECT_EQ(IpNetwork::parse("192.0.2.7/32").value().text(), "192.0.2.7");
    EXPECT_EQ(IpNetwork::parse("2001:DB8:0::/32").value().text(), "2001:db8::/32");
}

TEST(IpNetwork, RefusesWhatIsUnclear) {
    for (const char* text :
         {"", "/", "192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "2001:db8::1/64",
          "2001:db8::/129", "2001:db8::/256", "fe80::%eth0/64", "192.0.2.0/24/24", "192.0.2.0/ 24"})
        EXPECT_FALSE(IpNetwork::parse(text)) << text;
}

}  // namespace
}  // namespace vedette
