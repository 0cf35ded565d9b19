#include "onvif/discovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onvif/answers.hpp"
#include "onvif/ssdp.hpp"
#include "onvif/test_support.hpp"

namespace vedette::onvif {
namespace {

using ::testing::ElementsAre;
using testing::read_test_file;

TEST(Discovery, AProbeHasNoLineEndsInIt) {  // quirk 74
    for (const ProbeFor kind : {ProbeFor::network_video_transmitter, ProbeFor::device}) {
        const std::string probe = write_probe("4bc6b9c4-0f6b-4e2b-a4a1-7e9a1b7d2f10", kind);
        EXPECT_EQ(probe.find_first_of("\r\n"), std::string::npos);
        const auto message = parse_discovery(probe);
        ASSERT_TRUE(message) << message.error().message;
        const auto* read = std::get_if<Probe>(&*message);
        ASSERT_NE(read, nullptr);
        EXPECT_EQ(read->message_id, "uuid:4bc6b9c4-0f6b-4e2b-a4a1-7e9a1b7d2f10");
        EXPECT_EQ(read->types.size(), 1u);
    }
}

TEST(Discovery, AnAnswerMayHaveLineEndsAnywhere) {  // quirk 74, the other way round
    const auto message =
        parse_discovery(read_test_file("ws_discovery_fuzz/probe_matches_with_line_ends.xml"));
    ASSERT_TRUE(message) << message.error().message;
    const auto* matches = std::get_if<ProbeMatches>(&*message);
    ASSERT_NE(matches, nullptr);
    EXPECT_EQ(matches->relates_to, "uuid:4bc6b9c4-0f6b-4e2b-a4a1-7e9a1b7d2f10");
    ASSERT_EQ(matches->devices.size(), 1u);
    const DiscoveredDevice& device = matches->devices[0];
    EXPECT_EQ(normal_uuid(device.endpoint), "1419d68a-1dd2-11b2-a105-0011223344aa");
    EXPECT_THAT(device.types, ElementsAre("NetworkVideoTransmitter", "Device"));
    EXPECT_THAT(device.addresses, ElementsAre("http://192.0.2.7/onvif/device_service",
                                              "http://[fe80::1]/onvif/device_service"));
    EXPECT_EQ(scope_value(device.scopes, "name"), "Front door");
    EXPECT_EQ(scope_value(device.scopes, "location"), "Hall\xc3\xa9");
    EXPECT_EQ(scope_value(device.scopes, "nothing"), "");
}

TEST(Discovery, ADeviceIsNamedByItsEndpointAndNotByItsAddress) {  // quirk 75
    const auto hello = parse_discovery(read_test_file("ws_discovery_fuzz/hello_at_new_address.xml"));
    const auto before = parse_discovery(read_test_file("ws_discovery_fuzz/probe_matches_with_line_ends.xml"));
    ASSERT_TRUE(hello && before);
    const DiscoveredDevice& now_there = std::get<Hello>(*hello).device;
    const DiscoveredDevice& was_here = std::get<ProbeMatches>(*before).devices[0];
    EXPECT_NE(now_there.addresses, was_here.addresses);
    EXPECT_EQ(normal_uuid(now_there.endpoint), normal_uuid(was_here.endpoint));
}

TEST(Discovery, RefusesWhatIsNone) {
    for (const char* text : {"", "<a/>", "HTTP/1.1 200 OK\r\n\r\n"})
        EXPECT_FALSE(parse_discovery(text)) << text;
    EXPECT_FALSE(parse_discovery(std::string(max_discovery_bytes + 1, ' ')));
}

TEST(Ssdp, ReadsEachKind) {
    struct Case {
        const char* file;
        SsdpKind kind;
        const char* uuid;
    };
    const Case cases[] = {
        {"response", SsdpKind::response, "1419d68a-1dd2-11b2-a105-0011223344aa"},
        {"alive", SsdpKind::alive, "2fac1234-31f8-11b4-a222-08002b34c003"},
        {"byebye_with_bare_line_ends", SsdpKind::goodbye, "1"},
        {"search", SsdpKind::search, ""},
    };
    for (const Case& c : cases) {
        const auto message = parse_ssdp(read_test_file(std::string("ssdp_fuzz/") + c.file));
        ASSERT_TRUE(message) << c.file << message.error().message;
        EXPECT_EQ(message->kind, c.kind) << c.file;
        EXPECT_EQ(uuid_of(message->name), c.uuid) << c.file;
    }
    const auto ours = parse_ssdp(write_search(ssdp_camera_target));
    ASSERT_TRUE(ours);
    EXPECT_EQ(ours->target, ssdp_camera_target);
    EXPECT_NE(write_search(ssdp_camera_target).find("\r\nHOST: 239.255.255.250:1900\r\n"), std::string::npos);
    const std::string v6 = write_search(ssdp_camera_target, ssdp_group_v6);
    EXPECT_NE(v6.find("\r\nHOST: [FF02::C]:1900\r\n"), std::string::npos) << v6;
    EXPECT_TRUE(parse_ssdp(v6));
    for (const char* text :
         {"", "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n", "NOTIFY * HTTP/1.1\r\n\r\n"})
        EXPECT_FALSE(parse_ssdp(text)) << text;
}

}  // namespace
}  // namespace vedette::onvif
