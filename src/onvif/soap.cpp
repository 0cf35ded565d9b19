#include "onvif/soap.hpp"

#include <algorithm>
#include <array>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "onvif/namespaces.hpp"

namespace vedette::onvif {

namespace {

std::string digest_of(ByteView nonce, std::string_view created, const Secret& password) {
    Secret input(nonce.size() + created.size() + password.size());
    auto out = std::ranges::copy(nonce, input.writable().begin()).out;
    out = std::ranges::copy(as_bytes(created), out).out;
    std::ranges::copy(password.reveal(), out);
    return crypto::to_base64(crypto::sha1(input.reveal()));
}

}  // namespace

std::string write_envelope(std::string_view body, std::string_view header) {
    std::string out = fmt::format(
        R"(<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{}" xmlns:tt="{}" xmlns:tds="{}" xmlns:trt="{}")"
        R"( xmlns:tr2="{}" xmlns:tev="{}" xmlns:tptz="{}" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2")"
        R"( xmlns:wsa="{}">)",
        ns::soap, ns::schema, ns::device, ns::media, ns::media2, ns::events, ns::ptz, ns::addressing_2005);
    if (!header.empty()) out += fmt::format("<s:Header>{}</s:Header>", header);
    out += fmt::format("<s:Body>{}</s:Body></s:Envelope>", body);
    return out;
}

std::string to_xml_time(UtcTime time) {
    return to_rfc3339(time);
}

std::string write_security(std::string_view username, const Secret& password, UtcTime created) {
    std::array<std::byte, 16> nonce{};
    crypto::random_bytes(nonce);
    const std::string moment = to_xml_time(created);
    return fmt::format(
        R"(<wsse:Security xmlns:wsse="{}" xmlns:wsu="{}" s:mustUnderstand="1"><wsse:UsernameToken>)"
        R"(<wsse:Username>{}</wsse:Username><wsse:Password Type="{}">{}</wsse:Password>)"
        R"(<wsse:Nonce EncodingType="{}">{}</wsse:Nonce><wsu:Created>{}</wsu:Created>)"
        R"(</wsse:UsernameToken></wsse:Security>)",
        ns::security, ns::security_utility, escape(username), ns::password_digest,
        digest_of(nonce, moment, password), ns::base64_binary, crypto::to_base64(nonce), moment);
}

bool proves(const UsernameToken& token, const Secret& password) {
    const auto nonce = crypto::from_base64(token.nonce);
    if (!nonce) return false;
    return crypto::equal_constant_time(as_bytes(token.digest),
                                       as_bytes(digest_of(*nonce, token.created, password)));
}

std::string write_fault(FaultCode code, std::string_view reason) {
    const auto [value, subcode] = [&]() -> std::pair<std::string_view, std::string_view> {
        switch (code) {
            case FaultCode::not_authorized:
                return {"s:Sender", "ter:NotAuthorized"};
            case FaultCode::action_not_supported:
                return {"s:Receiver", "ter:ActionNotSupported"};
            case FaultCode::receiver:
                return {"s:Receiver", "ter:Action"};
            case FaultCode::sender:
                break;
        }
        return {"s:Sender", "ter:InvalidArgVal"};
    }();
    return write_envelope(fmt::format(
        R"(<s:Fault xmlns:ter="{}"><s:Code><s:Value>{}</s:Value><s:Subcode><s:Value>{}</s:Value></s:Subcode></s:Code>)"
        R"(<s:Reason><s:Text xml:lang="en">{}</s:Text></s:Reason></s:Fault>)",
        ns::error, value, subcode, escape(reason)));
}

}  // namespace vedette::onvif
