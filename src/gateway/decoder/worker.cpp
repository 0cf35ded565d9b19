#include "gateway/decoder/worker.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.hpp"
#include "gateway/camera_process/channel.hpp"
#include "gateway/decoder/libav.hpp"
#include "gateway/decoder/picture.hpp"
#include "sandbox/child.hpp"
#include "sandbox/sandbox.hpp"

namespace vedette::gateway::decoder {

namespace {

/// Beyond what there is before the first picture: the largest that is decoded, and its references.
constexpr std::uint64_t picture_memory = std::uint64_t{512} << 20;
constexpr int lowest_priority = 19;

using camera_process::Channel;
using camera_process::Packet;

// Orders are trusted; one that makes no sense is a bug, and a fresh process the cure.
[[noreturn]] void stop_working(std::string_view why) {
    std::fprintf(stderr, "decoder process: %.*s\n", static_cast<int>(why.size()), why.data());
    ::_exit(1);
}

void wait_for(int fd, short events) {
    pollfd wait{.fd = fd, .events = events, .revents = 0};
    while (::poll(&wait, 1, -1) < 0 && errno == EINTR) {
    }
}

Packet next_order(Channel& channel) {
    for (;;) {
        auto packet = channel.receive();
        if (!packet) ::_exit(0);  // the main process is gone, or has enough
        if (*packet) return std::move(**packet);
        wait_for(channel.fd(), POLLIN);
    }
}

// By read() alone: the file is at its start.
bool read_all(const File& file, std::span<std::byte> out) {
    while (!out.empty()) {
        const ssize_t got = ::read(file.fd(), out.data(), out.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        out = out.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

void answer(const Channel& channel, ByteView bytes) {
    for (;;) {
        if (::send(channel.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0) return;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            wait_for(channel.fd(), POLLOUT);
        else if (errno != EINTR)
            ::_exit(0);
    }
}

}  // namespace

void run_worker() {
    if (::fcntl(sandbox::child_channel, F_SETFD, FD_CLOEXEC) != 0)
        stop_working("this is a part of `vedette serve`, and not started by hand");
    ::prctl(PR_SET_NAME, "vedette-decoder");
    sandbox::leave_terminal();
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) std::signal(signal, SIG_IGN);
    log::set_level(log::Level::off);
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, lowest_priority));  // recording goes first
    const auto av = Libav::load();  // an answer to the first order, where it fails
    const auto closed = sandbox::enter(picture_memory);
    if (!closed) stop_working(closed.error().message);

    Channel channel{File(sandbox::child_channel)};
    for (;;) {
        const Packet packet = next_order(channel);
        const auto order = decode_order(packet.bytes);
        if (!order || packet.files.size() != 1) stop_working("an order that is none");
        Bytes input(order->config_bytes + order->picture_bytes);
        if (!read_all(packet.files.front(), input)) stop_working("an order without its picture");
        const ByteView all(input);
        Product product{.id = order->id, .picture = {}};
        if (av)
            product.picture =
                make_picture(*av, *order, all.first(order->config_bytes), all.subspan(order->config_bytes));
        else
            product.picture = std::unexpected(av.error());
        answer(channel, encode(product));
    }
}

}  // namespace vedette::gateway::decoder
