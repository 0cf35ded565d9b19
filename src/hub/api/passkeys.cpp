#include <boost/json/array.hpp>

#include "crypto/base64.hpp"
#include "hub/api/clearance_steps.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/notices.hpp"
#include "hub/api/passkey_input.hpp"
#include "hub/api/session_response.hpp"
#include "webauthn/credential_key.hpp"

namespace vedette::hub::api {

namespace {

boost::json::string binary(ByteView bytes) {
    return boost::json::string(crypto::to_base64url(bytes));
}

boost::json::object request_json(const identity::PasskeyRequest& request) {
    boost::json::array ids;
    for (const Bytes& id : request.credential_ids) ids.push_back(binary(id));
    return {{"challenge", binary(request.challenge)},
            {"rp_id", request.rp_id},
            {"timeout_s", std::chrono::seconds(identity::ceremony_lifetime).count()},
            {"credential_ids", std::move(ids)}};
}

std::string host_of(const Call& call) {
    return std::string(call.request.header("Host"));
}

}  // namespace

net::Awaitable<Outcome<>> begin_passkey_sign_in(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(PasskeyBeginInput input, read_passkey_begin(call.request.body));
    auto beginning = services->identity->begin_passkey_sign_in(
        std::move(input.username), std::move(input.token), host_of(call), call.request.peer_address);
    const auto request = co_await std::move(beginning);
    if (!request) co_return std::unexpected(Problem(request.error()));
    co_return json_response(200, request_json(*request));
}

net::Awaitable<Outcome<>> sign_in_with_passkey(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(webauthn::Assertion assertion, read_assertion(call.request.body));
    auto signing = services->identity->sign_in_with_passkey(std::move(assertion), peer_of(call.request));
    auto done = co_await std::move(signing);
    if (!done) {
        call.trail->who_tried = done.error().who;
        co_return std::unexpected(Problem(done.error()));
    }
    call.trail->details["passkey"] = done->passkey;
    co_return co_await answer_step(std::move(services), std::move(call), std::move(done->step));
}

net::Awaitable<Outcome<>> begin_passkey(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(identity::Proof proof, read_proof(call.request.body));
    auto beginning = services->own_passkeys.begin(call.granted, std::move(proof), host_of(call),
                                                  call.request.peer_address);
    const auto wanted = co_await std::move(beginning);
    if (!wanted) co_return std::unexpected(Problem(wanted.error()));
    boost::json::object json = request_json(wanted->request);
    json["user_id"] = binary(wanted->user.bytes());
    json["username"] = wanted->username;
    boost::json::array algorithms;
    for (const webauthn::Algorithm algorithm : webauthn::algorithms)
        algorithms.push_back(static_cast<std::int32_t>(algorithm));
    json["algorithms"] = std::move(algorithms);
    co_return json_response(200, json);
}

net::Awaitable<Outcome<>> add_passkey(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(NewPasskeyInput input, read_new_passkey(call.request.body));
    auto adding =
        services->own_passkeys.add(call.granted, std::move(input.name), std::move(input.registration));
    const auto added = co_await std::move(adding);
    if (!added) co_return std::unexpected(Problem(added.error()));
    call.trail->details["passkey_id"] = added->id.text();
    if (call.session) {
        auto telling = tell_user(services, call.session->user.id, "A passkey was added to your account.",
                                 call.request.peer_address);
        co_await std::move(telling);
    }
    boost::json::array codes;
    for (const Secret& one : added->recovery_codes) codes.push_back(boost::json::string(one.reveal_text()));
    co_return json_response(201, {{"id", added->id.text()}, {"recovery_codes", std::move(codes)}});
}

net::Awaitable<Outcome<>> begin_passkey_proof(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const std::string wanted, read_proof_purpose(call.request.body));
    std::string purpose;
    if (!wanted.empty()) {
        const auto id = ClearanceId::parse(wanted);
        if (!id || !call.session ||
            !services->clearances.own(*id, call.session->digest, services->clock->utc_now()))
            co_return std::unexpected(no_such_clearance());
        purpose = id->text();
    }
    auto beginning = services->own_passkeys.begin_proof(call.granted, host_of(call), std::move(purpose));
    const auto request = co_await std::move(beginning);
    if (!request) co_return std::unexpected(Problem(request.error()));
    co_return json_response(200, request_json(*request));
}

net::Awaitable<Outcome<>> rename_passkey(ServicesPtr services, Call call) {
    if (!call.path.passkey) co_return std::unexpected(Problem(404, "not_found", "There is no such passkey"));
    VEDETTE_CO_TRY(std::string name, read_passkey_name(call.request.body));
    auto renaming = services->own_passkeys.rename(call.granted, *call.path.passkey, std::move(name));
    const auto renamed = co_await std::move(renaming);
    if (!renamed) co_return std::unexpected(Problem(renamed.error()));
    call.trail->details["before"] = boost::json::object{{"name", renamed->before}};
    call.trail->details["name"] = renamed->now;
    co_return no_content();
}

net::Awaitable<Outcome<>> remove_passkey(ServicesPtr services, Call call) {
    if (!call.path.passkey) co_return std::unexpected(Problem(404, "not_found", "There is no such passkey"));
    VEDETTE_CO_TRY(identity::Proof proof, read_proof(call.request.body));
    auto removing = services->own_passkeys.remove(call.granted, *call.path.passkey, std::move(proof),
                                                  call.request.peer_address);
    const auto removed = co_await std::move(removing);
    if (!removed) co_return std::unexpected(Problem(removed.error()));
    call.trail->details["name"] = *removed;
    if (call.session) {
        auto telling = tell_user(services, call.session->user.id, "A passkey was removed from your account.",
                                 call.request.peer_address);
        co_await std::move(telling);
    }
    co_return no_content();
}

}  // namespace vedette::hub::api
