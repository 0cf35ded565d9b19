#include "gateway/decoder/decoder.hpp"

#include <cerrno>
#include <csignal>
#include <memory>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.hpp"
#include "gateway/camera_process/channel.hpp"
#include "gateway/decoder/worker.hpp"
#include "net/readiness.hpp"
#include "net/timeout.hpp"
#include "sandbox/child.hpp"

namespace vedette::gateway::decoder {

namespace {

std::unexpected<Error> not_passed_on() {
    return fail_errno(errno, "A picture can't be passed on to its decoder");
}

Result<> write_at(const File& file, ByteView bytes, std::size_t place) {
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t wrote =
            ::pwrite(file.fd(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(place + done));
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return not_passed_on();
        done += static_cast<std::size_t>(wrote);
    }
    return {};
}

}  // namespace

Result<KeyFrame> KeyFrame::make(media::Codec codec, ByteView config, ByteView picture) {
    if (config.size() > max_config_bytes || picture.empty() || picture.size() > max_picture_bytes)
        return fail(ErrorKind::exhausted, "a picture of {} bytes is not decoded", picture.size());
    KeyFrame frame{.codec = codec,
                   .config_bytes = static_cast<std::uint32_t>(config.size()),
                   .picture_bytes = static_cast<std::uint32_t>(picture.size()),
                   .file = File(::memfd_create("key-frame", MFD_CLOEXEC | MFD_ALLOW_SEALING))};
    if (!frame.file.is_open()) return not_passed_on();
    VEDETTE_CHECK(write_at(frame.file, config, 0));
    VEDETTE_CHECK(write_at(frame.file, picture, config.size()));
    if (::fcntl(frame.file.fd(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
        return not_passed_on();
    return frame;
}

Result<> Decoder::start() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;  // it ended unasked
    if (pid_ > 0) return {};
    VEDETTE_TRY(auto ends, camera_process::Channel::make_pair());
    VEDETTE_TRY(pid_, sandbox::start_child(ends.second, worker_word, "The process that decodes pictures"));
    channel_ = std::move(ends.first);
    return {};
}

void Decoder::end() {
    channel_.close();
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
}

net::Awaitable<Result<SmallPicture>> Decoder::decode(const KeyFrame& frame, std::uint16_t side) {
    VEDETTE_CO_CHECK(start());
    // Whoever is cancelled here leaves a process that would answer somebody else.
    bool whole = false;
    const std::shared_ptr<void> unless_whole(nullptr, [&](void*) {
        if (!whole) end();
    });
    const Order order{.id = ++last_id_,
                      .codec = frame.codec,
                      .side = side,
                      .config_bytes = frame.config_bytes,
                      .picture_bytes = frame.picture_bytes};
    camera_process::Channel channel(std::move(channel_));
    const int files[] = {frame.file.fd()};
    const Bytes bytes = encode(order);
    const auto sent = channel.send(bytes, files);
    channel_ = File(channel.release());
    if (!sent || !*sent)
        co_return fail(ErrorKind::unavailable, "the process that decodes pictures has ended");
    auto answering = answer();
    auto answered =
        co_await net::with_timeout(limit_, "the picture takes too long to decode", std::move(answering));
    if (!answered) {
        log::warn("a recorded picture gave no thumbnail: {}", answered.error().message);
        co_return fail(ErrorKind::corrupt, "the picture can't be decoded");
    }
    VEDETTE_CO_TRY(Product product, decode_product(*answered));
    if (product.id != order.id)
        co_return fail(ErrorKind::corrupt, "the process that decodes pictures answered something else");
    whole = true;
    co_return std::move(product.picture);
}

// It closed its end, and so should be gone in a moment; one that only seems to go is ended by end().
net::Awaitable<std::string> Decoder::how_it_ended() {
    int status = 0;
    for (int look = 0; look < 20; ++look) {
        if (::waitpid(pid_, &status, WNOHANG) == pid_) {
            pid_ = -1;
            co_return sandbox::describe_end(status);
        }
        co_await net::sleep_for(std::chrono::milliseconds(5));
    }
    co_return std::string("closed its end");
}

net::Awaitable<Result<Bytes>> Decoder::answer() {
    net::Readiness readiness(executor_, channel_.fd());
    Bytes packet(max_packet_bytes + 1);
    for (;;) {
        const ssize_t got = ::recv(channel_.fd(), packet.data(), packet.size(), MSG_DONTWAIT);
        if (got > 0) {
            packet.resize(static_cast<std::size_t>(got));
            co_return packet;
        }
        if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
            auto ending = how_it_ended();
            const std::string how = co_await std::move(ending);
            co_return fail(ErrorKind::corrupt, "the process that decodes pictures {}", how);
        }
        (void)co_await readiness.wait_readable();
    }
}

}  // namespace vedette::gateway::decoder
