// Sign-ins that wait for a second person, who sees them under Approvals.

#include "base/hex.hpp"
#include "hub/api/access_input.hpp"
#include "hub/api/clearance_steps.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/session_response.hpp"

namespace vedette::hub::api {

namespace {

std::unexpected<Problem> sign_in_over() {
    return std::unexpected(
        Problem(Error{ErrorKind::unauthenticated, "This sign-in took too long, or is over; begin again"}));
}

// What the second person decides about: who wants to come in, from where, with what.
Decided wish_to_enter(const Services& services, const Call& call, const policy::User& user) {
    const identity::Peer peer = peer_of(call.request);
    return {.principal = user,
            .action = policy::Action::sign_in,
            .object = policy::Object::of(services.identity->organisation()),
            .decision = {.allowed = true, .obligations = {.write_audit = true}},
            .operation = "signIn",
            .address = peer.address,
            .camera_name = {},
            .details = {{"address", peer.address}, {"client", identity::printable_client(peer.client)}}};
}

}  // namespace

net::Response second_person_response(Services& services, const Call& call,
                                     const identity::SecondPersonNeeded& needed) {
    const auto waiting = identity::digest_of(needed.token.reveal_text());
    const Clearance& clearance = services.clearances.open_sign_in(wish_to_enter(services, call, needed.user),
                                                                  waiting, services.clock->utc_now());
    call.trail->asked = "second_person_asked";
    call.trail->waiting = clearance.id;
    call.trail->who_tried = needed.user.name;
    call.trail->details["clearance"] = told(clearance);
    return json_response(202, {{"waiting", needed.token.reveal_text()},
                               {"digest", to_hex(clearance.digest)},
                               {"expires_90k", ticks(clearance.expires)}});
}

net::Awaitable<Outcome<>> get_waiting_sign_in(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(const std::string token, read_waiting(call.request.body));
    const Clearance* clearance =
        services->clearances.of_sign_in(identity::digest_of(token), services->clock->utc_now());
    if (!clearance) co_return sign_in_over();
    boost::json::object json{{"state", to_string(clearance->state)},
                             {"expires_90k", ticks(clearance->expires)}};
    if (clearance->approver) {
        json["answered_by"] = clearance->approver->name;
        json["answer"] = clearance->answer;
    }
    co_return json_response(200, json);
}

net::Awaitable<Outcome<>> finish_sign_in(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(std::string token, read_waiting(call.request.body));
    const auto waiting = identity::digest_of(token);
    const Clearance* clearance = services->clearances.of_sign_in(waiting, services->clock->utc_now());
    if (!clearance) co_return sign_in_over();
    call.trail->who_tried = clearance->requester().name;
    call.trail->details["clearance"] = told(*clearance);
    const ClearanceId id = clearance->id;
    auto finishing = services->identity->finish_sign_in(std::move(token));
    auto signed_in = co_await std::move(finishing);
    if (!signed_in) co_return std::unexpected(Problem(signed_in.error()));
    services->clearances.end(id);
    co_return co_await exchange_session(std::move(services), std::move(call), std::move(*signed_in));
}

}  // namespace vedette::hub::api
