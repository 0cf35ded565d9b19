#pragma once
// Between a conversation of onvif and a device: the answer goes through the camera process.

#include "gateway/camera_process/camera_process.hpp"
#include "net/http_client.hpp"

namespace vedette::gateway::camera_process {

/// Gives `session` (of onvif: CallSession, SetUpSession and their like) what its last call has brought. The
/// answer is read in the camera process; that it could not be is a failure, as if none had come. Everything
/// outlives the call.
template <class Session>
net::Awaitable<void> hand_over(CameraProcess& process, const Clock& clock, Session& session,
                               onvif::Question question, Result<net::HttpAnswer> answer) {
    if (!answer) {
        session.on_failure(std::move(answer).error());
        co_return;
    }
    const UtcTime came = clock.utc_now();  // the camera's clock is compared with it
    auto reading = process.read(std::move(question), std::move(answer->body));
    auto reply = co_await std::move(reading);
    if (!reply && reply.error().kind == ErrorKind::internal)
        session.on_failure({ErrorKind::unavailable, std::move(reply).error().message});
    else
        session.on_answer(answer->status, std::move(reply), came);
}

}  // namespace vedette::gateway::camera_process
