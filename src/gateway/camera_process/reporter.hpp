#pragma once
// Within the camera process: writes reports into the ring, and wakes the main process when it is worth it.

#include <boost/asio/steady_timer.hpp>

#include "base/file.hpp"
#include "gateway/camera_process/messages.hpp"
#include "gateway/camera_process/ring.hpp"

namespace vedette::gateway::camera_process {

/// Lives on the camera process's loop.
class Reporter {
  public:
    /// `wake` and `room` are eventfds: one wakes the main process, the other us. `channel` tells when the
    /// main process is gone.
    Reporter(boost::asio::any_io_executor executor, RingMemory ring, File wake, File room, int channel);

    /// Reports in their order. They may wait for the main process when it is behind.
    void report(SessionId session, Report report);
    void report(SessionId session, rtsp::ClientEvent event, bool at_once);

    /// The bytes of this session are being read now: should that end us, it is known whose they were.
    void reading(SessionId session) { ring_.busy_with(session); }

  private:
    void media(SessionId session, const media::AccessUnit& unit);
    std::span<std::byte> room_for(std::size_t size);
    void wait_for_room();
    void publish();
    void publish_soon();

    RingMemory memory_;
    RingWriter ring_;
    File wake_;
    File room_;
    int channel_;
    boost::asio::steady_timer soon_;
    bool waiting_ = false;  ///< for soon_
};

}  // namespace vedette::gateway::camera_process
