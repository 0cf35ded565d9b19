#include "hub/api/mail_input.hpp"

#include "hub/api/object_reader.hpp"
#include "hub/api/passkey_input.hpp"
#include "hub/mail/address.hpp"

namespace vedette::hub::api {

namespace {

constexpr TextLimits mail_host{.min_characters = 1, .max_characters = 253};
constexpr TextLimits mail_word{.max_characters = 16};
constexpr TextLimits mail_text{.max_characters = 254};
constexpr TextLimits mail_secret{.max_characters = 1024};
constexpr TextLimits mail_pem{.max_characters = 16 * 1024, .may_have_controls = true};
constexpr TextLimits webhook_url{.min_characters = 1, .max_characters = mail::max_webhook_url_bytes};
constexpr TextLimits mail_token{.min_characters = 1, .max_characters = 64};

std::string mail_address_in(ObjectReader& reader, std::string_view field) {
    std::string address = reader.text(field, mail_text);
    if (!mail::is_address(address))
        reader.refuse(field,
                      fmt::format("The field {} must be a mail address, as in ada@example.org", field));
    return address;
}

}  // namespace

Outcome<MailServerInput> read_mail_server(std::string_view body, bool for_test) {
    return read_object(body, [for_test](ObjectReader& reader) {
        MailServerInput input;
        mail::Server& server = input.server;
        server.host = reader.text("host", mail_host);
        if (const auto word = reader.optional_text("security", mail_word)) {
            if (const auto security = mail::parse_security(*word))
                server.security = *security;
            else
                reader.refuse("security", "security must be tls or starttls");
        }
        const auto usual = server.security == mail::Security::tls ? mail::tls_port : mail::starttls_port;
        server.port = static_cast<std::uint16_t>(reader.optional_integer("port", 1, 65535).value_or(usual));
        server.from = mail_address_in(reader, "from");
        server.user = reader.optional_text("user", mail_text).value_or("");
        if (const auto password = reader.optional_text_or_null("password", mail_secret)) {
            server.password = Secret(*password);
            input.has_password = true;
        }
        server.authorities_pem = reader.optional_text("ca_pem", mail_pem).value_or("");
        if (for_test) input.to = mail_address_in(reader, "to");
        return input;
    });
}

Outcome<WebhookInput> read_webhook(std::string_view body, bool for_test) {
    return read_object(body, [for_test](ObjectReader& reader) {
        WebhookInput input;
        input.webhook.url = reader.text("url", webhook_url);
        if (const auto secret = reader.optional_text_or_null("secret", mail_secret)) {
            input.webhook.secret = Secret(*secret);
            input.has_secret = true;
        }
        input.webhook.authorities_pem = reader.optional_text("ca_pem", mail_pem).value_or("");
        if (for_test) {
            input.to = mail::normalise_phone_number(reader.text("to", mail_text));
            if (!mail::is_phone_number(input.to))
                reader.refuse("to", "The field to must be an international number, as in +49 151 23456789");
        }
        return input;
    });
}

Outcome<MailAddressInput> read_mail_address(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) {
        MailAddressInput input;
        input.address = mail::normalise_phone_number(reader.text("address", mail_text));
        if (!mail::is_address(input.address) && !mail::is_phone_number(input.address))
            reader.refuse(
                "address",
                "The field address must be a mail address, as in ada@example.org, or an international "
                "number, as in +49 151 23456789");
        input.proof = take_proof(reader);
        return input;
    });
}

Outcome<std::string> read_sign_in_token(std::string_view body) {
    return read_object(body, [](ObjectReader& reader) { return reader.text("token", mail_token); });
}

}  // namespace vedette::hub::api
