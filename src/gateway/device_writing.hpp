#pragma once
// Writes to the devices' store on the thread that it belongs to.

#include "gateway/gateway_impl.hpp"

namespace vedette::gateway {

template <class F>
net::Awaitable<Result<>> Gateway::Impl::store_device(F write) {
    auto writing =
        net::run_blocking(device_pool, [this, write = std::move(write)] { return write(device_store); });
    co_return co_await std::move(writing);
}

}  // namespace vedette::gateway
