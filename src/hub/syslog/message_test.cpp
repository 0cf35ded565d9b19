#include "hub/syslog/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vedette::hub::syslog {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Sender sender{.host_name = "hub.example.org", .version = "0.1.0"};

audit::Listed entry() {
    audit::Listed listed;
    listed.leaf.sequence = 17;
    audit::Facts& facts = listed.leaf.facts;
    facts.time = from_ticks(1'800'000'000LL * 90'000 + 45'000);
    facts.organisation = *OrganisationId::parse("0a0b0c0d-0000-4000-8000-000000000001");
    facts.who = audit::Who::user;
    facts.user = *UserId::parse("0a0b0c0d-0000-4000-8000-000000000002");
    facts.object = audit::ObjectKind::camera;
    facts.camera = *CameraId::parse("0a0b0c0d-0000-4000-8000-000000000003");
    facts.allowed = true;
    facts.action = "watch_live";
    facts.operation = "live.start";
    facts.reason = "role_permits";
    listed.personal = {
        .name = "Ada", .address = "192.0.2.7", .camera_name = "Gate", .details = R"({"stream":"sub"})"};
    return listed;
}

TEST(SyslogMessage, IsThatOfTheStandardByteByByte) {
    EXPECT_EQ(to_message(entry(), sender, Wording::sentence),
              "<110>1 2027-01-15T08:00:00.500Z hub.example.org vedette - live.start "
              "[vedette@32473 sequence=\"17\" kind=\"decision\" "
              "organisation=\"0a0b0c0d-0000-4000-8000-000000000001\" action=\"watch_live\" allowed=\"true\" "
              "reason=\"role_permits\" who=\"user\" userId=\"0a0b0c0d-0000-4000-8000-000000000002\" "
              "name=\"Ada\" address=\"192.0.2.7\" cameraId=\"0a0b0c0d-0000-4000-8000-000000000003\" "
              "cameraName=\"Gate\" personal=\"present\" details=\"{\\\"stream\\\":\\\"sub\\\"}\"]"
              "[origin software=\"Vedette\" swVersion=\"0.1.0\"] "
              "\xEF\xBB\xBFwatch_live allowed (role_permits), by Ada from 192.0.2.7, camera Gate");
    EXPECT_EQ(frame("abc"), "3 abc");
    EXPECT_EQ(test_message(entry().leaf.facts.time, {.host_name = "", .version = ""}),
              "<110>1 2027-01-15T08:00:00.500Z - vedette - test [origin software=\"Vedette\"] \xEF\xBB\xBF"
              "Vedette can send its audit log here. This is a test, and no entry of the log.");
}

TEST(SyslogMessage, SaysInCefWhatTheExportSays) {
    const std::string message = to_message(entry(), sender, Wording::cef);
    EXPECT_THAT(message, HasSubstr("] \xEF\xBB\xBF"
                                   "CEF:0|Vedette|Vedette|0.1.0|watch_live|watch_live|3|rt="));
    EXPECT_THAT(message, Not(HasSubstr("\n")));
}

TEST(SyslogMessage, HasTheSeverityOfWhatHappened) {
    struct Case {
        audit::Kind kind;
        bool allowed;
        std::uint16_t status;
        int priority;
    };
    for (const Case& c :
         {Case{audit::Kind::decision, true, 0, 110}, Case{audit::Kind::decision, false, 0, 108},
          Case{audit::Kind::result, true, 404, 109}, Case{audit::Kind::erasure, true, 0, 109},
          Case{audit::Kind::alarm, true, 0, 105}, Case{audit::Kind::summary, false, 0, 108}}) {
        audit::Listed listed = entry();
        listed.leaf.facts.kind = c.kind;
        listed.leaf.facts.allowed = c.allowed;
        listed.leaf.facts.status = c.status;
        EXPECT_THAT(to_message(listed, sender, Wording::sentence),
                    StartsWith(fmt::format("<{}>1 ", c.priority)));
    }
}

TEST(SyslogMessage, CanNotBeBrokenByWhatPeopleAreCalled) {
    audit::Listed listed = entry();
    listed.personal.name = "a\"] [x@1 y=\"\\\n\x7f <13>1 \xff\xc0\x80 J\xc3\xb8rgen";
    listed.leaf.facts.operation = "two words";
    listed.leaf.facts.action.clear();
    const std::string message = to_message(listed, sender, Wording::sentence);
    EXPECT_THAT(message, HasSubstr(" two_words [vedette@32473 "));
    EXPECT_THAT(message,
                HasSubstr("name=\"a\\\"\\] [x@1 y=\\\"\\\\   <13>1 \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD "
                          "J\xc3\xb8rgen\""));
    EXPECT_THAT(message, Not(HasSubstr("\n")));
    EXPECT_THAT(message, HasSubstr("by a\"] [x@1 y=\"\\   <13>1 "));
    // What UTF-8 forbids: too long, surrogates, beyond the last character, cut off.
    for (const char* bad :
         {"\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x80\x80\x80", "\xe2\x82"}) {
        listed.personal.name = bad;
        EXPECT_THAT(to_message(listed, sender, Wording::sentence), Not(HasSubstr(bad)));
    }
    for (const char* good : {"\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xc2\x80"}) {
        listed.personal.name = good;
        EXPECT_THAT(to_message(listed, sender, Wording::sentence),
                    HasSubstr(fmt::format("name=\"{}\"", good)));
    }
}

TEST(SyslogMessage, StaysWithinWhatReceiversTake) {
    audit::Listed listed = entry();
    for (std::string* text : {&listed.personal.name, &listed.personal.address, &listed.personal.camera_name})
        for (int i = 0; i < 256; ++i) *text += "\"\xc3\xb8";
    for (int i = 0; i < 2048; ++i) listed.personal.details += "\\\"";
    for (const Wording wording : {Wording::sentence, Wording::cef}) {
        const std::string message = to_message(listed, sender, wording);
        EXPECT_LE(message.size(), max_message_bytes);
        EXPECT_GT(message.size(), 6000u);
        EXPECT_THAT(message, HasSubstr("\"][origin "));  // no parameter ends in the middle
    }
}

}  // namespace
}  // namespace vedette::hub::syslog
