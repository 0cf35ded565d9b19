#include "hub/api/access_input.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/json_output.hpp"
#include "hub/api/session_response.hpp"

namespace vedette::hub::api {

net::Awaitable<Outcome<>> get_setup(ServicesPtr services, Call) {
    const boost::json::object setup{{"claimed", services->identity->claimed()}};
    co_return json_response(200, setup);
}

net::Awaitable<Outcome<>> claim(ServicesPtr services, Call call) {
    VEDETTE_CO_TRY(CodeAndPasswordInput input, read_code_and_password(call.request.body));
    auto signed_in = co_await services->identity->claim(std::move(input.code), std::move(input.username),
                                                        std::move(input.password), peer_of(call.request));
    if (!signed_in) co_return std::unexpected(Problem(signed_in.error()));
    call.trail->signed_in = signed_in->session;
    co_return signed_in_response(*services, *signed_in, call.context);
}

}  // namespace vedette::hub::api
