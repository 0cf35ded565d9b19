#include <utility>

#include <boost/asio/post.hpp>

#include "wire/link.hpp"

namespace vedette::wire {

namespace {

// Where messages for one end go: its executor and its receiver.
template <class Message>
struct Mailbox {
    explicit Mailbox(boost::asio::any_io_executor e) : executor(std::move(e)) {}
    boost::asio::any_io_executor executor;
    std::function<void(Message)>
        receiver;  // touched on `executor` alone, but for on_receive before any traffic
};

template <class Out, class In>
class MemoryEnd final : public LinkEnd<Out, In> {
  public:
    MemoryEnd(std::weak_ptr<Mailbox<Out>> peer, std::shared_ptr<Mailbox<In>> own)
        : peer_(std::move(peer)), own_(std::move(own)) {}

    void send(Out message) override {
        const auto peer = peer_.lock();
        if (!peer) return;
        boost::asio::post(peer->executor, [weak = peer_, message = std::move(message)]() mutable {
            if (const auto mailbox = weak.lock(); mailbox && mailbox->receiver)
                mailbox->receiver(std::move(message));
        });
    }

    void on_receive(std::function<void(In)> receiver) override { own_->receiver = std::move(receiver); }

  private:
    std::weak_ptr<Mailbox<Out>> peer_;
    std::shared_ptr<Mailbox<In>> own_;
};

}  // namespace

MemoryLink make_memory_link(boost::asio::any_io_executor hub, boost::asio::any_io_executor gateway) {
    auto to_hub = std::make_shared<Mailbox<ToHub>>(std::move(hub));
    auto to_gateway = std::make_shared<Mailbox<ToGateway>>(std::move(gateway));
    return {.hub = std::make_shared<MemoryEnd<ToGateway, ToHub>>(to_gateway, to_hub),
            .gateway = std::make_shared<MemoryEnd<ToHub, ToGateway>>(to_hub, to_gateway)};
}

}  // namespace vedette::wire
