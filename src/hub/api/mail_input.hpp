#pragma once
// What comes in about mail, within the limits of docs/ref/openapi.yaml. Pure; fuzzed.

#include <string>
#include <string_view>

#include "hub/api/problem.hpp"
#include "hub/identity/types.hpp"
#include "hub/mail/server.hpp"
#include "hub/mail/webhook.hpp"

namespace vedette::hub::api {

struct MailServerInput {
    mail::Server server;
    bool has_password = false;  ///< else the one that is kept stays, for the same server and user
    std::string to;             ///< of a test message
};
/// Not checked for what belongs together: mail::check() does. `to` only `for_test`.
Outcome<MailServerInput> read_mail_server(std::string_view body, bool for_test);

struct WebhookInput {
    mail::Webhook webhook;
    bool has_secret = false;  ///< else the one that is kept stays, for the same address
    std::string to;           ///< of a test message
};
Outcome<WebhookInput> read_webhook(std::string_view body, bool for_test);

struct MailAddressInput {
    std::string address;  ///< mail::is_address() or mail::is_phone_number()
    identity::Proof proof;
};
Outcome<MailAddressInput> read_mail_address(std::string_view body);
/// The field `token` alone.
Outcome<std::string> read_sign_in_token(std::string_view body);

}  // namespace vedette::hub::api
