#pragma once
// Inside of camera_process.cpp: one life of the process.

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "gateway/camera_process/camera_process.hpp"
#include "net/event.hpp"
#include "net/readiness.hpp"

namespace vedette::gateway::camera_process {

struct CameraProcess::Child {
    Child(const boost::asio::any_io_executor& executor, Channel c, RingMemory r, File w, File room_event)
        : channel(std::move(c)),
          memory(std::move(r)),
          ring(memory),
          wake(std::move(w)),
          room(std::move(room_event)),
          readiness(executor, channel.fd()),
          changed(executor) {}

    Channel channel;
    RingMemory memory;
    RingReader ring;
    File wake;  ///< we are woken by it
    File room;  ///< it is
    net::Readiness
        readiness;  ///< of the channel, to read and to write: a descriptor is waited for in one place
    pid_t pid = -1;
    bool ready = false;
    bool crashed = false;  ///< by itself: nobody killed it
    Ready granted;
    std::optional<std::string> end;  ///< why, when it has ended or must
    bool heard = false;              ///< since the last question whether it lives
    struct Queued {
        Bytes bytes;
        std::vector<File> files;
    };
    std::deque<Queued> queue;  ///< commands for which the socket has no room
    net::Event changed;

    void finish(std::string why) {
        if (!end) end = std::move(why);
        changed.notify();
    }
};

}  // namespace vedette::gateway::camera_process
