// Passkeys: made, used to sign in and as a second factor, removed; and every way in which they are refused.

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "crypto/test_base32.hpp"
#include "crypto/totp.hpp"
#include "hub/identity/administration.hpp"
#include "hub/identity/identity_fixture.hpp"
#include "hub/identity/own_account.hpp"
#include "hub/identity/own_passkeys.hpp"
#include "webauthn/test_authenticator.hpp"

namespace vedette::hub::identity {
namespace {

using webauthn::testing::TestAuthenticator;

constexpr const char* host = "vedette.example:8443";

class PasskeyTest : public testing::IdentityTest {
  protected:
    PasskeyTest() : token(claim()) { serve(); }
    void serve() { identity->serve_at({*webauthn::place_of("localhost", 8443), *webauthn::place_of(host)}); }
    OwnPasskeys own() { return {identity, clock}; }
    policy::Authorised granted(policy::Action action = policy::Action::manage_own_account) {
        return granted_to(identity->use(token)->user, action);
    }
    Proof proof(std::string code = "") {
        return {.password = Secret(testing::good_password), .code = std::move(code)};
    }
    auto begin(Proof given, std::string at = host) {
        return run(own().begin(granted(), std::move(given), std::move(at), "192.0.2.1"));
    }
    auto add(const TestAuthenticator& maker, ByteView challenge, std::string name = "Phone") {
        return run(own().add(granted(), std::move(name), maker.create(challenge)));
    }
    /// Returns the recovery codes, if it was the first.
    std::vector<std::string> set_up(const TestAuthenticator& maker, std::string code = "") {
        auto wanted = begin(proof(std::move(code)));
        EXPECT_TRUE(wanted.has_value());
        auto added = add(maker, wanted->request.challenge);
        EXPECT_TRUE(added.has_value());
        std::vector<std::string> codes;
        for (const Secret& one : added->recovery_codes) codes.emplace_back(one.reveal_text());
        return codes;
    }
    auto begin_sign_in(std::string username = "", std::string challenge = "") {
        return run(
            identity->begin_passkey_sign_in(std::move(username), std::move(challenge), host, "192.0.2.1"));
    }
    auto give(webauthn::Assertion assertion) {
        return run(identity->sign_in_with_passkey(std::move(assertion), {"192.0.2.1", "test"}));
    }
    UserId ada() { return identity->roster().accounts.begin()->first; }
    /// What the browser answers to a sign-in without a name.
    webauthn::Assertion answer(const TestAuthenticator& user) {
        return user.get(begin_sign_in()->challenge, ada().bytes());
    }
    template <class Result>
    std::string kind_of(const Result& result) {
        return result ? "good" : result.error().kind;
    }
    std::vector<Passkey> all() { return *run(identity->passkeys_of(ada())); }

    std::string token;
    TestAuthenticator device;
};

TEST_F(PasskeyTest, IsMadeWithThePasswordAndSignsIn) {
    EXPECT_EQ(begin({.password = Secret("wrong"), .code = ""}).error().field, "password");
    const auto wanted = begin(proof());
    ASSERT_TRUE(wanted.has_value());
    EXPECT_EQ(wanted->request.challenge.size(), 32u);
    EXPECT_EQ(wanted->request.rp_id, "vedette.example");
    EXPECT_EQ(wanted->user, ada());
    EXPECT_EQ(wanted->username, "Ada");
    EXPECT_TRUE(wanted->request.credential_ids.empty());
    const auto added = add(device, wanted->request.challenge);
    ASSERT_TRUE(added.has_value());
    EXPECT_EQ(added->recovery_codes.size(), recovery_code_count);
    ASSERT_EQ(all().size(), 1u);
    EXPECT_EQ(all()[0].name, "Phone");
    EXPECT_EQ(all()[0].created, clock.utc_now());
    EXPECT_FALSE(all()[0].last_used);

    clock.advance(std::chrono::seconds(10));
    device.counter = 2;
    const auto signed_in = give(answer(device));
    ASSERT_TRUE(signed_in.has_value());
    EXPECT_EQ(signed_in->passkey, "Phone");
    EXPECT_EQ(identity->use(std::get<SignedIn>(signed_in->step).token.reveal_text())->user.id, ada());
    EXPECT_EQ(all()[0].last_used, clock.utc_now());
    EXPECT_EQ(all()[0].sign_count, 2u);
}

TEST_F(PasskeyTest, SurvivesARestartSealed) {
    set_up(device);
    open();
    serve();
    device.counter = 2;
    EXPECT_TRUE(give(answer(device)).has_value());
    // Neither its name nor what the authenticator calls it is readable on the disk.
    std::ifstream file(folder.path() / "hub" / "identity.sqlite", std::ios::binary);
    std::string database((std::istreambuf_iterator<char>(file)), {});
    std::ifstream log(folder.path() / "hub" / "identity.sqlite-wal", std::ios::binary);
    database.append(std::istreambuf_iterator<char>(log), {});
    EXPECT_EQ(database.find("Phone"), std::string::npos);
    EXPECT_EQ(database.find(as_text(device.id)), std::string::npos);
    EXPECT_NE(database.find("vedette.example"), std::string::npos);  // it is the right file
}

TEST_F(PasskeyTest, AChallengeIsGoodOnceForItsPurposeAndForFiveMinutes) {
    set_up(device);
    device.counter = 2;
    webauthn::Assertion used = answer(device);
    EXPECT_TRUE(give(used).has_value());
    EXPECT_EQ(give(used).error().error.kind, ErrorKind::unauthenticated);  // once

    device.counter = 3;
    used = answer(device);
    clock.advance(ceremony_lifetime);
    EXPECT_EQ(give(used).error().error.message, "This sign-in took too long; begin again");
    used = answer(device);
    clock.advance(ceremony_lifetime - std::chrono::seconds(1));
    EXPECT_TRUE(give(used).has_value());

    // One of another purpose: a proof does not sign in, a sign-in proves nothing, a registration neither.
    device.counter = 4;
    const auto for_proof = run(own().begin_proof(granted(), host));
    EXPECT_EQ(give(device.get(for_proof->challenge, ada().bytes())).error().error.kind,
              ErrorKind::unauthenticated);
    Proof with = proof();
    with.passkey = answer(device);
    EXPECT_EQ(begin(std::move(with)).error().field, "passkey");
    EXPECT_EQ(add(TestAuthenticator(), for_proof->challenge).error().error.kind, ErrorKind::conflict);
    EXPECT_EQ(add(TestAuthenticator(), begin_sign_in()->challenge).error().error.kind, ErrorKind::conflict);
    // A challenge that was never given out.
    EXPECT_EQ(give(device.get(Bytes(32), ada().bytes())).error().error.kind, ErrorKind::unauthenticated);
}

TEST_F(PasskeyTest, ARegistrationTakesItsOwnChallengeOnce) {
    const auto wanted = begin(proof());
    EXPECT_EQ(add(device, Bytes(32)).error().error.kind, ErrorKind::conflict);
    device.origin = "https://elsewhere.example";
    const auto refused = add(device, wanted->request.challenge);
    EXPECT_EQ(refused.error().kind, "passkey_refused");
    EXPECT_EQ(refused.error().error.kind, ErrorKind::forbidden);
    device.origin = "https://vedette.example:8443";
    EXPECT_EQ(add(device, wanted->request.challenge).error().error.kind, ErrorKind::conflict);  // burnt
    EXPECT_TRUE(all().empty());
}

TEST_F(PasskeyTest, ARegistrationIsOfWhoBeganIt) {
    const auto wanted = begin(proof());
    Administration administration(identity, clock);
    auto invited = run(administration.add_user(granted(policy::Action::manage_users), "Grace", {}));
    auto grace = testing::at_once(run(identity->accept_invitation(
        "Grace", std::string(invited->invitation.code.reveal_text()), Secret(testing::good_password), {})));
    token = grace->token.reveal_text();
    EXPECT_EQ(add(device, wanted->request.challenge).error().error.kind, ErrorKind::conflict);
}

TEST_F(PasskeyTest, WhatIsNotAsItShouldBeIsRefused) {
    set_up(device);
    device.counter = 2;
    const auto refused = [&](auto change) {
        const webauthn::testing::Says kept = device;
        clock.advance(std::chrono::minutes(2));  // it is slowed down
        change();
        const auto given = give(answer(device));
        static_cast<webauthn::testing::Says&>(device) = kept;
        return kind_of(given);
    };
    EXPECT_EQ(refused([&] { device.origin = "https://vedette.example"; }), "passkey_refused");
    EXPECT_EQ(refused([&] { device.type = "webauthn.create"; }), "passkey_refused");
    EXPECT_EQ(refused([&] { device.cross_origin = true; }), "passkey_refused");
    EXPECT_EQ(refused([&] { device.rp_id = "example"; }), "passkey_refused");
    EXPECT_EQ(refused([&] { device.flags = webauthn::testing::up; }), "passkey_refused");
    EXPECT_EQ(refused([&] { device.flags = webauthn::testing::uv; }), "passkey_refused");
    // It said at registration that it never leaves its device.
    EXPECT_EQ(refused([&] { device.flags |= webauthn::testing::be; }), "passkey_unknown");
    EXPECT_EQ(refused([] {}), "good");
}

TEST_F(PasskeyTest, UnknownOnesAreAnsweredAsThoseWithAWrongSignature) {
    set_up(device);
    device.counter = 2;
    const auto unknown = give(answer(TestAuthenticator()));
    webauthn::Assertion wrong = answer(device);
    wrong.signature.back() ^= std::byte{1};
    const auto badly_signed = give(wrong);
    // A key of its own under the id of somebody else's.
    TestAuthenticator thief;
    thief.id = device.id;
    thief.counter = 2;
    const auto stolen_id = give(answer(thief));
    for (const auto* result : {&unknown, &badly_signed, &stolen_id}) {
        EXPECT_EQ(result->error().kind, "passkey_unknown");
        EXPECT_EQ(result->error().error, unknown.error().error);
        EXPECT_TRUE(result->error().who.empty());
    }
}

TEST_F(PasskeyTest, UnknownOnesAreSlowedDownAsKnownOnes) {
    set_up(device);
    const auto failures_until_wait = [&](const TestAuthenticator& tried) {
        clock.advance(std::chrono::minutes(2));  // for the bound of the address
        for (int count = 0; count < 15; ++count) {
            webauthn::Assertion assertion = answer(tried);
            assertion.signature.back() ^= std::byte{1};
            if (give(assertion).error().retry_after) return count;
        }
        return 15;
    };
    const int known = failures_until_wait(device);
    EXPECT_EQ(known, failures_until_wait(TestAuthenticator()));
    EXPECT_LT(known, 15);
}

TEST_F(PasskeyTest, ItBelongsToWhomItSaysAndToWhomWasNamed) {
    set_up(device);
    device.counter = 2;
    const auto with_handle = [&](ByteView handle) {
        clock.advance(std::chrono::minutes(2));  // it is slowed down
        return kind_of(give(device.get(begin_sign_in()->challenge, handle)));
    };
    EXPECT_EQ(with_handle(UserId::random().bytes()), "passkey_unknown");
    EXPECT_EQ(with_handle({}), "passkey_unknown");  // nobody was named
    EXPECT_EQ(with_handle(ByteView(ada().bytes()).first(15)), "passkey_unknown");
    const auto named = [&](std::string name) {
        clock.advance(std::chrono::minutes(2));
        const auto request = begin_sign_in(std::move(name));
        EXPECT_TRUE(request->credential_ids.empty());  // tells nobody whether there is such a user
        return kind_of(give(device.get(request->challenge, ada().bytes())));
    };
    EXPECT_EQ(named("Grace"), "passkey_unknown");
    EXPECT_EQ(named(" ADA "), "good");
    device.counter = 3;
    EXPECT_TRUE(give(device.get(begin_sign_in("ada")->challenge)).has_value());  // the name says whose
}

TEST_F(PasskeyTest, ACounterThatGoesBackIsRefusedAndNamed) {
    device.counter = 7;
    set_up(device);
    for (const std::uint32_t count : {7U, 6U, 0U}) {
        device.counter = count;
        const auto given = give(answer(device));
        ASSERT_FALSE(given.has_value());
        EXPECT_EQ(given.error().kind, "passkey_copied");
        EXPECT_EQ(given.error().who, "Ada");
    }
    EXPECT_EQ(all()[0].sign_count, 7u);
    device.counter = 8;
    EXPECT_TRUE(give(answer(device)).has_value());
}

TEST_F(PasskeyTest, WithoutACounterItGoesOn) {
    device.counter = 0;
    set_up(device);
    EXPECT_TRUE(give(answer(device)).has_value());
    EXPECT_TRUE(give(answer(device)).has_value());
}

TEST_F(PasskeyTest, BeingBackedUpIsNoted) {
    device.flags |= webauthn::testing::be;
    set_up(device);
    EXPECT_TRUE(all()[0].backup_eligible);
    EXPECT_FALSE(all()[0].backed_up);
    device.flags |= webauthn::testing::bs;
    device.counter = 2;
    EXPECT_TRUE(give(answer(device)).has_value());
    EXPECT_TRUE(all()[0].backed_up);
}

TEST_F(PasskeyTest, BelongsToOneNameOfTheServer) {
    const auto at = [&](std::string name) { return begin(proof(), std::move(name)); };
    EXPECT_EQ(at("192.0.2.1:8443").error().error.message,
              "A passkey belongs to a name and not to an address; open Vedette as "
              "https://vedette.example:8443");
    EXPECT_EQ(at("[2001:db8::1]:8443").error().kind, "passkeys_need_the_name");
    EXPECT_EQ(at("evil.example:8443").error().error.message,
              "This server is not named evil.example:8443; open Vedette as https://vedette.example:8443");
    EXPECT_EQ(at("vedette.example").error().kind, "passkeys_need_the_name");  // another port, another origin
    EXPECT_EQ(at("").error().kind, "passkeys_need_the_name");
    EXPECT_EQ(run(identity->begin_passkey_sign_in("", "", "192.0.2.1", "192.0.2.1")).error().kind,
              "passkeys_need_the_name");
    set_up(device);
    // It proves nothing at another name, and is no second factor there.
    EXPECT_EQ(run(own().begin_proof(granted(), "localhost:8443")).error().error.message,
              "You have no passkey for the name localhost; use a code");
    const auto step = sign_in(testing::good_password);
    const std::string challenge(std::get<SecondFactorNeeded>(*step).token.reveal_text());
    EXPECT_EQ(run(identity->begin_passkey_sign_in("", challenge, "localhost:8443", "192.0.2.1")).error().kind,
              "passkeys_need_the_name");
    // The same device for the other name: what was made here opens nothing there.
    const auto request = run(identity->begin_passkey_sign_in("", "", "localhost:8443", "192.0.2.1"));
    device.counter = 2;
    device.rp_id = "localhost";
    device.origin = "https://localhost:8443";
    EXPECT_EQ(kind_of(give(device.get(request->challenge, ada().bytes()))), "passkey_unknown");
}

TEST_F(PasskeyTest, AreSeveralAndEachOnce) {
    const auto codes = set_up(device);
    TestAuthenticator second;
    EXPECT_EQ(begin(proof()).error().field, "code");  // the account has a second factor by now
    const auto wanted = begin(proof(codes[0]));
    ASSERT_TRUE(wanted.has_value());
    EXPECT_EQ(wanted->request.credential_ids, std::vector<Bytes>{device.id});
    EXPECT_EQ(add(device, wanted->request.challenge).error().error.kind, ErrorKind::conflict);
    EXPECT_TRUE(set_up(second, codes[1]).empty());  // no further recovery codes
    EXPECT_EQ(all().size(), 2u);
    EXPECT_EQ(identity->roster().accounts.at(ada()).passkeys, 2u);
    second.counter = 2;
    EXPECT_TRUE(give(answer(second)).has_value());
}

TEST_F(PasskeyTest, AreBounded) {
    for (std::size_t i = 0; i < max_passkeys; ++i) {
        clock.advance(std::chrono::minutes(1));  // for the bound of the address
        TestAuthenticator one;
        const Bytes challenge = [&] {
            if (i == 0) return begin(proof())->request.challenge;
            Proof with = proof();
            device.counter++;
            with.passkey = device.get(run(own().begin_proof(granted(), host))->challenge);
            return begin(std::move(with))->request.challenge;
        }();
        EXPECT_TRUE(add(i == 0 ? device : one, challenge).has_value()) << i;
    }
    Proof with = proof();
    device.counter++;
    with.passkey = device.get(run(own().begin_proof(granted(), host))->challenge);
    EXPECT_EQ(begin(std::move(with)).error().error.kind, ErrorKind::conflict);
}

// ---- as a second factor

TEST_F(PasskeyTest, IsASecondFactorAfterThePassword) {
    const auto codes = set_up(device);
    const auto step = sign_in(testing::good_password);
    const auto& needed = std::get<SecondFactorNeeded>(*step);
    EXPECT_TRUE(needed.takes_passkey);
    EXPECT_TRUE(needed.takes_code);  // a recovery code
    const std::string challenge(needed.token.reveal_text());
    const auto request = begin_sign_in("", challenge);
    EXPECT_EQ(request->credential_ids, std::vector<Bytes>{device.id});
    EXPECT_EQ(begin_sign_in("", std::string(64, 'a')).error().error.kind, ErrorKind::unauthenticated);
    device.counter = 2;
    EXPECT_TRUE(give(device.get(request->challenge)).has_value());
    // That sign-in is over.
    EXPECT_EQ(run(identity->give_second_factor(challenge, codes[0], {"192.0.2.1", ""})).error().error.kind,
              ErrorKind::unauthenticated);
    const auto next = sign_in(testing::good_password);
    EXPECT_TRUE(
        run(identity->give_second_factor(std::string(std::get<SecondFactorNeeded>(*next).token.reveal_text()),
                                         codes[0], {"192.0.2.1", ""}))
            .has_value());
}

TEST_F(PasskeyTest, FulfilsTheRuleOfTheOrganisation) {
    Administration administration(identity, clock);
    const auto rule = [&](SecondFactorRule wanted) {
        return run(administration.change_access_rules(granted(policy::Action::change_access_rules),
                                                      {.second_factor = wanted, .holidays = {}}));
    };
    EXPECT_EQ(rule(SecondFactorRule::everybody).error().kind, ErrorKind::conflict);
    const auto codes = set_up(device);
    EXPECT_TRUE(rule(SecondFactorRule::everybody).has_value());
    EXPECT_NE(identity->use(token)->user.rights, nullptr);
    const auto kept = run(own().remove(granted(), all()[0].id, proof(codes[0]), "192.0.2.1"));
    EXPECT_EQ(kept.error().error.kind, ErrorKind::conflict);
    EXPECT_EQ(all().size(), 1u);
}

TEST_F(PasskeyTest, IsRemovedWithThePasswordAndASecondFactor) {
    const auto codes = set_up(device);
    TestAuthenticator second;
    set_up(second, codes[0]);
    const auto remove = [&](PasskeyId id, Proof with) {
        return run(own().remove(granted(), id, std::move(with), "192.0.2.1"));
    };
    const PasskeyId first = all()[0].id;
    EXPECT_EQ(remove(first, {.password = Secret("wrong"), .code = codes[1]}).error().field, "password");
    EXPECT_EQ(remove(first, proof()).error().field, "code");
    EXPECT_EQ(remove(first, proof("000000")).error().field, "code");
    EXPECT_EQ(remove(PasskeyId::random(), proof(codes[1])).error().error.kind, ErrorKind::not_found);
    // By the passkey itself.
    Proof with = proof();
    device.counter = 2;
    const auto request = run(own().begin_proof(granted(), host));
    EXPECT_EQ(request->credential_ids.size(), 2u);
    with.passkey = device.get(request->challenge);
    const auto removed = remove(first, std::move(with));
    ASSERT_TRUE(removed.has_value());
    EXPECT_EQ(*removed, "Phone");
    device.counter = 3;
    EXPECT_EQ(kind_of(give(answer(device))), "passkey_unknown");
    EXPECT_TRUE(remove(all()[0].id, proof(codes[2])).has_value());
    // With the last second factor the recovery codes have gone.
    EXPECT_EQ(identity->roster().accounts.at(ada()).recovery_codes_left, 0u);
    EXPECT_TRUE(std::holds_alternative<SignedIn>(*sign_in(testing::good_password)));
}

TEST_F(PasskeyTest, AProofIsForWhatItWasBegunFor) {
    set_up(device);
    const auto assertion_for = [&](std::string purpose) {
        device.counter++;
        return device.get(run(own().begin_proof(granted(), host, std::move(purpose)))->challenge);
    };
    const auto step_up = [&](webauthn::Assertion assertion, std::string purpose) {
        Proof with;
        with.passkey = std::move(assertion);
        return run(identity->check_step_up(ada(), std::move(with), "192.0.2.1", std::move(purpose)));
    };
    EXPECT_FALSE(step_up(assertion_for("one"), "another").has_value());
    EXPECT_FALSE(step_up(assertion_for(""), "one").has_value());
    EXPECT_FALSE(step_up(assertion_for("one"), "").has_value());
    EXPECT_TRUE(step_up(assertion_for("one"), "one").has_value());
    EXPECT_TRUE(step_up(assertion_for(""), "").has_value());
}

TEST_F(PasskeyTest, GetsAnotherName) {
    set_up(device);
    const PasskeyId id = all()[0].id;
    const auto renamed = run(own().rename(granted(), id, "Key ring"));
    ASSERT_TRUE(renamed.has_value());
    EXPECT_EQ(renamed->before, "Phone");
    EXPECT_EQ(all()[0].name, "Key ring");
    EXPECT_EQ(run(own().rename(granted(), PasskeyId::random(), "x")).error().error.kind,
              ErrorKind::not_found);
    open();
    EXPECT_EQ(all()[0].name, "Key ring");
}

TEST_F(PasskeyTest, AnAppAndPasskeysStandForOneAnother) {
    OwnAccount account(identity, clock);
    auto codes = set_up(device);
    // The app takes the passkey as proof, and brings new codes.
    Proof with = proof();
    device.counter = 2;
    with.passkey = device.get(run(own().begin_proof(granted(), host))->challenge);
    const auto begun = run(account.begin_authenticator(granted(), std::move(with), "192.0.2.1"));
    ASSERT_TRUE(begun.has_value());
    const Bytes secret = crypto::from_base32(begun->secret.reveal_text());
    const auto code = [&] { return crypto::hotp(secret, crypto::totp_counter(clock.utc_now())); };
    EXPECT_TRUE(run(account.confirm_authenticator(granted(), code())).has_value());
    clock.advance(crypto::totp_step);
    EXPECT_EQ(begin(proof(codes[0])).error().field, "code");  // those of before are gone
    EXPECT_TRUE(run(own().remove(granted(), all()[0].id, proof(code()), "192.0.2.1")).has_value());
    EXPECT_TRUE(identity->roster().accounts.at(ada()).has_second_factor);
    EXPECT_EQ(identity->roster().accounts.at(ada()).recovery_codes_left, recovery_code_count);
    clock.advance(crypto::totp_step);
    EXPECT_TRUE(run(account.remove_authenticator(granted(), proof(code()), "192.0.2.1")).has_value());
    EXPECT_EQ(run(account.remove_authenticator(granted(), proof(), "192.0.2.1")).error().error.kind,
              ErrorKind::conflict);
}

TEST_F(PasskeyTest, GoesWithANewInvitationAndWithTheAccount) {
    Administration administration(identity, clock);
    const std::string adas = token;
    auto invited = run(administration.add_user(granted(policy::Action::manage_users), "Grace", {}));
    auto grace = testing::at_once(run(identity->accept_invitation(
        "Grace", std::string(invited->invitation.code.reveal_text()), Secret(testing::good_password), {})));
    token = grace->token.reveal_text();
    set_up(device);
    const UserId user = invited->user;
    device.counter = 2;
    const auto answer_of_grace = [&] { return device.get(begin_sign_in()->challenge, user.bytes()); };
    EXPECT_TRUE(give(answer_of_grace()).has_value());

    token = adas;
    EXPECT_TRUE(run(administration.change_user(granted(policy::Action::manage_users), user,
                                               {.suspended = true, .assignments = {}}))
                    .has_value());
    device.counter = 3;
    EXPECT_EQ(give(answer_of_grace()).error().error.message,
              "This account is suspended; an administrator can open it again");
    EXPECT_TRUE(run(administration.invite(granted(policy::Action::manage_users), user)).has_value());
    EXPECT_TRUE(run(identity->passkeys_of(user))->empty());
    EXPECT_EQ(kind_of(give(answer_of_grace())), "passkey_unknown");
}

TEST(CeremoniesTest, AreBoundedForEachOwnerAndInAll) {
    Ceremonies ceremonies({.total = 4, .each_owner = 2});
    MonotonicTime now{};
    const auto begin = [&](const char* owner) {
        now += std::chrono::seconds(1);
        return ceremonies.begin({}, owner, now);
    };
    const auto first = begin("a");
    const auto second = begin("a");
    const auto third = begin("a");
    EXPECT_FALSE(ceremonies.take(first, now));
    const auto other = begin("b");
    begin("c");
    begin("d");  // the fifth: the oldest of all goes
    EXPECT_EQ(ceremonies.size(), 4u);
    EXPECT_FALSE(ceremonies.take(second, now));
    EXPECT_TRUE(ceremonies.take(third, now));
    EXPECT_TRUE(ceremonies.take(other, now));
    EXPECT_FALSE(ceremonies.take(other, now));
    now += ceremony_lifetime;
    begin("e");
    EXPECT_EQ(ceremonies.size(), 1u);  // what has run out is forgotten
}

}  // namespace
}  // namespace vedette::hub::identity
