#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/discovery/address_range.hpp"
#include "gateway/discovery/identity.hpp"

namespace vedette::gateway::discovery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(AddressRange, IsReadAsPeopleWriteIt) {
    const auto expand = [](std::vector<std::string> texts) { return expand_ranges(texts).value(); };
    EXPECT_THAT(expand({" 192.0.2.10 "}), ElementsAre("192.0.2.10"));
    EXPECT_THAT(expand({"192.0.2.10-12", "192.0.2.12 - 192.0.2.13"}),
                ElementsAre("192.0.2.10", "192.0.2.11", "192.0.2.12", "192.0.2.13"));
    EXPECT_THAT(expand({"192.0.2.255-192.0.3.0"}), ElementsAre("192.0.2.255", "192.0.3.0"));
    EXPECT_THAT(expand({"192.0.2.77/30"}), ElementsAre("192.0.2.77", "192.0.2.78"));
    EXPECT_THAT(expand({"192.0.2.7/32"}), ElementsAre("192.0.2.7"));
    EXPECT_EQ(expand({"192.0.2.0/24"}).size(), 254u);
}

TEST(AddressRange, SaysWhatIsWrong) {
    for (const char* bad : {"", "192.0.2", "192.0.2.1.2", "192.0.2.256", "192.0.2.9-192.0.2.1", "a-b",
                            "192.0.2.0/33", "192.0.2.0/0", "192.0.2.-1", "2001:db8::1"}) {
        const auto addresses = expand_ranges({bad});
        ASSERT_FALSE(addresses) << bad;
        EXPECT_EQ(addresses.error().kind, ErrorKind::invalid_input) << bad;
    }
    EXPECT_THAT(expand_ranges({"224.0.0.1"}).error().message, HasSubstr("can't have addresses"));
    EXPECT_THAT(expand_ranges({"0.0.0.0-192.0.2.1"}).error().message, HasSubstr("can't have addresses"));
    EXPECT_THAT(expand_ranges({"10.0.0.0/8"}).error().message, HasSubstr("At most 1024"));
    EXPECT_THAT(expand_ranges({"10.0.0.0/22", "10.1.0.0/24"}).error().message, HasSubstr("At most 1024"));
}

TEST(AddressRange, KnowsNeighbours) {
    EXPECT_TRUE(same_network("192.0.2.1", "192.0.2.254", 24));
    EXPECT_FALSE(same_network("192.0.2.1", "192.0.3.1", 24));
    EXPECT_TRUE(same_network("192.0.2.1", "192.0.2.1", 32));
    EXPECT_FALSE(same_network("192.0.2.1", "camera.example", 24));
    EXPECT_FALSE(same_network("192.0.2.1", "192.0.2.2", 0));
}

wire::DeviceIdentity device(std::string serial, std::vector<std::string> macs) {
    return {.onvif_url = {},
            .endpoint = {},
            .serial = std::move(serial),
            .macs = std::move(macs),
            .manufacturer = "Example",
            .model = "Dome",
            .firmware = "1"};
}

TEST(Identity, ANewAddressIsTheSameCamera) {  // quirk 75
    const auto before = device("SN-1", {"001122aabbcc"});
    auto after = before;
    after.onvif_url = "http://192.0.2.99/onvif/device_service";
    after.firmware = "2";
    EXPECT_TRUE(same_device(before, after));
    EXPECT_TRUE(same_device(device("SN-1", {}), device("SN-1", {"001122aabbcc"})));
    EXPECT_TRUE(same_device(device("", {"001122aabbcc", "001122aabbcd"}), device("", {"001122aabbcd"})));
}

TEST(Identity, AnotherDeviceIsAnother) {
    EXPECT_FALSE(same_device(device("SN-1", {}), device("SN-2", {})));
    EXPECT_FALSE(same_device(device("SN-1", {"001122aabbcc"}), device("SN-2", {"001122aabbcc"})));
    EXPECT_FALSE(same_device(device("SN-1", {"001122aabbcc"}), device("SN-1", {"001122aabbdd"})));
    EXPECT_FALSE(same_device(device("", {}), device("", {})));  // nothing is known
    auto other_model = device("SN-1", {});
    other_model.model = "Bullet";
    EXPECT_FALSE(same_device(device("SN-1", {}), other_model));
}

TEST(Identity, OnlyTheHostOfAnAddressChanges) {
    EXPECT_EQ(with_host("rtsp://192.0.2.1:8554/live?channel=1", "192.0.2.9"),
              "rtsp://192.0.2.9:8554/live?channel=1");
    EXPECT_EQ(with_host("rtsp://192.0.2.1/", "fe80::1"), "rtsp://[fe80::1]/");
    EXPECT_EQ(with_host("no address", "192.0.2.9"), "no address");
    EXPECT_EQ(host_of("rtsp://Camera.Example:554/x"), "camera.example");
}

}  // namespace
}  // namespace vedette::gateway::discovery
