#pragma once
// Errors are values. One type with few kinds; net::http maps kinds to HTTP in one place.

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace vedette {

enum class ErrorKind {
    invalid_input,    ///< the caller's data is wrong; the message says what to change
    unauthenticated,  ///< nobody is signed in, or the credentials are wrong
    forbidden,        ///< signed in, and not allowed
    not_found,
    conflict,     ///< the state of the object does not allow it (exists already, in use)
    exhausted,    ///< a limit is reached: disk, memory, rate
    unavailable,  ///< a peer can't be reached or closed the connection; trying again may help
    timeout,
    corrupt,      ///< stored or received data fails a check
    unsupported,  ///< well-formed, and not something we handle (newer format, unknown codec)
    cancelled,
    internal,  ///< a bug or an operating-system failure that has no better kind
};

std::string_view to_string(ErrorKind kind);

/// What went wrong, in one sentence for the person who can do something about it.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string message;

    friend bool operator==(const Error&, const Error&) = default;
};

template <class T = void>
using Result = std::expected<T, Error>;

/// `return fail(ErrorKind::corrupt, "record at {}: bad length", offset);`
template <class... Args>
std::unexpected<Error> fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
    return std::unexpected(Error{kind, fmt::format(format, std::forward<Args>(args)...)});
}

/// An Error for a failed system call: `what` and the text of `errno_value`. ENOSPC and EDQUOT are
/// `exhausted`, ENOENT is `not_found`, EACCES, EPERM and EROFS are `forbidden`, EADDRINUSE is `conflict`,
/// connection failures are `unavailable`.
std::unexpected<Error> fail_errno(int errno_value, std::string_view what);

#define VEDETTE_CONCAT_(a, b) a##b
#define VEDETTE_CONCAT(a, b) VEDETTE_CONCAT_(a, b)

/// Returns the error of `expr`, if it has one, from the enclosing function.
#define VEDETTE_CHECK(expr)                                            \
    do {                                                               \
        if (auto vedette_result = (expr); !vedette_result)             \
            return std::unexpected(std::move(vedette_result).error()); \
    } while (false)

/// `VEDETTE_TRY(auto value, expr);` declares `value` from a Result, or returns its error.
#define VEDETTE_TRY(decl, ...) VEDETTE_TRY_(VEDETTE_CONCAT(vedette_try_, __LINE__), return, decl, __VA_ARGS__)
/// The same inside a coroutine. `expr` may contain co_await; use named locals as its arguments.
#define VEDETTE_CO_TRY(decl, ...) \
    VEDETTE_TRY_(VEDETTE_CONCAT(vedette_try_, __LINE__), co_return, decl, __VA_ARGS__)
#define VEDETTE_TRY_(tmp, ret, decl, ...)                  \
    auto tmp = (__VA_ARGS__);                              \
    if (!tmp) ret std::unexpected(std::move(tmp).error()); \
    decl = std::move(*tmp)
#define VEDETTE_CO_CHECK(...)                                             \
    do {                                                                  \
        if (auto vedette_result = (__VA_ARGS__); !vedette_result)         \
            co_return std::unexpected(std::move(vedette_result).error()); \
    } while (false)

}  // namespace vedette
