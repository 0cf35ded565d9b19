#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/discovery/address_range.hpp"
#include "gateway/discovery/choice.hpp"
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
                            "192.0.2.0/33", "192.0.2.0/0", "192.0.2.-1"}) {
        const auto addresses = expand_ranges({bad});
        ASSERT_FALSE(addresses) << bad;
        EXPECT_EQ(addresses.error().kind, ErrorKind::invalid_input) << bad;
    }
    EXPECT_THAT(expand_ranges({"224.0.0.1"}).error().message, HasSubstr("can't have addresses"));
    EXPECT_THAT(expand_ranges({"0.0.0.0-192.0.2.1"}).error().message, HasSubstr("can't have addresses"));
    EXPECT_THAT(expand_ranges({"10.0.0.0/8"}).error().message, HasSubstr("At most 1024"));
    EXPECT_THAT(expand_ranges({"10.0.0.0/22", "10.1.0.0/24"}).error().message, HasSubstr("At most 1024"));
}

TEST(AddressRange, NamesAddressesOfIpv6) {
    const auto expand = [](std::vector<std::string> texts) { return expand_ranges(texts).value(); };
    EXPECT_THAT(expand({" 2001:DB8:0::10 ", "2001:db8::10/128"}), ElementsAre("2001:db8::10"));
    EXPECT_THAT(expand({"fe80::10%eth0"}), ElementsAre("fe80::10%eth0"));
    EXPECT_THAT(expand({"fe80::10%eth-0.7/127"}), ElementsAre("fe80::10%eth-0.7", "fe80::11%eth-0.7"));
    EXPECT_THAT(expand({"2001:db8::ff/126"}),
                ElementsAre("2001:db8::fc", "2001:db8::fd", "2001:db8::fe", "2001:db8::ff"));
    EXPECT_EQ(expand({"2001:db8::/118"}).size(), 1024u);
    EXPECT_EQ(expand({"2001:db8::1:ffff/118"}).back(), "2001:db8::1:ffff");
}

TEST(AddressRange, SaysWhatIsWrongWithIpv6) {
    for (const auto& [bad, words] : std::vector<std::pair<const char*, const char*>>{
             {"2001:db8::/64", "can't be searched one by one"},
             {"2001:db8::/117", "more than 1024 addresses (/118)"},
             {"::/0", "can't have addresses"},
             {"ff02::c%eth0", "can't have addresses"},
             {"fe80::1", "name the interface"},
             {"fe80::1%", "name the interface"},
             {"2001:db8::1%eth0", "begin with fe80 only"},
             {"2001:db8::/129", "write it as 2001:db8::10"},
             {"2001:db8:::1", "write it as 2001:db8::10"},
             {"2001:db8::1-2001:db8::9", "write it as 2001:db8::10"}}) {
        const auto addresses = expand_ranges({bad});
        ASSERT_FALSE(addresses) << bad;
        EXPECT_EQ(addresses.error().kind, ErrorKind::invalid_input) << bad;
        EXPECT_THAT(addresses.error().message, HasSubstr(words)) << bad;
    }
    EXPECT_THAT(expand_ranges({"2001:db8::/118", "2001:db8:1::/127"}).error().message,
                HasSubstr("At most 1024"));
}

TEST(AddressRange, KnowsNeighbours) {
    EXPECT_TRUE(same_network("192.0.2.1", "192.0.2.254", 24));
    EXPECT_FALSE(same_network("192.0.2.1", "192.0.3.1", 24));
    EXPECT_TRUE(same_network("192.0.2.1", "192.0.2.1", 32));
    EXPECT_FALSE(same_network("192.0.2.1", "camera.example", 24));
    EXPECT_FALSE(same_network("192.0.2.1", "192.0.2.2", 0));
    EXPECT_TRUE(same_network("2001:db8::1", "2001:db8::ffff:1", 64));
    EXPECT_FALSE(same_network("2001:db8::1", "2001:db8:0:1::1", 64));
    EXPECT_TRUE(same_network("fe80::1%eth0", "fe80::2%eth0", 64));
    EXPECT_FALSE(same_network("fe80::1%eth0", "fe80::2%eth1", 64));
    EXPECT_FALSE(same_network("2001:db8::1", "192.0.2.1", 24));
}

const std::vector<net::InterfaceAddress> own_addresses = {
    {.name = "lo", .address = "::1", .prefix_length = 128, .loopback = true},
    {.name = "eth0", .address = "fe80::1%eth0", .prefix_length = 64},
    {.name = "eth0", .address = "2001:db8::1", .prefix_length = 64},
    {.name = "eth0", .address = "2001:db8::abcd", .prefix_length = 64},
    {.name = "eth0", .address = "192.0.2.1", .prefix_length = 24},
    {.name = "eth1", .address = "fe80::1%eth1", .prefix_length = 64}};

TEST(Choice, OfOneNetworkOneAddressIsShown) {
    std::vector<std::string> shown;
    for (const auto& one : worth_choosing(own_addresses)) shown.push_back(one.address);
    EXPECT_THAT(shown, ElementsAre("192.0.2.1", "fe80::1%eth0", "2001:db8::1", "fe80::1%eth1"));
}

std::vector<std::string> chosen_of(std::vector<wire::FoundCamera> found) {
    choose_addresses(found, own_addresses);
    std::vector<std::string> addresses;
    for (const auto& camera : found) addresses.push_back(camera.address);
    return addresses;
}

wire::FoundCamera found_at(std::string address, std::string endpoint = "e") {
    wire::FoundCamera camera;
    camera.address = std::move(address);
    camera.endpoint = std::move(endpoint);
    return camera;
}

TEST(Choice, ADeviceIsListedAtItsBestAddress) {
    const auto near = found_at("192.0.2.9");
    const auto far = found_at("198.51.100.9");  // as it left the factory
    const auto global = found_at("2001:db8::9");
    const auto local = found_at("fe80::9%eth0");
    EXPECT_THAT(chosen_of({near, global, local}), ElementsAre("192.0.2.9"));
    EXPECT_THAT(chosen_of({far, global, local}), ElementsAre("2001:db8::9"));
    EXPECT_THAT(chosen_of({far, local}), ElementsAre("fe80::9%eth0"));
    EXPECT_THAT(chosen_of({far, near}), ElementsAre("198.51.100.9", "192.0.2.9"));  // two may be two
    auto known = local;
    known.known = CameraId{};
    EXPECT_THAT(chosen_of({near, global, known}), ElementsAre("fe80::9%eth0"));
    known.moved = true;
    EXPECT_THAT(chosen_of({near, global, known}), ElementsAre("192.0.2.9"));
    EXPECT_THAT(chosen_of({near, found_at("fe80::9%eth0", "other")}),
                ElementsAre("192.0.2.9", "fe80::9%eth0"));
    EXPECT_THAT(chosen_of({found_at("192.0.2.9", ""), found_at("fe80::9%eth0", "")}),
                ElementsAre("192.0.2.9", "fe80::9%eth0"));
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
    EXPECT_EQ(with_host("rtsp://[fe80::1%25eth0]:8554/", "fe80::2%eth0"), "rtsp://[fe80::2%25eth0]:8554/");
    EXPECT_EQ(host_of("rtsp://[FE80::1%25Eth0]/x"), "fe80::1%Eth0");
    EXPECT_EQ(with_host("no address", "192.0.2.9"), "no address");
    EXPECT_EQ(host_of("rtsp://Camera.Example:554/x"), "camera.example");
}

}  // namespace
}  // namespace vedette::gateway::discovery
