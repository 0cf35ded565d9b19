#include "hub/api/media_export.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace vedette::hub::api {

namespace asio = boost::asio;

namespace {

/// The gateway reads from its own disk; when nothing comes for so long, it is gone.
constexpr std::chrono::seconds silence_limit{30};

// Sleeps until `event` is cancelled. False after the limit.
net::Awaitable<bool> wait(asio::steady_timer& event) {
    event.expires_after(silence_limit);
    const auto token = asio::as_tuple(asio::use_awaitable);
    const auto [cancelled] = co_await event.async_wait(token);
    co_return static_cast<bool>(cancelled);
}

}  // namespace

net::Awaitable<Result<>> MediaExport::wait_for_media() {
    while (!has_media_ && !ended_)
        if (!co_await wait(arrived_)) co_return fail(ErrorKind::timeout, "The gateway sent no media in time");
    if (has_media_) co_return Result<>();
    if (error_) co_return std::unexpected(*error_);
    co_return fail(ErrorKind::not_found, "Nothing is recorded in this interval");
}

net::Awaitable<Result<SharedBytes>> MediaExport::next() {
    while (queue_.empty() && !ended_)
        if (!co_await wait(arrived_)) co_return fail(ErrorKind::timeout, "The gateway sent no media in time");
    if (!still_allowed_()) {
        finish();
        co_return fail(ErrorKind::forbidden, "The right to download this ended");
    }
    if (queue_.empty()) {
        if (error_) co_return std::unexpected(*error_);
        co_return SharedBytes();
    }
    const Piece piece = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= piece.bytes->size();
    if (piece.is_media && channel_ && !piece.bytes->empty())
        channel_->grant(static_cast<std::uint32_t>(piece.bytes->size()));
    co_return piece.bytes;
}

void MediaExport::on_init(const std::string&, const SharedBytes& segment) {
    if (has_init_) {
        finish();  // one file has one set of parameters
        return;
    }
    has_init_ = true;
    queue_.push_back({.bytes = segment});
    queued_bytes_ += segment->size();
    arrived_.cancel();
}

void MediaExport::on_media(const wire::ChannelMedia& media) {
    if (ended_) return;
    has_media_ = true;
    for (const SharedBytes& bytes : media.pieces) {
        queue_.push_back({.bytes = bytes, .is_media = true});
        queued_bytes_ += bytes->size();
    }
    arrived_.cancel();
}

void MediaExport::on_end(const std::optional<Error>& error) {
    if (!ended_) error_ = error;
    finish();
}

void MediaExport::finish() {
    ended_ = true;
    channel_.reset();
    arrived_.cancel();
}

}  // namespace vedette::hub::api
