#pragma once
// One stretch, fetched from a camera's storage: asked for over ONVIF, replayed over RTSP.

#include <memory>

#include "gateway/edge/fetched_recorder.hpp"
#include "gateway/ingest/session_pump.hpp"
#include "net/worker_pool.hpp"
#include "onvif/set_up_session.hpp"

namespace vedette::gateway::edge {

/// So fast the camera may send; with it a day of 4 Mbit/s comes in less than an hour and a half, and live
/// recording has the rest of the loop and of the disk.
inline constexpr std::size_t max_bytes_per_second = 8 << 20;
/// While more than this waits for the disk nothing is read: the queue belongs to what is live.
inline constexpr std::size_t max_queued_bytes = 8 << 20;

struct FetchContext {
    const Clock& clock;
    vault::Vault& vault;
    net::WorkerPool& pool;
};

struct FetchRequest {
    vault::StreamKey live;
    UtcInterval gap;
    onvif::SetUpOptions device;
    /// How the camera is reached; its URL is not used. `remembered_transport` tls: never without.
    ingest::CameraAccess access;
};

struct FetchReport {
    Filled filled;
    std::optional<Error> error;  ///< why it ended before the gap's end
    Ticks90k clock_offset{0};    ///< of the camera's clock, now
    bool comparable = false;     ///< pictures had been recorded live just before: they could be recognised
};

/// Everything that the context and the book refer to outlives the call. Cancelled: what was stored stays.
net::Awaitable<FetchReport> fetch_gap(FetchContext context, FetchRequest request,
                                      ingest::CertificateBook& book);

}  // namespace vedette::gateway::edge
