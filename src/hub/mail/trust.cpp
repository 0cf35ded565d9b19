#include "hub/mail/trust.hpp"

#include <string_view>

#include <fmt/core.h>

namespace vedette::hub::mail {

Result<std::shared_ptr<const net::TlsClientContext>> trust_in(const std::string& authorities_pem) {
    net::TlsClientOptions options;
    options.authorities_pem = authorities_pem;
    auto context = net::TlsClientContext::make(options);
    if (context) return context;
    constexpr std::string_view field = "authorities: ";
    Error error = std::move(context.error());
    if (error.message.starts_with(field))
        error.message = fmt::format("ca_pem: {}", std::string_view(error.message).substr(field.size()));
    return std::unexpected(std::move(error));
}

}  // namespace vedette::hub::mail
