#include "gateway/cameras/camera_store.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "base/test_folder.hpp"

namespace vedette::gateway {
namespace {

wire::CameraSettings settings(std::string name, std::string url) {
    wire::CameraSettings s;
    s.name = std::move(name);
    s.main_url = std::move(url);
    return s;
}

TEST(CameraSettings, CredentialsMoveOutOfTheUrl) {
    const auto camera = apply_settings({}, settings("  Gate ", "rtsp://joe:p%40ss@192.0.2.1/stream?a=1"));
    ASSERT_TRUE(camera) << camera.error().message;
    EXPECT_EQ(camera->name, "Gate");
    EXPECT_EQ(camera->main_url, "rtsp://192.0.2.1/stream?a=1");
    EXPECT_EQ(camera->credentials.username, "joe");
    EXPECT_EQ(camera->credentials.password.reveal_text(), "p@ss");
}

TEST(CameraSettings, WhatIsNotSetStays) {
    auto camera = apply_settings({}, settings("Gate", "rtsp://joe:secret@192.0.2.1/"));
    ASSERT_TRUE(camera);
    wire::CameraSettings change;
    change.name = "Yard";
    const auto changed = apply_settings(std::move(*camera), std::move(change));
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->name, "Yard");
    EXPECT_EQ(changed->credentials.password.reveal_text(), "secret");
}

TEST(CameraSettings, EncryptionIsFullUntilItIsSet) {
    Camera camera = *apply_settings(Camera{.id = CameraId::random()}, settings("Gate", "rtsp://192.0.2.1/"));
    EXPECT_EQ(camera.encryption, wire::Encryption::full);
    wire::CameraSettings change;
    change.encryption = wire::Encryption::light;
    camera = *apply_settings(std::move(camera), std::move(change));
    EXPECT_EQ(camera.encryption, wire::Encryption::light);
    camera = *apply_settings(std::move(camera), {});
    EXPECT_EQ(camera.encryption, wire::Encryption::light) << "what is not set stays";
}

TEST(CameraSettings, NoughtTakesARuleAway) {
    wire::CameraSettings change = settings("Gate", "rtsp://192.0.2.1/");
    change.keep_days = 30;
    change.keep_bytes = 5'000'000'000;
    change.place = "b";
    Camera camera = *apply_settings(Camera{.id = CameraId::random()}, std::move(change));
    EXPECT_EQ(camera.keep_days, 30u);
    EXPECT_EQ(camera.keep_bytes, 5'000'000'000u);
    wire::CameraSettings other;
    other.keep_days = 0;
    camera = *apply_settings(std::move(camera), std::move(other));
    EXPECT_EQ(camera.keep_days, std::nullopt);
    EXPECT_EQ(camera.keep_bytes, 5'000'000'000u);
    wire::CameraSettings too_long;
    too_long.keep_days = 3651;
    EXPECT_FALSE(apply_settings(std::move(camera), std::move(too_long)));
}

wire::CameraSettings with_events(std::vector<std::string> services = {"media", "events"}) {
    auto s = settings("Gate", "rtsp://192.0.2.1/");
    s.device.emplace();
    s.device->onvif_url = "http://192.0.2.1/onvif/device_service";
    s.device->services = std::move(services);
    return s;
}

wire::RecordingSettings always_on_event() {
    return {.continuous = WeeklySchedule(),
            .on_event = WeeklySchedule::whole_week(),
            .pre_roll = {},
            .post_roll = {},
            .event_kinds = {}};
}

TEST(CameraSettings, APlanHasToBePossible) {
    using std::chrono::seconds;
    const Camera camera = *apply_settings({}, with_events());
    EXPECT_EQ(camera.recording, wire::RecordingPlan());
    const auto fault = [&](const wire::RecordingSettings& plan, const Camera& of) {
        Camera changed = of.duplicate();
        const auto applied = apply_recording(changed, plan);
        return applied ? std::string() : applied.error().message;
    };
    EXPECT_EQ(fault(always_on_event(), camera), "");
    wire::RecordingSettings plan = always_on_event();
    plan.continuous.reset();
    EXPECT_NE(fault(plan, camera).find("in both continuous and on_event"), std::string::npos);
    for (const int bad : {-1, 61}) {
        plan = {.pre_roll = seconds(bad)};
        EXPECT_NE(fault(plan, camera).find("pre_roll_s must be from 0 to 60"), std::string::npos);
    }
    for (const int bad : {4, 601}) {
        plan = {.post_roll = seconds(bad)};
        EXPECT_NE(fault(plan, camera).find("post_roll_s must be from 5 to 600"), std::string::npos);
    }
    plan = {.event_kinds = wire::EventKinds()};
    EXPECT_NE(fault(plan, camera).find("at least one kind"), std::string::npos);
    plan = always_on_event();
    plan.on_event->allow_on_holidays(0, 4);
    EXPECT_NE(fault(plan, camera).find("holidays"), std::string::npos);
    const Camera deaf = *apply_settings({}, with_events({"media"}));
    EXPECT_NE(fault(always_on_event(), deaf).find("tells no events over ONVIF"), std::string::npos);
    const Camera by_hand = *apply_settings({}, settings("Gate", "rtsp://192.0.2.1/"));
    EXPECT_NE(fault(always_on_event(), by_hand).find("added without ONVIF"), std::string::npos);
    plan = {.continuous = WeeklySchedule()};
    EXPECT_EQ(fault(plan, by_hand), "");  // off needs no events
}

TEST(CameraSettings, EachMistakeNamesItsField) {
    const std::vector<std::pair<wire::CameraSettings, std::string>> table = [] {
        std::vector<std::pair<wire::CameraSettings, std::string>> t;
        t.emplace_back(settings("", "rtsp://192.0.2.1/"), "name: ");
        t.emplace_back(settings(std::string(101, 'x'), "rtsp://192.0.2.1/"), "name: ");
        t.emplace_back(settings("a\nb", "rtsp://192.0.2.1/"), "name: ");
        t.emplace_back(settings("a", ""), "main_url: ");
        t.emplace_back(settings("a", "http://192.0.2.1/"), "main_url: ");
        t.emplace_back(settings("a", "file:///etc/passwd"), "main_url: ");
        auto bad_sub = settings("a", "rtsp://192.0.2.1/");
        bad_sub.sub_url = "exec:reboot";
        t.emplace_back(std::move(bad_sub), "sub_url: ");
        auto long_user = settings("a", "rtsp://192.0.2.1/");
        long_user.username = std::string(129, 'u');
        t.emplace_back(std::move(long_user), "username: ");
        return t;
    }();
    for (const auto& [input, expected] : table) {
        wire::CameraSettings copy;
        copy.name = input.name;
        copy.main_url = input.main_url;
        copy.sub_url = input.sub_url;
        copy.username = input.username;
        const auto camera = apply_settings({}, std::move(copy));
        ASSERT_FALSE(camera) << expected;
        EXPECT_TRUE(camera.error().message.starts_with(expected)) << camera.error().message;
    }
}

class CameraStoreTest : public testing::Test {
  protected:
    CameraStore open(std::string_view key = "0123456789abcdef0123456789abcdef") {
        auto store = CameraStore::open(folder_.path() / "gateway.db", Secret(key));
        EXPECT_TRUE(store) << store.error().message;
        return std::move(*store);
    }
    TestFolder folder_;
};

TEST_F(CameraStoreTest, KeepsCamerasInOrderAndPasswordsSealed) {
    auto first =
        apply_settings({.id = CameraId::random()}, settings("B", "rtsp://joe:topsecret-word@192.0.2.1/"));
    auto second = apply_settings({.id = CameraId::random()}, settings("A", "rtsp://192.0.2.2/"));
    {
        CameraStore store = open();
        ASSERT_TRUE(store.save(*first));
        ASSERT_TRUE(store.save(*second));
        first->name = "C";
        first->keep_days = 30;
        first->encryption = wire::Encryption::light;
        ASSERT_TRUE(store.save(*first));
    }
    const auto cameras = open().load();
    ASSERT_TRUE(cameras);
    ASSERT_EQ(cameras->size(), 2u);
    EXPECT_EQ((*cameras)[0].name, "C");
    EXPECT_EQ((*cameras)[0].keep_days, 30u);
    EXPECT_EQ((*cameras)[0].keep_bytes, std::nullopt);
    EXPECT_EQ((*cameras)[0].encryption, wire::Encryption::light);
    EXPECT_EQ((*cameras)[1].encryption, wire::Encryption::full);
    EXPECT_EQ((*cameras)[0].duplicate().encryption, wire::Encryption::light);
    EXPECT_EQ((*cameras)[0].credentials.password.reveal_text(), "topsecret-word");
    EXPECT_EQ((*cameras)[1].id, second->id);
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
        std::ifstream in(file.path(), std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(in), {}};
        EXPECT_EQ(content.find("topsecret-word"), std::string::npos) << file.path();
    }
}

TEST_F(CameraStoreTest, KeepsTheRulesOfGroupsAndTheSite) {
    const CameraId camera = CameraId::random();
    const wire::InheritedRules rules{
        .site = {.keep_days = 30, .keep_bytes = std::nullopt},
        .groups = {{.group = CameraGroupId::random(),
                    .keep = {.keep_days = std::nullopt, .keep_bytes = 5'000'000'000},
                    .cameras = {camera}}}};
    {
        CameraStore store = open();
        EXPECT_EQ(*store.inherited_rules(), wire::InheritedRules());
        ASSERT_TRUE(store.save(wire::InheritedRules{.site = {.keep_days = 1}, .groups = {}}));
        ASSERT_TRUE(store.save(rules));
    }
    CameraStore store = open();
    EXPECT_EQ(*store.inherited_rules(), rules);
    const auto refused = store.save(wire::InheritedRules{.site = {.keep_days = 3651}, .groups = {}});
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message.starts_with("keep_days: at most 3650")) << refused.error().message;
    EXPECT_EQ(*store.inherited_rules(), rules);
}

TEST(InheritedRules, TheGroupThatKeepsMostBeatsTheSite) {
    const CameraId both = CameraId::random();
    const CameraId one = CameraId::random();
    const CameraId none = CameraId::random();
    const wire::InheritedRules rules{
        .site = {.keep_days = 10, .keep_bytes = 1000},
        .groups = {{.group = CameraGroupId::random(), .keep = {.keep_days = 5}, .cameras = {both, one}},
                   {.group = CameraGroupId::random(), .keep = {.keep_days = 90}, .cameras = {both}}}};
    EXPECT_EQ(wire::inherited_rule(rules, both), (wire::KeepRule{.keep_days = 90, .keep_bytes = 1000}));
    EXPECT_EQ(wire::inherited_rule(rules, one), (wire::KeepRule{.keep_days = 5, .keep_bytes = 1000}));
    EXPECT_EQ(wire::inherited_rule(rules, none), rules.site);
    EXPECT_EQ(wire::inherited_rule({}, both), wire::KeepRule());
}

TEST_F(CameraStoreTest, PasswordsAreWrappedAnewWhenTheKeyWasChanged) {
    const std::string old_key(32, 'o');
    const std::string new_key(32, 'n');
    const auto camera =
        apply_settings({.id = CameraId::random()}, settings("B", "rtsp://joe:topsecret-word@192.0.2.1/"));
    ASSERT_TRUE(open(old_key).save(*camera));
    EXPECT_TRUE(open(new_key).load()->front().credentials.password.empty());
    std::vector<Secret> replaced;
    replaced.emplace_back(std::string(32, 'x'));
    replaced.emplace_back(old_key);
    {
        CameraStore store = open(new_key);
        ASSERT_TRUE(store.wrap_anew(replaced));
        EXPECT_EQ(store.load()->front().credentials.password.reveal_text(), "topsecret-word");
    }
    EXPECT_EQ(open(new_key).load()->front().credentials.password.reveal_text(), "topsecret-word");
    EXPECT_TRUE(open(old_key).load()->front().credentials.password.empty());
}

TEST_F(CameraStoreTest, KeepsWhenACameraIsRecorded) {
    auto change = with_events();
    change.recording = always_on_event();
    change.recording->continuous->allow(0, 32, 72);
    change.recording->on_event = WeeklySchedule();
    change.recording->on_event->allow(0, 72, 96);
    change.recording->pre_roll = std::chrono::seconds(0);
    change.recording->post_roll = std::chrono::seconds(600);
    change.recording->event_kinds = wire::kinds_of({wire::EventKind::tamper, wire::EventKind::device});
    Camera camera = *apply_settings({.id = CameraId::random()}, std::move(change));
    EXPECT_NE(camera.recording, wire::RecordingPlan());
    ASSERT_TRUE(open().save(camera));
    EXPECT_EQ(open().load()->at(0).recording, camera.recording);
    ASSERT_TRUE(open().remove(camera.id));
    camera.recording = {};
    ASSERT_TRUE(open().save(camera));
    EXPECT_EQ(open().load()->at(0).recording, wire::RecordingPlan());
}

TEST_F(CameraStoreTest, AnotherKeyOpensNoPassword) {
    auto camera =
        apply_settings({.id = CameraId::random()}, settings("A", "rtsp://joe:topsecret-word@192.0.2.1/"));
    ASSERT_TRUE(open().save(*camera));
    const auto cameras = open("another key, another key, another").load();
    ASSERT_TRUE(cameras);
    ASSERT_EQ(cameras->size(), 1u);
    EXPECT_TRUE((*cameras)[0].credentials.password.empty());
}

TEST_F(CameraStoreTest, KeepsWhichDeviceACameraIs) {
    auto with_device = settings("A", "rtsp://192.0.2.1/");
    with_device.device = wire::DeviceIdentity{.onvif_url = "http://192.0.2.1/onvif/device_service",
                                              .endpoint = "e",
                                              .serial = "SN 1",
                                              .macs = {"001122aabbcc", "001122aabbcd"},
                                              .manufacturer = "Example",
                                              .model = "Dome",
                                              .firmware = "1.2.3"};
    const auto device = with_device.device;
    auto camera = apply_settings({.id = CameraId::random()}, std::move(with_device));
    ASSERT_TRUE(camera) << camera.error().message;
    auto other = apply_settings({.id = CameraId::random()}, settings("B", "rtsp://192.0.2.2/"));
    {
        CameraStore store = open();
        ASSERT_TRUE(store.save(*camera));
        ASSERT_TRUE(store.save(*other));
    }
    CameraStore store = open();
    const auto cameras = store.load();
    ASSERT_TRUE(cameras);
    EXPECT_EQ((*cameras)[0].device, device);
    EXPECT_FALSE((*cameras)[1].device);
    ASSERT_TRUE(store.remove(camera->id));
    ASSERT_TRUE(store.save(Camera{.id = camera->id, .name = "again", .main_url = "rtsp://192.0.2.1/"}));
    EXPECT_FALSE(store.load()->at(1).device);  // nothing of the removed one is left
}

TEST(CameraSettings, ADeviceHasLimits) {
    auto bad_mac = settings("A", "rtsp://192.0.2.1/");
    bad_mac.device.emplace().macs = {"00:11:22:aa:bb:cc"};
    EXPECT_FALSE(apply_settings({}, std::move(bad_mac)));
    auto long_text = settings("A", "rtsp://192.0.2.1/");
    long_text.device.emplace().serial = std::string(1025, 's');
    EXPECT_FALSE(apply_settings({}, std::move(long_text)));
}

TEST_F(CameraStoreTest, Removes) {
    auto camera = apply_settings({.id = CameraId::random()}, settings("A", "rtsp://192.0.2.1/"));
    CameraStore store = open();
    ASSERT_TRUE(store.save(*camera));
    ASSERT_TRUE(store.remove(camera->id));
    EXPECT_TRUE(store.load()->empty());
}

}  // namespace
}  // namespace vedette::gateway
