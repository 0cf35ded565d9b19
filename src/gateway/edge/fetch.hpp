#pragma once
// One stretch, fetched from a camera's storage: asked for over ONVIF, replayed over RTSP.

#include <memory>

#include "gateway/discovery/device_client.hpp"
#include "gateway/edge/fetched_recorder.hpp"
#include "gateway/ingest/camera_access.hpp"
#include "net/worker_pool.hpp"

namespace vedette::gateway::edge {

struct FetchContext {
    const Clock& clock;
    vault::Vault& vault;
    net::WorkerPool& pool;
    ingest::CameraProcess& process;  ///< what the camera replays is parsed there, and read at 8 MiB/s at most
};

struct FetchRequest {
    vault::StreamKey live;
    UtcInterval gap;
    discovery::DeviceAccess device;
    /// How the camera is reached; its URL is not used. `remembered_transport` tls: never without.
    ingest::CameraAccess access;
};

struct FetchReport {
    Filled filled;
    std::optional<Error> error;  ///< why it ended before the gap's end
    /// Of the device's own web server, when it was seen first.
    std::optional<rtsp::CertificateTrust> device_certificate{};
    Ticks90k clock_offset{0};  ///< of the camera's clock, now
    bool comparable = false;   ///< pictures had been recorded live just before: they could be recognised
};

/// Everything that the context and the book refer to outlives the call. Cancelled: what was stored stays.
net::Awaitable<FetchReport> fetch_gap(FetchContext context, FetchRequest request,
                                      ingest::CertificateBook& book);

}  // namespace vedette::gateway::edge
