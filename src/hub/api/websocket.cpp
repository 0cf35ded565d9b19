#include "hub/api/handlers.hpp"
#include "hub/api/viewer_connection.hpp"

namespace vedette::hub::api {

net::Awaitable<Outcome<>> open_websocket(ServicesPtr services, Call call) {
    if (!call.credential) co_return std::unexpected(Problem::not_signed_in());
    // What a request that asks for no WebSocket gets; the server upgrades the others.
    net::Response response = to_response(Problem(
        426, "unsupported", "This address speaks WebSocket; connect with wss:// instead of https://"));
    response.upgrade = [services, granted = call.granted, context = call.context,
                        credential = *call.credential,
                        address = call.request.peer_address](std::unique_ptr<net::WebSocket> socket) {
        auto connection = std::make_shared<ViewerConnection>(services, granted, context, credential, address,
                                                             std::move(socket));
        return ViewerConnection::run(std::move(connection));
    };
    co_return response;
}

}  // namespace vedette::hub::api
