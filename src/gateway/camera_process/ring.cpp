#include "gateway/camera_process/ring.hpp"

#include <atomic>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace vedette::gateway::camera_process {

namespace {

constexpr std::size_t control_bytes = 4096;
constexpr std::size_t file_bytes = control_bytes + ring_bytes;
constexpr std::size_t header_bytes = 8;  // a length, and nothing: messages begin at multiples of this
constexpr std::size_t map_bytes = control_bytes + 2 * ring_bytes;

constexpr std::size_t padded(std::size_t size) {
    return header_bytes + (size + header_bytes - 1) / header_bytes * header_bytes;
}

}  // namespace

// Counters never wrap: 64 bits of bytes.
struct RingMemory::Control {
    alignas(64) std::atomic<std::uint64_t> head;  ///< the writer's
    alignas(64) std::atomic<std::uint64_t> tail;  ///< the reader's
    std::atomic<std::uint32_t> reader_sleeps;
    std::atomic<std::uint32_t> writer_waits;
    std::atomic<std::uint32_t> busy_with;
};

RingMemory::RingMemory(RingMemory&& other) noexcept
    : file_(std::move(other.file_)), base_(std::exchange(other.base_, nullptr)) {}

RingMemory::~RingMemory() {
    if (base_ != nullptr) ::munmap(base_, map_bytes);
}

RingMemory::Control& RingMemory::control() const {
    return *reinterpret_cast<Control*>(base_);
}
std::byte* RingMemory::data() const {
    return base_ + control_bytes;
}

Result<RingMemory> RingMemory::make() {
    File file(::memfd_create("camera-process", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file.is_open()) return fail_errno(errno, "Shared memory can't be made");
    if (::ftruncate(file.fd(), file_bytes) != 0 ||
        ::fcntl(file.fd(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return fail_errno(errno, "Shared memory can't be made");
    return map(std::move(file));
}

Result<RingMemory> RingMemory::map(File file) {
    void* base = ::mmap(nullptr, map_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) return fail_errno(errno, "Shared memory can't be mapped");
    RingMemory memory(std::move(file), static_cast<std::byte*>(base));
    constexpr int access = PROT_READ | PROT_WRITE;
    constexpr int how = MAP_SHARED | MAP_FIXED;
    if (::mmap(memory.base_, file_bytes, access, how, memory.fd(), 0) == MAP_FAILED ||
        ::mmap(memory.base_ + file_bytes, ring_bytes, access, how, memory.fd(), control_bytes) == MAP_FAILED)
        return fail_errno(errno, "Shared memory can't be mapped");
    return memory;
}

Result<std::optional<ByteView>> RingReader::next() {
    const std::uint64_t head = memory_.control().head.load(std::memory_order_acquire);
    const std::uint64_t there = head - tail_;
    if (there == 0) return std::nullopt;
    if (there > ring_bytes || there < header_bytes)
        return fail(ErrorKind::corrupt, "the ring holds {} bytes, which can't be", there);
    std::byte* at = memory_.data() + tail_ % ring_bytes;
    const std::uint32_t size = __atomic_load_n(reinterpret_cast<std::uint32_t*>(at), __ATOMIC_RELAXED);
    if (size > max_ring_message || padded(size) > there)
        return fail(ErrorKind::corrupt, "the ring holds a message of {} bytes, which can't be", size);
    taken_ = padded(size);
    return ByteView(at + header_bytes, size);
}

void RingReader::release() {
    tail_ += std::exchange(taken_, 0);
    memory_.control().tail.store(tail_, std::memory_order_release);
}

bool RingReader::about_to_sleep() {
    memory_.control().reader_sleeps.store(1, std::memory_order_seq_cst);
    if (memory_.control().head.load(std::memory_order_seq_cst) == tail_) return true;
    awake();
    return false;
}

void RingReader::awake() {
    memory_.control().reader_sleeps.store(0, std::memory_order_relaxed);
}

bool RingReader::writer_waits() {
    return memory_.control().writer_waits.exchange(0, std::memory_order_seq_cst) != 0;
}

std::uint32_t RingReader::busy_with() const {
    return memory_.control().busy_with.load(std::memory_order_relaxed);
}

void RingWriter::busy_with(std::uint32_t what) {
    memory_.control().busy_with.store(what, std::memory_order_relaxed);
}

std::span<std::byte> RingWriter::reserve(std::size_t size) {
    if (padded(size) > ring_bytes - waiting()) return {};
    std::byte* at = memory_.data() + head_ % ring_bytes;
    __atomic_store_n(reinterpret_cast<std::uint32_t*>(at), static_cast<std::uint32_t>(size),
                     __ATOMIC_RELAXED);
    reserved_ = size;
    return {at + header_bytes, size};
}

void RingWriter::commit() {
    head_ += padded(std::exchange(reserved_, 0));
}

bool RingWriter::publish() {
    memory_.control().head.store(head_, std::memory_order_seq_cst);
    return memory_.control().reader_sleeps.exchange(0, std::memory_order_seq_cst) != 0;
}

std::size_t RingWriter::waiting() const {
    return head_ - memory_.control().tail.load(std::memory_order_acquire);
}

void RingWriter::ask_for_room() {
    memory_.control().writer_waits.store(1, std::memory_order_seq_cst);
}

}  // namespace vedette::gateway::camera_process
