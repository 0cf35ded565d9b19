#include "gateway/camera_process/channel.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>

#include "gateway/camera_process/messages.hpp"

namespace vedette::gateway::camera_process {

namespace {

constexpr std::size_t descriptor_bytes = CMSG_SPACE(max_descriptors * sizeof(int));

void take_descriptors(msghdr& message, std::vector<File>& out) {
    for (cmsghdr* at = CMSG_FIRSTHDR(&message); at != nullptr; at = CMSG_NXTHDR(&message, at)) {
        if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(at) + i * sizeof(int), sizeof fd);
            out.emplace_back(fd);
        }
    }
}

}  // namespace

Result<std::pair<File, File>> Channel::make_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        return fail_errno(errno, "A channel between processes can't be made");
    return std::pair(File(ends[0]), File(ends[1]));
}

Result<bool> Channel::send(ByteView bytes, std::span<const int> files) {
    if (bytes.size() > max_command_bytes || files.size() > max_descriptors)
        return fail(ErrorKind::internal, "a command is too large");
    iovec place{.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
    alignas(cmsghdr) std::array<std::byte, descriptor_bytes> control{};
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    if (!files.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(files.size_bytes());
        cmsghdr* head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(files.size_bytes());
        std::memcpy(CMSG_DATA(head), files.data(), files.size_bytes());
    }
    for (;;) {
        if (::sendmsg(socket_.fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return true;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
        if (errno != EINTR) return fail_errno(errno, "The channel to the camera process");
    }
}

Result<std::optional<Packet>> Channel::receive() {
    Packet packet{.bytes = Bytes(max_command_bytes), .files = {}};
    iovec place{.iov_base = packet.bytes.data(), .iov_len = packet.bytes.size()};
    alignas(cmsghdr) std::array<std::byte, descriptor_bytes> control{};
    msghdr message{};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t got = 0;
    do {
        got = ::recvmsg(socket_.fd(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
    if (got < 0) return fail_errno(errno, "The channel to the main process");
    take_descriptors(message, packet.files);
    if (got == 0) return fail(ErrorKind::unavailable, "the other process is gone");
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        return fail(ErrorKind::corrupt, "a packet is too large");
    packet.bytes.resize(static_cast<std::size_t>(got));
    return packet;
}

}  // namespace vedette::gateway::camera_process
