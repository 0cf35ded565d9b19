#include "gateway/camera_process/reporter.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include <poll.h>
#include <unistd.h>

namespace vedette::gateway::camera_process {

namespace {

constexpr std::chrono::milliseconds longest_gathering{100};
constexpr std::size_t gathered_enough = ring_bytes / 4;
constexpr int look_again_ms = 1000;  // in case that a wake-up was lost

}  // namespace

Reporter::Reporter(boost::asio::any_io_executor executor, RingMemory ring, File wake, File room, int channel)
    : memory_(std::move(ring)),
      ring_(memory_),
      wake_(std::move(wake)),
      room_(std::move(room)),
      channel_(channel),
      soon_(executor) {}

void Reporter::report(SessionId session, Report report) {
    const Bytes bytes = encode(SessionReport{session, std::move(report)});
    std::ranges::copy(bytes, room_for(bytes.size()).begin());
    ring_.commit();
    publish();
}

void Reporter::report(SessionId session, rtsp::ClientEvent event, bool at_once) {
    if (const auto* unit = std::get_if<media::AccessUnit>(&event)) {
        media(session, *unit);
        if (at_once || ring_.waiting() > gathered_enough) return publish();
        return publish_soon();
    }
    const Bytes bytes = encode(SessionReport{session, std::move(event)});
    std::ranges::copy(bytes, room_for(bytes.size()).begin());
    ring_.commit();
    publish();
}

void Reporter::media(SessionId session, const media::AccessUnit& unit) {
    constexpr std::size_t most = max_ring_message - MediaHead::bytes;
    ByteView rest = *unit.data;
    MediaHead head{.session = session, .first = true, .unit = unit, .total = {}};
    head.unit.data.reset();
    head.total = static_cast<std::uint32_t>(rest.size());
    do {
        const ByteView piece = rest.first(std::min(rest.size(), most));
        const std::span<std::byte> room = room_for(MediaHead::bytes + piece.size());
        encode_media(head, room.first<MediaHead::bytes>());
        if (!piece.empty()) std::memcpy(room.data() + MediaHead::bytes, piece.data(), piece.size());
        ring_.commit();
        rest = rest.subspan(piece.size());
        head.first = false;
    } while (!rest.empty());
}

std::span<std::byte> Reporter::room_for(std::size_t size) {
    for (;;) {
        const std::span<std::byte> room = ring_.reserve(size);
        if (!room.empty()) return room;
        wait_for_room();
    }
}

// The whole process waits: so do the cameras, whose connections fill up.
void Reporter::wait_for_room() {
    publish();
    ring_.ask_for_room();
    if (ring_.waiting() < ring_bytes / 2) return;
    pollfd waits[] = {{.fd = room_.fd(), .events = POLLIN, .revents = 0},
                      {.fd = channel_, .events = 0, .revents = 0}};
    static_cast<void>(::poll(waits, 2, look_again_ms));
    if ((waits[1].revents & (POLLHUP | POLLERR)) != 0) ::_exit(0);
    std::uint64_t count = 0;
    if ((waits[0].revents & POLLIN) != 0) static_cast<void>(::read(room_.fd(), &count, sizeof count));
}

void Reporter::publish() {
    if (!ring_.publish()) return;
    const std::uint64_t one = 1;
    if (::write(wake_.fd(), &one, sizeof one) != sizeof one) ::_exit(1);  // nobody would hear of it
}

void Reporter::publish_soon() {
    if (waiting_) return;
    waiting_ = true;
    soon_.expires_after(longest_gathering);
    soon_.async_wait([this](const boost::system::error_code&) {
        waiting_ = false;
        publish();
    });
}

}  // namespace vedette::gateway::camera_process
