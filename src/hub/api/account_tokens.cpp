#include <algorithm>

#include <boost/json/array.hpp>

#include "hub/api/handlers.hpp"
#include "hub/api/json_access.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/token_input.hpp"

namespace vedette::hub::api {

namespace {

boost::json::array tokens_json(const Services& services, UserId user) {
    boost::json::array tokens;
    for (const identity::ApiToken& token : services.identity->api_tokens_of(user))
        tokens.push_back(to_json(token));
    return tokens;
}

}  // namespace

net::Awaitable<Outcome<>> list_api_tokens(ServicesPtr services, Call call) {
    if (!call.session) co_return std::unexpected(Problem::not_signed_in());
    const UserId user = call.session->user.id;
    co_return json_response(200, {{"tokens", tokens_json(*services, user)},
                                  {"rights", to_json(services->api_tokens.may_have(user))}});
}

net::Awaitable<Outcome<>> create_api_token(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(NewApiTokenInput input, read_new_api_token(call.request.body, services->clock->utc_now()));
    // Nobody learns by this which cameras there are.
    if (input.token.scope.cameras)
        for (const CameraId& camera : *input.token.scope.cameras)
            if (call.rights_over(camera).empty())
                co_return std::unexpected(Problem::invalid("camera_ids", Problem::no_such_camera().detail));
    auto making = services->api_tokens.make(call.granted, std::move(input.token), std::move(input.proof),
                                            call.request.peer_address);
    const auto made = co_await std::move(making);
    if (!made) co_return std::unexpected(Problem(made.error()));
    call.trail->details["token_id"] = made->token.id.text();
    net::Response response =
        json_response(201, {{"secret", made->text.reveal_text()}, {"token", to_json(made->token)}});
    response.headers.push_back({"Location", "/api/v1/account/tokens/" + made->token.id.text()});
    co_return response;
}

net::Awaitable<Outcome<>> revoke_api_token(ServicesPtr services, Call call) {
    const auto revoked =
        co_await services->api_tokens.revoke(call.granted, call.path.token.value_or(ApiTokenId()));
    if (!revoked) co_return std::unexpected(Problem(revoked.error()));
    co_return no_content();
}

net::Awaitable<Outcome<>> list_user_api_tokens(ServicesPtr services, Call call) {
    const UserId user = call.path.user.value_or(UserId());
    if (const auto account = identity::find_account(services->identity->roster(), user); !account)
        co_return std::unexpected(Problem(account.error()));
    co_return json_response(200, {{"tokens", tokens_json(*services, user)}});
}

net::Awaitable<Outcome<>> revoke_user_api_token(ServicesPtr services, Call call) {
    const UserId user = call.path.user.value_or(UserId());
    const ApiTokenId token = call.path.token.value_or(ApiTokenId());
    const auto revoked = co_await services->administration.revoke_api_token(call.granted, user, token);
    if (!revoked) co_return std::unexpected(Problem(revoked.error()));
    co_return no_content();
}

}  // namespace vedette::hub::api
