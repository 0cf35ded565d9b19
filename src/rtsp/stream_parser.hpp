#pragma once
// Finds RTSP messages and interleaved frames (RFC 2326 section 10.12) in the bytes of one connection. Frames
// are handed out where they lie; only an element that is cut by the end of the input is copied.

#include <array>
#include <cstdint>
#include <variant>

#include "base/bytes.hpp"
#include "rtsp/message.hpp"

namespace vedette::rtsp {

/// Bytes that are neither frame nor message, in a row, before the connection is given up (quirk 15).
constexpr std::size_t max_junk_bytes = 64 * 1024;
constexpr std::size_t interleaved_header_bytes = 4;
constexpr std::size_t max_interleaved_bytes = 65'535;  ///< its length field has 16 bits

/// One `$` frame: an RTP or RTCP packet.
struct InterleavedFrame {
    std::uint8_t channel = 0;
    ByteView payload{};  ///< valid until the next call of next() or feed()
};

struct NeedMore {};

using StreamItem = std::variant<NeedMore, InterleavedFrame, Request, Response>;

/// Usage: feed(bytes), then next() until it gives NeedMore; `bytes` must stay valid until then. Not
/// thread-safe. Holds at most one unfinished element. After an error it must not be used again.
class StreamParser {
  public:
    /// Gives the next bytes of the connection. Precondition: the last next() gave NeedMore.
    void feed(ByteView bytes);

    /// `corrupt`: too much that is no RTSP; `unsupported`: HTTP; `exhausted`: a message above the limits.
    Result<StreamItem> next();

    /// Bytes skipped so far because they belong to nothing.
    std::uint64_t junk_bytes() const { return junk_total_; }

  private:
    enum class Start : std::uint8_t { incomplete, frame, message, junk };
    static Start classify(ByteView bytes);
    static std::size_t find_start(ByteView bytes);

    Result<StreamItem> next_from_input();
    Result<StreamItem> next_from_carry();
    Result<bool> skip_junk(std::size_t count);
    /// The size of the element at the start of `bytes`, or 0 when it is not known yet.
    Result<std::size_t> element_size(ByteView bytes, Start start);
    Result<StreamItem> take(ByteView element, Start start);
    /// Moves the least that may complete the element in carry_.
    void top_up_carry(std::size_t wanted);

    ByteView input_;
    Bytes carry_;               ///< an element cut by the end of the input, and after junk what followed it
    std::size_t carry_at_ = 0;  ///< bytes of carry_ that were handed out
    std::size_t message_bytes_ = 0;  ///< size of the message at the start, once its head was seen
    std::size_t scanned_ = 0;        ///< bytes of the message's head that hold no end of it
    std::size_t junk_run_ = 0;
    std::uint64_t junk_total_ = 0;
};

/// The wire form of a frame's header; the payload follows. `size` <= max_interleaved_bytes.
std::array<std::byte, interleaved_header_bytes> interleaved_header(std::uint8_t channel, std::size_t size);

}  // namespace vedette::rtsp
