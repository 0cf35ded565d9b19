#include "hub/mail/mailer.hpp"

#include "base/hex.hpp"
#include "base/log.hpp"
#include "crypto/digest.hpp"
#include "hub/mail/delivery.hpp"
#include "hub/mail/store.hpp"
#include "hub/worker/run_on.hpp"
#include "net/timeout.hpp"

namespace vedette::hub::mail {

namespace {

constexpr unsigned max_tests = 2;
constexpr int pause_growth = 4;

}  // namespace

Mailer::Mailer(MailerOptions options, const Clock& clock, std::unique_ptr<Store> store,
               boost::asio::any_io_executor executor)
    : options_(std::move(options)),
      clock_(clock),
      store_(std::move(store)),
      tasks_(std::move(executor), "mail") {}

Mailer::~Mailer() {
    disk_.join();
}

Result<std::shared_ptr<Mailer>> Mailer::open(MailerOptions options, const Clock& clock,
                                             boost::asio::any_io_executor executor) {
    VEDETTE_TRY(Store store, Store::open(options.hub));
    VEDETTE_TRY(auto server, store.load());
    std::shared_ptr<Mailer> mailer(new Mailer(
        std::move(options), clock, std::make_unique<Store>(std::move(store)), std::move(executor)));
    if (server) mailer->server_ = std::make_shared<const Server>(std::move(*server));
    return mailer;
}

net::Awaitable<Result<>> Mailer::use(Server server) {
    const auto self = shared_from_this();
    VEDETTE_CO_CHECK(check(server));
    const auto kept = std::make_shared<const Server>(std::move(server));
    auto saving = [self, kept] { return self->store_->save(*kept); };
    VEDETTE_CO_CHECK(co_await run_on(disk_, std::move(saving)));
    server_ = kept;
    status_.problem.clear();
    co_return Result<>();
}

net::Awaitable<Result<>> Mailer::remove() {
    const auto self = shared_from_this();
    auto removing = [self] { return self->store_->remove(); };
    VEDETTE_CO_CHECK(co_await run_on(disk_, std::move(removing)));
    server_ = nullptr;
    status_.problem.clear();
    co_return Result<>();
}

std::string Mailer::composed(const Server& server, const Message& message) const {
    Bytes id(16);
    crypto::random_bytes(id);
    return compose(message, server.from, clock_.utc_now(), to_hex(id));
}

net::Awaitable<Result<>> Mailer::test(Server server, Message message) {
    VEDETTE_CO_CHECK(check(server));
    if (*tests_ >= max_tests)
        co_return fail(ErrorKind::exhausted, "other servers are being tested: try again shortly");
    ++*tests_;
    const std::shared_ptr<void> one(nullptr, [count = tests_](void*) { --*count; });
    std::string data = composed(server, message);
    auto delivering = deliver(std::move(server), std::move(message.to), std::move(data), options_.limit);
    co_return co_await std::move(delivering);
}

void Mailer::send(Message message) {
    if (!server_) return;
    if (tasks_.size() >= options_.under_way) {
        log::warn("a mail was given up: too many wait already");
        return;
    }
    tasks_.spawn(send_in_time(shared_from_this(), std::move(message)));
}

net::Awaitable<void> Mailer::send_in_time(std::shared_ptr<Mailer> self, Message message) {
    std::chrono::milliseconds pause = self->options_.first_pause;
    for (unsigned tried = 1;; ++tried) {
        const auto server = self->server_;
        if (!server) co_return;
        std::string data = self->composed(*server, message);
        auto delivering = deliver(server->duplicate(), message.to, std::move(data), self->options_.limit);
        const auto delivered = co_await std::move(delivering);
        if (delivered) {
            ++self->status_.sent;
            self->status_.last_sent = self->clock_.utc_now();
            self->status_.problem.clear();
            co_return;
        }
        self->status_.problem = delivered.error().message;
        const bool is_final = delivered.error().kind == ErrorKind::forbidden || tried >= self->options_.tries;
        log::warn("a mail was not sent{}: {}", is_final ? ", and is given up" : "",
                  delivered.error().message);
        if (is_final) co_return;
        co_await net::sleep_for(pause);
        pause *= pause_growth;
    }
}

net::Awaitable<void> Mailer::stop() {
    auto stopping = tasks_.stop();
    co_await std::move(stopping);
}

}  // namespace vedette::hub::mail
