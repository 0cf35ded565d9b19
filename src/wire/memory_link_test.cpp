#include <optional>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/link.hpp"

namespace vedette::wire {
namespace {

class MemoryLinkTest : public testing::Test {
  protected:
    boost::asio::io_context hub_loop;
    boost::asio::io_context gateway_loop;
    MemoryLink link = make_memory_link(hub_loop.get_executor(), gateway_loop.get_executor());
};

TEST_F(MemoryLinkTest, DeliversInOrderOnTheReceiversLoop) {
    std::vector<std::uint32_t> closed;
    link.gateway->on_receive(
        [&](ToGateway message) { closed.push_back(std::get<CloseChannel>(message).channel); });
    for (std::uint32_t i = 0; i < 100; ++i) link.hub->send(CloseChannel{i});
    hub_loop.run();
    EXPECT_TRUE(closed.empty()) << "the sender's loop has nothing to do with it";
    gateway_loop.run();
    ASSERT_EQ(closed.size(), 100U);
    for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(closed[i], i);
}

TEST_F(MemoryLinkTest, PassesBytesByReference) {
    const SharedBytes bytes = std::make_shared<const Bytes>(1000);
    std::optional<ChannelMedia> got;
    link.hub->on_receive([&](ToHub message) { got = std::get<ChannelMedia>(std::move(message)); });
    link.gateway->send(ChannelMedia{.channel = 7, .pieces = {bytes}});
    hub_loop.run();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->channel, 7U);
    EXPECT_EQ(got->pieces.at(0), bytes);
}

TEST_F(MemoryLinkTest, WhatNobodyReceivesIsDropped) {
    link.gateway->send(CameraRemoved{CameraId::random()});  // no receiver yet
    hub_loop.run();
    link.hub.reset();
    link.gateway->send(CameraRemoved{CameraId::random()});  // the end is gone
    hub_loop.restart();
    EXPECT_EQ(hub_loop.run(), 0U);
}

TEST_F(MemoryLinkTest, AnEndThatGoesWithMessagesUnderWayGetsNone) {
    bool received = false;
    link.hub->on_receive([&](ToHub) { received = true; });
    link.gateway->send(CameraRemoved{CameraId::random()});
    link.hub.reset();
    hub_loop.run();
    EXPECT_FALSE(received);
}

TEST_F(MemoryLinkTest, SendsFromManyThreads) {
    std::size_t received = 0;
    link.hub->on_receive([&](ToHub) { ++received; });
    {
        const auto work = boost::asio::make_work_guard(hub_loop);
        std::jthread loop([&] { hub_loop.run_for(std::chrono::seconds(20)); });
        {
            std::vector<std::jthread> senders;
            for (int i = 0; i < 4; ++i)
                senders.emplace_back([&] {
                    for (int n = 0; n < 250; ++n) link.gateway->send(StorageStatus{});
                });
        }
        boost::asio::post(hub_loop, [&] { hub_loop.stop(); });
    }
    EXPECT_EQ(received, 1000U);
}

}  // namespace
}  // namespace vedette::wire
