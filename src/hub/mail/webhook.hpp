#pragma once
// Short messages to mobile numbers, by an HTTPS address that passes them on: of a provider of SMS, or of a
// program that speaks with one. Pure but for TlsClientContext and deliver_short().

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "net/http.hpp"
#include "net/tls_client.hpp"

namespace vedette::hub::mail {

/// An international number (ITU-T E.164): "+" and 8 to 15 digits.
bool is_phone_number(std::string_view text);
/// The number without what people write between its digits; other texts as they are.
std::string normalise_phone_number(std::string_view text);

struct WebhookPlace {
    std::string host;
    std::uint16_t port = 443;
    std::string target;  ///< path and query, begins with '/'
};
constexpr std::size_t max_webhook_url_bytes = 1'000;
/// "https://sms.example.org/send". Errors: invalid_input with the field and ": ".
Result<WebhookPlace> parse_webhook_url(std::string_view url);

struct Webhook {
    std::string url;
    Secret secret;                ///< for the header Authorization: Bearer; empty: none
    std::string authorities_pem;  ///< that vouch for the server; empty: the system's

    Webhook duplicate() const;
    /// Errors as check().
    Result<std::shared_ptr<const net::TlsClientContext>> trust() const;
};
/// `invalid_input`, beginning with the field of the REST API that is wrong and ": ".
Result<> check(const Webhook& webhook);

/// Posts {"to", "text"} as JSON; any 2xx says that it was taken. Errors are one sentence that begins with the
/// server.
net::Awaitable<Result<>> deliver_short(Webhook webhook, std::string to, std::string text,
                                       std::chrono::nanoseconds limit);

}  // namespace vedette::hub::mail
