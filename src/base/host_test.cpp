#include "base/host.hpp"

#include <gtest/gtest.h>

namespace vedette {
namespace {

TEST(HostToldBy, ALinkLocalAddressLiesOnTheLinkOfWhoToldIt) {
    EXPECT_EQ(host_told_by("fe80::1%eth1", "fe80::2"), "fe80::2%eth1");
    EXPECT_EQ(host_told_by("fe80::1%eth1", "febf::2"), "febf::2%eth1");
}

TEST(HostToldBy, ADeviceChoosesNoInterfaceOfOurs) {
    EXPECT_EQ(host_told_by("fe80::1%eth1", "fe80::2%eth0"), "fe80::2%eth1");
    EXPECT_EQ(host_told_by("192.0.2.1", "fe80::2%eth0"), "fe80::2");
    EXPECT_EQ(host_told_by("camera.example", "fe80::2%eth0"), "fe80::2");
    EXPECT_EQ(host_told_by("fe80::1%eth1", "2001:db8::2%eth0"), "2001:db8::2");
}

TEST(HostToldBy, OtherHostsStayAsTheyAre) {
    EXPECT_EQ(host_told_by("fe80::1%eth1", "fec0::2"), "fec0::2");
    EXPECT_EQ(host_told_by("fe80::1%eth1", "2001:db8::2"), "2001:db8::2");
    EXPECT_EQ(host_told_by("fe80::1%eth1", "192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(host_told_by("fe80::1%eth1", "camera.example"), "camera.example");
}

}  // namespace
}  // namespace vedette
