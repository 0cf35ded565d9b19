#include "gateway/vault/vault.hpp"

#include <gtest/gtest.h>

#include "gateway/vault/format_file.hpp"
#include "gateway/vault/record.hpp"
#include "gateway/vault/test_support.hpp"
#include "gateway/vault/verify.hpp"

namespace vedette::vault {
namespace {

class VaultTest : public testing::Test {
  protected:
    VaultFolder folder{TestFolder()};  // on a disk, as recorders write
    StreamKey stream{CameraId::random(), 0};
    UtcTime t0 = from_unix_seconds(1'795'228'500);
};

TEST_F(VaultTest, WhatGoesInComesOutAcrossSegmentsAndRestarts) {
    std::uint64_t run = 0;
    for (int part = 0; part < 2; ++part) {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault) << vault.error().message;
        run = (*vault)->begin_run(stream, shared("init " + std::to_string(part))).value();
        for (int i = 0; i < 45; ++i)
            ASSERT_TRUE((*vault)->append(
                make_fragment(stream, run, t0 + seconds(part * 90 + 2 * i), part * 100 + i)));
        ASSERT_TRUE((*vault)->flush());
        const auto recordings = (*vault)->recordings(stream, {t0, t0 + seconds(1000)});
        ASSERT_TRUE(recordings);
        EXPECT_EQ(recordings->ranges.size(), static_cast<std::size_t>(part + 1));
        EXPECT_EQ(recordings->ranges.back().interval,
                  (UtcInterval{t0 + seconds(part * 90), t0 + seconds(part * 90 + 90)}));
    }
    auto vault = open_vault(folder.path);
    ASSERT_TRUE(vault);
    auto cursor = (*vault)->read(stream, t0 + seconds(61));
    ASSERT_TRUE(cursor);
    const Played played = play_all(*cursor);
    EXPECT_EQ(played.inits, (std::vector<std::string>{"init 0", "init 1"}));
    EXPECT_EQ(played.damage, 0u);
    ASSERT_EQ(played.fragments.size(), 15u + 45u);
    EXPECT_EQ(played.fragments[0].start, t0 + seconds(60));
    for (std::size_t i = 0; i < 15; ++i)
        EXPECT_TRUE(is_payload(*played.fragments[i].data, 30 + static_cast<int>(i)));
    for (std::size_t i = 0; i < 45; ++i)
        EXPECT_TRUE(is_payload(*played.fragments[15 + i].data, 100 + static_cast<int>(i)));
}

TEST_F(VaultTest, WhatWasNotRecordedByPlanIsToldApartFromFailures) {
    const auto append = [&](Vault& vault, int from_s, int to_s, GapReason reason) {
        ASSERT_TRUE(vault.append(Gap{stream, {t0 + seconds(from_s), t0 + seconds(to_s)}, reason, ""}));
    };
    {
        auto vault = open_vault(folder.path);
        ASSERT_TRUE(vault) << vault.error().message;
        append(**vault, 0, 60, GapReason::by_schedule);  // nothing was ever recorded of it
        append(**vault, 60, 100, GapReason::no_event);
        append(**vault, 100, 110, GapReason::camera_unreachable);
        append(**vault, 110, 150, GapReason::events_unheard);
        append(**vault, 150, 160, GapReason::no_event);
    }
    for (const bool fast : {false, true}) {
        const auto report = verify({folder.path}, {.fast = fast}, [](const Fault&) { FAIL(); });
        ASSERT_TRUE(report) << report.error().message;
        EXPECT_EQ(report->gaps, 5u);
        EXPECT_EQ(report->by_reason.at(GapReason::by_schedule).duration, seconds(60));
        EXPECT_EQ(report->by_reason.at(GapReason::no_event).count, 2u);
        EXPECT_EQ(report->by_reason.at(GapReason::no_event).duration, seconds(50));
        EXPECT_EQ(report->by_reason.at(GapReason::camera_unreachable).count, 1u);
        EXPECT_EQ(report->by_reason.at(GapReason::events_unheard).count, 1u);
    }
    EXPECT_TRUE(is_by_plan(GapReason::by_schedule) && is_by_plan(GapReason::no_event));
    EXPECT_FALSE(is_by_plan(GapReason::events_unheard) || is_by_plan(GapReason::camera_unreachable));
    auto vault = open_vault(folder.path);
    ASSERT_TRUE(vault) << vault.error().message;
    const auto recordings = (*vault)->recordings(stream, {t0, t0 + seconds(1000)});
    ASSERT_TRUE(recordings);
    ASSERT_EQ(recordings->gaps.size(), 5u);
    EXPECT_EQ(recordings->gaps[0].reason, GapReason::by_schedule);
    EXPECT_EQ(recordings->gaps[4].reason, GapReason::no_event);
}

TEST_F(VaultTest, WhatTheCamerasOwnSignatureWasWorthIsSignedWithTheRecord) {
    {
        auto vault = open_vault(folder.path).value();
        const auto run = vault->begin_run(stream, shared("init")).value();
        const auto append = [&](int number, CameraSignature signature) {
            Fragment fragment = make_fragment(stream, run, t0 + seconds(2 * number), number);
            fragment.signature = signature;
            if (signature > CameraSignature::not_signed) fragment.signer_key = {std::byte{0xab}};
            ASSERT_TRUE(vault->append(std::move(fragment)));
        };
        append(0, CameraSignature::not_looked_for);
        ASSERT_TRUE(vault->flush());
        append(1, CameraSignature::authentic);
        append(2, CameraSignature::not_authentic);
        append(3, CameraSignature::not_authentic);
        append(4, CameraSignature::not_known_yet);
        append(5, CameraSignature::not_authentic);
        append(6, CameraSignature::not_signed);
        ASSERT_TRUE(vault->set_camera_name(stream.camera, "Gate"));
        ASSERT_TRUE(vault->flush());
        auto cursor = vault->read(stream, t0).value();
        EXPECT_EQ(play_all(cursor).fragments.size(), 7U);
    }
    EXPECT_EQ(read_format(Layout{folder.path}), newest_format);
    const auto report =
        verify(Layout{folder.path}, {}, [](const Fault& fault) { ADD_FAILURE() << to_text(fault, 4); });
    ASSERT_TRUE(report);
    using enum CameraSignature;
    EXPECT_EQ(report->by_signature,
              (std::map<CameraSignature, std::uint64_t>{
                  {not_signed, 1}, {authentic, 1}, {not_authentic, 3}, {not_known_yet, 1}}));
    ASSERT_EQ(report->not_authentic.size(), 2U);
    EXPECT_EQ(report->not_authentic[0].interval, (UtcInterval{t0 + seconds(4), t0 + seconds(8)}));
    EXPECT_EQ(report->not_authentic[0].fragments, 2U);
    EXPECT_EQ(report->not_authentic[0].camera_name, "Gate");
    EXPECT_EQ(report->not_authentic[0].signer_key[0], std::byte{0xab});
    EXPECT_EQ(report->not_authentic[1].interval.start, t0 + seconds(10));
}

TEST_F(VaultTest, AReasonThatIsNotKnownIsOther) {
    for (const auto& [stored, read] :
         {std::pair(9, GapReason::by_schedule), std::pair(11, GapReason::events_unheard),
          std::pair(12, GapReason::other), std::pair(0, GapReason::other),
          std::pair(254, GapReason::other)}) {
        const auto gap = parse_gap(encode_gap(static_cast<GapReason>(stored), "words"));
        ASSERT_TRUE(gap);
        EXPECT_EQ(gap->reason, read) << stored;
        EXPECT_EQ(gap->detail, "words");
    }
}

}  // namespace
}  // namespace vedette::vault
