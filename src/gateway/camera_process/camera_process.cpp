#include "gateway/camera_process/camera_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.hpp"
#include "gateway/camera_process/child.hpp"
#include "gateway/camera_process/reading.hpp"
#include "gateway/camera_process/worker.hpp"
#include "net/timeout.hpp"
#include "sandbox/child.hpp"
#include "sandbox/sandbox.hpp"

namespace vedette::gateway::camera_process {

namespace chrono = std::chrono;

namespace {

constexpr chrono::seconds ready_limit{20};
constexpr chrono::seconds ping_period{5};
constexpr int most_unanswered = 4;  ///< a process that says nothing for so many periods is ended
constexpr chrono::seconds stable_life{10};
constexpr chrono::milliseconds first_pause{250};
constexpr chrono::milliseconds longest_pause{5'000};
constexpr chrono::milliseconds goodbye{500};        ///< for the process to end by itself
constexpr std::size_t turn_bytes = ring_bytes / 4;  // then others of the loop have their turn

void wake_up(const File& event) {
    const std::uint64_t one = 1;
    static_cast<void>(::write(event.fd(), &one, sizeof one));
}

void clear(const File& event) {
    std::uint64_t count = 0;
    static_cast<void>(::read(event.fd(), &count, sizeof count));
}

}  // namespace

CameraProcess::CameraProcess(boost::asio::any_io_executor executor, const Clock& clock)
    : executor_(std::move(executor)),
      clock_(clock),
      reading_ended_(executor_),
      tasks_(executor_, "camera process"),
      work_(executor_, "camera process") {}

CameraProcess::~CameraProcess() {
    if (!child_ || child_->pid <= 0) return;
    ::kill(child_->pid, SIGKILL);
    ::waitpid(child_->pid, nullptr, 0);
}

Result<std::unique_ptr<CameraProcess>> CameraProcess::start(boost::asio::any_io_executor executor,
                                                            const Clock& clock) {
    std::unique_ptr<CameraProcess> process(new CameraProcess(std::move(executor), clock));
    VEDETTE_CHECK(process->launch());
    return process;
}

Result<> CameraProcess::launch() {
    VEDETTE_TRY(auto ends, Channel::make_pair());
    VEDETTE_TRY(RingMemory ring, RingMemory::make());
    File wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    File room(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake.is_open() || !room.is_open()) return fail_errno(errno, "The camera process can't be started");
    auto child = std::make_unique<Child>(executor_, Channel(std::move(ends.first)), std::move(ring),
                                         std::move(wake), std::move(room));
    VEDETTE_TRY(child->pid, sandbox::start_child(ends.second, worker_word, "The process that reads cameras"));
    child_ = std::move(child);
    const int files[] = {child_->memory.fd(), child_->wake.fd(), child_->room.fd()};
    VEDETTE_CHECK(child_->channel.send(as_bytes("ring"), files));
    return {};
}

Result<> CameraProcess::wait_ready() {
    const MonotonicTime until = clock_.monotonic_now() + ready_limit;
    Child& child = *child_;
    while (!child.ready) {
        std::size_t taken = 0;
        VEDETTE_CHECK(drain(child, taken));
        if (child.ready || !child.ring.about_to_sleep()) continue;
        pollfd waits[] = {{.fd = child.wake.fd(), .events = POLLIN, .revents = 0},
                          {.fd = child.channel.fd(), .events = 0, .revents = 0}};
        const auto left = chrono::ceil<chrono::milliseconds>(until - clock_.monotonic_now()).count();
        const int woken = left > 0 ? ::poll(waits, 2, static_cast<int>(left)) : 0;
        if (woken < 0 && errno != EINTR) return fail_errno(errno, "Waiting for the camera process");
        if (woken == 0) return fail(ErrorKind::timeout, "the process that reads cameras does not start");
        if ((waits[1].revents & POLLHUP) != 0) {
            int status = 0;
            ::waitpid(std::exchange(child.pid, -1), &status, 0);
            return fail(ErrorKind::internal,
                        "the process that reads cameras could not be sandboxed, and {}; nothing is recorded "
                        "without. Does this system forbid seccomp?",
                        sandbox::describe_end(status));
        }
        clear(child.wake);
        child.ring.awake();
    }
    return {};
}

void CameraProcess::run() {
    running_ = true;
    tell_sandbox(*child_);
    tasks_.spawn(supervise());
}

net::Awaitable<void> CameraProcess::stop() {
    running_ = false;
    end_readings("is being ended", 0);
    co_await tasks_.stop();
    co_await work_.stop();
    if (!child_) co_return;
    child_->channel = Channel(File());  // it ends when it sees this
    for (int i = 0; i < 10 && child_->pid > 0; ++i) {
        if (::waitpid(child_->pid, nullptr, WNOHANG) == child_->pid)
            child_->pid = -1;
        else
            co_await net::sleep_for(goodbye / 10);
    }
}

net::Awaitable<void> CameraProcess::supervise() {
    chrono::milliseconds pause{0};
    for (;;) {
        const MonotonicTime began = clock_.monotonic_now();
        if (child_) {
            auto serving = serve();
            const std::string why = co_await std::move(serving);
            log::error("the process that reads cameras {}; it is started again", why);
            const SessionId suspect = child_->crashed ? child_->ring.busy_with() : 0;
            end_sessions(why, suspect);
            end_readings(why, suspect);
            child_.reset();
            if (clock_.monotonic_now() - began > stable_life) pause = chrono::milliseconds(0);
        }
        if (pause > chrono::milliseconds(0)) co_await net::sleep_for(pause);
        pause = std::clamp(pause * 2, first_pause, longest_pause);
        if (const auto launched = launch(); !launched) {
            child_.reset();
            log::error("{}", launched.error().message);
        }
    }
}

// One life of the process. Returns how it ended.
net::Awaitable<std::string> CameraProcess::serve() {
    Child& child = *child_;
    work_.spawn(listen(child));
    work_.spawn(watch(child));
    work_.spawn(write_queued(child));
    work_.spawn(ask_for_life(child));
    while (!child.end) co_await child.changed.wait();
    co_await work_.stop();
    auto reaping = reap(child);
    std::string how = co_await std::move(reaping);
    // What it had said before its end still counts.
    std::size_t taken = 1;
    while (child.end->empty() && std::exchange(taken, 0) > 0 && drain(child, taken))
        if (taken > 0) co_await net::yield();
    co_return how;
}

net::Awaitable<void> CameraProcess::listen(Child& child) {
    net::Readiness readiness(executor_, child.wake.fd());
    for (;;) {
        std::size_t taken = 0;
        if (const auto drained = drain(child, taken); !drained)
            co_return child.finish(drained.error().message);
        if (child.ring.writer_waits()) wake_up(child.room);
        if (taken >= turn_bytes) {
            co_await net::yield();
            continue;
        }
        if (!child.ring.about_to_sleep()) continue;
        if (!co_await readiness.wait_readable()) co_return;
        clear(child.wake);
        child.ring.awake();
    }
}

// It sends nothing on the channel: what is readable there is its end.
net::Awaitable<void> CameraProcess::watch(Child& child) {
    if (co_await child.readiness.wait_readable()) child.finish("");
}

net::Awaitable<void> CameraProcess::write_queued(Child& child) {
    for (;;) {
        while (child.queue.empty()) co_await child.changed.wait();
        std::vector<int> files;
        for (const File& file : child.queue.front().files) files.push_back(file.fd());
        const auto sent = child.channel.send(child.queue.front().bytes, files);
        if (!sent) co_return child.finish("");
        if (*sent) {
            wipe(child.queue.front().bytes);
            child.queue.pop_front();
        } else if (!co_await child.readiness.wait_writable()) {
            co_return;
        }
    }
}

net::Awaitable<void> CameraProcess::ask_for_life(Child& child) {
    // Counted in questions, and any message is an answer: on a machine that is too busy this side listens
    // late, and the answer waits behind seconds of media.
    for (int unanswered = 0; unanswered < most_unanswered;) {
        child.heard = false;
        send(Ping{});
        co_await net::sleep_for(ping_period);
        unanswered = child.heard ? 0 : unanswered + 1;
    }
    child.finish("did not answer any more");
}

Result<> CameraProcess::drain(Child& child, std::size_t& taken) {
    while (taken < turn_bytes) {
        VEDETTE_TRY(const auto message, child.ring.next());
        if (!message) break;
        const Result<> result = take(child, *message);
        taken += message->size();
        child.heard = true;
        child.ring.release();
        VEDETTE_CHECK(result);
    }
    return {};
}

Result<> CameraProcess::take(Child& child, ByteView message) {
    std::array<std::byte, MediaHead::bytes> start{};
    if (message.size() >= start.size()) {
        std::ranges::copy(message.first(start.size()), start.begin());
        VEDETTE_TRY(const auto head, decode_media(start));
        if (head) {
            const auto found = sessions_.find(head->session);
            if (found != sessions_.end()) return found->second->take(*head, message.subspan(start.size()));
            if (head->session < next_session_) return {};  // we had closed it
            return fail(ErrorKind::corrupt, "it reported of a session that never was");
        }
    }
    if (message.size() > max_report_bytes)
        return fail(ErrorKind::corrupt, "it made a report that is too long");
    scratch_.assign(message.begin(), message.end());
    VEDETTE_TRY(SessionReport report, decode_report(scratch_));
    if (report.session == 0) return take_own(child, report.report);
    if (const auto reading = readings_.find(report.session); reading != readings_.end())
        return reading->second->take(std::move(report.report));
    const auto found = sessions_.find(report.session);
    if (found != sessions_.end())
        return found->second->take(std::move(report.report), clock_.monotonic_now());
    if (report.session < next_session_) return {};
    return fail(ErrorKind::corrupt, "it reported of a session that never was");
}

void CameraProcess::tell_sandbox(const Child& child) const {
    const sandbox::Report granted{.empty_network = child.granted.empty_network,
                                  .landlock_abi = child.granted.landlock_abi};
    log::info("cameras are read in process {}: {}", child.pid, granted.text());
}

Result<> CameraProcess::take_own(Child& child, const Report& report) {
    if (const auto* ready = std::get_if<Ready>(&report); ready != nullptr && !child.ready) {
        child.ready = true;
        child.granted = *ready;
        if (running_) tell_sandbox(child);
        return {};
    }
    if (std::holds_alternative<Pong>(report)) return {};
    return fail(ErrorKind::corrupt, "it reported something out of order");
}

// `suspect`: whose bytes were being read when it crashed; it waits longer before it is tried again.
void CameraProcess::end_sessions(const std::string& why, SessionId suspect) {
    const Error ours{ErrorKind::internal, "the process that reads cameras " + why + "; it is started again"};
    const Error theirs{ErrorKind::corrupt, "while this camera's data was read, " + ours.message};
    // An owner may close its session while we go through them.
    const auto sessions = std::exchange(sessions_, {});
    for (const auto& [id, session] : sessions) session->process_ended(id == suspect ? theirs : ours);
}

net::Awaitable<std::string> CameraProcess::reap(Child& child) {
    const std::string why = child.end.value_or("");
    ::kill(child.pid, SIGKILL);  // no effect when it has ended
    int status = 0;
    while (::waitpid(child.pid, &status, WNOHANG) == 0) co_await net::sleep_for(chrono::milliseconds(5));
    child.pid = -1;
    const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    child.crashed = !why.empty() || (signal != SIGKILL && signal != SIGTERM);
    co_return why.empty() ? sandbox::describe_end(status) : "was ended: " + why;
}

void CameraProcess::send(Command command, std::span<const int> files) {
    if (!child_ || child_->end) return;
    Child& child = *child_;
    Bytes bytes = encode(command);
    if (child.queue.empty()) {
        const auto sent = child.channel.send(bytes, files);
        if (!sent) return child.finish("");
        if (*sent) return wipe(bytes);
    }
    Child::Queued queued{.bytes = std::move(bytes), .files = {}};
    for (const int fd : files) queued.files.emplace_back(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    child.queue.push_back(std::move(queued));
    child.changed.notify();
}

void CameraProcess::dial(SessionId id, std::string host, std::uint16_t port) {
    tasks_.spawn(connect(id, std::move(host), port));
}

net::Awaitable<void> CameraProcess::connect(SessionId id, std::string host, std::uint16_t port) {
    auto connecting = net::connect_tcp(std::move(host), port, connect_limit);
    auto connected = co_await std::move(connecting);
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) co_return;
    found->second->dialling_ = false;
    auto socket = connected ? connected->release() : std::unexpected(std::move(connected.error()));
    if (!socket) co_return send(Dialled{id, std::move(socket.error())});
    const int file[] = {socket->fd()};
    send(Dialled{id, std::nullopt}, file);
}

void CameraProcess::forget(SessionId id, bool over) {
    // One that is over says goodbye to the camera, and then forgets itself.
    if (sessions_.erase(id) > 0 && !over) send(Close{id});
}

Result<std::unique_ptr<CameraSession>> CameraProcess::open(Open open, net::TcpStream connection,
                                                           net::MediaSockets media) {
    if (!child_ || child_->end)
        return fail(ErrorKind::internal, "the process that reads cameras is being started again");
    const SessionId id = next_session_++;
    open.session = id;
    std::unique_ptr<CameraSession> session(new CameraSession(
        *this, id, open, std::move(media), connection.local_address(), connection.peer_address()));
    VEDETTE_TRY(const File socket, connection.release());
    std::vector<int> files{socket.fd()};
    for (std::size_t pair = 0; pair < session->media_.pairs(); ++pair)
        for (const int fd : session->media_.handles(pair)) files.push_back(fd);
    sessions_.emplace(id, session.get());
    send(std::move(open), files);
    return session;
}

}  // namespace vedette::gateway::camera_process
