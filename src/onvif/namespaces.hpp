#pragma once
// XML namespaces. What belongs together is found by these, never by a prefix, which each camera chooses
// itself.

#include <string_view>

namespace vedette::onvif::ns {

constexpr std::string_view soap = "http://www.w3.org/2003/05/soap-envelope";
constexpr std::string_view soap_1_1 =
    "http://schemas.xmlsoap.org/soap/envelope/";  ///< some cameras answer so
constexpr std::string_view security =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
constexpr std::string_view security_utility =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
constexpr std::string_view password_digest =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";
constexpr std::string_view base64_binary =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

constexpr std::string_view addressing = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
constexpr std::string_view addressing_2005 = "http://www.w3.org/2005/08/addressing";
constexpr std::string_view notification = "http://docs.oasis-open.org/wsn/b-2";
constexpr std::string_view discovery = "http://schemas.xmlsoap.org/ws/2005/04/discovery";
constexpr std::string_view discovery_1_1 = "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01";

constexpr std::string_view error = "http://www.onvif.org/ver10/error";
constexpr std::string_view schema = "http://www.onvif.org/ver10/schema";
constexpr std::string_view network = "http://www.onvif.org/ver10/network/wsdl";
constexpr std::string_view device = "http://www.onvif.org/ver10/device/wsdl";
constexpr std::string_view media = "http://www.onvif.org/ver10/media/wsdl";
constexpr std::string_view media2 = "http://www.onvif.org/ver20/media/wsdl";
constexpr std::string_view events = "http://www.onvif.org/ver10/events/wsdl";
constexpr std::string_view ptz = "http://www.onvif.org/ver20/ptz/wsdl";
constexpr std::string_view search = "http://www.onvif.org/ver10/search/wsdl";
constexpr std::string_view replay = "http://www.onvif.org/ver10/replay/wsdl";
constexpr std::string_view device_io = "http://www.onvif.org/ver10/deviceIO/wsdl";
constexpr std::string_view imaging = "http://www.onvif.org/ver20/imaging/wsdl";

}  // namespace vedette::onvif::ns
