// The part of identity.hpp in which somebody uses a passkey.

#include <algorithm>

#include "base/hex.hpp"
#include "base/log.hpp"
#include "hub/identity/identity.hpp"
#include "hub/identity/passkey_table.hpp"
#include "hub/identity/refusals.hpp"
#include "hub/identity/rules.hpp"
#include "hub/worker/run_on.hpp"

namespace vedette::hub::identity {

namespace {

using Purpose = Ceremony::Purpose;

constexpr std::string_view passkey_account = "\x01 passkey ";

// A key that nobody has (the generator of P-256, whose private key, 1, no authenticator makes), so that a
// passkey that is not known costs what a known one costs.
const Bytes& nobodys_key() {
    static const Bytes key = *from_hex(
        "a50102032620012158206b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2962258204fe342e2fe"
        "1a7f"
        "9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    return key;
}

Refusal passkey_unknown() {
    Refusal refusal({ErrorKind::unauthenticated,
                     "This passkey does not open this account; use another, or sign in with your password"});
    refusal.kind = "passkey_unknown";
    return refusal;
}

Refusal no_passkey_here(std::string_view rp_id) {
    Refusal refusal(
        {ErrorKind::conflict, fmt::format("You have no passkey for the name {}; use a code", rp_id)});
    refusal.kind = "passkeys_need_the_name";
    return refusal;
}

Refusal passkey_refused(Error error) {
    if (error.kind == ErrorKind::corrupt || error.kind == ErrorKind::unsupported)
        error.kind = ErrorKind::invalid_input;
    Refusal refusal(std::move(error));
    refusal.kind = "passkey_refused";
    return refusal;
}

// What was found of a passkey that somebody has used.
struct Use {
    std::optional<Passkey> passkey;  ///< with its counter of before
    std::uint32_t count = 0;
    bool fits = false;
    bool copied = false;
};

bool belongs_to(const Passkey& passkey, const Ceremony& ceremony, const webauthn::Assertion& assertion) {
    // Without a list of passkeys to choose from, the authenticator has to say whose this is (section 7.2).
    const bool handle_fits = assertion.user_handle.empty()
                                 ? ceremony.user.has_value()
                                 : std::ranges::equal(assertion.user_handle, passkey.user.bytes());
    return handle_fits && passkey.rp_id == ceremony.place.rp_id &&
           (!ceremony.user || *ceremony.user == passkey.user);
}

Result<Use> use_passkey(store::Database& database, const sealing::ColumnSealer& sealer,
                        const Ceremony& ceremony, const webauthn::Assertion& assertion,
                        const webauthn::AuthenticatorData& data, UtcTime now) {
    Use use{.passkey = {}, .count = data.sign_count};
    VEDETTE_TRY(use.passkey, find_passkey(database, sealer, assertion.credential_id));
    const bool is_signed =
        webauthn::is_signed_by(use.passkey ? use.passkey->public_key : nobodys_key(), assertion);
    if (!use.passkey || !is_signed || !belongs_to(*use.passkey, ceremony, assertion) ||
        use.passkey->backup_eligible != data.backup_eligible)
        return use;
    use.copied = !webauthn::may_follow(use.passkey->sign_count, data.sign_count);
    if (use.copied) return use;
    use.fits = true;
    Passkey used = *use.passkey;
    used.sign_count = data.sign_count;
    used.backed_up = data.backed_up;
    used.last_used = now;
    VEDETTE_CHECK(note_use(database, used));
    return use;
}

}  // namespace

void Identity::serve_at(std::vector<webauthn::Place> places) {
    places_ = std::move(places);
}

std::expected<webauthn::Place, Refusal> Identity::place_of_page(std::string_view host) const {
    const auto place = webauthn::place_of(host);
    if (place && std::ranges::find(places_, place->origin, &webauthn::Place::origin) != places_.end())
        return *place;
    std::string sentence = place ? fmt::format("This server is not named {}", host)
                                 : "A passkey belongs to a name and not to an address";
    if (!places_.empty()) sentence += fmt::format("; open Vedette as {}", places_.back().origin);
    Refusal refusal({ErrorKind::conflict, std::move(sentence)});
    refusal.kind = "passkeys_need_the_name";
    return std::unexpected(std::move(refusal));
}

Identity::Awaitable<Result<std::vector<Passkey>>> Identity::passkeys_of(UserId user) {
    const auto self = shared_from_this();
    auto load = [directory = directory_, user] {
        return load_passkeys(directory->database(), directory->sealer(), user);
    };
    co_return co_await run_on(disk_, std::move(load));
}

Identity::Awaitable<std::expected<PasskeyRequest, Refusal>> Identity::request_passkey(Ceremony ceremony,
                                                                                      std::string owner,
                                                                                      bool by_stranger) {
    const auto self = shared_from_this();
    PasskeyRequest request{.challenge = {}, .rp_id = ceremony.place.rp_id, .credential_ids = {}};
    // Which passkeys a user has is told to whoever has shown the password, and nobody else.
    if (ceremony.purpose != Purpose::sign_in && ceremony.user) {
        const auto passkeys = co_await passkeys_of(*ceremony.user);
        if (!passkeys) co_return std::unexpected(Refusal(passkeys.error()));
        for (const Passkey& passkey : *passkeys)
            if (passkey.rp_id == request.rp_id) request.credential_ids.push_back(passkey.credential_id);
    }
    if (ceremony.purpose != Purpose::sign_in && ceremony.purpose != Purpose::registration &&
        request.credential_ids.empty())
        co_return std::unexpected(no_passkey_here(request.rp_id));
    Ceremonies& ceremonies = by_stranger ? sign_in_ceremonies_ : own_ceremonies_;
    request.challenge = ceremonies.begin(std::move(ceremony), std::move(owner), clock_.monotonic_now());
    co_return request;
}

Identity::Awaitable<std::expected<PasskeyRequest, Refusal>> Identity::begin_passkey_sign_in(
    std::string username, std::string token, std::string host, std::string address) {
    VEDETTE_CO_TRY(webauthn::Place place, place_of_page(host));
    Ceremony ceremony{
        .purpose = Purpose::sign_in, .place = std::move(place), .user = {}, .password_challenge = {}};
    if (!token.empty()) {
        const auto digest = digest_of(token);
        const auto challenge = challenges_.find(digest);
        if (challenge == challenges_.end() || challenge->second.expires <= clock_.monotonic_now())
            co_return std::unexpected(too_late());
        ceremony.purpose = Purpose::second_factor;
        ceremony.user = challenge->second.user;
        ceremony.password_challenge = digest;
    } else if (!username.empty()) {
        const std::string key = username_key(clean_username(username).value_or(""));
        const auto named = std::ranges::find_if(
            roster_->accounts, [&](const auto& account) { return username_key(account.second.name) == key; });
        ceremony.user = named == roster_->accounts.end() ? UserId() : named->first;
    }
    co_return co_await request_passkey(std::move(ceremony), network_of(address), true);
}

Identity::Awaitable<std::expected<PasskeyRequest, Refusal>> Identity::begin_passkey_proof(
    UserId user, std::string host, std::string purpose) {
    VEDETTE_CO_TRY(webauthn::Place place, place_of_page(host));
    Ceremony ceremony{.purpose = Purpose::proof,
                      .place = std::move(place),
                      .user = user,
                      .password_challenge = {},
                      .bound_to = std::move(purpose)};
    co_return co_await request_passkey(std::move(ceremony), user.text(), false);
}

std::expected<Identity::Registered, Refusal> Identity::take_registration(
    UserId user, webauthn::Registration registration) {
    const auto said = webauthn::parse_client_data(registration.client_data);
    if (!said) return std::unexpected(passkey_refused(said.error()));
    const auto ceremony = own_ceremonies_.take(said->challenge, clock_.monotonic_now());
    if (!ceremony || ceremony->purpose != Purpose::registration || ceremony->user != user) {
        Refusal refusal({ErrorKind::conflict, "This took too long; begin again"});
        refusal.kind = "passkey_refused";
        return std::unexpected(std::move(refusal));
    }
    const webauthn::Expected expected{
        .rp_id = ceremony->place.rp_id, .origin = ceremony->place.origin, .challenge = said->challenge};
    auto credential = webauthn::check_registration(expected, registration);
    if (!credential) return std::unexpected(passkey_refused(credential.error()));
    return Registered{.credential = std::move(*credential), .rp_id = ceremony->place.rp_id};
}

Identity::Awaitable<std::expected<Identity::PasskeyUsed, Refusal>> Identity::take_passkey(
    webauthn::Assertion assertion, std::optional<UserId> prover, std::string address, std::string purpose) {
    const auto self = shared_from_this();
    const std::string account =
        std::string(passkey_account) + to_hex(crypto::sha256(assertion.credential_id));
    if (const auto wait = throttle_.begin(account, address, clock_.monotonic_now()))
        co_return std::unexpected(too_soon(*wait));
    const auto said = webauthn::parse_client_data(assertion.client_data);
    if (!said) co_return std::unexpected(passkey_refused(said.error()));
    Ceremonies& ceremonies = prover ? own_ceremonies_ : sign_in_ceremonies_;
    const auto ceremony = ceremonies.take(said->challenge, clock_.monotonic_now());
    const bool is_for_this =
        ceremony && (!prover || (ceremony->purpose == Purpose::proof && ceremony->user == prover &&
                                 ceremony->bound_to == purpose));
    if (!is_for_this) co_return std::unexpected(too_late());
    const webauthn::Expected expected{
        .rp_id = ceremony->place.rp_id, .origin = ceremony->place.origin, .challenge = said->challenge};
    const auto data = webauthn::check_assertion(expected, assertion);
    if (!data) co_return std::unexpected(passkey_refused(data.error()));
    const auto use = std::make_shared<Use>();
    // On the disk's thread all at once, so that no count is taken twice.
    Change work = [directory = directory_, ceremony, assertion = std::move(assertion), data = *data, use,
                   now = clock_.utc_now()](store::Database& database, const Roster&) -> Result<> {
        VEDETTE_TRY(*use, use_passkey(database, directory->sealer(), *ceremony, assertion, data, now));
        return {};
    };
    if (auto done = co_await change(std::move(work)); !done) co_return std::unexpected(Refusal(done.error()));
    if (use->copied) co_return std::unexpected(passkey_copied(*use->passkey, use->count));
    if (!use->fits) co_return std::unexpected(passkey_unknown());
    throttle_.succeeded(account, address, clock_.monotonic_now());
    co_return PasskeyUsed{.user = use->passkey->user,
                          .name = use->passkey->name,
                          .password_challenge = ceremony->password_challenge};
}

Refusal Identity::passkey_copied(const Passkey& passkey, std::uint32_t count) const {
    log::warn("the passkey {} of user {} says that it was used {} times, after {}: there may be a copy of it",
              passkey.id.text(), passkey.user.text(), count, passkey.sign_count);
    Refusal refusal({ErrorKind::unauthenticated,
                     fmt::format("The passkey “{}” counts its uses, and its count went back: there may be a "
                                 "copy of it. Remove it from your account, and tell an administrator",
                                 passkey.name)});
    refusal.kind = "passkey_copied";
    if (const auto account = roster_->accounts.find(passkey.user); account != roster_->accounts.end())
        refusal.who = account->second.name;
    return refusal;
}

Identity::Awaitable<std::expected<SignedInByPasskey, Refusal>> Identity::sign_in_with_passkey(
    webauthn::Assertion assertion, Peer peer) {
    const auto self = shared_from_this();
    auto taking = take_passkey(std::move(assertion), std::nullopt, peer.address, {});
    auto used = co_await std::move(taking);
    if (!used) co_return std::unexpected(std::move(used.error()));
    if (!user(used->user)) co_return std::unexpected(suspended());
    // The password that came before is answered; it can't be given a code as well.
    if (used->password_challenge) challenges_.erase(*used->password_challenge);
    auto admitting = admit(used->user, std::move(peer));
    auto step = co_await std::move(admitting);
    if (!step) co_return std::unexpected(std::move(step.error()));
    co_return SignedInByPasskey{.step = std::move(*step), .passkey = std::move(used->name)};
}

Identity::Awaitable<std::expected<void, Refusal>> Identity::check_proof(UserId user, Proof proof,
                                                                        std::string address) {
    const auto self = shared_from_this();
    auto checking = check_password(user, std::move(proof.password), address);
    VEDETTE_CO_CHECK(co_await std::move(checking));
    const auto account = roster_->accounts.find(user);
    if (account != roster_->accounts.end() && takes_mail_code(*roster_, account->second)) {
        const auto found = proof_codes_.find(user);
        std::optional<SentCode> sent;
        if (found != proof_codes_.end()) sent = found->second;
        const auto fits = check_sent_code(user, sent, proof.code, address);
        if (sent)
            found->second = *sent;  // its tries
        else if (found != proof_codes_.end())
            proof_codes_.erase(found);
        co_return fits;
    }
    if (account == roster_->accounts.end() || !account->second.has_second_factor)
        co_return std::expected<void, Refusal>();
    co_return co_await check_step_up(user, std::move(proof), std::move(address), {});
}

Identity::Awaitable<std::expected<void, Refusal>> Identity::check_step_up(UserId user, Proof proof,
                                                                          std::string address,
                                                                          std::string purpose) {
    const auto self = shared_from_this();
    const auto account = roster_->accounts.find(user);
    if (account == roster_->accounts.end() || !account->second.has_second_factor)
        co_return std::unexpected(Refusal({ErrorKind::conflict,
                                           "Your account has no authenticator app and no passkey yet, and "
                                           "nothing less does; set one up in Your account"}));
    if (proof.passkey) {
        auto taking = take_passkey(std::move(*proof.passkey), user, std::move(address), std::move(purpose));
        auto used = co_await std::move(taking);
        if (used) co_return std::expected<void, Refusal>();
        used.error().field = "passkey";
        if (used.error().error.kind == ErrorKind::unauthenticated)  // the session is good
            used.error().error.kind = ErrorKind::forbidden;
        co_return std::unexpected(std::move(used.error()));
    }
    if (proof.code.empty())
        co_return std::unexpected(
            Refusal({ErrorKind::forbidden,
                     "Enter a code of your authenticator app or a recovery code, or use a passkey"},
                    "code"));
    co_return co_await check_second_factor(user, std::move(proof.code), std::move(address));
}

}  // namespace vedette::hub::identity
