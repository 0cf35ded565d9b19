#include <boost/json/array.hpp>

#include "hub/api/access_input.hpp"
#include "hub/api/clearance_steps.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/passkey_input.hpp"

namespace vedette::hub::api {

namespace {

Clearance* own_clearance(Services& services, const Call& call) {
    if (!call.session || !call.path.clearance) return nullptr;
    return services.clearances.own(*call.path.clearance, call.session->digest, services.clock->utc_now());
}

net::Response clearance_response(const Clearance& clearance, const Services& services) {
    return json_response(200, to_json(clearance, services));
}

// Identity asks again whether this person may, and remembers it.
Result<> tell_sign_in(Services& services, const Clearance& clearance, const policy::Authorised& granted) {
    if (!clearance.is_sign_in()) return {};
    return clearance.state == Clearance::State::approved
               ? services.identity->let_in(clearance.session, granted)
               : services.identity->turn_away(clearance.session, granted);
}

}  // namespace

net::Awaitable<Outcome<>> get_clearance(ServicesPtr services, Call call) {
    const Clearance* clearance = own_clearance(*services, call);
    if (!clearance) co_return std::unexpected(no_such_clearance());
    co_return clearance_response(*clearance, *services);
}

net::Awaitable<Outcome<>> withdraw_clearance(ServicesPtr services, Call call) {
    const Clearance* clearance = own_clearance(*services, call);
    if (!clearance) co_return std::unexpected(no_such_clearance());
    call.trail->details["clearance"] = told(*clearance);
    services->clearances.end(clearance->id);
    co_return no_content();
}

net::Awaitable<Outcome<>> give_step_up(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(identity::Proof proof, read_step_up(call.request.body));
    const Clearance* before = own_clearance(*services, call);
    if (!before) co_return std::unexpected(no_such_clearance());
    call.trail->details["clearance"] = told(*before);
    // A passkey's challenge is for this clearance and no other.
    auto checking = services->identity->check_step_up(call.session->user.id, std::move(proof),
                                                      call.request.peer_address, before->id.text());
    const auto checked = co_await std::move(checking);
    if (!checked) co_return std::unexpected(Problem(checked.error()));
    Clearance* clearance = own_clearance(*services, call);
    if (!clearance) co_return std::unexpected(no_such_clearance());
    clearance->stepped_up = true;
    call.trail->details["clearance"] = told(*clearance);
    co_return clearance_response(*clearance, *services);
}

net::Awaitable<Outcome<>> ask_for_approval(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(std::string reason, read_approval_wish(call.request.body));
    Clearance* clearance = own_clearance(*services, call);
    if (!clearance) co_return std::unexpected(no_such_clearance());
    if (!clearance->asked.second_person || clearance->state != Clearance::State::open)
        co_return std::unexpected(
            Problem(Error{ErrorKind::conflict, "No second person is asked for, or one was asked already"}));
    clearance->state = Clearance::State::waiting;
    clearance->reason = std::move(reason);
    call.trail->details["clearance"] = told(*clearance);
    co_return clearance_response(*clearance, *services);
}

net::Awaitable<Outcome<>> list_approvals(ServicesPtr services, Call call) {
    boost::json::array approvals;
    for (const Clearance* clearance : approvals_for(*services, call.granted, call.context)) {
        const auto& camera = clearance->decided.object.camera;
        const auto rights = camera ? call.rights_over(*camera) : policy::RightSet();
        approvals.push_back(approval_json(*clearance, *services, rights));
    }
    co_return json_response(200, {{"approvals", std::move(approvals)}});
}

net::Awaitable<Outcome<>> give_approval(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(ApprovalInput input, read_approval(call.request.body));
    const ClearanceId id = call.path.clearance.value_or(ClearanceId());
    Clearance* clearance = services->clearances.find(id, services->clock->utc_now());
    if (!clearance || !call.session || clearance->state == Clearance::State::open)
        co_return std::unexpected(no_such_clearance());
    const auto granted = call.authorise(clearance->approval(), clearance->decided.object);
    // That there is such a request is not told to whoever may not approve it.
    if (!granted) co_return std::unexpected(no_such_clearance());
    const auto answered = answer_clearance(*clearance, *granted, call.session->digest, input.digest,
                                           input.approve, std::move(input.reason));
    call.trail->details["clearance"] = told(*clearance);
    call.trail->details["requester"] = boost::json::string(clearance->requester().name);
    call.trail->details["camera_name"] = boost::json::string(clearance->decided.camera_name);
    if (!answered) co_return std::unexpected(Problem(answered.error()));
    if (auto told_it = tell_sign_in(*services, *clearance, *granted); !told_it) {
        services->clearances.end(id);
        co_return std::unexpected(Problem(told_it.error()));
    }
    co_return no_content();
}

}  // namespace vedette::hub::api
