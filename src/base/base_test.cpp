#include <cerrno>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/hex.hpp"
#include "base/id.hpp"
#include "base/log.hpp"
#include "base/one_line.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"

namespace vedette {
namespace {

TEST(Uuid, TextRoundTrip) {
    const CameraId id = CameraId::random();
    EXPECT_EQ(CameraId::parse(id.text()), id);
    EXPECT_EQ(id.text()[14], '4');
}

TEST(Uuid, RefusesWhatIsNoUuid) {
    for (const char* text :
         {"", "0", "00000000-0000-4000-8000-00000000000g", "00000000x0000-4000-8000-000000000000",
          "00000000-0000-4000-8000-0000000000000", "------------------------------------"})
        EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(ByteReader, ReadsBigEndianAndRemembersTheFirstFailure) {
    const Bytes bytes = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5}};
    ByteReader reader(bytes);
    EXPECT_EQ(reader.u16(), 0x0102);
    EXPECT_EQ(reader.u32(), 0u);
    EXPECT_TRUE(reader.failed());
    EXPECT_EQ(reader.u8(), 0);  // failed stays failed
    EXPECT_EQ(reader.check("thing").error().message, "thing ends too early, at byte 2");
}

TEST(ByteWriter, RoundTrip) {
    ByteWriter writer;
    writer.u8(1).u16(2).u24(3).u32(4).u64(5).i64(-6).text("ab").zeros(1);
    writer.patch_u32(6, 7);
    ByteReader reader(writer.view());
    EXPECT_EQ(reader.u8(), 1);
    EXPECT_EQ(reader.u16(), 2);
    EXPECT_EQ(reader.u24(), 3u);
    EXPECT_EQ(reader.u32(), 7u);
    EXPECT_EQ(reader.u64(), 5u);
    EXPECT_EQ(reader.i64(), -6);
    EXPECT_EQ(as_text(reader.take(2)), "ab");
    EXPECT_EQ(reader.u8(), 0);
    EXPECT_TRUE(reader.at_end());
    EXPECT_FALSE(reader.failed());
}

TEST(Time, Rfc3339AndDays) {
    EXPECT_EQ(to_rfc3339(from_unix_seconds(1795228506) + Ticks90k(10'800)), "2026-11-21T02:35:06.120Z");
    EXPECT_EQ(utc_day(from_unix_seconds(86'400 * 3 - 1)), 2);
    EXPECT_EQ(utc_day(from_unix_seconds(-1)), -1);
}

TEST(Time, Rfc3339IsReadInAnyZone) {
    const UtcTime whole = from_unix_seconds(1795228506);
    EXPECT_EQ(parse_rfc3339("2026-11-21T02:35:06Z"), whole);
    EXPECT_EQ(parse_rfc3339("2026-11-21T03:35:06+01:00"), whole);
    EXPECT_EQ(parse_rfc3339("2026-11-20T21:05:06-05:30"), whole);
    EXPECT_EQ(parse_rfc3339("2026-11-21T02:35:06.12Z"), whole + Ticks90k(10'800));
    EXPECT_EQ(parse_rfc3339("2026-11-21T02:35:06.123456789Z"), whole + Ticks90k(11'111));
    EXPECT_EQ(parse_rfc3339(to_rfc3339(whole)), whole);
    for (const char* text :
         {"", "2026-11-21", "2026-11-21T02:35:06", "2026-11-21 02:35:06Z", "2026-13-21T02:35:06Z",
          "2026-11-21T02:35:06.Z", "2026-11-21T02:35:06.1234567890Z", "2026-11-21T02:35:06Zulu",
          "2026-11-21T02:35:06+0100", "2026-11-21T02:35:06+01:00 ", "1795228506"})
        EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Time, WallClockStepsWithoutTheMonotonicClock) {
    SimulatedClock clock(from_unix_seconds(1000));
    const auto before = clock.monotonic_now();
    clock.step_utc(std::chrono::seconds(-50));
    EXPECT_EQ(clock.monotonic_now(), before);
    EXPECT_EQ(to_unix_seconds(clock.utc_now()), 950);
    clock.advance(std::chrono::seconds(1));
    EXPECT_EQ(clock.monotonic_now() - before, std::chrono::seconds(1));
}

// start() is for main alone, so it is called in another process.
TEST(LogDeathTest, LinesHaveTheirTimeInUtc) {
    const auto say = [] {
        ::setenv("TZ", "Asia/Kathmandu", 1);
        ::tzset();
        log::start(log::Level::info);
        log::info("all is well");
        std::exit(0);
    };
    const UtcTime now = SystemClock().utc_now();
    const auto hour = [](UtcTime time) { return to_rfc3339(time).substr(0, 13); };  // 2026-11-28T19
    EXPECT_EXIT(say(), ::testing::ExitedWithCode(0),
                "(" + hour(now) + "|" + hour(now + std::chrono::minutes(5)) + "):[0-9:.]+Z .*all is well");
}

TEST(Log, WhatSomebodyElseSaidStaysOnItsLine) {
    EXPECT_EQ(on_one_line("camera Tür: 401 No"), "camera Tür: 401 No");
    EXPECT_EQ(on_one_line("No\r\n2026 info all is well\x1b[2K\x7f"),
              "No\\x0d\\x0a2026 info all is well\\x1b[2K\\x7f");
    ::testing::internal::CaptureStdout();
    log::warn("the camera says {}", "No\nline two");
    const std::string written = ::testing::internal::GetCapturedStdout();
    EXPECT_NE(written.find("the camera says No\\x0aline two\n"), std::string::npos) << written;
}

TEST(Error, ErrnoHasAKind) {
    EXPECT_EQ(fail_errno(ENOSPC, "write").error().kind, ErrorKind::exhausted);
    EXPECT_EQ(fail_errno(EADDRINUSE, "listen on port 1").error().message,
              "listen on port 1: Address already in use");
}

TEST(Secret, WipingLeavesNought) {
    Bytes bytes(3, std::byte{7});
    wipe(bytes);
    EXPECT_EQ(bytes, Bytes(3));
    Bytes none;
    wipe(none);
    EXPECT_TRUE(none.empty());
}

TEST(Secret, MovesAndIsGone) {
    Secret a(std::string_view("hunter2"));
    Secret b = std::move(a);
    EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): the state after a move is what is tested
    EXPECT_EQ(b.reveal_text(), "hunter2");
}

TEST(Hex, RoundTrip) {
    const Bytes bytes = {std::byte{0}, std::byte{0xaf}, std::byte{0xff}};
    EXPECT_EQ(to_hex(bytes), "00afff");
    EXPECT_EQ(from_hex("00AFff"), bytes);
    EXPECT_FALSE(from_hex("0"));
    EXPECT_FALSE(from_hex("0x"));
}

}  // namespace
}  // namespace vedette
