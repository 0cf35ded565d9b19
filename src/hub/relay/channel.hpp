#pragma once
// What a viewer is to the relay, and what the relay gives back.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "wire/messages.hpp"

namespace vedette::hub::relay {

/// How many bytes of media a channel may have under way at its start (docs/ref/websocket.md).
constexpr std::uint32_t initial_credit_bytes = 4U << 20;
/// More credit than this at a time is not kept: what is under way is memory.
constexpr std::uint32_t max_credit_bytes = 16U << 20;
/// What may wait in one connection for a slow reader before live media is skipped and playback held.
constexpr std::size_t max_queued_bytes = 16U << 20;

/// Receives the media of one channel, in order, on the relay's executor. After on_end nothing more comes. A
/// sink may let its channel go from within any call.
class Sink {
  public:
    virtual ~Sink() = default;
    /// What begins now is without the sound that its camera sends, which this viewer may not hear; comes
    /// before on_init().
    virtual void on_sound_withheld() {}
    virtual void on_init(const std::string& mime_type, const SharedBytes& segment) = 0;
    virtual void on_media(const wire::ChannelMedia& media) = 0;
    virtual void on_gap(const UtcInterval& interval, const std::string& reason) = 0;
    virtual void on_ready() {}  ///< of a talk channel: sound goes out from now on
    virtual void on_end(const std::optional<Error>& error) = 0;
    /// Bytes given to this sink's connection that the network has not taken yet.
    virtual std::size_t queued_bytes() const = 0;
};

/// What of the sound of a channel its viewer may hear.
struct Hearing {
    bool allowed = true;
    std::optional<UtcTime> not_before{};  ///< nothing of what was said earlier
    friend bool operator==(const Hearing&, const Hearing&) = default;
};

/// A viewer's hold on a channel; when it goes, the channel closes.
class Channel {
  public:
    virtual ~Channel() = default;
    /// The viewer has room for `bytes` more.
    virtual void grant(std::uint32_t bytes) = 0;
    /// Sound for a talk channel; others drop it.
    virtual void talk(std::vector<std::int16_t>) {}
    /// From now on; the sound of what comes is cut at once, and comes at the next picture that stands alone.
    virtual void hear(const Hearing&) {}
    /// Call about once a second: passes on credit that was held because the connection was congested.
    virtual void tick() = 0;
};

/// The bytes of a fragment.
inline std::size_t size_of(const wire::ChannelMedia& media) {
    std::size_t size = 0;
    for (const SharedBytes& piece : media.pieces) size += piece->size();
    return size;
}

}  // namespace vedette::hub::relay
