#include "gateway/ingest/transport_choice.hpp"

#include <gtest/gtest.h>

namespace vedette::gateway::ingest {
namespace {

using enum TransportSetting;
using Outcome = TransportChooser::Outcome;

std::string order(std::string_view url, TransportSetting setting) {
    std::string out;
    for (const Route& route : routes(rtsp::parse_url(url)->url, setting))
        out += fmt::format("{} {};", to_string(route.name), route.url.text());
    return out;
}

TEST(TransportChoice, MostSecureFirst) {
    EXPECT_EQ(order("rtsp://cam/a", automatic),
              "tls rtsps://cam/a;tcp rtsp://cam/a;udp rtsp://cam/a;multicast rtsp://cam/a;");
    EXPECT_EQ(order("rtsp://cam:8554/a", automatic),
              "tcp rtsp://cam:8554/a;udp rtsp://cam:8554/a;multicast rtsp://cam:8554/a;");
}

TEST(TransportChoice, RtspsStaysRtsps) {
    for (const auto setting : {automatic, tls, tcp, udp, multicast})
        EXPECT_EQ(order("rtsps://cam:8322/a", setting), "tls rtsps://cam:8322/a;");
}

TEST(TransportChoice, ASettingIsTheOnlyWay) {
    EXPECT_EQ(order("rtsp://cam/a", tls), "tls rtsps://cam/a;");
    EXPECT_EQ(order("rtsp://cam:8554/a", tls), "tls rtsps://cam:8554/a;");
    EXPECT_EQ(order("rtsp://cam/a", tcp), "tcp rtsp://cam/a;");
    EXPECT_EQ(order("rtsp://cam/a", udp), "udp rtsp://cam/a;");
}

TEST(TransportChoice, WalksOnWhereTheWayIsWrongAndWaitsElsewhere) {
    TransportChooser chooser(rtsp::parse_url("rtsp://cam/a")->url, automatic, std::nullopt);
    EXPECT_EQ(chooser.current().name, tls);
    EXPECT_FALSE(chooser.failed(Outcome::other));
    EXPECT_TRUE(chooser.failed(Outcome::unreachable));
    EXPECT_EQ(chooser.current().name, tcp);
    EXPECT_FALSE(chooser.failed(Outcome::unreachable)) << "the other ways have the same port";
    EXPECT_TRUE(chooser.failed(Outcome::refused_transport));
    EXPECT_EQ(chooser.current().name, udp);
    EXPECT_TRUE(chooser.succeeded());
    EXPECT_FALSE(chooser.succeeded());
    EXPECT_FALSE(chooser.failed(Outcome::other));
    EXPECT_EQ(chooser.current().name, udp);
    EXPECT_TRUE(chooser.failed(Outcome::refused_transport)) << "the camera was changed";
    EXPECT_EQ(chooser.current().name, tls);
}

TEST(TransportChoice, AfterTheLastWayThereIsAPause) {
    TransportChooser chooser(rtsp::parse_url("rtsp://cam:1/a")->url, automatic, std::nullopt);
    EXPECT_TRUE(chooser.failed(Outcome::refused_transport));
    EXPECT_TRUE(chooser.failed(Outcome::refused_transport));
    EXPECT_FALSE(chooser.failed(Outcome::refused_transport));
    EXPECT_EQ(chooser.current().name, tcp);
}

TEST(TransportChoice, WhatSpokeTlsOnceIsNotTalkedOutOfIt) {
    TransportChooser chooser(rtsp::parse_url("rtsp://cam/a")->url, automatic, tls);
    for (const auto outcome : {Outcome::unreachable, Outcome::refused_transport, Outcome::other}) {
        EXPECT_FALSE(chooser.failed(outcome));
        EXPECT_EQ(chooser.current().name, tls);
    }
}

TEST(TransportChoice, NamesGoBothWays) {
    for (const auto setting : {automatic, tls, tcp, udp, multicast})
        EXPECT_EQ(parse_transport_setting(to_string(setting)), setting);
    EXPECT_FALSE(parse_transport_setting("sctp"));
}

}  // namespace
}  // namespace vedette::gateway::ingest
