#include "hub/syslog/stream.hpp"

#include <condition_variable>
#include <future>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/test_folder.hpp"
#include "net/event_loop.hpp"

namespace vedette::hub::syslog {
namespace {

using namespace std::chrono_literals;

// Takes frames over TCP, and keeps the sequence numbers of entries in the order in which they came.
class Receiver {
  public:
    Receiver() {
        listener_ = File(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(listener_.fd(), reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(listener_.fd(), 4), 0);
        EXPECT_EQ(::getsockname(listener_.fd(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~Receiver() {
        stop_ = true;
        thread_.join();
    }
    std::uint16_t port() const { return port_; }
    /// Closes the connection that it has.
    void cut() { cut_ = true; }
    std::vector<std::uint64_t> sequences() {
        const std::lock_guard guard(mutex_);
        return sequences_;
    }
    std::size_t tests() {
        const std::lock_guard guard(mutex_);
        return tests_;
    }
    bool wait_for(std::uint64_t sequence) {
        std::unique_lock lock(mutex_);
        return came_.wait_for(lock, 30s, [&] { return std::ranges::count(sequences_, sequence) > 0; });
    }

  private:
    void run() {
        while (!stop_) {
            pollfd waiting{listener_.fd(), POLLIN, 0};
            if (::poll(&waiting, 1, 20) != 1) continue;
            const File connection(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
            serve(connection);
        }
    }
    void serve(const File& connection) {
        std::string bytes;
        while (!stop_ && !cut_.exchange(false)) {
            pollfd waiting{connection.fd(), POLLIN, 0};
            if (::poll(&waiting, 1, 20) != 1) continue;
            char buffer[4096];
            const ssize_t got = ::recv(connection.fd(), buffer, sizeof buffer, 0);
            if (got <= 0) return;
            bytes.append(buffer, static_cast<std::size_t>(got));
            take_frames(bytes);
        }
    }
    void take_frames(std::string& bytes) {
        for (;;) {
            const std::size_t blank = bytes.find(' ');
            if (blank == std::string::npos) return;
            const std::size_t size = std::stoul(bytes);
            if (bytes.size() < blank + 1 + size) return;
            const std::string message = bytes.substr(blank + 1, size);
            bytes.erase(0, blank + 1 + size);
            const std::size_t at = message.find(" sequence=\"");
            const std::lock_guard guard(mutex_);
            if (at == std::string::npos)
                ++tests_;
            else
                sequences_.push_back(std::stoull(message.substr(at + 11)));
            came_.notify_all();
        }
    }

    File listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::atomic<bool> cut_ = false;
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<std::uint64_t> sequences_;
    std::size_t tests_ = 0;
    std::thread thread_;
};

class StreamTest : public ::testing::Test {
  protected:
    StreamTest() {
        log::set_level(log::Level::off);
        open();
    }
    ~StreamTest() override { close(); }

    void open() {
        log_ = audit::AuditLog::open({.hub = folder_.path(), .organisation = organisation_}, clock_).value();
        StreamOptions options;
        options.hub = folder_.path();
        options.organisation = organisation_;
        options.look = 5ms;
        options.first_pause = 10ms;
        options.last_pause = 50ms;
        options.send_limit = send_limit_;
        options.settle = settle_;
        loop_ = std::make_unique<net::EventLoop>("test");
        stream_ = Stream::open(options, log_, clock_, loop_->executor()).value();
        loop_->start();
    }
    void close() {
        loop_->run_on_thread(stream_->stop());
        loop_.reset();
        stream_.reset();
        log_.reset();
    }

    void add(int count = 1) {
        for (int i = 0; i < count; ++i) {
            audit::Entry entry;
            entry.facts.time = clock_.utc_now();
            entry.facts.organisation = organisation_;
            entry.facts.action = "watch_live";
            std::promise<Result<std::uint64_t>> written;
            log_->append(entry, [&](Result<std::uint64_t> result) { written.set_value(std::move(result)); });
            ASSERT_TRUE(written.get_future().get());
        }
    }
    Result<> on_loop(std::function<net::Awaitable<Result<>>(Stream&)> what) {
        Result<> result;
        auto run = [](std::function<net::Awaitable<Result<>>(Stream&)> todo, Stream& stream,
                      Result<>& out) -> net::Awaitable<void> {
            auto doing = todo(stream);
            out = co_await std::move(doing);
        };
        loop_->run_on_thread(run(std::move(what), *stream_, result));
        return result;
    }
    Result<> use(std::uint16_t port, bool from_beginning = false) {
        return on_loop([&](Stream& stream) {
            Target target;
            target.host = "127.0.0.1";
            target.port = port;
            target.transport = Transport::tcp;
            return stream.use(std::move(target), from_beginning);
        });
    }
    Status status() {
        Status status;
        on_loop([&](Stream& stream) -> net::Awaitable<Result<>> {
            status = stream.status();
            co_return Result<>();
        });
        return status;
    }
    bool wait_until(const std::function<bool(const Status&)>& condition) {
        for (int i = 0; i < 3000; ++i, std::this_thread::sleep_for(10ms))
            if (condition(status())) return true;
        return false;
    }
    static std::vector<std::uint64_t> numbers(std::uint64_t from, std::uint64_t to) {
        std::vector<std::uint64_t> all;
        for (; from < to; ++from) all.push_back(from);
        return all;
    }
    // Each number once, where it came first.
    static std::vector<std::uint64_t> without_repeats(const std::vector<std::uint64_t>& all) {
        std::vector<std::uint64_t> out;
        for (const std::uint64_t one : all)
            if (std::ranges::count(out, one) == 0) out.push_back(one);
        return out;
    }

    TestFolder folder_{memory_place()};
    SystemClock clock_;
    OrganisationId organisation_ = OrganisationId::random();
    std::chrono::milliseconds settle_{100};
    std::chrono::milliseconds send_limit_{5000};
    std::shared_ptr<audit::AuditLog> log_;
    std::unique_ptr<net::EventLoop> loop_;
    std::shared_ptr<Stream> stream_;
};

TEST_F(StreamTest, SendsWhatIsWrittenFromThenOnAndTheRestWhenAsked) {
    Receiver receiver;
    add(3);
    EXPECT_EQ(status().state, State::off);
    ASSERT_TRUE(use(receiver.port()));
    add(200);
    ASSERT_TRUE(receiver.wait_for(202));
    EXPECT_EQ(receiver.sequences(), numbers(3, 203));
    EXPECT_TRUE(wait_until([](const Status& s) { return s.state == State::sending && s.waiting == 0; }));
    EXPECT_EQ(status().delivered, 200u);
    ASSERT_TRUE(use(receiver.port(), true));
    add();
    ASSERT_TRUE(receiver.wait_for(203));
    EXPECT_EQ(without_repeats(receiver.sequences()).size(), 204u);
}

TEST_F(StreamTest, ABrokenConnectionLosesNothingAndKeepsTheOrder) {
    Receiver receiver;
    ASSERT_TRUE(use(receiver.port()));
    for (int i = 0; i < 6; ++i) {
        add(20);
        receiver.cut();
        add(20);
    }
    ASSERT_TRUE(receiver.wait_for(239));
    EXPECT_EQ(without_repeats(receiver.sequences()), numbers(0, 240));
}

TEST_F(StreamTest, SaysWhyEntriesWaitAndHowMany) {
    std::uint16_t port = 0;
    {
        const Receiver gone;
        port = gone.port();
    }
    ASSERT_TRUE(use(port));
    add(12);
    ASSERT_TRUE(wait_until([](const Status& s) { return s.state == State::failing && s.waiting == 12; }));
    EXPECT_EQ(status().problem,
              fmt::format("127.0.0.1:{} refused the connection: nothing listens on that port", port));
    ASSERT_TRUE(on_loop([](Stream& stream) { return stream.stop_sending(); }));
    EXPECT_EQ(status().state, State::off);
    EXPECT_EQ(status().waiting, 0u);
}

TEST_F(StreamTest, RemembersOverARestartHowFarItCame) {
    Receiver receiver;
    ASSERT_TRUE(use(receiver.port()));
    add(10);
    ASSERT_TRUE(receiver.wait_for(9));
    std::this_thread::sleep_for(2 * settle_ + 100ms);  // settled, and kept
    close();
    open();
    add(5);
    ASSERT_TRUE(receiver.wait_for(14));
    EXPECT_EQ(receiver.sequences(), numbers(0, 15));
}

// What its TCP had may have been lost with it.
TEST_F(StreamTest, WhatIsNotSettledIsSentAgainAfterARestart) {
    close();
    settle_ = 1h;
    open();
    Receiver receiver;
    ASSERT_TRUE(use(receiver.port()));
    add(10);
    ASSERT_TRUE(receiver.wait_for(9));
    close();
    open();
    add(1);
    ASSERT_TRUE(receiver.wait_for(10));
    std::vector<std::uint64_t> expected = numbers(0, 10);
    for (const std::uint64_t again : numbers(0, 11)) expected.push_back(again);
    EXPECT_EQ(receiver.sequences(), expected);
}

TEST_F(StreamTest, AServerThatNeverReadsIsLeftAndTold) {
    close();
    send_limit_ = 300ms;
    open();
    const File listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int small = 2048;
    ::setsockopt(listener.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(listener.fd(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listener.fd(), 16), 0);
    ASSERT_EQ(::getsockname(listener.fd(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    ASSERT_TRUE(use(ntohs(address.sin_port)));
    add(300);
    ASSERT_TRUE(wait_until([](const Status& s) {
        return s.state == State::failing && s.problem.find("has taken nothing for") != std::string::npos;
    }));
    EXPECT_GT(status().waiting, 0u);
}

TEST_F(StreamTest, ATestSendsOneMessageAndKeepsNothing) {
    Receiver receiver;
    const auto tested = on_loop([&](Stream& stream) {
        Target target;
        target.host = "127.0.0.1";
        target.port = receiver.port();
        target.transport = Transport::tcp;
        return stream.test(std::move(target));
    });
    EXPECT_TRUE(tested) << tested.error().message;
    EXPECT_EQ(receiver.tests(), 1u);
    EXPECT_EQ(status().state, State::off);
}

TEST(SyslogTarget, RefusesWhatCanNotBeSafe) {
    const auto problem_of = [](const std::function<void(Target&)>& change) {
        Target target;
        target.host = "192.0.2.9";
        change(target);
        const auto right = check(target);
        return right ? std::string() : right.error().message.substr(0, right.error().message.find(':'));
    };
    EXPECT_EQ(problem_of([](Target&) {}), "");
    EXPECT_EQ(problem_of([](Target& t) { t.transport = Transport::tcp; }), "transport");
    EXPECT_EQ(problem_of([](Target& t) {
                  t.transport = Transport::tcp;
                  t.host = "127.evil.example";
              }),
              "transport");
    EXPECT_EQ(problem_of([](Target& t) {
                  t.transport = Transport::tcp;
                  t.allow_in_clear = true;
              }),
              "");
    for (const char* loopback : {"localhost", "127.0.0.1", "::1"})
        EXPECT_EQ(problem_of([&](Target& t) {
                      t.transport = Transport::tcp;
                      t.host = loopback;
                  }),
                  "");
    EXPECT_EQ(problem_of([](Target& t) { t.host = "https://logs"; }), "host");
    EXPECT_EQ(problem_of([](Target& t) { t.port = 0; }), "port");
    EXPECT_EQ(problem_of([](Target& t) { t.authorities_pem = "no certificate"; }), "ca_pem");
    EXPECT_EQ(problem_of([](Target& t) { t.certificate_pem = "no certificate"; }), "client_certificate_pem");
}

}  // namespace
}  // namespace vedette::hub::syslog
