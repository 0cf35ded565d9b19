#pragma once
// Messages from one process to another through shared memory: the writer is not trusted, the reader is.

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/result.hpp"

namespace vedette::gateway::camera_process {

inline constexpr std::size_t ring_bytes = 8 * 1024 * 1024;
/// The longest message. What is larger is cut by its writer.
inline constexpr std::size_t max_ring_message = ring_bytes / 8;

/// The memory: a sealed memfd, which nobody can shrink below another's feet. Its data is mapped twice in a
/// row, so that a message is always one piece.
class RingMemory {
  public:
    static Result<RingMemory> make();
    /// Of the descriptor that make() gave to the other process.
    static Result<RingMemory> map(File file);
    ~RingMemory();
    RingMemory(RingMemory&& other) noexcept;
    RingMemory& operator=(RingMemory&&) = delete;

    int fd() const { return file_.fd(); }

  private:
    friend class RingReader;
    friend class RingWriter;
    struct Control;
    RingMemory(File file, std::byte* base) : file_(std::move(file)), base_(base) {}
    Control& control() const;
    std::byte* data() const;

    File file_;
    std::byte* base_ = nullptr;
};

/// Takes nothing for granted: where it reads is its own variable, and each length is read once.
class RingReader {
  public:
    explicit RingReader(RingMemory& memory) : memory_(memory) {}

    /// The next message, in memory that the writer can still change: copy first, then look. nullopt: none.
    /// `corrupt` when the ring can't be so. Valid until release().
    Result<std::optional<ByteView>> next();
    /// Gives the place of the last next() back.
    void release();
    /// To be called before waiting: true when the writer will wake us, false when something has come
    /// meanwhile.
    bool about_to_sleep();
    void awake();
    /// What the writer said last that it is busy with; a hint for when it has ended.
    std::uint32_t busy_with() const;
    /// The writer has no room, and wants to be woken. Clears that.
    bool writer_waits();

  private:
    RingMemory& memory_;
    std::uint64_t tail_ = 0;
    std::uint64_t taken_ = 0;
};

class RingWriter {
  public:
    explicit RingWriter(RingMemory& memory) : memory_(memory) {}

    /// Room for a message of `size` bytes, at most max_ring_message; empty when there is none now.
    std::span<std::byte> reserve(std::size_t size);
    /// Appends what was reserved and written. The reader does not see it before publish().
    void commit();
    /// True when the reader sleeps and has to be woken.
    bool publish();
    /// Bytes that the reader has not taken.
    std::size_t waiting() const;
    /// Asks the reader to wake us when there is room. Then look again before sleeping.
    void ask_for_room();
    void busy_with(std::uint32_t what);

  private:
    RingMemory& memory_;
    std::uint64_t head_ = 0;
    std::size_t reserved_ = 0;
};

}  // namespace vedette::gateway::camera_process
