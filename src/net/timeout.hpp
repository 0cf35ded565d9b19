#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "net/http.hpp"

namespace vedette::net {

/// Runs `operation` and cancels it after `limit`. True when it ended by itself, false when the limit ended
/// it. Its exceptions come out here.
Awaitable<bool> limit_time(std::chrono::nanoseconds limit, Awaitable<void> operation);

/// Until `duration` has passed or the coroutine is cancelled, which then throws as every cancelled co_await.
Awaitable<void> sleep_for(std::chrono::nanoseconds duration);

namespace detail {
template <class T>
Awaitable<void> store_result(Awaitable<Result<T>> operation, std::optional<Result<T>>& result) {
    result.emplace(co_await std::move(operation));
}
}  // namespace detail

/// The result of `operation`, or an error of kind `timeout` with `message` when it took longer than `limit`
/// and was cancelled.
template <class T>
Awaitable<Result<T>> with_timeout(std::chrono::nanoseconds limit, std::string message,
                                  Awaitable<Result<T>> operation) {
    std::optional<Result<T>> result;
    Awaitable<void> stored = detail::store_result(std::move(operation), result);
    const bool ended = co_await limit_time(limit, std::move(stored));
    if (!ended) co_return fail(ErrorKind::timeout, "{}", message);
    co_return std::move(*result);
}

}  // namespace vedette::net
