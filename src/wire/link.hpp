#pragma once
// The link between a hub and one gateway. In memory today; the outbound WebSocket of a remote gateway will be
// another implementation of the same two ends.

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "wire/messages.hpp"

namespace vedette::wire {

/// One end of a link: sends `Out`, receives `In`. Messages arrive in the order in which they were sent.
template <class Out, class In>
class LinkEnd {
  public:
    virtual ~LinkEnd() = default;
    /// From any thread; never blocks. Lost without a sound when the other end is gone.
    virtual void send(Out message) = 0;
    /// `receiver` is called on this end's executor. Set it once, before the other end sends.
    virtual void on_receive(std::function<void(In)> receiver) = 0;
};

using HubEnd = LinkEnd<ToGateway, ToHub>;
using GatewayEnd = LinkEnd<ToHub, ToGateway>;

struct MemoryLink {
    std::shared_ptr<HubEnd> hub;
    std::shared_ptr<GatewayEnd> gateway;
};

/// Joins two event loops of one process.
MemoryLink make_memory_link(boost::asio::any_io_executor hub, boost::asio::any_io_executor gateway);

}  // namespace vedette::wire
