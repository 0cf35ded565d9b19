#include "hub/mail/server.hpp"

#include "hub/mail/address.hpp"
#include "hub/mail/trust.hpp"
#include "net/tcp.hpp"

namespace vedette::hub::mail {

std::string_view to_string(Security security) {
    return security == Security::tls ? "tls" : "starttls";
}

std::optional<Security> parse_security(std::string_view text) {
    for (const Security one : {Security::tls, Security::starttls})
        if (to_string(one) == text) return one;
    return std::nullopt;
}

Server Server::duplicate() const {
    Server copy;
    copy.host = host;
    copy.port = port;
    copy.security = security;
    copy.from = from;
    copy.user = user;
    copy.password = password.duplicate();
    copy.authorities_pem = authorities_pem;
    return copy;
}

std::string Server::where() const {
    return net::endpoint_text(host, port);
}

Result<std::shared_ptr<const net::TlsClientContext>> Server::trust() const {
    return trust_in(authorities_pem);
}

Result<> check(const Server& server) {
    if (server.host.empty() || server.host.find_first_of(" /@[]\"") != std::string::npos)
        return fail(ErrorKind::invalid_input, "host: a name or an address is expected, without port or path");
    if (server.port == 0) return fail(ErrorKind::invalid_input, "port: it must be from 1 to 65535");
    if (!is_address(server.from))
        return fail(ErrorKind::invalid_input, "from: a mail address is expected, as in vedette@example.org");
    if (!server.user.empty() && server.password.empty())
        return fail(ErrorKind::invalid_input, "password: the user name needs one");
    VEDETTE_CHECK(server.trust());
    return {};
}

}  // namespace vedette::hub::mail
