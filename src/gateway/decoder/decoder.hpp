#pragma once
// The main process's end of a decoder process: starts it when there is something to decode, and believes
// nothing of it.

#include <chrono>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <sys/types.h>

#include "base/file.hpp"
#include "gateway/decoder/messages.hpp"
#include "net/http.hpp"

namespace vedette::gateway::decoder {

/// A key frame on its way to the decoder process, in a file without a name.
struct KeyFrame {
    media::Codec codec = media::Codec::h264;
    std::uint32_t config_bytes = 0;
    std::uint32_t picture_bytes = 0;
    File file;

    /// exhausted: beyond the limits of an order. Blocking, for a moment: memory is copied.
    static Result<KeyFrame> make(media::Codec codec, ByteView config, ByteView picture);
};

/// One process, on one loop.
class Decoder {
  public:
    /// `limit`: for one picture. The start of the process is in it, and that all else on the machine goes
    /// first.
    explicit Decoder(boost::asio::any_io_executor executor,
                     std::chrono::milliseconds limit = std::chrono::seconds(10))
        : executor_(std::move(executor)), limit_(limit) {}
    ~Decoder() { end(); }
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    /// Decodes it in a sandbox and makes it small. One at a time. What crashes the process, or keeps it for
    /// longer than the limit, is an error of kind corrupt, and the next one gets a new process.
    net::Awaitable<Result<SmallPicture>> decode(const KeyFrame& frame, std::uint16_t side);
    bool is_running() const { return pid_ > 0; }
    pid_t pid() const { return pid_; }
    /// Ends the process at once. The next picture starts another.
    void end();

  private:
    Result<> start();
    net::Awaitable<Result<Bytes>> answer();
    net::Awaitable<std::string> how_it_ended();

    boost::asio::any_io_executor executor_;
    std::chrono::milliseconds limit_;
    File channel_;
    pid_t pid_ = -1;
    std::uint32_t last_id_ = 0;
};

}  // namespace vedette::gateway::decoder
