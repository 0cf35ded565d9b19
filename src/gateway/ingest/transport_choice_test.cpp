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
              "tls rtsps://cam/a;srtp rtsps://cam/a;https rtsps://cam/a;tcp rtsp://cam/a;udp "
              "rtsp://cam/a;multicast rtsp://cam/a;"
              "http rtsp://cam/a;");
    EXPECT_EQ(
        order("rtsp://cam:8554/a", automatic),
        "tcp rtsp://cam:8554/a;udp rtsp://cam:8554/a;multicast rtsp://cam:8554/a;http rtsp://cam:8554/a;");
}

TEST(TransportChoice, RtspsStaysRtsps) {
    for (const auto setting : {tls, tcp, udp, multicast})
        EXPECT_EQ(order("rtsps://cam:8322/a", setting), "tls rtsps://cam:8322/a;");
    for (const auto setting : {https, http})
        EXPECT_EQ(order("rtsps://cam:8322/a", setting), "https rtsps://cam:8322/a;");
    EXPECT_EQ(order("rtsps://cam:8322/a", automatic),
              "tls rtsps://cam:8322/a;srtp rtsps://cam:8322/a;https rtsps://cam:8322/a;");
}

TEST(TransportChoice, ASettingIsTheOnlyWay) {
    EXPECT_EQ(order("rtsp://cam/a", tls), "tls rtsps://cam/a;");
    EXPECT_EQ(order("rtsp://cam:8554/a", tls), "tls rtsps://cam:8554/a;");
    EXPECT_EQ(order("rtsp://cam/a", tcp), "tcp rtsp://cam/a;");
    EXPECT_EQ(order("rtsp://cam/a", udp), "udp rtsp://cam/a;");
    EXPECT_EQ(order("rtsp://cam/a", http), "http rtsp://cam/a;");
    EXPECT_EQ(order("rtsp://cam/a", https), "https rtsps://cam/a;");
    EXPECT_EQ(order("rtsp://cam/a", srtp), "srtp rtsps://cam/a;");
}

TEST(TransportChoice, WebServersHaveTheirOwnPorts) {
    const auto port = [](std::string_view url, TransportSetting setting) {
        return routes(rtsp::parse_url(url)->url, setting).front().port();
    };
    EXPECT_EQ(port("rtsp://cam/a", http), 80);
    EXPECT_EQ(port("rtsp://cam/a", https), 443);
    EXPECT_EQ(port("rtsp://cam/a", tls), 322);
    EXPECT_EQ(port("rtsp://cam:8080/a", http), 8080);
    EXPECT_EQ(port("rtsps://cam/a", https), 443);
}

TEST(TransportChoice, OnlyAChosenWebServerIsToldAPassword) {
    const rtsp::Url url = rtsp::parse_url("rtsp://cam/a")->url;
    for (const Route& route : routes(url, automatic)) EXPECT_FALSE(route.sign_in);
    EXPECT_TRUE(routes(url, http).front().sign_in);
    EXPECT_TRUE(routes(url, https).front().sign_in);
}

TEST(TransportChoice, WalksOnWhereTheWayIsWrongAndWaitsElsewhere) {
    TransportChooser chooser(rtsp::parse_url("rtsp://cam/a")->url, automatic, std::nullopt);
    EXPECT_EQ(chooser.current().name, tls);
    EXPECT_FALSE(chooser.failed(Outcome::other));
    EXPECT_TRUE(chooser.failed(Outcome::unreachable));
    EXPECT_EQ(chooser.current().name, https) << "SRTP is agreed upon over the same port";
    EXPECT_TRUE(chooser.failed(Outcome::refused_transport));
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
    for (int others = 0; others < 3; ++others) EXPECT_TRUE(chooser.failed(Outcome::refused_transport));
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
    for (const auto setting : {automatic, tls, srtp, https, tcp, udp, multicast, http})
        EXPECT_EQ(parse_transport_setting(to_string(setting)), setting);
    EXPECT_FALSE(parse_transport_setting("sctp"));
}

}  // namespace
}  // namespace vedette::gateway::ingest
