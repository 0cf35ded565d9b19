#pragma once
// Packets with descriptors between two processes: a Unix socket of type SOCK_SEQPACKET.

#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/result.hpp"

namespace vedette::gateway::camera_process {

struct Packet {
    Bytes bytes;
    std::vector<File> files;
};

/// Neither call waits. Used by one thread.
class Channel {
  public:
    explicit Channel(File socket) : socket_(std::move(socket)) {}

    /// Two ends; both are closed in programs that are started.
    static Result<std::pair<File, File>> make_pair();

    /// False when the socket has no room now. `unavailable` when the other end is gone.
    Result<bool> send(ByteView bytes, std::span<const int> files);
    /// nullopt when nothing is there. `unavailable` when the other end is gone, `corrupt` for a packet above
    /// max_command_bytes or with more than max_descriptors.
    Result<std::optional<Packet>> receive();

    int fd() const { return socket_.fd(); }
    /// The caller closes it.
    int release() { return socket_.release(); }

  private:
    File socket_;
};

}  // namespace vedette::gateway::camera_process
