#include "gateway/devices/carrier.hpp"

namespace vedette::gateway::devices {

Carrier::Carrier(const onvif::DeviceAccess& access, const Clock& clock, CameraProcess& process,
                 TrustBook trust)
    : client_({.host = access.host,
               .place = access.place(),
               .credentials = {access.username, access.password.duplicate()},
               .certificates = {},
               .only_trusted = false},
              clock, process),
      trust_(std::move(trust)) {}

net::Awaitable<Result<net::HttpAnswer>> Carrier::post(onvif::Call call, std::chrono::seconds limit) {
    // An administrator may have accepted another certificate meanwhile.
    client_.trust(trust_.known(), trust_.only_trusted());
    onvif::Place place{.port = call.port, .path = std::move(call.path), .secure = call.secure};
    auto posting = client_.post(std::move(place), std::move(call.body), limit);
    auto answer = co_await std::move(posting);
    if (client_.first_seen()) trust_.remember(*client_.first_seen());
    co_return answer;
}

}  // namespace vedette::gateway::devices
