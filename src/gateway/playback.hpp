#pragma once
// Recorded media on its way to a viewer or a file.

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "gateway/vault/vault.hpp"
#include "media/types.hpp"
#include "net/event.hpp"
#include "net/worker_pool.hpp"
#include "wire/messages.hpp"

namespace vedette::gateway {

/// One playback channel. Lives on the gateway's loop; disk and decryption run on the pool.
class Playback {
  public:
    Playback(boost::asio::any_io_executor executor, net::WorkerPool& pool, vault::Vault& vault,
             std::function<void(wire::ToHub)> send, std::uint32_t channel, wire::PlaybackSource source,
             std::uint32_t credit_bytes);

    /// Sends until the end of the interval or of what is recorded, then ChannelEnd. The Playback must live
    /// until then.
    net::Awaitable<void> run();
    void add_credit(std::uint32_t bytes);

  private:
    net::Awaitable<Result<>> play();
    /// False when the channel has come to its end.
    Result<bool> deliver(vault::PlayItem item);
    Result<bool> deliver(const vault::PlayInit& init);
    Result<bool> deliver(const vault::PlayFragment& fragment);
    Result<> begin_file(const vault::PlayFragment& fragment);
    /// Null: nothing of it is in the interval.
    Result<SharedBytes> rebased(const vault::PlayFragment& fragment);

    net::WorkerPool& pool_;
    vault::Vault& vault_;
    std::function<void(wire::ToHub)> send_;
    std::uint32_t channel_;
    wire::PlaybackSource source_;
    std::int64_t credit_bytes_;
    net::Event credit_came_;
    SharedBytes init_;  ///< the one that was sent last
    std::vector<media::TrackParameters> tracks_;
    std::vector<std::uint8_t> kept_;    ///< of tracks_, those that are sent
    std::vector<std::int64_t> origin_;  ///< per track, the decode time that becomes 0; empty until known
    std::vector<std::int64_t> end_;     ///< per track, the decode time at which a file ends
};

}  // namespace vedette::gateway
