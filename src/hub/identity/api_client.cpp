// The part of identity.hpp in which a program comes in.

#include "base/log.hpp"
#include "hub/identity/api_token_rows.hpp"
#include "hub/identity/api_token_text.hpp"
#include "hub/identity/identity.hpp"

namespace vedette::hub::identity {

namespace {

/// A restart may forget the last minute of use; in return most requests write nothing.
constexpr Ticks90k persist_token_use_every = std::chrono::minutes(1);

std::unexpected<Refusal> no_token(std::string sentence) {
    return std::unexpected(Refusal({ErrorKind::unauthenticated, std::move(sentence)}));
}

}  // namespace

std::expected<policy::ApiClient, Refusal> Identity::use_api_token(
    std::string_view text, const std::string& address,
    const std::optional<crypto::ClientCertificate>& certificate) {
    const ApiTokenForm form = form_of_api_token(text);
    ApiToken* token = form == ApiTokenForm::whole ? api_tokens_.find(digest_of(text)) : nullptr;
    const bool bound_elsewhere = token && token->certificate && !shows(certificate, *token->certificate);
    if (token && !bound_elsewhere && clock_.utc_now() < token->expires)
        if (auto client = client_of(*token)) {
            if (token->certificate) token->certificate_until = certificate->not_after;
            note_use(*token, address);
            return std::move(*client);
        }
    if (const auto wait = api_token_throttle_.begin(address, clock_.monotonic_now()))
        return std::unexpected(Refusal(
            {ErrorKind::exhausted, fmt::format("Too many requests with tokens that are not valid; try "
                                               "again in {} s",
                                               wait->count())},
            {}, wait));
    if (form == ApiTokenForm::something)
        return no_token("This is no API token: those of Vedette begin with vdt_");
    if (form == ApiTokenForm::damaged)
        return no_token("This API token is not whole, or has a typing error; copy it again");
    if (bound_elsewhere)
        return no_token(
            "This API token is bound to a certificate; show that one, which has to be valid, at the port for "
            "devices");
    if (token) return no_token("This API token has expired; make another in Your account");
    return no_token("There is no such API token; it may have been revoked");
}

std::expected<policy::ApiClient, Refusal> Identity::use_device(const crypto::ClientCertificate& certificate,
                                                               const std::string& address) {
    ApiToken* device = api_tokens_.find_device(certificate.sha256);
    const UtcTime now = clock_.utc_now();
    const bool in_time = shows(certificate, certificate.sha256);
    if (device && in_time && now < device->expires)
        if (auto client = client_of(*device)) {
            device->certificate_until = certificate.not_after;
            note_use(*device, address);
            return std::move(*client);
        }
    if (const auto wait = api_token_throttle_.begin(address, clock_.monotonic_now()))
        return std::unexpected(
            Refusal({ErrorKind::exhausted,
                     fmt::format("Too many requests with certificates that are not known; try again in {} s",
                                 wait->count())},
                    {}, wait));
    if (device && !in_time) return no_token("This certificate has expired, or is not valid yet");
    if (device) return no_token("This device's time is over; an administrator can register it anew");
    return no_token("There is no device with this certificate; an administrator can register it");
}

// Whether that certificate was shown, and is valid now. Who made it does not matter: it is known by itself.
bool Identity::shows(const std::optional<crypto::ClientCertificate>& shown,
                     const crypto::Sha256Digest& wanted) const {
    const UtcTime now = clock_.utc_now();
    return shown && shown->sha256 == wanted && shown->not_before <= now && now <= shown->not_after;
}

std::optional<policy::ApiClient> Identity::client_of(const ApiToken& token) const {
    auto user = this->user(token.user);
    if (!user) return std::nullopt;
    return policy::ApiClient{.token = token.id,
                             .name = token.name,
                             .user = std::move(*user),
                             .scope = token.scope,
                             .kind = token.kind};
}

std::optional<policy::Principal> Identity::present(const Credential& credential, bool used) {
    if (const auto* digest = std::get_if<SessionDigest>(&credential)) {
        const Session* session = find(*digest, used);
        return session ? std::optional<policy::Principal>(session->user) : std::nullopt;
    }
    ApiToken* token = api_tokens_.find(std::get<ApiTokenId>(credential));
    const UtcTime now = clock_.utc_now();
    if (!token || now >= token->expires) return std::nullopt;
    if (token->certificate_until && now > *token->certificate_until) return std::nullopt;
    auto client = client_of(*token);
    if (!client) return std::nullopt;
    if (used) note_use(*token, token->address);
    return std::move(*client);
}

UtcTime Identity::end_of(const Credential& credential) {
    if (const auto* digest = std::get_if<SessionDigest>(&credential)) {
        const Session* session = find(*digest, false);
        return session ? session->expires : UtcTime{};
    }
    const ApiToken* token = api_tokens_.find(std::get<ApiTokenId>(credential));
    return token ? token->expires : UtcTime{};
}

void Identity::note_use(ApiToken& token, const std::string& address) {
    const UtcTime now = clock_.utc_now();
    const bool due = !token.written_use || now - *token.written_use >= persist_token_use_every;
    token.last_used = now;
    token.address = address;
    if (!due) return;
    token.written_use = now;
    boost::asio::post(disk_, [directory = directory_, token] {
        if (const auto touched = touch_api_token(directory->database(), directory->sealer(), token); !touched)
            log::warn("the use of an API token was not recorded: {}", touched.error().message);
    });
}

void Identity::keep_api_token(ApiToken token) {
    if (user(token.user)) api_tokens_.add(std::move(token));
}

void Identity::forget_api_tokens(UserId user) {
    api_tokens_.remove_if([&](const ApiToken& token) { return token.user == user; });
}

}  // namespace vedette::hub::identity
