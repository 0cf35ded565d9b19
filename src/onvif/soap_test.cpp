#include "onvif/soap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/host.hpp"
#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "onvif/address.hpp"
#include "onvif/answers.hpp"
#include "onvif/device.hpp"
#include "onvif/envelope.hpp"
#include "onvif/media.hpp"
#include "onvif/namespaces.hpp"
#include "onvif/test_support.hpp"

namespace vedette::onvif {
namespace {

using testing::answer;
using testing::now;

TEST(Xml, RefusesDocumentTypesSoThatNoEntityExpands) {
    const auto document = Document::parse(testing::read_test_file("soap_fuzz/entities.xml"));
    ASSERT_FALSE(document);
    EXPECT_EQ(document.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(document.error().message, ::testing::HasSubstr("document type"));
}

TEST(Xml, HoldsItsLimits) {
    std::string deep;
    for (std::size_t i = 0; i < max_xml_depth + 2; ++i) deep += "<a>";
    for (std::size_t i = 0; i < max_xml_depth + 2; ++i) deep += "</a>";
    std::string wide = "<a>";
    for (std::size_t i = 0; i <= max_xml_nodes; ++i) wide += "<b/>";
    wide += "</a>";
    std::string attributes = "<a";
    for (std::size_t i = 0; i <= max_xml_attributes; ++i) attributes += fmt::format(" a{}='1'", i);
    attributes += "/>";
    for (const std::string& text : {deep, wide, attributes, std::string(max_xml_bytes + 1, ' ')}) {
        const auto document = Document::parse(text);
        ASSERT_FALSE(document);
        EXPECT_EQ(document.error().kind, ErrorKind::exhausted) << document.error().message;
    }
    for (const char* text : {"", "no xml", "<a>", "<a/><b/>", "<a></b>"}) {
        const auto document = Document::parse(text);
        ASSERT_FALSE(document) << text;
        EXPECT_EQ(document.error().kind, ErrorKind::corrupt) << text;
    }
}

TEST(Xml, FindsByNamespaceAndNotByPrefix) {
    const auto document = Document::parse(
        R"(<x:a xmlns:x="urn:one" xmlns="urn:two"><b/><x:b xmlns:x="urn:three">  yes </x:b><y:b/></x:a>)");
    ASSERT_TRUE(document) << document.error().message;
    EXPECT_TRUE(document->root().is("urn:one", "a"));
    EXPECT_TRUE(document->root().child("urn:two", "b"));
    EXPECT_EQ(document->root().child("urn:three", "b").text(), "yes");
    EXPECT_FALSE(document->root().child("urn:one", "b"));
    EXPECT_EQ(document->root().children("", "b").size(), 1u);  // y is not declared
    EXPECT_EQ(document->root().child("urn:one", "x").child("deeper").text(), "");
}

TEST(Xml, CleansTextThatGoesIntoOurStoreAndOntoScreens) {
    EXPECT_EQ(clean_text(" a\tb\x01"
                         "c\n"),
              "a b c");
    EXPECT_EQ(clean_text("caf\xc3\xa9 \xff\xc3"), "caf\xc3\xa9");
    EXPECT_EQ(clean_text("\xc2\x85x\xed\xa0\x80y"), "xy");  // C1 control, surrogate
    EXPECT_EQ(clean_text("\xc3\xa9\xc3\xa9", 3), "\xc3\xa9");
}

TEST(Soap, TheDigestIsThatOfTheUsernameTokenProfile) {
    const Secret password(std::string_view("userpassword"));
    // The example of the ONVIF Application Programmer's Guide, section 6.1.1.3.
    const UsernameToken known{.username = "user",
                              .digest = "tuOSpGlFlIXsozq4HFNeeGeFLEI=",
                              .nonce = "LKqI6G/AikKCQrN0zqZFlg==",
                              .created = "2010-09-16T07:50:45Z"};
    EXPECT_TRUE(proves(known, password));
    EXPECT_FALSE(proves(known, Secret(std::string_view("userpasswore"))));

    const std::string request = write_envelope(get_scopes(), write_security("a<b", password, now));
    EXPECT_EQ(request.find('\n'), std::string::npos);
    EXPECT_EQ(request.find("userpassword"), std::string::npos);
    const auto envelope = parse_envelope(request);
    ASSERT_TRUE(envelope) << envelope.error().message;
    const UsernameToken token = read_security(envelope->header);
    EXPECT_EQ(token.username, "a<b");
    EXPECT_EQ(token.created, "2027-01-15T08:00:00.000Z");
    EXPECT_TRUE(proves(token, password));
    EXPECT_TRUE(envelope->body.is(ns::device, "GetScopes"));
    EXPECT_NE(request, write_envelope(get_scopes(), write_security("a<b", password, now)));  // a nonce
}

TEST(Soap, FaultsBecomeErrorsInWords) {
    const auto refused = parse_device_information(answer("fault_not_authorized"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(),
              (Error{ErrorKind::unauthenticated, "the camera refuses the user name or the password"}));
    const auto unknown = parse_device_information(answer("fault_not_supported"));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind, ErrorKind::unsupported);
    EXPECT_THAT(unknown.error().message, ::testing::HasSubstr("Optional action not implemented"));
    const auto other = parse_device_information(answer("scopes"));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::corrupt);
    const auto ours = parse_device_information(write_fault(FaultCode::not_authorized, "no"));
    ASSERT_FALSE(ours);
    EXPECT_EQ(ours.error().kind, ErrorKind::unauthenticated);
}

TEST(Address, IsBelievedOnlyForTheHostThatWasAsked) {
    const auto same = believe("http://192.0.2.7:8899/onvif/media", "http", "192.0.2.7");
    ASSERT_TRUE(same);
    EXPECT_FALSE(same->rewritten);
    EXPECT_EQ(same->address.text(), "http://192.0.2.7:8899/onvif/media");
    const auto other = believe("rtsp://admin:leak@198.51.100.66:8554/live?x=1#y", "rtsp", "192.0.2.7");
    ASSERT_TRUE(other);
    EXPECT_TRUE(other->rewritten);
    EXPECT_EQ(other->address.text(), "rtsp://192.0.2.7:8554/live?x=1");
    EXPECT_EQ(believe("rtsp://[FE80::1]/x", "rtsp", "fe80::1")->address.text(), "rtsp://[fe80::1]/x");
    const auto zoned = believe("rtsp://[FE80::1]:8554/x", "rtsp", "fe80::1%Lan0");
    EXPECT_FALSE(zoned->rewritten);
    EXPECT_EQ(zoned->address.host, "fe80::1%Lan0");
    EXPECT_EQ(zoned->address.text(), "rtsp://[fe80::1%25Lan0]:8554/x");
    EXPECT_EQ(parse_address(zoned->address.text()), zoned->address);
    EXPECT_EQ(without_zone("fe80::1%Lan0"), "fe80::1");
    // No device chooses an interface of ours.
    EXPECT_EQ(believe("rtsp://[fe80::1%25eth7]/x", "rtsp", "fe80::1%Lan0")->address.host, "fe80::1%Lan0");
    for (const char* none : {"rtsp://[fe80::1%]/x", "rtsp://[fe80::1%25]/", "rtsp://[cam%25eth0]/",
                             "rtsp://[fe80::1%25e/th]/", "rtsp://cam%25eth0/"})
        EXPECT_FALSE(parse_address(none)) << none;
    for (const char* bad : {"", "rtsp:/x", "://h/", "http://h/", "rtsp://", "rtsp://a b/", "rtsp://h:0/",
                            "rtsp://h:99999/", "rtsp://h:1:2/", "rtsp://[::1/", "rtsp://h\n/"})
        EXPECT_FALSE(believe(bad, "rtsp", "192.0.2.7")) << bad;
}

TEST(Device, AMacIsTheSameInEverySpelling) {
    for (const char* mac : {"00:11:22:aa:bb:cc", "00-11-22-AA-BB-CC", "0011.22AA.BBCC", " 001122aabbcc"})
        EXPECT_EQ(normal_mac(mac), "001122aabbcc") << mac;
    for (const char* none : {"", "00:00:00:00:00:00", "FF:FF:FF:FF:FF:FF", "00:11:22", "zz:11:22:aa:bb:cc"})
        EXPECT_EQ(normal_mac(none), "") << none;
    const auto macs = parse_network_interfaces(answer("interfaces"));
    ASSERT_TRUE(macs);
    EXPECT_THAT(*macs, ::testing::ElementsAre("001122aabbcc"));
}

TEST(Profiles, ArePairedByVideoSource) {
    const auto one = parse_profiles(MediaVersion::media1, answer("profiles_media1"));
    ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(one->size(), 5u);
    auto pairs = pair_profiles(*one);
    ASSERT_EQ(pairs.size(), 1u);
    EXPECT_EQ(pairs[0].main.token, "main");  // larger JPEG is not recorded
    EXPECT_EQ(pairs[0].sub.token, "sub");    // neither the tiny nor the large one
    EXPECT_EQ(pairs[0].main.frames_per_second, 25);

    const auto two = parse_profiles(MediaVersion::media1, answer("profiles_two_sources"));
    ASSERT_TRUE(two);
    pairs = pair_profiles(*two);
    ASSERT_EQ(pairs.size(), 2u);
    EXPECT_EQ(pairs[0].sub.token, "one_sub");
    EXPECT_EQ(pairs[1].main.token, "two_main");
    EXPECT_EQ(pairs[1].sub.token, "");

    const auto second = parse_profiles(MediaVersion::media2, answer("profiles_media2"));
    ASSERT_TRUE(second) << second.error().message;
    pairs = pair_profiles(*second);
    ASSERT_EQ(pairs.size(), 1u);
    EXPECT_EQ(pairs[0].main.encoding, VideoEncoding::h265);
    EXPECT_EQ(pairs[0].main.width, 3840u);
    EXPECT_EQ(pairs[0].sub.token, "sub");
}

}  // namespace
}  // namespace vedette::onvif
