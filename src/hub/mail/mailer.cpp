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
    VEDETTE_TRY(auto webhook, store.load_webhook());
    std::shared_ptr<Mailer> mailer(new Mailer(
        std::move(options), clock, std::make_unique<Store>(std::move(store)), std::move(executor)));
    if (server) mailer->server_ = std::make_shared<const Server>(std::move(*server));
    if (webhook) mailer->webhook_ = std::make_shared<const Webhook>(std::move(*webhook));
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

net::Awaitable<Result<>> Mailer::use(Webhook webhook) {
    const auto self = shared_from_this();
    VEDETTE_CO_CHECK(check(webhook));
    const auto kept = std::make_shared<const Webhook>(std::move(webhook));
    auto saving = [self, kept] { return self->store_->save(*kept); };
    VEDETTE_CO_CHECK(co_await run_on(disk_, std::move(saving)));
    webhook_ = kept;
    webhook_status_.problem.clear();
    co_return Result<>();
}

net::Awaitable<Result<>> Mailer::remove_webhook() {
    const auto self = shared_from_this();
    auto removing = [self] { return self->store_->remove_webhook(); };
    VEDETTE_CO_CHECK(co_await run_on(disk_, std::move(removing)));
    webhook_ = nullptr;
    webhook_status_.problem.clear();
    co_return Result<>();
}

bool Mailer::reaches(std::string_view to) const {
    return is_phone_number(to) ? webhook_ != nullptr : server_ != nullptr;
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

net::Awaitable<Result<>> Mailer::test(Webhook webhook, std::string to, std::string text) {
    VEDETTE_CO_CHECK(check(webhook));
    if (*tests_ >= max_tests)
        co_return fail(ErrorKind::exhausted, "other servers are being tested: try again shortly");
    ++*tests_;
    const std::shared_ptr<void> one(nullptr, [count = tests_](void*) { --*count; });
    auto delivering = deliver_short(std::move(webhook), std::move(to), std::move(text), options_.limit);
    co_return co_await std::move(delivering);
}

void Mailer::send(Message message) {
    if (!reaches(message.to)) return;
    if (tasks_.size() >= options_.under_way) {
        log::warn("a message was given up: too many wait already");
        return;
    }
    tasks_.spawn(send_in_time(shared_from_this(), std::move(message)));
}

// Nothing to send by is as good as sent: it was taken away meanwhile.
net::Awaitable<Result<>> Mailer::send_once(const Message& message) {
    if (is_phone_number(message.to)) {
        const auto webhook = webhook_;
        if (!webhook) co_return Result<>();
        auto delivering = deliver_short(webhook->duplicate(), message.to, message.brief, options_.limit);
        co_return co_await std::move(delivering);
    }
    const auto server = server_;
    if (!server) co_return Result<>();
    std::string data = composed(*server, message);
    auto delivering = deliver(server->duplicate(), message.to, std::move(data), options_.limit);
    co_return co_await std::move(delivering);
}

net::Awaitable<void> Mailer::send_in_time(std::shared_ptr<Mailer> self, Message message) {
    MailStatus& status = is_phone_number(message.to) ? self->webhook_status_ : self->status_;
    std::chrono::milliseconds pause = self->options_.first_pause;
    for (unsigned tried = 1;; ++tried) {
        auto sending = self->send_once(message);
        const auto sent = co_await std::move(sending);
        if (sent) {
            ++status.sent;
            status.last_sent = self->clock_.utc_now();
            status.problem.clear();
            co_return;
        }
        status.problem = sent.error().message;
        const bool is_final = sent.error().kind == ErrorKind::forbidden || tried >= self->options_.tries;
        log::warn("a message was not sent{}: {}", is_final ? ", and is given up" : "", sent.error().message);
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
