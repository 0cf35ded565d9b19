#include "gateway/camera_process/worker.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <unordered_map>

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.hpp"
#include "gateway/camera_process/answer_reader.hpp"
#include "gateway/camera_process/channel.hpp"
#include "gateway/camera_process/messages.hpp"
#include "gateway/camera_process/reporter.hpp"
#include "gateway/camera_process/worker_session.hpp"
#include "net/event_loop.hpp"
#include "net/readiness.hpp"
#include "net/task_group.hpp"
#include "net/tls_session.hpp"
#include "sandbox/child.hpp"
#include "sandbox/sandbox.hpp"

namespace vedette::gateway::camera_process {

namespace {

constexpr std::size_t read_buffer_bytes = 256 * 1024;
constexpr int first_packet_limit_ms = 10'000;

// Commands are trusted; one that makes no sense is a bug, and a fresh process the cure.
[[noreturn]] void give_up(std::string_view why) {
    std::fprintf(stderr, "camera process: %.*s\n", static_cast<int>(why.size()), why.data());
    ::_exit(1);
}

class Worker {
  public:
    Worker(boost::asio::any_io_executor executor, Channel& channel, Reporter& reporter)
        : executor_(executor), channel_(channel), reporter_(reporter), buffer_(read_buffer_bytes) {}

    net::Awaitable<void> run() {
        net::Readiness readiness(executor_, channel_.fd());
        for (;;) {
            auto packet = channel_.receive();
            if (!packet) ::_exit(0);  // the main process is gone
            if (!*packet) {
                (void)co_await readiness.wait_readable();
                continue;
            }
            auto command = decode_command((*packet)->bytes);
            wipe((*packet)->bytes);
            if (!command) give_up(command.error().message);
            std::visit([&](auto& value) { take(value, std::move((*packet)->files)); }, *command);
        }
    }

  private:
    void take(Open& open, std::vector<File> files) {
        const SessionId id = open.session;
        auto session = WorkerSession::make(
            {.executor = executor_, .clock = clock_, .reporter = reporter_, .buffer = buffer_},
            std::move(open), std::move(files), [this, id] { sessions_.erase(id); });
        if (!session) give_up(session.error().message);
        sessions_.emplace(id, *session);
        (*session)->start();
    }
    void take(const GoOn& go_on, const std::vector<File>&) {
        if (const auto session = find(go_on.session)) session->go_on();
    }
    void take(const Joined& joined, std::vector<File> files) {
        if (const auto session = find(joined.session)) session->joined(std::move(files));
    }
    void take(Dialled& dialled, std::vector<File> files) {
        if (const auto session = find(dialled.session))
            session->dialled(std::move(dialled.error), std::move(files));
    }
    void take(const Tune& tune, const std::vector<File>&) {
        if (const auto session = find(tune.session)) session->tune(tune);
    }
    void take(const Close& close, const std::vector<File>&) {
        if (const auto session = find(close.session)) {
            sessions_.erase(close.session);
            session->stop();
        }
    }
    void take(const Say& say, const std::vector<File>&) {
        if (const auto session = find(say.session)) session->say(say.samples);
    }
    void take(const ReadAnswer& command, const std::vector<File>& files) {
        if (files.size() != 1) give_up("an answer came without its bytes");
        reporter_.reading(command.session);
        auto reply = read_device_answer(command, files.front());
        if (!reply) give_up(reply.error().message);
        reporter_.report(command.session, std::move(*reply));
    }
    void take(const Ping&, const std::vector<File>&) { reporter_.report(0, Pong{}); }

    std::shared_ptr<WorkerSession> find(SessionId id) const {
        const auto found = sessions_.find(id);
        return found == sessions_.end() ? nullptr : found->second;
    }

    boost::asio::any_io_executor executor_;
    Channel& channel_;
    Reporter& reporter_;
    SystemClock clock_;
    std::vector<std::byte> buffer_;
    std::unordered_map<SessionId, std::shared_ptr<WorkerSession>> sessions_;
};

// Pictures come and go by the hundred in a second, a few kilobytes to half a megabyte each. Left alone, the
// allocator gives the top of the heap back to the kernel after many of them, and fetches it again for the
// next.
void keep_heap() {
    // NOLINTBEGIN(concurrency-mt-unsafe): this process has one thread
    ::mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);
    ::mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
    ::mallopt(M_TOP_PAD, 256 * 1024);
    // NOLINTEND(concurrency-mt-unsafe)
}

Packet first_packet(Channel& channel) {
    for (;;) {
        pollfd wait{.fd = channel.fd(), .events = POLLIN, .revents = 0};
        if (::poll(&wait, 1, first_packet_limit_ms) <= 0) give_up("nobody asks for it");
        auto packet = channel.receive();
        if (!packet) give_up(packet.error().message);
        if (*packet) return std::move(**packet);
    }
}

}  // namespace

void run_worker() {
    if (::fcntl(sandbox::child_channel, F_SETFD, FD_CLOEXEC) != 0)
        give_up("this is a part of `vedette serve`, and not started by hand");
    ::prctl(PR_SET_NAME, "vedette-cameras");
    keep_heap();
    sandbox::leave_terminal();
    // A service manager tells all processes to end: the main process does that in good order, and then we.
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) std::signal(signal, SIG_IGN);
    log::set_level(log::Level::off);
    Channel channel{File(sandbox::child_channel)};
    Packet first = first_packet(channel);
    if (first.files.size() != 3) give_up("the main process sent something else");
    auto ring = RingMemory::map(std::move(first.files[0]));
    if (!ring) give_up(ring.error().message);
    net::prepare_tls_clients();

    const auto closed = sandbox::enter();
    if (!closed) give_up(closed.error().message);
    {
        net::EventLoop loop("cameras");
        Reporter reporter(loop.executor(), std::move(*ring), std::move(first.files[1]),
                          std::move(first.files[2]), channel.fd());
        reporter.report(0, Ready{.empty_network = closed->empty_network,
                                 .landlock_abi = static_cast<std::uint8_t>(closed->landlock_abi)});
        Worker worker(loop.executor(), channel, reporter);
        loop.run_until(worker.run());
    }
    ::_exit(0);
}

}  // namespace vedette::gateway::camera_process
