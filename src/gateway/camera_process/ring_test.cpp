#include "gateway/camera_process/ring.hpp"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace vedette::gateway::camera_process {
namespace {

Bytes pattern(std::size_t size, unsigned seed) {
    Bytes out(size);
    std::minstd_rand random(seed);
    for (std::byte& byte : out) byte = static_cast<std::byte>(random());
    return out;
}

void put(RingWriter& writer, ByteView bytes) {
    const auto room = writer.reserve(bytes.size());
    ASSERT_EQ(room.size(), bytes.size());
    std::ranges::copy(bytes, room.begin());
    writer.commit();
}

TEST(Ring, MessagesComeInOrderAndAcrossTheEnd) {
    auto memory = RingMemory::make().value();
    RingWriter writer(memory);
    RingReader reader(memory);
    for (unsigned i = 0; i < 200; ++i) {  // 3 times around
        const Bytes sent = pattern(i * 1213 % max_ring_message + 1, i);
        put(writer, sent);
        EXPECT_FALSE(reader.next()->has_value()) << "not before publish()";
        writer.publish();
        const auto got = reader.next();
        ASSERT_TRUE(got && *got);
        EXPECT_TRUE(std::ranges::equal(**got, sent));
        reader.release();
    }
}

TEST(Ring, AFullOneHasNoRoomUntilSomethingIsTaken) {
    auto memory = RingMemory::make().value();
    RingWriter writer(memory);
    RingReader reader(memory);
    const std::size_t size = max_ring_message - 8;
    while (!writer.reserve(size).empty()) writer.commit();
    writer.publish();
    EXPECT_EQ(writer.waiting(), ring_bytes);
    writer.ask_for_room();
    EXPECT_TRUE(reader.next()->has_value());
    reader.release();
    EXPECT_TRUE(reader.writer_waits());
    EXPECT_FALSE(reader.writer_waits());
    EXPECT_EQ(writer.reserve(size).size(), size);
}

TEST(Ring, TheReaderIsWokenWhenItSleepsAndOnlyThen) {
    auto memory = RingMemory::make().value();
    RingWriter writer(memory);
    RingReader reader(memory);
    put(writer, pattern(10, 1));
    EXPECT_FALSE(writer.publish());
    EXPECT_FALSE(reader.about_to_sleep()) << "something is there";
    EXPECT_TRUE(reader.next()->has_value());
    reader.release();
    EXPECT_TRUE(reader.about_to_sleep());
    put(writer, pattern(10, 1));
    EXPECT_TRUE(writer.publish());
    put(writer, pattern(10, 1));
    EXPECT_FALSE(writer.publish()) << "once is enough";
}

// What a process that was taken over may write: any counters, any lengths, at any moment.
TEST(Ring, AHostileWriterIsCaughtOrHarmless) {
    std::minstd_rand random(7);
    for (int round = 0; round < 300; ++round) {
        auto memory = RingMemory::make().value();
        RingReader reader(memory);
        void* raw = ::mmap(nullptr, 4096 + ring_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory.fd(), 0);
        ASSERT_NE(raw, MAP_FAILED);
        auto* words = static_cast<std::uint32_t*>(raw);
        for (std::size_t i = 0; i < 64; ++i) words[i] = static_cast<std::uint32_t>(random());
        auto* head = static_cast<std::uint64_t*>(raw);
        *head = round % 3 == 0 ? ~std::uint64_t{0} : random() % (2 * ring_bytes);
        for (std::size_t i = 1024; i < 1024 + 4096; ++i)
            words[i] = static_cast<std::uint32_t>(random()) % (2 * max_ring_message);
        std::size_t sum = 0;
        for (int i = 0; i < 100; ++i) {
            const auto message = reader.next();
            if (!message || !*message) break;
            ASSERT_LE((*message)->size(), max_ring_message);
            for (const std::byte byte : **message) sum += std::to_integer<std::size_t>(byte);
            reader.release();
        }
        EXPECT_LE(sum, 100 * max_ring_message * 255);
        ::munmap(raw, 4096 + ring_bytes);
    }
}

TEST(Ring, ItsMemoryCanNotBeTakenAway) {
    auto memory = RingMemory::make().value();
    EXPECT_NE(::ftruncate(memory.fd(), 0), 0);
    EXPECT_NE(::ftruncate(memory.fd(), 1 << 30), 0);
}

TEST(Ring, AcrossThreads) {
    auto memory = RingMemory::make().value();
    constexpr unsigned count = 3000;
    std::thread other([&] {
        RingWriter writer(memory);
        for (unsigned i = 0; i < count; ++i) {
            const Bytes bytes = pattern(i * 977 % 20'000 + 4, i);
            while (writer.reserve(bytes.size()).empty()) std::this_thread::yield();
            put(writer, bytes);
            writer.publish();
        }
    });
    RingReader reader(memory);
    for (unsigned i = 0; i < count;) {
        const auto got = reader.next();
        ASSERT_TRUE(got);
        if (!*got) {
            std::this_thread::yield();
            continue;
        }
        EXPECT_TRUE(std::ranges::equal(**got, pattern(i * 977 % 20'000 + 4, i)));
        reader.release();
        ++i;
    }
    other.join();
}

}  // namespace
}  // namespace vedette::gateway::camera_process
