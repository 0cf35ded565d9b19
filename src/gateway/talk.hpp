#pragma once
// One person speaks through one camera's loudspeaker: a session of its own with the camera, over TCP or TLS.

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "gateway/ingest/camera_access.hpp"

namespace vedette::gateway {

/// Lives on the gateway's loop.
class Talk {
  public:
    /// Linear sound at 8 kHz; before the loudspeaker is open it is dropped.
    void add(std::span<const std::int16_t> samples);

    /// Until the camera ends it or the caller is cancelled; `ready` is called when sound goes out. `process`
    /// and `book` outlive the call. Gives why it ended.
    net::Awaitable<Error> run(ingest::CameraProcess& process, ingest::CameraAccess access,
                              ingest::CertificateBook& book, std::function<void()> ready);

  private:
    net::Awaitable<Error> converse(const std::function<void()>& ready);

    std::unique_ptr<ingest::CameraSession> session_;
    bool open_ = false;
};

}  // namespace vedette::gateway
