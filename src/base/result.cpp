#include "base/result.hpp"

#include <cerrno>
#include <system_error>

namespace vedette {

std::string_view to_string(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid_input:
            return "invalid_input";
        case ErrorKind::unauthenticated:
            return "unauthenticated";
        case ErrorKind::forbidden:
            return "forbidden";
        case ErrorKind::not_found:
            return "not_found";
        case ErrorKind::conflict:
            return "conflict";
        case ErrorKind::exhausted:
            return "exhausted";
        case ErrorKind::unavailable:
            return "unavailable";
        case ErrorKind::timeout:
            return "timeout";
        case ErrorKind::corrupt:
            return "corrupt";
        case ErrorKind::unsupported:
            return "unsupported";
        case ErrorKind::cancelled:
            return "cancelled";
        case ErrorKind::internal:
            return "internal";
    }
    return "internal";
}

namespace {

ErrorKind kind_of_errno(int value) {
    switch (value) {
        case ENOSPC:
        case EDQUOT:
        case ENOMEM:
        case EMFILE:
        case ENFILE:
            return ErrorKind::exhausted;
        case ENOENT:
        case ENOTDIR:
            return ErrorKind::not_found;
        case EACCES:
        case EPERM:
        case EROFS:
            return ErrorKind::forbidden;
        case EEXIST:
        case EADDRINUSE:
            return ErrorKind::conflict;
        case ECONNREFUSED:
        case ECONNRESET:
        case EHOSTUNREACH:
        case ENETUNREACH:
        case EPIPE:
            return ErrorKind::unavailable;
        case ETIMEDOUT:
            return ErrorKind::timeout;
        case EINVAL:
            return ErrorKind::invalid_input;
        default:
            return ErrorKind::internal;
    }
}

}  // namespace

std::unexpected<Error> fail_errno(int errno_value, std::string_view what) {
    return fail(kind_of_errno(errno_value), "{}: {}", what, std::generic_category().message(errno_value));
}

}  // namespace vedette
