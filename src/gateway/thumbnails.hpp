#pragma once
// Small pictures of recordings, for scrubbing: found, decoded in a sandbox, and kept sealed.

#include <array>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "gateway/decoder/decoder.hpp"
#include "gateway/key_picture.hpp"
#include "net/event.hpp"
#include "net/worker_pool.hpp"
#include "wire/messages.hpp"

namespace vedette::gateway {

/// Lives on the gateway's loop.
class Thumbnails {
  public:
    /// Pictures that are being made or wait for it; beyond, the answer is `exhausted`.
    static constexpr std::size_t max_waiting = 32;
    static constexpr std::uint16_t side = 320;  ///< pixels of the longer one

    /// `vault` and `clock` outlive it.
    Thumbnails(boost::asio::any_io_executor executor, vault::Vault& vault, const Clock& clock);

    /// The key frame at or before `at`. Errors: those of find_key_picture(), and of decoder::Decoder.
    net::Awaitable<Result<wire::Thumbnail>> get(vault::StreamKey stream, UtcTime at);
    /// Ends decoders that have nothing to do. Every second or so.
    void tick();
    /// Ends the decoders, and waits for what reads from the disk. After what called get() has ended.
    void stop();

  private:
    // A decoder sees pictures of one camera in its life: what one camera's picture did to it can't show
    // another camera's.
    struct Slot {
        std::optional<decoder::Decoder> decoder;
        CameraId camera;
        bool busy = false;
        MonotonicTime used{};
    };
    net::Awaitable<Slot*> borrow(CameraId camera);
    void give_back(Slot& slot);

    boost::asio::any_io_executor executor_;
    vault::Vault& vault_;
    const Clock& clock_;
    std::array<Slot, 2> slots_;
    net::Event freed_;
    std::size_t waiting_ = 0;
    net::WorkerPool pool_{1};  ///< of its own: playback does not wait for it
};

}  // namespace vedette::gateway
