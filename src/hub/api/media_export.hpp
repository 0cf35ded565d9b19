#pragma once
// A recorded interval as one fragmented MP4 file, made while it is sent.

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/steady_timer.hpp>

#include "hub/relay/channel.hpp"
#include "net/http.hpp"

namespace vedette::hub::api {

/// Initialisation segment and fragments in order, up to the first change of parameters. Use from one
/// executor.
class MediaExport final : public net::BodySource, private relay::Sink {
  public:
    /// `still_allowed` is asked before each piece.
    MediaExport(const boost::asio::any_io_executor& executor, std::function<bool()> still_allowed)
        : arrived_(executor), still_allowed_(std::move(still_allowed)) {}

    /// Where the channel's media go. Give the channel to start().
    relay::Sink& sink() { return *this; }
    void start(std::unique_ptr<relay::Channel> channel) { channel_ = std::move(channel); }

    /// Waits for the first fragment, so that the answer can still be an error. Errors: not_found when nothing
    /// is recorded, else those of the gateway.
    net::Awaitable<Result<>> wait_for_media();
    net::Awaitable<Result<SharedBytes>> next() override;
    /// Whether sound was left out that the camera sent; known once the first fragment is there.
    bool sound_withheld() const { return sound_withheld_; }

  private:
    struct Piece {
        SharedBytes bytes;
        bool is_media = false;  ///< counts for credit
    };

    void on_sound_withheld() override { sound_withheld_ = true; }
    void on_init(const std::string& mime_type, const SharedBytes& segment) override;
    void on_media(const wire::ChannelMedia& media) override;
    void on_gap(const UtcInterval&, const std::string&) override {}
    void on_end(const std::optional<Error>& error) override;
    std::size_t queued_bytes() const override { return queued_bytes_; }
    void finish();

    boost::asio::steady_timer arrived_;
    std::function<bool()> still_allowed_;
    std::unique_ptr<relay::Channel> channel_;
    std::deque<Piece> queue_;
    std::size_t queued_bytes_ = 0;
    bool has_init_ = false;
    bool sound_withheld_ = false;
    bool has_media_ = false;
    bool ended_ = false;
    std::optional<Error> error_;
};

}  // namespace vedette::hub::api
