#include "hub/syslog/target.hpp"

#include <array>

#include "net/tcp.hpp"

namespace vedette::hub::syslog {

namespace {

// Addresses and names that never leave the machine.
bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "::1" ||
           (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

struct FieldName {
    std::string_view ours;
    std::string_view of_api;
};
constexpr std::array field_names = {FieldName{"authorities: ", "ca_pem"},
                                    FieldName{"certificate: ", "client_certificate_pem"},
                                    FieldName{"key: ", "client_key_pem"}};

}  // namespace

std::string_view to_string(Transport transport) {
    return transport == Transport::tls ? "tls" : "tcp";
}

std::optional<Transport> parse_transport(std::string_view text) {
    for (const Transport one : {Transport::tls, Transport::tcp})
        if (to_string(one) == text) return one;
    return std::nullopt;
}

std::string_view to_string(Wording wording) {
    return wording == Wording::sentence ? "sentence" : "cef";
}

std::optional<Wording> parse_wording(std::string_view text) {
    for (const Wording one : {Wording::sentence, Wording::cef})
        if (to_string(one) == text) return one;
    return std::nullopt;
}

Target Target::duplicate() const {
    Target copy;
    copy.host = host;
    copy.port = port;
    copy.transport = transport;
    copy.allow_in_clear = allow_in_clear;
    copy.wording = wording;
    copy.authorities_pem = authorities_pem;
    copy.certificate_pem = certificate_pem;
    copy.private_key_pem = private_key_pem.duplicate();
    return copy;
}

std::string Target::where() const {
    return net::endpoint_text(host, port);
}

Result<std::shared_ptr<const net::TlsClientContext>> Target::trust() const {
    if (transport == Transport::tcp) return nullptr;
    net::TlsClientOptions options;
    options.authorities_pem = authorities_pem;
    options.certificate_pem = certificate_pem;
    options.private_key_pem = private_key_pem.duplicate();
    auto context = net::TlsClientContext::make(options);
    if (context) return context;
    Error error = std::move(context.error());
    for (const FieldName& name : field_names)
        if (error.message.starts_with(name.ours))
            error.message =
                fmt::format("{}: {}", name.of_api, std::string_view(error.message).substr(name.ours.size()));
    return std::unexpected(std::move(error));
}

Result<> check(const Target& target) {
    if (target.host.empty() || target.host.find_first_of(" /@[]\"") != std::string::npos)
        return fail(ErrorKind::invalid_input, "host: a name or an address is expected, without port or path");
    if (target.port == 0) return fail(ErrorKind::invalid_input, "port: it must be from 1 to 65535");
    if (target.transport == Transport::tcp && !target.allow_in_clear && !is_loopback(target.host))
        return fail(ErrorKind::invalid_input,
                    "transport: without TLS everybody on the way could read and change the entries; say "
                    "allow_in_clear if the network is protected in another way");
    VEDETTE_CHECK(target.trust());
    return {};
}

}  // namespace vedette::hub::syslog
