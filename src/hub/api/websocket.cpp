#include "hub/api/handlers.hpp"
#include "hub/api/viewer_connection.hpp"

namespace vedette::hub::api {

net::Awaitable<Outcome<>> open_websocket(ServicesPtr services, Call call) {
    if (!call.session) co_return std::unexpected(Problem(401, "not_signed_in", "Sign in to continue"));
    // What a request that asks for no WebSocket gets; the server upgrades the others.
    net::Response response = to_response(Problem(
        426, "unsupported", "This address speaks WebSocket; connect with wss:// instead of https://"));
    response.upgrade = [services, granted = call.granted, context = call.context,
                        session = call.session->digest](std::unique_ptr<net::WebSocket> socket) {
        auto connection =
            std::make_shared<ViewerConnection>(services, granted, context, session, std::move(socket));
        return ViewerConnection::run(std::move(connection));
    };
    co_return response;
}

}  // namespace vedette::hub::api
