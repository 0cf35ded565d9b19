#pragma once
// Sends messages beside everything else: who asks does not wait, and what can't be sent is tried again a few
// times, then given up and told in the log and in the status.

#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/time.hpp"
#include "hub/mail/message.hpp"
#include "hub/mail/server.hpp"
#include "hub/mail/webhook.hpp"
#include "net/http.hpp"
#include "net/task_group.hpp"

namespace vedette::hub::mail {

struct MailerOptions {
    std::filesystem::path hub;                ///< DATA/hub
    std::chrono::milliseconds limit{30'000};  ///< for one message to be handed over
    std::chrono::milliseconds first_pause{
        5'000};  ///< before a message is tried again; four times as long then
    unsigned tries = 4;
    std::size_t under_way = 64;  ///< messages that wait or are sent; more are given up
};

struct MailStatus {
    std::uint64_t sent = 0;  ///< since the start
    std::optional<UtcTime> last_sent;
    std::string problem;  ///< of the last message; empty: it was taken
};

class Store;

/// Use from the executor's thread, which is one. Held by a shared_ptr, also by what is under way.
class Mailer : public std::enable_shared_from_this<Mailer> {
  public:
    /// Blocking. Errors as Store::open(). `clock` outlives it.
    static Result<std::shared_ptr<Mailer>> open(MailerOptions options, const Clock& clock,
                                                boost::asio::any_io_executor executor);
    ~Mailer();
    Mailer(const Mailer&) = delete;
    Mailer& operator=(const Mailer&) = delete;

    /// nullptr: none was named, and nothing is sent.
    const Server* server() const { return server_.get(); }
    const MailStatus& status() const { return status_; }
    /// nullptr: none was named, and no short messages are sent.
    const Webhook* webhook() const { return webhook_.get(); }
    const MailStatus& webhook_status() const { return webhook_status_; }
    /// Whether there is a way to that address or number.
    bool reaches(std::string_view to) const;

    /// Errors as check(), and as the database says.
    net::Awaitable<Result<>> use(Server server);
    net::Awaitable<Result<>> remove();
    net::Awaitable<Result<>> use(Webhook webhook);
    net::Awaitable<Result<>> remove_webhook();
    /// Sends `message` by `server` at once, once. Errors: one sentence; `exhausted` while others are tested.
    net::Awaitable<Result<>> test(Server server, Message message);
    net::Awaitable<Result<>> test(Webhook webhook, std::string to, std::string text);
    /// Sends it in its own time. Where nothing reaches(), nothing happens.
    void send(Message message);
    /// Ends what is under way, and waits for it: before the event loop ends.
    net::Awaitable<void> stop();

  private:
    Mailer(MailerOptions options, const Clock& clock, std::unique_ptr<Store> store,
           boost::asio::any_io_executor executor);
    static net::Awaitable<void> send_in_time(std::shared_ptr<Mailer> self, Message message);
    net::Awaitable<Result<>> send_once(const Message& message);
    std::string composed(const Server& server, const Message& message) const;

    const MailerOptions options_;
    const Clock& clock_;
    std::unique_ptr<Store> store_;  // used on disk_ alone once opened
    std::shared_ptr<const Server> server_;
    MailStatus status_;
    std::shared_ptr<const Webhook> webhook_;
    MailStatus webhook_status_;
    std::shared_ptr<unsigned> tests_ = std::make_shared<unsigned>(0);
    boost::asio::thread_pool disk_{1};
    net::TaskGroup tasks_;
};

}  // namespace vedette::hub::mail
