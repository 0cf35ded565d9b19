#pragma once
// One person speaks through one camera's loudspeaker: a session of its own with the camera, over TCP or TLS.

#include <deque>
#include <functional>
#include <optional>

#include "gateway/ingest/session_pump.hpp"

namespace vedette::gateway {

/// Lives on the gateway's loop.
class Talk {
  public:
    /// Sound that is later than this is dropped: people talk over each other otherwise.
    static constexpr std::size_t max_waiting_samples = 4'000;  // 0.5 s

    explicit Talk(const Clock& clock) : clock_(clock) {}

    void add(std::span<const std::int16_t> samples);

    /// Until the camera ends it or the caller is cancelled; `ready` is called when sound goes out. `book`
    /// outlives the call. Gives why it ended.
    net::Awaitable<Error> run(ingest::CameraAccess access, ingest::CertificateBook& book,
                              std::function<void()> ready);

  private:
    void speak(rtsp::ClientSession& session);
    std::optional<Error> drain(rtsp::ClientSession& session, const std::function<void()>& ready);

    const Clock& clock_;
    std::deque<std::int16_t> waiting_;
};

}  // namespace vedette::gateway
